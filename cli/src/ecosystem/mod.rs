//! How one kind of project is found, planned, built and understood: one module each.

pub mod cargo;
mod checkup;
mod stubbed;
pub mod trouble;

use std::path::PathBuf;

use wasify_lints::explain::Explained;
use wasify_lints::facts::Packages;
use wasify_lints::facts::build::{Failure, ForeignCode};
use wasify_lints::finding::{Finding, Package};
use wasify_lints::preflight::Survey;
use wasify_lints::rule::Cause;

pub use checkup::{CheckFailure, Checked, Checkup, Setting, SettingPlace, Stale};

use crate::settings::FlagInUse;
use crate::stub::{Call, Selector};
use crate::toolchain::c::CSearch;

/// What the user asked to build, in cargo's words.
#[derive(Debug, Clone, Default)]
pub struct BuildRequest {
    /// The project's directory; the current one when absent.
    pub path: Option<PathBuf>,
    /// `--manifest-path`.
    pub manifest_path: Option<PathBuf>,
    /// `--crate NAME[@VERSION]`: build a published application instead of a local project.
    pub published: Option<String>,
    /// `--out-dir`: where the components are copied to. When absent, those of `--crate` go to the
    /// current directory, and a local project's stay in its target directory.
    pub out_dir: Option<PathBuf>,
    /// `-p`.
    pub packages: Vec<String>,
    /// `--workspace`.
    pub workspace: bool,
    /// `--bin`.
    pub bins: Vec<String>,
    /// `--bins`.
    pub all_bins: bool,
    /// `--example`.
    pub examples: Vec<String>,
    /// `--examples`.
    pub all_examples: bool,
    /// `--lib`.
    pub lib: bool,
    /// `--release`.
    pub release: bool,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--features`, each as given.
    pub features: Vec<String>,
    /// `--no-default-features`.
    pub no_default_features: bool,
    /// `--all-features`.
    pub all_features: bool,
    /// `--locked`.
    pub locked: bool,
    /// `--offline`.
    pub offline: bool,
    /// `--frozen`.
    pub frozen: bool,
    /// `--target-dir`.
    pub target_dir: Option<PathBuf>,
    /// `-j`.
    pub jobs: Option<String>,
    /// `--quiet`: the build tool shows errors and warnings only.
    pub quiet: bool,
    /// `--no-install`: a missing target is reported, not installed.
    pub no_install: bool,
    /// `--stub`: what is taken out of the components.
    pub stubs: Vec<Selector>,
    /// Whether code is to be led back to its source lines where the profile keeps none.
    pub line_tables: bool,
    /// What follows `--`, for cargo, unchanged.
    pub passed_on: Vec<String>,
}

/// What the user asked to test, in cargo's words.
#[derive(Debug, Clone, Default)]
pub struct TestRequest {
    /// What it has in common with building.
    pub build: BuildRequest,
    /// `--exclude`.
    pub exclude: Vec<String>,
    /// `--test`.
    pub tests: Vec<String>,
    /// `--tests`.
    pub all_tests: bool,
    /// `--bench`.
    pub benches: Vec<String>,
    /// `--benches`.
    pub all_benches: bool,
    /// `--all-targets`.
    pub all_targets: bool,
    /// `--doc`.
    pub doc: bool,
    /// `--no-run`.
    pub no_run: bool,
    /// `--no-fail-fast`.
    pub no_fail_fast: bool,
    /// Part of the names of the tests to run.
    pub name: Option<String>,
    /// What follows `--`, for the test programs.
    pub passed_on: Vec<String>,
}

/// What a build gave.
#[derive(Debug)]
pub struct Built {
    /// The project's name: the root package, or the workspace directory's name.
    pub project: String,
    /// The project's root directory.
    pub root: PathBuf,
    /// What was made, sorted by path. Not empty unless `failure` is there.
    pub artifacts: Vec<BuiltArtifact>,
    /// The packages of the build, for naming crates.
    pub packages: Packages,
    /// The ports that are in the artifacts.
    pub ports: Vec<PortInUse>,
    /// The other flags of the port.
    pub flags: Vec<FlagInUse>,
    /// Packages whose build scripts made code for another machine, sorted: it is not in the artifacts.
    pub foreign: Vec<ForeignCode>,
    /// Why something could not be built.
    pub failure: Option<BuildFailure>,
    /// What was compiled and could not be linked, in the order of the failures: core modules to look
    /// into, which import what is missing and can't run.
    pub unlinked: Vec<BuiltArtifact>,
}

/// A port that a build was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortInUse {
    /// The package.
    pub package: Package,
    /// What its functions do instead, one sentence each.
    pub instead: Vec<String>,
    /// The rule that asked for it; none for one that came along with another.
    pub rule: Option<String>,
    /// The rules that no longer say anything true of the package.
    pub cures: Vec<String>,
}

/// A component or core module that the build made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltArtifact {
    /// The target's name: `rg`.
    pub name: String,
    /// The package it is a target of.
    pub package: Package,
    /// Where the user finds it.
    pub path: PathBuf,
    /// The core module of the witness link, when there is one for exactly this artifact.
    pub witness: Option<PathBuf>,
    /// The linker's map of the witness link.
    pub link_map: Option<PathBuf>,
    /// Whether its link succeeded: otherwise it can be looked into, and not run.
    pub linked: bool,
    /// Whether it is a library, not a program.
    pub library: bool,
    /// Whether its package says, with `default-run`, that this is the program that is meant when none
    /// is named.
    pub default_run: bool,
    /// What was taken out of its imports, sorted. The file is then wasify's own, beside the build tool's.
    pub stubbed: Vec<Call>,
}

/// A build that failed.
#[derive(Debug)]
pub struct BuildFailure {
    /// Every package that failed by itself, in the order of their names. Empty when cargo stopped
    /// before compiling anything; `message` says why then.
    pub packages: Vec<FailedPackage>,
    /// What the dependency graph tells of packages that the build did not come to, because another
    /// failed before them.
    pub foreseen: Vec<Finding>,
    /// Why nothing was compiled, where that is known and no package is to blame.
    pub cause: Option<Cause>,
    /// Cargo's own last error, or what keeps cargo from starting.
    pub message: String,
    /// The command that mends it, when one is known.
    pub remedy: Option<Remedy>,
}

/// A command line that makes a build possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// What running it means, an imperative line.
    pub title: String,
    /// The line to paste.
    pub command: String,
}

/// A package that could not be built, and why.
#[derive(Debug)]
pub struct FailedPackage {
    /// What it said.
    pub failure: Failure,
    /// What is told of it: the rule that knows it, who wanted the package, what can be done.
    pub explained: Explained,
    /// What a link found nowhere, by the crate that wants it, sorted; those of no known crate first.
    pub missing: Vec<MissingSymbols>,
}

/// What is known of a project without a build.
#[derive(Debug)]
pub struct Examined {
    /// The project's name: the root package, or the workspace directory's name.
    pub project: String,
    /// The project's root directory.
    pub root: PathBuf,
    /// What its dependency graph tells; or why there is none.
    pub survey: Result<Survey, BuildFailure>,
    /// The C compilers of this machine, where a package needs one.
    pub c_search: Option<CSearch>,
    /// The machine's tools, cargo's settings and the port's flags.
    pub checkup: Checkup,
}

/// The missing symbols that one crate wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingSymbols {
    /// Which one; `None` for objects of no package of the build.
    pub package: Option<Package>,
    /// The path from one of the user's own packages to it, both ends included.
    pub dependency_path: Vec<Package>,
    /// Sorted by name.
    pub symbols: Vec<Missing>,
}

/// A symbol that no object and no library of a link has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// As the linker knows it.
    pub symbol: String,
    /// Demangled.
    pub name: String,
    /// Whether it is a function, and not data.
    pub function: bool,
    /// Why nobody has it, where that is known.
    pub reason: Option<&'static str>,
    /// The objects that refer to it, as the linker names them, sorted.
    pub objects: Vec<String>,
}
