//! The shapes of `wasify-report/1`. Frozen: what is here keeps its name and its meaning; a field may
//! be added, and a change of any other kind is a new version beside this one.

mod blocked;
mod checkup;
mod hosts;
mod ratchet;
mod stubbed;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use blocked::{
    Action, BuildError, BuildFailure, Dependent, FailedPackage, MissingSymbol, MissingSymbols,
    Port, Survey,
};
pub use checkup::{Checked, Remedy, Setting, StaleFlag, Tool};
pub use hosts::{HostFit, Obstacle, ObstacleKind, Purpose, Told, Used, Verdict};
pub use ratchet::{Change, Ratchet};
pub use stubbed::{Answer, Stubbed};

/// What one run of `wasify build` or `wasify inspect` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "wasify-report/1")]
pub struct Report {
    /// The name of this format: always `wasify-report/1`.
    #[schemars(extend("const" = "wasify-report/1"))]
    pub schema: String,
    /// The version of wasify that wrote it.
    pub wasify: String,
    /// The project that was built; null for `wasify inspect`.
    pub project: Option<Project>,
    /// What was looked into, sorted by path.
    pub artifacts: Vec<Artifact>,
    /// What is wrong, worst first. Findings that the user's flags allow are left out and counted in
    /// `summary.allowed`.
    pub findings: Vec<Finding>,
    /// Why the project could not be built; null when it could.
    pub build: Option<BuildFailure>,
    /// The ports that the artifacts were built with.
    pub ports: Vec<Port>,
    /// The other flags of the port, from wasify.toml.
    pub flags: Vec<Flag>,
    /// What the dependency graph tells of a project that was not built: how many packages there are
    /// for the target. What will not work is in `findings`. Null where something was built or inspected.
    pub survey: Option<Survey>,
    /// The machine's tools, those that the project needs first. Empty unless `wasify doctor` looked at them,
    /// as are the next two.
    pub tools: Vec<Tool>,
    /// Cargo's settings that fight the port.
    pub settings: Vec<Setting>,
    /// Flags in `wasify.toml` whose reason is gone.
    pub stale_flags: Vec<StaleFlag>,
    /// What `wasify doctor --check` saw; null without it.
    pub checked: Option<Checked>,
    /// Rules that could not be decided, with the reason.
    pub skipped: Vec<Skipped>,
    /// How many findings there are.
    pub summary: Summary,
    /// How it compares with a baseline; null unless `--ci` or `--write-baseline` asked for that.
    pub ratchet: Option<Ratchet>,
    /// The exit code of the run: 0 for nothing at level deny and no host that can't run a binary, 1
    /// otherwise. A run that could not do
    /// its work (2) writes no report.
    #[schemars(extend("enum" = [0, 1]))]
    pub exit_code: u8,
}

/// A flag of the port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Flag {
    /// What it is, for people.
    pub what: String,
    /// The rule that asked for it.
    pub rule: String,
    /// What it costs; null where it costs nothing that a user would notice.
    pub costs: Option<String>,
}

/// The project that was built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Project {
    /// The root package's name, or the workspace directory's.
    pub name: String,
    /// Its root directory.
    pub root: String,
}

