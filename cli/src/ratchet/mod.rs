//! The ratchet: what is accepted of a port is kept in a file that is committed with the project, and a build
//! in CI fails on what is worse, not on what was there before.
//!
//! [`Baseline`] is the file. [`measure`] makes one of a report, [`compare`] says what of a report is worse and
//! what is better, and [`read`] and [`write`] leave in the file what its owner wrote there.

mod compare;
mod file;
mod measure;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use wasify_lints::finding::Level;

use crate::report::human::size;

pub use compare::compare;
pub use file::{read, write};
pub use measure::measure;

/// The file's name, in the project's root directory beside `wasify.toml`.
pub const FILE: &str = "wasify-baseline.toml";
/// The version of its format.
pub const VERSION: i64 = 1;
/// By how much a component may grow before that is worse, in percent, unless the file says another number.
pub const TOLERANCE: f64 = 5.0;

/// What is accepted of a port.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// The cargo profile that it was measured with: sizes, and functions that are inlined, differ between
    /// profiles.
    pub profile: String,
    /// By how much a component may grow, in percent.
    pub tolerance: f64,
    /// By the name of the target.
    pub artifacts: BTreeMap<String, Measured>,
    /// Findings of the build, about no artifact.
    pub build: Vec<Accepted>,
}

/// What was measured of an artifact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measured {
    /// The highest WASI version that it imports; `None` for no WASI.
    pub wasi: Option<String>,
    /// In bytes.
    pub bytes: u64,
    /// The interfaces that it imports, without versions, sorted.
    pub imports: Vec<String>,
    /// Sorted by rule and package.
    pub findings: Vec<Accepted>,
}

/// A finding that is accepted, by what stays when lines move and versions change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Accepted {
    /// The rule's id.
    pub rule: String,
    /// The name of the crate to look at; `None` for a finding about the whole file.
    pub package: Option<String>,
    /// The level that was accepted. A higher one is worse.
    pub level: Level,
    /// The functions of the project in which it was found, sorted; empty for what holds elsewhere.
    pub places: Vec<String>,
}

/// A report held against a baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratchet {
    /// The file, as the user would write it.
    pub file: PathBuf,
    /// Whether the file is there. Without one nothing is accepted.
    pub there: bool,
    /// How many findings are in it and in the report.
    pub accepted: usize,
    /// What is worse, in the order of artifacts.
    pub worse: Vec<Change>,
    /// What is better, in the order of artifacts.
    pub better: Vec<Change>,
    /// Artifacts of the file that were not built, sorted.
    pub not_built: Vec<String>,
}

/// A difference from the baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The artifact that is different; `None` for the build.
    pub artifact: Option<String>,
    /// In what.
    pub what: What,
}

/// What is different: new when it is worse, gone when it is better.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A finding, or one more place of it.
    Finding {
        /// The rule's id.
        rule: String,
        /// The crate's name.
        package: Option<String>,
        /// The function.
        place: Option<String>,
        /// The level of the finding.
        level: Level,
    },
    /// The level of a finding.
    Level {
        /// The rule's id.
        rule: String,
        /// The crate's name.
        package: Option<String>,
        /// As accepted.
        was: Level,
        /// As found.
        is: Level,
    },
    /// An imported interface.
    Import(String),
    /// The highest WASI version.
    Wasi {
        /// As accepted.
        was: Option<String>,
        /// As found.
        is: Option<String>,
    },
    /// The size, in bytes.
    Size {
        /// As accepted.
        was: u64,
        /// As found.
        is: u64,
    },
}

impl What {
    /// The name of its kind in machine formats.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            What::Finding { .. } => "finding",
            What::Level { .. } => "level",
            What::Import(_) => "import",
            What::Wasi { .. } => "wasi",
            What::Size { .. } => "size",
        }
    }
}

/// Without whether it is new or gone, which the reader knows from where it stands.
impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |package: &Option<String>| match package {
            Some(package) => format!(" of `{package}`"),
            None => String::new(),
        };
        let version = |version: &Option<String>| match version {
            Some(version) => format!("WASI {version}"),
            None => "no WASI".to_owned(),
        };
        match self {
            What::Finding {
                rule,
                package,
                place,
                level,
            } => {
                write!(f, "{} {rule}{}", shown(*level), of(package))?;
                match place {
                    Some(place) => write!(f, " in `{place}`"),
                    None => Ok(()),
                }
            }
            What::Level {
                rule,
                package,
                was,
                is,
            } => {
                let (was, is) = (shown(*was), shown(*is));
                write!(f, "{rule}{}: {is}, was {was}", of(package))
            }
            What::Import(name) => write!(f, "import {name}"),
            What::Wasi { was, is } => write!(f, "{}, was {}", version(is), version(was)),
            What::Size { was, is } => {
                let ratio = if *was == 0 { 0.0 } else { percent(*was, *is) };
                write!(f, "{}, was {} ({ratio:+.1} %)", size(*is), size(*was))
            }
        }
    }
}

fn shown(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Note => "note",
        Level::Allow => "allowed",
    }
}

/// By how much `is` is more than `was`, in percent.
#[expect(
    clippy::cast_precision_loss,
    reason = "a size of 2^53 bytes is no component's"
)]
fn percent(was: u64, is: u64) -> f64 {
    (is as f64 - was as f64) / was as f64 * 100.0
}
