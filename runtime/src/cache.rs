//! Compiled code on disk, so that the second start of a component is instant.
//!
//! An entry is two files: `KEY`, which holds the hash of the compiled code, and `HASH.cwasm`, the code. The
//! key is made from the component's content, the engine's version and settings, and this processor's
//! abilities. Code is hashed again each time before it is used: what a full disk or a bad sector has changed
//! is compiled anew. Processes that fill the cache at once write the same files under their own temporary
//! names.

use std::fs;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use wasmtime::Engine;
use wasmtime::component::Component;

/// The most that is kept, in bytes; what was not used for longest goes first.
const MOST: u64 = 2 << 30;

/// How long an unfinished file stays before it counts as left over.
const STALE: Duration = Duration::from_secs(600);

/// Where compiled code is kept.
#[derive(Debug)]
pub struct Cache {
    directory: Option<PathBuf>,
    engine: blake3::Hash,
}

impl Cache {
    pub(crate) fn new(directory: Option<PathBuf>, engine: &Engine) -> Cache {
        let directory = directory.and_then(|path| fs::create_dir_all(&path).ok().map(|()| path));
        Cache {
            directory,
            engine: fingerprint(engine),
        }
    }

    /// The compiled component, and whether it was there. A cache that can't be read or written costs
    /// time, and is no error.
    pub(crate) fn component<E: From<InvalidCode>>(
        &self,
        engine: &Engine,
        source: &[u8],
        compile: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<(Component, bool), E> {
        let Some(directory) = &self.directory else {
            return Ok((from_memory(engine, &compile()?)?, false));
        };
        let key = directory.join(self.key(source));
        if let Some(component) = stored(engine, directory, &key) {
            return Ok((component, true));
        }
        let code = compile()?;
        let component = from_memory(engine, &code)?;
        // Not being able to keep it is nothing that the user can do anything about now.
        if store(directory, &key, &code).is_ok() {
            prune(directory, MOST);
        }
        Ok((component, false))
    }

    fn key(&self, source: &[u8]) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.engine.as_bytes());
        hasher.update(source);
        hasher.finalize().to_hex().to_string()
    }
}

/// The engine can't load what it has compiled itself.
#[derive(Debug)]
pub(crate) struct InvalidCode(pub(crate) anyhow::Error);

fn code_path(directory: &Path, hash: &str) -> PathBuf {
    directory.join(format!("{hash}.cwasm"))
}

fn stored(engine: &Engine, directory: &Path, key: &Path) -> Option<Component> {
    let hash = fs::read_to_string(key).ok()?;
    let path = code_path(directory, &hash);
    let code = fs::read(&path).ok()?;
    if blake3::hash(&code).to_hex().as_str() != hash {
        return None;
    }
    let component = from_memory(engine, &code).ok()?;
    // When it was last used; nothing depends on it but the order of throwing away.
    if let Ok(file) = fs::File::options().write(true).open(key) {
        let _ = file.set_modified(SystemTime::now());
    }
    Some(component)
}

#[expect(
    unsafe_code,
    reason = "Wasmtime trusts compiled code: it was made here, or its hash was checked against what was"
)]
fn from_memory(engine: &Engine, code: &[u8]) -> Result<Component, InvalidCode> {
    // SAFETY: `code` is what `Engine::precompile_component` gave, in this process or, by the hash that
    // was written beside it, in an earlier one with the same engine.
    unsafe { Component::deserialize(engine, code) }.map_err(|error| InvalidCode(error.into()))
}

fn store(directory: &Path, key: &Path, code: &[u8]) -> io::Result<()> {
    let hash = blake3::hash(code).to_hex().to_string();
    write_whole(&code_path(directory, &hash), code)?;
    write_whole(key, hash.as_bytes())
}

/// Beside its place first, under a name of this process alone.
fn write_whole(to: &Path, content: &[u8]) -> io::Result<()> {
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    let beside = to.with_file_name(format!(".{name}.{}.partial", std::process::id()));
    let written = fs::write(&beside, content).and_then(|()| fs::rename(&beside, to));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Throws away what was not used for longest, and what interrupted processes left.
fn prune(directory: &Path, most: u64) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    let mut entries: Vec<(SystemTime, u64, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let data = entry.metadata().ok()?;
            Some((data.modified().ok()?, data.len(), entry.path()))
        })
        .collect();
    entries.sort();
    let mut total: u64 = entries.iter().map(|(_, size, _)| size).sum();
    for (modified, size, path) in entries {
        let left_over = path.extension().is_some_and(|end| end == "partial")
            && modified.elapsed().is_ok_and(|age| age > STALE);
        if left_over || total > most {
            let _ = fs::remove_file(path);
            total -= size;
        }
    }
}

/// All that compiled code depends on besides its source.
fn fingerprint(engine: &Engine) -> blake3::Hash {
    struct Bytes(blake3::Hasher);
    impl Hasher for Bytes {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut bytes = Bytes(blake3::Hasher::new());
    engine.precompile_compatibility_hash().hash(&mut bytes);
    bytes.0.finalize()
}
