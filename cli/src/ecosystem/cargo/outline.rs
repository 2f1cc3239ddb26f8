//! What a project is made of, as its manifests say.

use std::path::PathBuf;

use cargo_metadata::{CrateType, Package};

use super::{discover, metadata};
use crate::ecosystem::BuildRequest;
use crate::execute::surroundings::Surroundings;
use crate::init::Program;

/// A project's root directory, and what it builds that a host can use.
#[derive(Debug)]
pub struct Outline {
    /// The workspace's root directory.
    pub root: PathBuf,
    /// The programs of the packages that are built when none is named, in the order of their names; where there
    /// is none, the libraries that are components.
    pub programs: Vec<Program>,
}

/// Reads the manifests.
///
/// # Errors
/// A [`Trouble`](crate::ecosystem::trouble::Trouble): there is no project, no cargo, or a manifest that cargo can't
/// read.
pub fn outline(around: &Surroundings, request: &BuildRequest) -> anyhow::Result<Outline> {
    let place = discover::discover(around, request)?;
    let metadata = metadata(around, &place)?;
    let meant = match metadata.workspace_default_packages() {
        packages if packages.is_empty() => metadata.workspace_packages(),
        packages => packages,
    };
    let mut programs: Vec<Program> = meant.iter().flat_map(|it| of(it, false)).collect();
    if programs.is_empty() {
        programs = meant.iter().flat_map(|it| of(it, true)).collect();
    }
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Outline {
        root: metadata.workspace_root.into_std_path_buf(),
        programs,
    })
}

/// The names of a workspace's packages, sorted.
///
/// # Errors
/// As [`outline`].
pub fn members(around: &Surroundings, request: &BuildRequest) -> anyhow::Result<Vec<String>> {
    let place = discover::discover(around, request)?;
    let metadata = metadata(around, &place)?;
    let packages = metadata.workspace_packages();
    let mut names: Vec<String> = packages.iter().map(|it| it.name.to_string()).collect();
    names.sort();
    Ok(names)
}

/// A package's programs, or its library when that is a component.
fn of(package: &Package, libraries: bool) -> Vec<Program> {
    let targets = package.targets.iter().filter(|target| match libraries {
        true => target.crate_types.contains(&CrateType::CDyLib),
        false => target.is_bin(),
    });
    targets
        .map(|target| Program {
            name: target.name.clone(),
            version: package.version.to_string(),
            library: libraries,
        })
        .collect()
}
