//! From a file's bytes to something that can be started.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
};
use wasmparser::{BinaryReader, ComponentExportSectionReader};
use wasmtime::component::{Component, InstancePre};

use crate::cache::{InvalidCode, Source};
use crate::engine::Runtime;
use crate::state::State;

/// A loaded program.
pub struct Program {
    pub(crate) pre: InstancePre<State>,
    /// How it is started.
    pub entry: Entry,
    /// Whether it was made a component here, with the preview1 adapter.
    pub adapted: bool,
    /// Whether its compiled code came from the cache.
    pub cached: bool,
}

impl fmt::Debug for Program {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Program")
            .field("entry", &self.entry)
            .field("adapted", &self.adapted)
            .field("cached", &self.cached)
            .finish_non_exhaustive()
    }
}

/// How a program is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// `wasi:cli/run`, once.
    Command,
    /// `wasi:http/incoming-handler`, for each request.
    Http,
}

impl Entry {
    /// How a file would be started, without compiling it. `None` when it can't be told.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Entry> {
        Entry::read(&mut io::Cursor::new(bytes)).ok().flatten()
    }

    /// As [`Entry::of`], without reading more of the file than its exports.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn of_file(path: &Path) -> io::Result<Option<Entry>> {
        Entry::read(&mut BufReader::with_capacity(512, File::open(path)?))
    }

    fn read(file: &mut (impl Read + Seek)) -> io::Result<Option<Entry>> {
        const EXPORTS: u8 = 11;
        let mut header = Vec::new();
        file.take(HEADER as u64).read_to_end(&mut header)?;
        match Kind::of(&header) {
            Ok(Kind::Component) => {}
            Ok(Kind::Module) => return Ok(Some(Entry::Command)),
            Err(_) => return Ok(None),
        }
        let mut names = Vec::new();
        while let Some((id, size)) = section(file)? {
            if id == EXPORTS {
                let mut content = Vec::new();
                file.take(size.into()).read_to_end(&mut content)?;
                let content = BinaryReader::new(&content, 0);
                let Ok(exports) = ComponentExportSectionReader::new(content) else {
                    return Ok(None);
                };
                let exports = exports.into_iter().map_while(Result::ok);
                names.extend(exports.map(|export| export.name.name.to_owned()));
            } else {
                file.seek_relative(size.into())?;
            }
        }
        Ok(Entry::among(names.iter().map(String::as_str)))
    }

    fn among<'a>(exports: impl IntoIterator<Item = &'a str> + Clone) -> Option<Entry> {
        let has = |interface: &str| {
            let mut names = exports.clone().into_iter();
            names.any(|name| name.starts_with(interface))
        };
        if has("wasi:cli/run@0.2.") {
            Some(Entry::Command)
        } else if has("wasi:http/incoming-handler@0.2.") {
            Some(Entry::Http)
        } else {
            None
        }
    }
}

/// The number and the size of the next section of a component.
fn section(file: &mut impl Read) -> io::Result<Option<(u8, u32)>> {
    let mut next = || {
        let mut byte = [0];
        let size = file.read(&mut byte)?;
        Ok::<_, io::Error>((size == 1).then_some(byte[0]))
    };
    let Some(id) = next()? else {
        return Ok(None);
    };
    let (mut size, mut shift) = (0_u32, 0);
    while let Some(byte) = next()? {
        size |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        shift += 7;
        if byte & 0x80 == 0 {
            return Ok(Some((id, size)));
        }
    }
    Ok(None)
}

/// Why a file can't be started.
#[derive(Debug)]
pub enum LoadError {
    /// Neither a component nor a core module.
    NotWasm,
    /// The engine refuses it, with its reason.
    Invalid(anyhow::Error),
    /// A core module that is not a preview1 command, with the reason.
    NotAdaptable(anyhow::Error),
    /// It has nothing to start; these are its exports.
    NoEntry(Vec<String>),
    /// It wants what nobody here provides; the imports, sorted.
    UnknownImports(Vec<String>),
}

impl fmt::Display for LoadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::NotWasm => out.write_str("it is not WebAssembly"),
            LoadError::Invalid(error) => write!(out, "Wasmtime refuses it: {error:#}"),
            LoadError::NotAdaptable(error) => {
                write!(out, "it can't be made a component: {error:#}")
            }
            LoadError::NoEntry(_) => out.write_str("it has nothing that can be started"),
            LoadError::UnknownImports(names) => {
                write!(out, "it imports what nobody provides: {}", names.join(", "))
            }
        }
    }
}

impl std::error::Error for LoadError {}

