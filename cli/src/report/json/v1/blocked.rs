//! The shapes of what doesn't build.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Finding, Location, Package};

/// A build that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BuildFailure {
    /// The build tool's own last error.
    pub message: String,
    /// Every package that failed by itself, sorted by name.
    pub packages: Vec<FailedPackage>,
    /// What the dependency graph tells of packages that the build did not come to, because others failed
    /// before them. They are not among the report's `findings`.
    pub foreseen: Vec<Finding>,
}

/// A package that can't be built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FailedPackage {
    /// Which one.
    pub package: Package,
    /// What failed: `compile`, `build-script` or `link`.
    pub stage: String,
    /// The rule that knows it; `build-failed` when none does.
    pub rule: String,
    /// Why it failed, where that is known; as in a finding.
    pub cause: Option<String>,
    /// The compiler's code for the error, `E0432`.
    pub code: Option<String>,
    /// The error that tells most, in one line.
    pub error: String,
    /// Where.
    pub location: Option<Location>,
    /// From one of the project's own packages to this one, both included.
    pub dependency_path: Vec<Package>,
    /// All its errors, in the order in which they came, up to a hundred; of a build script also all that
    /// it said.
    pub errors: Vec<BuildError>,
    /// What a link found nowhere, by the crate that wants it.
    pub missing: Vec<MissingSymbols>,
}

/// The missing symbols that one crate wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MissingSymbols {
    /// Which one; null for objects of no package of the build.
    pub package: Option<Package>,
    /// From one of the project's own packages to it, both included.
    pub dependency_path: Vec<Package>,
    /// Sorted by name.
    pub symbols: Vec<MissingSymbol>,
}

/// A symbol that no object and no library of a link has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MissingSymbol {
    /// As the linker knows it.
    pub symbol: String,
    /// Demangled.
    pub name: String,
    /// Whether it is a function, and not data.
    pub function: bool,
    /// Why nobody has it, in one line; null where that isn't known.
    pub reason: Option<String>,
    /// The objects that refer to it, as the linker names them, sorted.
    pub objects: Vec<String>,
}

/// One error of a compiler, a linker or a build script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BuildError {
    /// The compiler's code.
    pub code: Option<String>,
    /// The text.
    pub message: String,
    /// Where.
    pub location: Option<Location>,
}

/// A step of a dependency path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dependent {
    /// The package.
    pub package: Package,
    /// The features of it that lead to the next step, each turned on by the one before; of the last
    /// step those that are to blame.
    pub features: Vec<String>,
}

/// One of wasify's ports, in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Port {
    /// The package that is compiled with it.
    pub package: Package,
    /// The rule that asked for it; null for one that came along with another.
    pub rule: Option<String>,
    /// What its functions do instead, one sentence each.
    pub instead: Vec<String>,
}

/// What the dependency graph tells of the packages that are built for the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Survey {
    /// How many there are. Build dependencies and procedural macros don't count: they run on the
    /// machine that builds.
    pub built: usize,
    /// How many nothing speaks against.
    pub fine: usize,
    /// Those that use the system, and of which no rule knows anything.
    pub unknown: Vec<Package>,
}

/// What a suggestion changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Action {
    /// Build with exactly these features of one of the project's own packages.
    Features {
        /// The package.
        package: String,
        /// The features, without the default ones.
        features: Vec<String>,
    },
    /// Lock another version of a package.
    Update {
        /// The package.
        package: String,
        /// The version that is locked now.
        from: Option<String>,
        /// The version to lock.
        to: String,
    },
    /// Give every rustc of the target a flag.
    Rustflag {
        /// The flag.
        flag: String,
    },
    /// Set an environment variable for the build.
    Env {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// Set a value in a manifest.
    Manifest {
        /// The manifest, below the project's root.
        file: String,
        /// The key, dotted.
        key: String,
        /// The value, as TOML.
        value: String,
    },
    /// Install a tool that wasify knows how to install.
    Install {
        /// The tool.
        tool: String,
    },
    /// Open unstable features of the standard library for one package.
    Open {
        /// The package.
        package: String,
        /// The features.
        features: Vec<String>,
    },
    /// Build for another target.
    Target {
        /// Its triple.
        target: String,
    },
    /// Use one of wasify's ports.
    Port {
        /// Its name.
        port: String,
    },
    /// Run a command.
    Run {
        /// A word each.
        command: Vec<String>,
    },
}
