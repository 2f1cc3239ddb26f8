//! Components that plain cargo linked before have no witness: cargo is made to link them again.

use std::fs;
use std::path::Path;

use cargo_metadata::TargetKind;

use super::artifacts::Component;
use super::package_id;
use crate::events::Events;
use crate::execute::files;
use crate::execute::shim::WitnessFiles;

/// Makes cargo forget that it has built the fresh components without a witness, so that another run
/// links them again, and only them. `false` when there is nothing to do again.
pub(super) fn forget_unwitnessed(components: &[Component]) -> bool {
    let mut forgotten = false;
    for component in components {
        if component.unit.fresh && component.witness.is_none() {
            forgotten |= forget(component).unwrap_or(false);
        }
    }
    forgotten
}

/// Removes the fingerprints of a component's target.
fn forget(component: &Component) -> std::io::Result<bool> {
    let target = &component.unit.target;
    let kind = match target.kind.first() {
        Some(TargetKind::Bin) => "bin",
        Some(TargetKind::Example) => "example",
        _ => "lib",
    };
    // Cargo writes a target's name into file names as it is in the manifest.
    let file = format!("{kind}-{}", target.name);
    let package = package_id::package(&component.unit.package_id).name;
    let mut removed = false;
    for dir in &component.witness_dirs {
        let fingerprints = dir.with_file_name(".fingerprint");
        let Ok(entries) = fs::read_dir(fingerprints) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let of_package = name.to_str().and_then(|name| name.rsplit_once('-'));
            if of_package.is_some_and(|(name, _)| name == package) {
                let path = entry.path().join(&file);
                removed |= path.exists();
                files::remove_if_there(&path)?;
            }
        }
    }
    Ok(removed)
}

/// Says which components have no witness, and remembers it, so that the next build doesn't link
/// them again in vain.
pub(super) fn warn_unwitnessed(components: &[Component], events: &dyn Events) {
    for component in components {
        if component.good_witness().is_some() {
            continue;
        }
        let reason = match component.witness_failure() {
            Some(said) => {
                let first = said.lines().find(|line| !line.trim().is_empty());
                first.unwrap_or("the second link failed").trim().to_owned()
            }
            None => {
                remember(component);
                "the project has a linker of its own".to_owned()
            }
        };
        events.warning(&format!(
            "`{}` can't be linked a second time for the inspection, which will be less exact: {reason}",
            component.unit.target.name
        ));
    }
}

fn remember(component: &Component) {
    let Some(dir) = component.witness_dirs.first() else {
        return;
    };
    let Some(stem) = component.path.file_stem() else {
        return;
    };
    let files = WitnessFiles::new(dir, &stem.to_string_lossy(), &component.hash);
    // Without it the next build only takes longer.
    if Path::new(dir).is_dir() || fs::create_dir_all(dir).is_ok() {
        let _ = files::write_whole(&files.failed, b"the project has a linker of its own\n");
    }
}
