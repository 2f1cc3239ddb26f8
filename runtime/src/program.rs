//! From a file's bytes to something that can be started.

use std::fmt;

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
        const HEADER: usize = 8;
        const EXPORTS: u8 = 11;
        match bytes.get(..HEADER)? {
            [0, b'a', b's', b'm', _, _, 1, 0] => {}
            [0, b'a', b's', b'm', _, _, 0, 0] => return Some(Entry::Command),
            _ => return None,
        }
        let mut names = Vec::new();
        let mut sections = BinaryReader::new(&bytes[HEADER..], HEADER);
        while !sections.eof() {
            let id = sections.read_u8().ok()?;
            let size = sections.read_var_u32().ok()?;
            let at = sections.original_position();
            let content = sections.read_bytes(usize::try_from(size).ok()?).ok()?;
            if id == EXPORTS {
                let exports =
                    ComponentExportSectionReader::new(BinaryReader::new(content, at)).ok()?;
                for export in exports {
                    names.push(export.ok()?.name.name);
                }
            }
        }
        Entry::among(names)
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
        // `\0asm`, then 13 and layer 1 for a component, 1 and layer 0 for a core module.
        let adapted = match bytes.get(..8) {
            Some([0, b'a', b's', b'm', _, _, 1, 0]) => false,
            Some([0, b'a', b's', b'm', _, _, 0, 0]) => true,
            _ => return Err(LoadError::NotWasm),
        };
        let source = Source {
            bytes,
            adapter: if adapted {
                WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER
            } else {
                &[]
            },
        };
        let compile = || {
            let made;
            let component = if adapted {
                made = adapt(bytes).map_err(LoadError::NotAdaptable)?;
                &made
            } else {
                bytes
            };
            self.engine
                .precompile_component(component)
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

fn adapt(module: &[u8]) -> anyhow::Result<Vec<u8>> {
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
