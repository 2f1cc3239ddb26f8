//! Compiled code on disk, so that the second start of a component is instant.
//!
//! An entry is one file, `KEY.cwasm`: the code as the engine wrote it, and a trailer with its length and its
//! checksum. The key is a cryptographic hash of the component's content, the engine's version and
//! settings, and what is done to the component before it is compiled: no guest can pass for another.
//!
//! The checksum is for accidents: what a full disk, a bad sector or an interrupted write has changed is
//! thrown away and compiled anew. It is no defence against somebody who can write in the user's cache
//! directory; who can do that can change the user's programs as well. Files come to their names whole, by
//! renaming, so processes that fill the cache at once don't meet.

mod seen;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use wasmtime::Engine;
use wasmtime::component::Component;

use seen::Stamp;

/// The most that is kept, in bytes; what was not used for longest goes first.
const MOST: u64 = 2 << 30;

/// What was used more recently than this is in use, and stays. What was not finished for as long is left
/// over.
const RECENT: Duration = Duration::from_secs(25 * 60 * 60);

/// How exactly it is known when an entry was last used. Its checksum is computed anew as often.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Begins the trailer. The digits are the format's version.
const MAGIC: &[u8; 8] = b"wasify01";
/// The magic, the code's length and its checksum.
const TRAILER: usize = 8 + 8 + 4;

/// How much is read at a time: what fits into a processor's own cache.
const PIECE: usize = 128 * 1024;

/// Where compiled code is kept.
#[derive(Debug)]
pub struct Cache {
    directory: Option<PathBuf>,
    most: u64,
}

/// What compiled code depends on.
pub(crate) struct Source<'a> {
    /// The hash of the file's content.
    pub(crate) content: blake3::Hash,
    /// What is added to it before it is compiled; empty when nothing is.
    pub(crate) adapter: &'a [u8],
}

/// The engine can't load what it has compiled itself.
#[derive(Debug)]
pub(crate) struct InvalidCode(pub(crate) anyhow::Error);

impl Cache {
    pub(crate) fn new(directory: Option<PathBuf>) -> Cache {
        Cache {
            directory: directory.filter(|path| make_directory(path).is_ok()),
            most: MOST,
        }
    }

    /// The hash of a file's content, without reading the file where it is known. When it was read, `bytes`
    /// is its content.
    pub(crate) fn content(
        &self,
        mut file: &File,
        bytes: &mut Option<Vec<u8>>,
    ) -> io::Result<blake3::Hash> {
        let stamp = Stamp::of(&file.metadata()?);
        let known = stamp.as_ref().zip(self.directory.as_ref());
        if let Some(content) = known.and_then(|(stamp, directory)| stamp.content(directory)) {
            return Ok(content);
        }
        let read = bytes.insert(Vec::new());
        file.read_to_end(read)?;
        let content = blake3::hash(read);
        if let Some((stamp, directory)) = known {
            stamp.remember(directory, file, &content);
        }
        Ok(content)
    }

    /// The compiled component, and whether it was there. A cache that can't be read or written costs
    /// time, and is no error.
    pub(crate) fn component<E: From<InvalidCode>>(
        &self,
        engine: &Engine,
        source: &Source<'_>,
        compile: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<(Component, bool), E> {
        let Some(directory) = &self.directory else {
            return Ok((compiled(engine, &compile()?)?, false));
        };
        let path = directory.join(format!("{}.cwasm", key(engine, source)));
        match stored(engine, &path) {
            Stored::Good(component) => return Ok((component, true)),
            Stored::Absent => {}
            Stored::Bad => discard(&path),
        }
        let code = compile()?;
        let component = compiled(engine, &code)?;
        // Not being able to keep it is nothing that the user can do anything about now.
        if store(&path, code).is_ok() {
            prune(directory, self.most);
        }
        Ok((component, false))
    }
}

/// What is at an entry's place.
enum Stored {
    Good(Component),
    Absent,
    /// Something that can't be used.
    Bad,
}

fn stored(engine: &Engine, path: &Path) -> Stored {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Stored::Absent,
        Err(_) => return Stored::Bad,
    };
    if !matches!(is_sound(&file, path), Ok(true)) {
        return Stored::Bad;
    }
    match loaded(engine, path) {
        Ok(component) => Stored::Good(component),
        Err(_) => Stored::Bad,
    }
}