/// A binary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Artifact {
    /// The target's name, or the file's.
    pub name: String,
    /// Where it lies; `-` for standard input.
    pub path: String,
    /// What kind of file it is.
    pub kind: ArtifactKind,
    /// The file's size.
    pub bytes: u64,
    /// The highest WASI version it imports: `0.2.6`, or `preview1` and `unstable` for core modules;
    /// null when it imports no WASI.
    pub wasi: Option<String>,
    /// Whether the references between its functions are known exactly, from the linker, or
    /// conservatively, from the binary alone.
    pub exact: bool,
    /// How many functions the core modules with code of their own define.
    pub functions: u32,
    /// How many of those an entry leads to.
    pub reachable: u32,
    /// The command that runs it, a word each; null for what can't be run by itself.
    pub run: Option<Vec<String>>,
    /// What it wants from the host, sorted by name.
    pub imports: Vec<Import>,
    /// What it offers, sorted by name.
    pub exports: Vec<Export>,
    /// The tools that made it, as they say themselves.
    pub producers: Vec<Producer>,
    /// The memory of the main core module.
    pub memory: Option<Memory>,
    /// The sections of all core modules, largest first.
    pub sections: Vec<Size>,
    /// The core modules inside.
    pub modules: Vec<Module>,
    /// The crates with code in it, largest first.
    pub crates: Vec<Crate>,
    /// How many instructions use the withdrawn encoding of exceptions.
    pub legacy_exceptions: u32,
    /// What the hosts that were named with `--host` make of it, in the order in which they were named.
    pub hosts: Vec<HostFit>,
    /// What was taken out of its imports with `--stub`, `stub` in wasify.toml or `wasify stub`, sorted.
    pub stubbed: Vec<Stubbed>,
    /// Whether its link succeeded. False for a module that imports what the link found nowhere: it was
    /// looked into, and can't run.
    pub linked: bool,
}

/// What kind of file an artifact is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ArtifactKind {
    /// A component, with core modules inside.
    Component,
    /// A core module.
    Module,
}

/// An imported interface, or the module name of core imports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Import {
    /// `wasi:filesystem/types`, without the version.
    pub name: String,
    /// `0.2.6`.
    pub version: Option<String>,
    /// The functions of it that are imported, sorted.
    pub functions: Vec<ImportedFunction>,
}

/// An imported function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImportedFunction {
    /// `[method]descriptor.open-at`.
    pub name: String,
    /// Whether a path leads to it from an export.
    pub called: bool,
}

/// An exported item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Export {
    /// With its version: `wasi:cli/run@0.2.0`.
    pub name: String,
    /// `function`, `instance`, `memory`, `table`, `global`, `component`, `module` or `type`.
    pub kind: String,
}

/// A tool that took part in making a binary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Producer {
    /// `language`, `processed-by` or `sdk`.
    pub field: String,
    /// `rustc`.
    pub name: String,
    /// May be empty.
    pub version: String,
}

/// A linear memory. A page has 65,536 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Memory {
    /// Pages at the start.
    pub initial_pages: u64,
    /// Pages at most; null when the binary sets no limit.
    pub maximum_pages: Option<u64>,
    /// Whether threads may share it.
    pub shared: bool,
    /// Whether addresses have 64 bits.
    pub memory64: bool,
}

/// The size of a part of a binary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Size {
    /// The part.
    pub name: String,
    /// Its size.
    pub bytes: u64,
}

/// A core module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Module {
    /// Its place: `module`, or `component/module[0]`.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// How many functions it defines.
    pub functions: u32,
}

/// The code of one crate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Crate {
    /// Which one.
    pub package: Package,
    /// Whose code it is.
    pub role: Role,
    /// The size of its functions.
    pub bytes: u64,
    /// How many functions of it there are.
    pub functions: u32,
}

/// Whose code a crate is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The user's own.
    Own,
    /// A dependency.
    Dependency,
    /// The toolchain's: std, wasi-libc, what the linker adds.
    Toolchain,
}

