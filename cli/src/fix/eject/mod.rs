//! The port's flags in cargo's own files, so that plain cargo builds the port: a configuration, and changed
//! copies of crates in the project.

mod config;
mod copy;

pub use config::{Edited, Patch, Settings, edited};
pub use copy::{Change, Copy, write};

use std::path::Path;

use similar::TextDiff;

/// The directory of the copies, in the project's root.
pub const DIRECTORY: &str = "wasi-ports";

/// Whether a package lies among the copies: what its port or its flags would change is in it already.
#[must_use]
pub fn is_ejected(package: &Path) -> bool {
    package
        .parent()
        .is_some_and(|above| above.ends_with(DIRECTORY))
}

/// What becomes of the configuration, as a unified diff.
#[must_use]
pub fn diff(path: &str, before: Option<&str>, after: &str) -> String {
    let old = match before {
        Some(_) => format!("a/{path}"),
        None => "/dev/null".to_owned(),
    };
    let diff = TextDiff::from_lines(before.unwrap_or_default(), after);
    diff.unified_diff()
        .header(&old, &format!("b/{path}"))
        .to_string()
}
