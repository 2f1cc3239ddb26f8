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
    /// An environment variable of the build.
    BuildEnvironment,
    /// Something to install on this machine.
    Tool,
    /// Flags that wasify gives to the compiler for one package alone.
    Wrapper,
    /// Another target, whose modules are made components afterwards.
    Target,
    /// A port: wasify's own edits of one package.
    Port,
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
            Kind::BuildEnvironment => "build-environment",
            Kind::Tool => "tool",
            Kind::Wrapper => "wrapper",
            Kind::Target => "target",
            Kind::Port => "port",
            Kind::Source => "source",
        }
    }
}

/// What a suggestion changes, for a program to carry out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Action {
    /// Build with these features of the project's own packages, and without their default ones.
    Features {
        /// The package that loses some; several with commas in between.
        package: String,
        /// All that are to be on, sorted. Where several packages are built, `package/feature`.
        features: Vec<String>,
    },
    /// `cargo update` to an exact version.
    Update {
        /// The package.
        package: String,
        /// The version it is locked to now, where that is known.
        #[serde(default)]
        from: Option<String>,
        /// The version to lock.
        to: String,
    },
    /// A flag for every rustc of the target.
    Rustflag(String),
    /// An environment variable of the build.
    Env {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// A value in a manifest.
    Manifest {
        /// The manifest's path, below the project's root.
        file: String,
        /// The key, in TOML's dotted notation.
        key: String,
        /// The new value, as TOML.
        value: String,
    },
    /// A tool that wasify can install: `c-compiler`.
    Install(String),
    /// Unstable library features to open for one package.
    Open {
        /// The package.
        package: String,
        /// The features of std: `wasip2`.
        features: Vec<String>,
    },
    /// Build for another target.
    Target(String),
    /// Use a port.
    Port(String),
    /// A command to run.
    Run(Vec<String>),
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
    /// The same for a program; absent where only a person can do it.
    #[serde(default)]
    pub action: Option<Action>,
    /// Whether wasify has executed it on this project and seen the finding go. Never from a file.
    #[serde(skip)]
    pub verified: bool,
}
