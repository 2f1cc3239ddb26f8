//! `wasify.toml`: what a project's runs may do, and the flags of its port. It is the user's; wasify writes into
//! it on request only.

mod flags;
mod in_use;
mod places;
mod read;
mod save;

pub use flags::{
    FeatureFlags, Flags, OpenFlag, PortFlag, RustFlag, UpdateFlag, read_flags, read_stubs,
    with_flags, write_flags,
};
pub use in_use::FlagInUse;
pub use places::Places;
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

/// The file that counts in a directory: its own, or in a project the one of a directory above, up to the
/// project's root.
#[must_use]
pub fn nearest(directory: &Path, in_project: bool) -> PathBuf {
    nearest_file(directory, in_project, FILE)
}

/// The same for a file of another name.
#[must_use]
pub fn nearest_file(directory: &Path, in_project: bool, name: &str) -> PathBuf {
    let is_root = |above: &&Path| above.join("Cargo.toml").exists();
    let root = directory.ancestors().filter(is_root).last();
    let mut inside = directory
        .ancestors()
        .take_while(|above| in_project && root.is_some_and(|root| above.starts_with(root)));
    let found = inside.find(|above| above.join(name).exists());
    found.unwrap_or(directory).join(name)
}

/// The tables that the file may have, and the one key outside of them.
const TABLES: [&str; 3] = [PERMISSIONS, RUST, STUB];
const STUB: &str = "stub";
const PERMISSIONS: &str = "permissions";
const RUST: &str = "rust";
/// The keys of the table `permissions`; each is a flag of `wasify run`.
const KEYS: [&str; 6] = ["dirs", "env", "inherit-env", "net", "max-memory", "timeout"];