/// Something that will not work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The rule's id, as in `wasify explain ID`; `build-failed` for a package that can't be built.
    pub rule: String,
    /// The rule's group.
    pub group: Option<String>,
    /// What kind of thing happens.
    pub outcome: Option<Outcome>,
    /// Why a package does not build, where that is known: `needs-c`, `needs-library`, `unstable-std`,
    /// `needs-cfg`, `refuses`, `no-wasi`, `wrong-backend`, `unresolved`, `toolchain`.
    pub cause: Option<String>,
    /// The path of the artifact it is about; null for what is known of a package.
    pub artifact: Option<String>,
    /// How much it matters.
    pub level: Level,
    /// The flag that set the level, `-W std`; null when the rule did.
    pub level_flag: Option<String>,
    /// How sure it is that the program gets there.
    pub confidence: Confidence,
    /// What is wrong, in one line.
    pub message: String,
    /// What the user of the program will see.
    pub effect: String,
    /// The crate to look at.
    pub package: Option<Package>,
    /// The nearest line of source.
    pub location: Option<Location>,
    /// The shortest path to the call, from the entry on.
    pub call_path: Vec<Frame>,
    /// A shortest way from one of the project's own packages to the package, with the features that lead
    /// to the next step, for what is known from the dependency graph.
    pub dependency_path: Vec<Dependent>,
    /// How many further places of the same crate this stands for.
    pub more_places: u32,
    /// The places in the project's own crates, one a function, sorted by its name. Empty for what holds in
    /// dependencies or of a file as a whole.
    pub places: Vec<Place>,
    /// Whether the baseline that the run was compared with has it.
    pub accepted: bool,
    /// Further facts, a line each.
    pub notes: Vec<String>,
    /// What to do about it, best first.
    pub suggestions: Vec<Suggestion>,
}

/// A place in the project's own crates where a finding holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The innermost function of the project on the way to the call, with its file: `src/edit.rs: spell`.
    pub function: String,
    /// The nearest line of source.
    pub location: Option<Location>,
}

/// What kind of thing happens at run time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The program is stopped.
    Trap,
    /// The call returns an error.
    Error,
    /// The call returns a wrong or placeholder value.
    WrongResult,
    /// Nothing happens, and nothing says so.
    Silence,
    /// Hosts refuse to load the file.
    NotLoaded,
    /// The package does not build for the target.
    NotBuilt,
}

/// How much a finding matters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing; ordinary use does not depend on it.
    Note,
    /// Breaks only when asked for.
    Warn,
    /// Breaks ordinary use; the exit code is 1.
    Deny,
}

/// How sure it is that the program gets to the place a finding names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Only through an indirect reference: a function pointer or a vtable.
    Indirect,
    /// On some path from an entry.
    Possible,
    /// On every path from an entry that does not give up early.
    Always,
}

/// A crate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Package {
    /// As in `Cargo.toml`.
    pub name: String,
    /// When it is known.
    pub version: Option<String>,
}

/// A place in source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// The path as the compiler recorded it.
    pub file: String,
    /// From one.
    pub line: Option<u32>,
    /// From one, in bytes.
    pub column: Option<u32>,
}

/// A step of a call path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Frame {
    /// The function's name.
    pub function: String,
    /// The crate it belongs to.
    pub package: Option<Package>,
    /// Where in it the next step is taken.
    pub location: Option<Location>,
    /// How many steps are left out before the next frame.
    pub elided: u32,
}

/// Something to do about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suggestion {
    /// What doing it means.
    pub title: String,
    /// How safe it is.
    pub applicability: Applicability,
    /// Where the flag goes: `program-argument`, `environment`, `host`, `feature`, `rustflag`,
    /// `version`, `build-environment`, `tool`, `wrapper`, `target`, `port` or `source`; `command` for a
    /// command line of its own.
    pub kind: String,
    /// The exact text.
    pub flag: Option<String>,
    /// The same for a program to carry out; null where only a person can.
    pub action: Option<Action>,
    /// Whether wasify has tried it on this project and seen the finding go.
    pub verified: bool,
}

/// How safe a suggestion is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// Changes nothing else about the program.
    Safe,
    /// Costs something that the program can do natively.
    Costs,
    /// A person has to decide or to edit source.
    Manual,
}

/// A rule that could not be decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Skipped {
    /// The path of the artifact.
    pub artifact: String,
    /// The rule's id.
    pub rule: String,
    /// Why, in one line.
    pub reason: String,
}

/// How many findings there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// At level deny, `build-failed` included.
    pub deny: usize,
    /// At level warn.
    pub warn: usize,
    /// At level note.
    pub note: usize,
    /// Left out because the user's flags allow them.
    pub allowed: usize,
    /// In the baseline; not counted above.
    pub accepted: usize,
}
