//! The port's flags in cargo's own files, so that plain cargo builds the port: a configuration, and changed
//! copies of crates in the project.

mod config;
mod copy;

pub use config::{Edited, Patch, Settings, edited};
pub use copy::{Change, Copy, write};

use std::path::Path;

/// The directory of the copies, in the project's root.
pub const DIRECTORY: &str = "wasi-ports";

/// Whether a package lies among the copies: what its port or its flags would change is in it already.
#[must_use]
pub fn is_ejected(package: &Path) -> bool {
    package
        .parent()
        .is_some_and(|above| above.ends_with(DIRECTORY))
}
