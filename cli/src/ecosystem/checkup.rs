//! What `wasify doctor` looks at beside the dependency graph: the machine's tools, cargo's settings, and the
//! port's own flags.

use std::path::PathBuf;

use wasify_lints::finding::Package;
use wasify_lints::tools::Tool;

use super::BuildFailure;

/// What was seen.
#[derive(Debug, Clone, Default)]
pub struct Checkup {
    /// The tools, those that the project needs first.
    pub tools: Vec<Tool>,
    /// The toolchain of Rust, as rustup names it.
    pub toolchain: Option<String>,
    /// Settings of cargo that fight the port.
    pub settings: Vec<Setting>,
    /// Flags in `wasify.toml` whose reason is gone.
    pub stale: Vec<Stale>,
    /// What nobody can tell without a build, a sentence each.
    pub unseen: Vec<String>,
    /// How many flags `wasify.toml` has that were looked at.
    pub flags: usize,
    /// Cargo's own settings that were looked at.
    pub flags_of_rustc: usize,
    /// The words that name the project on wasify's command line.
    pub named: Vec<String>,
    /// What `cargo check` said of the project as `wasify build --fix=all` would have it, when it was asked.
    pub checked: Option<Checked>,
}

/// What `cargo check` says of a project for the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// How many changes of `--fix` were in place.
    pub changes: usize,
    /// Why it fails; `None` when all of it compiles.
    pub failure: Option<CheckFailure>,
}

impl Checked {
    /// Whether all of it compiles.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failure.is_none()
    }
}

/// Why a project does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckFailure {
    /// These packages fail by themselves, sorted.
    Packages(Vec<Package>),
    /// Cargo stopped before it compiled anything, and said this.
    Cargo(String),
}

impl Checkup {
    /// Whether something keeps the project from being built that `wasify build` does not mend by itself. A
    /// C compiler does not count: each package that wants one is a finding.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        let tool = |tool: &Tool| {
            tool.is_trouble() && !tool.mends_itself && tool.name != wasify_lints::tools::C_COMPILER
        };
        self.tools.iter().any(tool)
            || self.settings.iter().any(|setting| setting.breaks)
            || self.stale.iter().any(|stale| stale.breaks)
            || self.checked.iter().any(|checked| !checked.passed())
    }
}

impl From<BuildFailure> for CheckFailure {
    fn from(failure: BuildFailure) -> CheckFailure {
        if failure.packages.is_empty() {
            return CheckFailure::Cargo(failure.message);
        }
        let failed = failure.packages.into_iter();
        CheckFailure::Packages(failed.map(|failed| failed.failure.package).collect())
    }
}

/// A setting of cargo that fights the port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// What is set: `-C link-arg=-fuse-ld=lld`.
    pub what: String,
    /// Where.
    pub place: SettingPlace,
    /// Why it is wrong for the target, in a line that follows "it".
    pub why: String,
    /// What to do instead, an imperative line.
    pub instead: String,
    /// Whether nothing builds with it.
    pub breaks: bool,
}

impl Setting {
    /// What is wrong, in a line.
    #[must_use]
    pub fn message(&self) -> String {
        format!("`{}` {}", self.what, self.why)
    }
}

/// Where something is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingPlace {
    /// A variable of the environment.
    Variable(String),
    /// On the command line.
    Argument,
    /// A file, and the line where it was found.
    File(PathBuf, Option<usize>),
}

/// A flag in `wasify.toml` whose reason is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The list it is in: `ports`.
    pub list: &'static str,
    /// What it is about: `home`.
    pub what: String,
    /// The file.
    pub file: PathBuf,
    /// The line.
    pub line: Option<usize>,
    /// Why it is of no use.
    pub why: String,
    /// Whether nothing builds with it.
    pub breaks: bool,
}

impl Stale {
    /// What is wrong, in a line.
    #[must_use]
    pub fn message(&self) -> String {
        format!("`{}` in `{}`: {}", self.what, self.list, self.why)
    }
}
