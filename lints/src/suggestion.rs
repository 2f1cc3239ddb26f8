//! A fix as data: what it is called, how safe it is, what it does.

/// Whether wasify may apply a suggestion unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// Changes nothing else about the program.
    Safe,
    /// Works, and costs something the program can do natively; the title says what.
    Costs,
    /// A person has to decide or to edit source.
    Manual,
}

impl Applicability {
    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Applicability::Safe => "safe",
            Applicability::Costs => "costs",
            Applicability::Manual => "manual",
        }
    }
}

/// What kind of thing the flag of a suggestion is, and so where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An argument of the ported program itself, for example `-j 1`.
    ProgramArgument,
    /// An environment variable the host gives to the program.
    Environment,
    /// A flag of the host, for example `--dir .`.
    Host,
    /// A cargo feature of the user's own crates.
    Feature,
    /// A rustflag for the target.
    Rustflag,
    /// A version of a dependency.
    Version,
    /// A change of source.
    Source,
}

impl Kind {
    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::ProgramArgument => "program-argument",
            Kind::Environment => "environment",
            Kind::Host => "host",
            Kind::Feature => "feature",
            Kind::Rustflag => "rustflag",
            Kind::Version => "version",
            Kind::Source => "source",
        }
    }
}

/// A fix that a rule proposes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suggestion {
    /// An imperative line: what doing it means.
    pub title: String,
    /// Whether it may be applied unasked.
    pub applicability: Applicability,
    /// Where the flag goes.
    pub kind: Kind,
    /// The exact text to paste, when there is one.
    #[serde(default)]
    pub flag: Option<String>,
    /// Whether wasify has executed it on this project and seen the finding go. Never from a file.
    #[serde(skip)]
    pub verified: bool,
}