impl Runtime {
    /// Compiles a program, or takes it from the cache.
    ///
    /// # Errors
    /// The file can't be started.
    pub fn load(&self, bytes: &[u8]) -> Result<Program, LoadError> {
        let kind = Kind::of(bytes.get(..HEADER).unwrap_or_default())?;
        self.prepared(kind, blake3::hash(bytes), || Ok(bytes.to_vec()))
    }

    /// As [`Runtime::load`], from a file; one that is known from an earlier run, and has not changed since,
    /// is not read.
    ///
    /// # Errors
    /// The file can't be read; and inside, it can't be started.
    pub fn load_file(&self, path: &Path) -> io::Result<Result<Program, LoadError>> {
        let mut file = File::open(path)?;
        let mut header = Vec::new();
        (&file).take(HEADER as u64).read_to_end(&mut header)?;
        file.rewind()?;
        let kind = match Kind::of(&header) {
            Ok(kind) => kind,
            Err(error) => return Ok(Err(error)),
        };
        let mut bytes = None;
        let content = self.cache.content(&file, &mut bytes)?;
        let read = || match bytes {
            Some(bytes) => Ok(bytes),
            None => reread(path, &content).map_err(LoadError::Invalid),
        };
        Ok(self.prepared(kind, content, read))
    }

    fn prepared(
        &self,
        kind: Kind,
        content: blake3::Hash,
        bytes: impl FnOnce() -> Result<Vec<u8>, LoadError>,
    ) -> Result<Program, LoadError> {
        let adapted = kind == Kind::Module;
        let source = Source {
            content,
            adapter: if adapted {
                WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER
            } else {
                &[]
            },
        };
        let compile = || {
            let mut component = bytes()?;
            if adapted {
                component = adapt(&component).map_err(LoadError::NotAdaptable)?;
            }
            self.engine
                .precompile_component(&component)
                .map_err(|error| LoadError::Invalid(error.into()))
        };
        let (component, cached) = self.cache.component(&self.engine, &source, compile)?;
        let entry = entry(&component)?;
        let pre =
            self.linker.instantiate_pre(&component).map_err(|error| {
                match unknown_imports(&component) {
                    names if names.is_empty() => LoadError::Invalid(error.into()),
                    names => LoadError::UnknownImports(names),
                }
            })?;
        Ok(Program {
            pre,
            entry,
            adapted,
            cached,
        })
    }
}

/// Reads a file whose content is known, because its compiled code is gone.
fn reread(path: &Path, content: &blake3::Hash) -> anyhow::Result<Vec<u8>> {
    let bytes = std::fs::read(path)?;
    anyhow::ensure!(
        blake3::hash(&bytes) == *content,
        "the file changed while it was read"
    );
    Ok(bytes)
}

/// `\0asm`, a version, and the layer.
const HEADER: usize = 8;

/// The two kinds of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Component,
    Module,
}

impl Kind {
    /// By the first bytes of the file.
    fn of(header: &[u8]) -> Result<Kind, LoadError> {
        match header.get(..HEADER) {
            Some([0, b'a', b's', b'm', _, _, 1, 0]) => Ok(Kind::Component),
            Some([0, b'a', b's', b'm', _, _, 0, 0]) => Ok(Kind::Module),
            _ => Err(LoadError::NotWasm),
        }
    }
}

/// Makes a component of a preview1 command.
///
/// # Errors
/// It isn't one, with the reason.
pub fn adapt(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    wit_component::ComponentEncoder::default()
        .module(module)?
        .adapter(
            WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
        )?
        .encode()
}

impl From<InvalidCode> for LoadError {
    fn from(error: InvalidCode) -> LoadError {
        LoadError::Invalid(error.0)
    }
}

/// The imports that are of no package that is provided here, sorted.
fn unknown_imports(component: &Component) -> Vec<String> {
    const PROVIDED: [&str; 7] = [
        "cli",
        "clocks",
        "filesystem",
        "http",
        "io",
        "random",
        "sockets",
    ];
    let kind = component.component_type();
    let imports = kind.imports(component.engine()).map(|(name, _)| name);
    let is_provided = |name: &str| {
        PROVIDED.iter().any(|package| {
            let rest = name
                .strip_prefix("wasi:")
                .and_then(|name| name.strip_prefix(package));
            rest.is_some_and(|rest| rest.starts_with('/') && rest.contains("@0.2."))
        })
    };
    let mut names: Vec<String> = imports
        .filter(|name| !is_provided(name))
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

fn entry(component: &Component) -> Result<Entry, LoadError> {
    let engine = component.engine();
    let kind = component.component_type();
    let exports: Vec<String> = kind
        .exports(engine)
        .map(|(name, _)| name.to_owned())
        .collect();
    Entry::among(exports.iter().map(String::as_str)).ok_or(LoadError::NoEntry(exports))
}
