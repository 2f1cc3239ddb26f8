//! What is done to single crates while they are compiled for the target, and how the wrapper gets to
//! know it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::plan::Invocation;

/// How the names of the wrapper's variables begin.
const PREFIX: &str = "WASIFY_CRATE_";

/// What is done to single crates when they are compiled for the target. Their builds for the host, and what
/// build scripts ask the compiler, stay as they are, and build scripts too unless a port is about one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrateFlags {
    /// The crates that may use unstable features.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Opened>,
    /// The crates that are compiled from other sources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Ported>,
}

/// A package that may use unstable features on a stable compiler.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// The package's name.
    pub package: String,
    /// The one version that is meant; every version of the package when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The features that are declared for it. Empty for a crate that declares them itself.
    pub features: Vec<String>,
}

/// A package that has a port: it is compiled from a changed copy of its source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ported {
    /// The package's name.
    pub package: String,
    /// The version that the copy is of.
    pub version: String,
    /// The copy: the complete package, with the port's edits. Another content has to be in another
    /// directory, since this path is what makes a build stale. Its `Cargo.toml` is not used: cargo keeps
    /// that of the package.
    pub directory: PathBuf,
    /// Whether its build script is used, for the host's builds too: it has to know the target.
    #[serde(default)]
    pub build_script: bool,
}

impl CrateFlags {
    /// Whether nothing is done to any crate.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty() && self.ports.is_empty()
    }

    /// Tells the wrapper that `cargo` calls. A package's variable is among what cargo compares to
    /// see whether the package is stale, so there is one for each, and no part of it depends on the order
    /// that the flags are in.
    pub(super) fn told(&self, mut cargo: Invocation) -> anyhow::Result<Invocation> {
        // What an outer build does to its crates is not asked for here.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with(PREFIX) {
                cargo.env.insert(name, None);
            }
        }
        for (package, flags) in self.by_package() {
            let value = serde_json::to_string(&flags)
                .with_context(|| format!("failed to describe the flags of `{package}`"))?;
            cargo = cargo.env(variable(package), value);
        }
        Ok(cargo)
    }

    /// The flags of each package, in an order of their own.
    pub(super) fn by_package(&self) -> BTreeMap<&str, CrateFlags> {
        let mut all: BTreeMap<&str, CrateFlags> = BTreeMap::new();
        for opened in &self.open {
            let flags = all.entry(&opened.package).or_default();
            flags.open.push(opened.clone());
        }
        for ported in &self.ports {
            let flags = all.entry(&ported.package).or_default();
            flags.ports.push(ported.clone());
        }
        for flags in all.values_mut() {
            for opened in &mut flags.open {
                opened.features.sort();
            }
            flags.open.sort();
            flags.ports.sort();
        }
        all
    }
}

/// The variable that holds the [`CrateFlags`] of one package, in all its versions. One for all, because
/// cargo names the directory of a package's fingerprint by the package alone: [`forget`] could not tell
/// the versions apart.
///
/// [`forget`]: super::forget
pub(super) fn variable(package: &str) -> String {
    // A shell that runs in between drops variables with other characters.
    format!("{PREFIX}{}", package.replace('-', "_"))
}
