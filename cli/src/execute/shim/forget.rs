//! Crates that were compiled before they had flags: cargo is made to compile them again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::TARGET;
use super::crate_flags::{CrateFlags, variable};
use crate::execute::files;

/// Makes cargo forget what it has compiled of the crates that have flags, wherever it would not notice
/// them by itself: where the crate had none before, or plain cargo compiled it. To be called before
/// cargo is, with the directory in which cargo keeps what it builds.
///
/// # Errors
/// A file of cargo's can't be read or removed.
pub fn forget(flags: &CrateFlags, build_dir: &Path) -> io::Result<()> {
    if flags.is_empty() {
        return Ok(());
    }
    let packages = flags.by_package();
    forget_units(&build_dir.join(TARGET), "dep-", |package| {
        packages.contains_key(package)
    })?;
    // Build scripts are compiled for this machine, and are beside what else is.
    forget_units(build_dir, "dep-build-script-", |package| {
        let flags = packages.get(package);
        flags.is_some_and(|flags| flags.ports.iter().any(|port| port.build_script))
    })
}

/// Makes cargo forget the units of these packages, in all profiles of a directory.
fn forget_units(profiles: &Path, prefix: &str, has_flags: impl Fn(&str) -> bool) -> io::Result<()> {
    for profile in entries(profiles)? {
        for unit in entries(&profile.join(".fingerprint"))? {
            let name = unit.file_name().unwrap_or_default().to_string_lossy();
            // Behind the package's name there is a hash.
            let package = name.rsplit_once('-').map(|(package, _)| package);
            if let Some(package) = package.filter(|package| has_flags(package)) {
                forget_unit(&unit, prefix, &variable(package))?;
            }
        }
    }
    Ok(())
}

/// Removes what cargo noted in a unit's directory of the things the unit depends on, where it says nothing
/// of the variable. With that gone cargo also compiles again what depends on the unit, which it
/// would not if the unit's own fingerprint were missing.
fn forget_unit(directory: &Path, prefix: &str, variable: &str) -> io::Result<()> {
    for file in entries(directory)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with(prefix) {
            continue;
        }
        // A format of cargo's own, in which names are as they are.
        let content = fs::read(&file)?;
        let mut windows = content.windows(variable.len());
        if !windows.any(|bytes| bytes == variable.as_bytes()) {
            files::remove_if_there(&file)?;
        }
    }
    Ok(())
}

/// What is in a directory; nothing when it isn't there.
fn entries(directory: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(directory) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if is_absent(&error) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
