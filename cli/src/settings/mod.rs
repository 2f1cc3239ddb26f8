//! `wasify.toml`: what a project's runs may do. It is the user's; wasify writes into it on request only.

mod read;
mod save;

pub use read::read;
pub use save::{Added, save};

use std::path::{Path, PathBuf};

/// The file's name.
pub const FILE: &str = "wasify.toml";

/// Where the settings of a project, or of the current directory, are.
#[must_use]
pub fn path(directory: &Path) -> PathBuf {
    directory.join(FILE)
}

/// The tables that the file may have.
const TABLES: [&str; 1] = [PERMISSIONS];
const PERMISSIONS: &str = "permissions";
/// The keys of the table `permissions`; each is a flag of `wasify run`.
const KEYS: [&str; 6] = ["dirs", "env", "inherit-env", "net", "max-memory", "timeout"];