/// Whether an entry is as it was written. Reading all of it takes as long as starting it: it is not done
/// where it was done within a day, and nothing has touched the file since.
fn is_sound(file: &File, path: &Path) -> io::Result<bool> {
    let data = file.metadata()?;
    let note = path.with_extension("sound");
    let stamp = Stamp::of(&data);
    if stamp.as_ref().is_some_and(|stamp| stamp.is_noted(&note))
        && data.modified()?.elapsed().is_ok_and(|age| age < DAY)
    {
        return Ok(true);
    }
    if !is_whole(file)? {
        return Ok(false);
    }
    if data.modified()?.elapsed().is_ok_and(|age| age < DAY) {
        if let Some(stamp) = stamp {
            stamp.note(&note);
        }
    } else if let Ok(file) = File::options().append(true).open(path) {
        // When it was last used, for `prune`. Where that can't be written, nothing can be removed either.
        let _ = file.set_modified(SystemTime::now());
    }
    Ok(true)
}

/// Whether a file is what was once written.
fn is_whole(mut file: &File) -> io::Result<bool> {
    let Some(length) = file.metadata()?.len().checked_sub(TRAILER as u64) else {
        return Ok(false);
    };
    let mut checksum = crc32fast::Hasher::new();
    let mut piece = vec![0; PIECE];
    let mut left = length;
    while left > 0 {
        let size = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        file.read_exact(&mut piece[..size])?;
        checksum.update(&piece[..size]);
        left -= size as u64;
    }
    let mut end = [0; TRAILER];
    file.read_exact(&mut end)?;
    Ok(end == trailer(length, checksum.finalize()))
}

fn trailer(length: u64, checksum: u32) -> [u8; TRAILER] {
    let mut bytes = [0; TRAILER];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..16].copy_from_slice(&length.to_le_bytes());
    bytes[16..].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// Maps an entry that is whole.
#[expect(
    unsafe_code,
    reason = "Wasmtime trusts compiled code: it was made by the same engine, and is as it was written"
)]
fn loaded(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: by its name and its checksum the file is what `Engine::precompile_component` gave for this
    // engine. It is never written to under its name, only replaced as a whole by the same.
    unsafe { Component::deserialize_file(engine, path) }
}

/// Loads what was compiled just now.
#[expect(
    unsafe_code,
    reason = "Wasmtime trusts compiled code: it was made in this process"
)]
fn compiled(engine: &Engine, code: &[u8]) -> Result<Component, InvalidCode> {
    // SAFETY: `code` is what `Engine::precompile_component` gave.
    unsafe { Component::deserialize(engine, code) }.map_err(|error| InvalidCode(error.into()))
}

fn store(path: &Path, mut code: Vec<u8>) -> io::Result<()> {
    let checksum = crc32fast::hash(&code);
    code.extend_from_slice(&trailer(code.len() as u64, checksum));
    write_whole(path, &code)
}

/// Beside its place first, under a name of this write alone.
fn write_whole(to: &Path, content: &[u8]) -> io::Result<()> {
    static WRITES: AtomicU64 = AtomicU64::new(0);
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    let process = std::process::id();
    let write = WRITES.fetch_add(1, Ordering::Relaxed);
    let beside = to.with_file_name(format!("{name}.{process}-{write}.partial"));
    let written = fs::write(&beside, content).and_then(|()| fs::rename(&beside, to));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Takes away what stands where an entry should be.
fn discard(path: &Path) {
    if fs::remove_file(path).is_err() {
        let _ = fs::remove_dir_all(path);
    }
}

/// For this user alone: what is in it is run.
fn make_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
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
    for (used, size, path) in entries {
        let recent = used.elapsed().is_ok_and(|age| age < RECENT);
        let left_over = path.extension().is_some_and(|end| end == "partial");
        if !recent && (left_over || total > most) && fs::remove_file(path).is_ok() {
            total -= size;
        }
    }
}

/// All that compiled code depends on.
fn key(engine: &Engine, source: &Source<'_>) -> blake3::Hash {
    struct Bytes(blake3::Hasher);
    impl Hasher for Bytes {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut settings = Bytes(blake3::Hasher::new());
    engine.precompile_compatibility_hash().hash(&mut settings);
    let mut hasher = blake3::Hasher::new();
    hasher.update(settings.0.finalize().as_bytes());
    hasher.update(blake3::hash(source.adapter).as_bytes());
    hasher.update(source.content.as_bytes());
    hasher.finalize()
}

#[cfg(test)]
mod tests;
