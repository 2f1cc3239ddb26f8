//! A rule: one piece of knowledge, in one file that is its documentation too.

use semver::VersionReq;
use serde::Deserialize;

use crate::finding::Level;
use crate::suggestion::Suggestion;

/// A rule file, `lints/rules/<group>/<id>.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rule {
    /// Reads well as "allow ID"; equal to the file's stem.
    pub id: String,
    /// Equal to the folder the file is in.
    pub group: String,
    /// The level when the program always gets there; [`crate::finding::Confidence::scale`] lowers
    /// it for what it gets to on some path only.
    pub level: Level,
    /// The first version of wasify that has the rule.
    pub since: String,
    /// What is wrong, in one line, lower case, without a final period. It is the finding's message,
    /// where `{caller}` stands for the function that makes the call, `{package}` for the crate that
    /// is blamed, and `{imports}` for the imports of a file that is not loaded.
    pub summary: String,
    /// What the user of the program sees: trap, error, wrong result, silence.
    pub effect: String,
    /// The kind of that effect, for readers and for proofs.
    pub outcome: Outcome,
    /// Why the package does not build, for rules whose outcome is [`Outcome::NotBuilt`].
    #[serde(default)]
    pub cause: Option<Cause>,
    /// The crate a finding names.
    #[serde(default)]
    pub blame: Blame,
    /// The toolchain and runtime on which the effect was last seen, or why it can't be.
    pub proof: Proof,
    /// When the rule applies.
    #[serde(rename = "match")]
    pub matches: Match,
    /// The page's sections.
    pub docs: Docs,
    /// What to do, best first.
    #[serde(default)]
    pub suggestions: Vec<Suggestion>,
    /// The first version without the problem in each of the crate's compatible lines, and the newest
    /// that was tried: what an update inside the manifest's range may reach.
    #[serde(default)]
    pub fixed_in: Vec<Fixed>,
    /// Sources: `owner/repo#n`, `owner/repo path`, or `crate-version file:line`.
    pub references: Vec<String>,
}

/// What kind of thing happens at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The program is stopped: a panic (which aborts on WASI) or an `unreachable`.
    Trap,
    /// The call returns an error.
    Error,
    /// The call returns a wrong or placeholder value.
    WrongResult,
    /// Nothing happens, and nothing says so.
    Silence,
    /// The host refuses to load or link the file.
    NotLoaded,
    /// The package does not build for the target, so there is no file at all.
    NotBuilt,
}

/// Why a package does not build for WASI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// It compiles C or C++ code, and there is no compiler for WebAssembly.
    NeedsC,
    /// It links a native library that exists for other systems only.
    NeedsLibrary,
    /// It has code for WASI, and that needs something of the standard library which is not stable.
    UnstableStd,
    /// It has code for WASI behind a `--cfg` that nobody has set.
    NeedsCfg,
    /// It refuses WebAssembly with these features, by a `compile_error!`.
    Refuses,
    /// It has code for other systems only.
    NoWasi,
    /// It picks its code for browsers, which WASI is not.
    WrongBackend,
    /// Cargo finds no set of versions.
    Unresolved,
    /// The toolchain that the project asks for is not there.
    Toolchain,
}

impl Cause {
    /// The name used in reports and in rule files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Cause::NeedsC => "needs-c",
            Cause::NeedsLibrary => "needs-library",
            Cause::UnstableStd => "unstable-std",
            Cause::NeedsCfg => "needs-cfg",
            Cause::Refuses => "refuses",
            Cause::NoWasi => "no-wasi",
            Cause::WrongBackend => "wrong-backend",
            Cause::Unresolved => "unresolved",
            Cause::Toolchain => "toolchain",
        }
    }
}

/// Versions of a package that don't have a rule's problem.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fixed {
    /// The package: one that the failing one depends on, or that depends on it and decides on its version. That of the
    /// rule's only row in `match.crates` when absent.
    #[serde(default)]
    pub name: Option<String>,
    /// The first one.
    pub from: semver::Version,
    /// The one that was built to prove it, in the same compatible line.
    pub proved: semver::Version,
}

/// Which crate a finding of a rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blame {
    /// The crate whose code calls into the toolchain's own.
    #[default]
    Caller,
    /// The crate that the matched function is in.
    Callee,
}

/// What a rule's promise rests on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Proof {
    /// Toolchain and runtime of the last execution, for example `rustc 1.95.0, wasmtime 48.0.8`.
    #[serde(default)]
    pub seen_on: Option<String>,
    /// Why execution can't show it, when it can't.
    #[serde(default)]
    pub unproved: Option<String>,
}

/// A table lookup over the binary. Every key is a list of alternatives; a rule matches where any
/// entry of any list does. What a table can't say is Rust: `lints/src/rules/<id>.rs`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Match {
    /// Functions by their path, without generic arguments and hash: `std::env::temp_dir`,
    /// `ignore::walk::WalkParallel::visit`, `<A as B>::c`. A final `::*` stands for everything below.
    pub functions: Vec<String>,
    /// Functions by their linker symbol, exactly: C names such as `pthread_create`.
    pub symbols: Vec<String>,
    /// Static texts that a function refers to, from their first byte on.
    pub messages: Vec<String>,
    /// Ends of the file names in panic locations that a function refers to.
    pub panics: Vec<String>,
    /// Paths that don't count because they pass through one of these functions.
    pub unless_through: Vec<String>,
    /// Module names of core imports (a final `*` stands for any rest).
    pub import_modules: Vec<String>,
    /// `module#name` of core imports.
    pub imports: Vec<String>,
    /// Imports (as in `imports`) that don't count, because another rule explains them.
    pub unless_imports: Vec<String>,
    /// Packages whose presence in the build is all that can be seen, because an optimizer leaves
    /// nothing of them. Such a finding is only ever `possible`, and gives way to one of a table.
    pub packages: Vec<String>,
    /// Packages of the dependency graph. For a rule about packages that don't build, all there is; for
    /// one about a binary, what tells before the build that its subject is there.
    pub crates: Vec<CrateMatch>,
    /// Parts of a failed build's errors, of which one has to be there for the rule to explain the
    /// failure of a package in `crates`. Without `crates`, the failure of any package.
    pub errors: Vec<String>,
    /// The condition is Rust, in `lints/src/rules/<id>.rs`; it may use the tables.
    pub code: bool,
}

/// A package in one of its versions with some of its features, as built for the target.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CrateMatch {
    /// As in `Cargo.toml`.
    pub name: String,
    /// Its versions, in cargo's notation; pre-releases count as the release they come before.
    #[serde(default)]
    pub versions: VersionReq,
    /// One of these features has to be on; an empty list asks for none.
    #[serde(default)]
    pub features: Vec<String>,
    /// None of these features may be on.
    #[serde(default)]
    pub unless_features: Vec<String>,
    /// It is no problem when this `--cfg` is set for the target.
    #[serde(default)]
    pub unless_cfg: Option<String>,
    /// It is no problem when there is a C compiler for the target.
    #[serde(default)]
    pub unless_c_compiler: bool,
    /// It depends on this package in these versions.
    #[serde(default)]
    pub with: Option<Beside>,
}

/// A direct dependency that a row asks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    /// As in `Cargo.toml`.
    pub name: String,
    /// Its versions.
    pub versions: VersionReq,
}

/// The fixed sections of a rule's page, in the order in which they are shown.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Docs {
    /// What the rule looks for, and what it can't see.
    pub what: String,
    /// Why it is so on WASI.
    pub why: String,
    /// What to do instead.
    pub instead: String,
}
