//! A finding: a rule that applies here, with its evidence. Plain data, in a stable order.

use crate::facts::project::Dependent;
use crate::suggestion::Suggestion;

/// How much a finding matters, before and after the user's own settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not shown.
    Allow,
    /// Worth knowing; the program's ordinary use does not depend on it.
    Note,
    /// Breaks only when asked for: a flag, a subcommand, a setting.
    Warn,
    /// Breaks the program's ordinary use.
    Deny,
}

impl Level {
    /// The name used in reports, on the command line and in rule files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Level::Allow => "allow",
            Level::Note => "note",
            Level::Warn => "warn",
            Level::Deny => "deny",
        }
    }

    /// The next lower level that is still shown.
    #[must_use]
    pub fn lowered(self) -> Level {
        match self {
            Level::Deny => Level::Warn,
            Level::Warn | Level::Note => Level::Note,
            Level::Allow => Level::Allow,
        }
    }
}

/// How sure it is that the program arrives at the place a finding names. Computed from the
/// reference graph and the control flow of the functions on the way, never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Only through an indirect reference: a vtable, a function pointer, a table slot.
    Indirect,
    /// On some path of direct calls from an entry.
    Possible,
    /// On every path from an entry that does not give up early.
    Always,
}

impl Confidence {
    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Indirect => "indirect",
            Confidence::Possible => "possible",
            Confidence::Always => "always",
        }
    }

    /// The level of a finding whose rule has the level `full` for what happens on every path:
    /// one lower on some path, two lower when the only way there is indirect.
    #[must_use]
    pub fn scale(self, full: Level) -> Level {
        match self {
            Confidence::Always => full,
            Confidence::Possible => full.lowered(),
            Confidence::Indirect => full.lowered().lowered(),
        }
    }
}

/// A crate, as its name and, where it is known, its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Package {
    /// The package's name as in `Cargo.toml`; `std` and `wasi-libc` stand for the toolchain's own.
    pub name: String,
    /// The exact version, when the build or a path in the binary tells it.
    pub version: Option<String>,
}

/// A place in a source file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The path as the compiler recorded it.
    pub file: String,
    /// One-based; `None` when only the file is known.
    pub line: Option<u32>,
    /// One-based, in bytes; `None` when it is not recorded.
    pub column: Option<u32>,
}

/// One step of a call path, from the entry towards the call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Frame {
    /// The demangled function, without its hash.
    pub function: String,
    /// The crate the function belongs to, when it is known.
    pub package: Option<Package>,
    /// Where in this function the next step is taken, when line tables tell it.
    pub location: Option<Location>,
    /// How many steps of runtime plumbing are left out between this frame and the next.
    pub elided: u32,
}

/// A place in the user's own code where a finding holds, as the finding would be told of it alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The innermost function of the user's own on the way to the call, as `src/edit.rs: spell`: a name that
    /// stays when lines move, and when the function is inlined into another. Without line tables, the
    /// function that has the code, demangled and without its hash.
    pub function: String,
    /// As [`Finding::message`].
    pub message: String,
    /// As [`Finding::level`].
    pub level: Level,
    /// As [`Finding::confidence`].
    pub confidence: Confidence,
    /// As [`Finding::location`].
    pub location: Option<Location>,
    /// As [`Finding::call_path`].
    pub call_path: Vec<Frame>,
}

/// A rule that applies here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id, as in `wasify explain ID`.
    pub rule: &'static str,
    /// The level that the rule and the confidence give, before the user's settings.
    pub level: Level,
    /// How sure it is that the program gets there.
    pub confidence: Confidence,
    /// What is wrong, in one line, lower case, without a final period.
    pub message: String,
    /// What the user of the program will see: trap, error, wrong result, silence.
    pub effect: String,
    /// The crate to look at: whose code makes the call, or which has no WASI branch.
    pub package: Option<Package>,
    /// The nearest source line in the user's own crates, else in a dependency.
    pub location: Option<Location>,
    /// The shortest path from the entry, folded so that a person can read it.
    pub call_path: Vec<Frame>,
    /// A shortest way from one of the user's own packages to the one in `package`, both included, for
    /// what is known from the dependency graph. Empty otherwise.
    pub dependency_path: Vec<Dependent>,
    /// How many further places of the same crate the finding stands for.
    pub more_places: u32,
    /// The places in the user's own crates, one a function, sorted by its name. Empty for what holds in
    /// dependencies or of a file as a whole.
    pub places: Vec<Place>,
    /// Further facts worth a line each.
    pub notes: Vec<String>,
    /// What to do about it, best first.
    pub suggestions: Vec<Suggestion>,
}

impl Finding {
    /// A finding of which no more is said than its rule and its level, and that holds for certain.
    #[must_use]
    pub fn bare(rule: &'static str, level: Level) -> Finding {
        Finding {
            rule,
            level,
            confidence: Confidence::Always,
            message: String::new(),
            effect: String::new(),
            package: None,
            location: None,
            call_path: Vec::new(),
            dependency_path: Vec::new(),
            more_places: 0,
            places: Vec::new(),
            notes: Vec::new(),
            suggestions: Vec::new(),
        }
    }

    /// The order in which findings reach a user: worst first, then by rule, crate and place.
    #[must_use]
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        (other.level, other.confidence)
            .cmp(&(self.level, self.confidence))
            .then_with(|| self.rule.cmp(other.rule))
            .then_with(|| self.package.cmp(&other.package))
            .then_with(|| self.location.cmp(&other.location))
            .then_with(|| self.message.cmp(&other.message))
    }
}
