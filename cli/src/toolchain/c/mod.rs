//! A C compiler for packages with C code: which one there is, whether it really works, and what a build
//! has to be told to use it.
//!
//! Build scripts find their compiler through the variables of the `cc` crate, `CC_wasm32_wasip2` and its
//! kin. Nothing is believed before it has compiled a file that uses the C library, and Rust's own linker
//! has taken the object.

mod check;
mod clang;
mod launcher;
mod managed;
mod python;
mod remembered;
mod settings;
mod users;
mod zig;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use managed::{NAME as MANAGED, SIZES as MANAGED_SIZES, install};

use crate::execute::surroundings::Surroundings;
use check::Checker;
use settings::Settings;

/// A C compiler that makes objects for the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CCompiler {
    /// What it is, for a person: `clang with the sysroot /usr`.
    pub name: String,
    /// What it says of its version: `19.1.7`; empty when it says nothing.
    pub version: String,
    /// The compiler itself.
    pub program: PathBuf,
    /// What a build needs in its environment to use it; empty when the user has set it all.
    pub env: BTreeMap<OsString, OsString>,
    /// Whether it is the one that wasify installed.
    pub managed: bool,
    /// Why it does not work. Only a compiler that the user has set is given although it does not: build
    /// scripts will call it, whatever wasify thinks of it.
    pub fault: Option<String>,
}

/// A compiler that was looked at and is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Which one: `/usr/bin/clang-14`.
    pub what: String,
    /// Why, in one line.
    pub why: String,
}

/// What a search found, and what it passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CSearch {
    /// The compiler to use.
    pub compiler: Option<CCompiler>,
    /// Those that came before it and do not work, in the order they were tried.
    pub rejected: Vec<Rejected>,
}

/// A compiler that is to be checked.
#[derive(Debug, Clone, Default)]
struct Candidate {
    /// See [`CCompiler::name`].
    name: String,
    /// The file whose change makes an earlier check worthless.
    program: PathBuf,
    /// What build scripts call: the program, or a launcher in front of it.
    command: Vec<OsString>,
    /// What they add to its command line.
    flags: Vec<OsString>,
    /// What tells its version, where that is not the command with `--version`.
    version: Vec<OsString>,
    /// See [`CCompiler::env`].
    env: BTreeMap<OsString, OsString>,
    /// See [`CCompiler::managed`].
    managed: bool,
}

impl Candidate {
    fn compiler(self, version: String) -> CCompiler {
        CCompiler {
            name: self.name,
            version,
            program: self.program,
            env: self.env,
            managed: self.managed,
            fault: None,
        }
    }

    fn rejected(&self, why: String) -> Rejected {
        Rejected {
            what: format!("{} ({})", self.program.display(), self.name),
            why,
        }
    }
}

/// A place to look at: something to check, or something that needs no check to be turned down.
type Found = Result<Candidate, Rejected>;

/// Finds the C compiler that build scripts in `cwd` should use: the one that the user has set; the
/// wasi-sdk in `WASI_SDK_PATH`; a clang with a WASI sysroot, the newest first; zig on `PATH`; the zig that
/// wasify has installed. The first that really works is taken.
///
/// A compiler that worked before is not tried again until it, or Rust, changes.
#[must_use]
pub fn find(around: &Surroundings, cwd: &Path) -> CSearch {
    let settings = Settings::read(around, cwd);
    let checker = Checker::new(around, cwd);
    if let Some(compiler) = users::compiler(&settings, &checker) {
        return CSearch {
            compiler: Some(compiler),
            rejected: Vec::new(),
        };
    }
    // Each looks around only when those before it gave nothing: asking ten compilers takes a while.
    let places: [&dyn Fn() -> Vec<Found>; 4] = [
        &|| clang::sdks(&settings),
        &|| clang::clangs(&settings),
        &|| zig::on_path(&settings),
        &|| managed::installed(&settings).into_iter().collect(),
    ];
    let mut search = CSearch::default();
    for found in places.iter().flat_map(|look| look()) {
        match found.and_then(|candidate| checker.checked(candidate)) {
            Ok(compiler) => {
                search.compiler = Some(compiler);
                break;
            }
            Err(rejected) => search.rejected.push(rejected),
        }
    }
    search
}
