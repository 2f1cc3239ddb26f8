//! What is true of a binary: read once, in one pass, and never by a rule.

mod backtrace;
pub mod build;
mod code;
mod crates;
pub(crate) mod flow;
mod foreign;
pub(crate) mod graph;
mod image;
mod lines;
mod linkmap;
mod module;
pub(crate) mod names;
mod packages;
pub(crate) mod program;
pub mod project;
mod reach;
mod read;
mod skip;
mod summary;
mod surface;
pub(crate) mod text;
mod undefined;
mod witness;

pub use backtrace::{Backtrace, Running};
pub use crates::{Crate, Role};
pub use packages::Packages;
pub(crate) use summary::split_version;
pub use surface::{
    Export, ImportedFunction, Interface, Kind, Memory, ModuleSummary, Producer, Section, Surface,
};
pub use undefined::{MissingSymbol, Unlinked, Wanting, missing_symbols};

use linkmap::LinkMap;
use module::Module;
use program::{Context, Program};

use crate::Error;
use crate::registry;

/// What there is to read.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The artifact: a component or a core module, whole.
    pub artifact: &'a [u8],
    /// The core module of the witness link of the same objects, when wasify built the artifact.
    pub witness: Option<&'a [u8]>,
    /// The linker's map of the witness link.
    pub link_map: Option<&'a str>,
    /// The packages of the build, to name crates with their versions.
    pub packages: &'a Packages,
}

/// Everything known about one binary.
#[derive(Debug)]
pub struct Facts<'a> {
    /// What the file shows to the outside: imports, exports, sizes.
    pub surface: Surface,
    /// The crates with code in it, largest first.
    pub crates: Vec<Crate>,
    /// Whether the references between functions are exact, from a witness link's relocations, or
    /// conservative.
    pub exact: bool,
    /// How many functions the examined core modules define.
    pub functions: u32,
    /// How many of them an entry leads to.
    pub reachable: u32,
    /// The packages of the build that made it; none for a file from elsewhere.
    pub(crate) packages: &'a Packages,
    /// Whether `programs` is the witness instead of the artifact's own modules.
    pub(crate) witnessed: bool,
    /// The core modules with code of their own; the witness stands for the artifact's.
    pub(crate) programs: Vec<Program<'a>>,
}

impl<'a> Facts<'a> {
    /// Reads a binary.
    ///
    /// # Errors
    /// [`Error::Empty`] and [`Error::NotWasm`] for what isn't WebAssembly, [`Error::Malformed`] for
    /// a truncated or broken file, [`Error::Rule`] when an embedded rule file is broken.
    pub fn read(input: &Input<'a>) -> Result<Facts<'a>, Error> {
        let mut read = read::read(input.artifact)?;
        let modules = summary::modules(&read);
        let witness = input.witness.map(read::read).transpose()?;
        let map = input.link_map.map(LinkMap::parse).unwrap_or_default();
        let texts = registry::texts()?;
        let context = Context {
            map: &map,
            packages: input.packages,
            texts: &texts,
        };
        let witnessed = witness.is_some();
        let inner: Vec<Module<'a>> = match witness {
            Some(witness) => witness.modules,
            None => std::mem::take(&mut read.modules),
        };
        let mut programs = Vec::new();
        for module in inner.into_iter().filter(|module| !module.bodies.is_empty()) {
            programs.push(Program::new(module, &context)?);
        }
        Ok(Facts {
            surface: summary::surface(input.artifact.len() as u64, &read, modules, &programs),
            crates: summary::crates(&programs),
            exact: !programs.is_empty() && programs.iter().all(|program| program.exact),
            functions: summary::functions(&programs),
            reachable: summary::reachable(&programs),
            packages: input.packages,
            witnessed,
            programs,
        })
    }

    /// Tells by its first bytes whether a file can be WebAssembly at all, before the rest is read.
    ///
    /// # Errors
    /// [`Error::Empty`] and [`Error::NotWasm`].
    pub fn check_start(start: &[u8]) -> Result<(), Error> {
        read::check_magic(start)
    }
}
