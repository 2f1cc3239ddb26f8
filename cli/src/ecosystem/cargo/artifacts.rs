//! What was built, with the witness of each component, and the packages it was made of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cargo_metadata::{Artifact, Metadata};
use wasify_lints::facts::Packages;

use super::package_id;
use crate::ecosystem::BuiltArtifact;
use crate::events::Events;
use crate::execute::files;
use crate::execute::shim::{WitnessFiles, find_witness};

/// A component as cargo named it, with what is known about its witness.
#[derive(Debug)]
pub(super) struct Component {
    /// Cargo's message.
    pub unit: Artifact,
    /// The component.
    pub path: PathBuf,
    /// The hash of its content.
    pub hash: String,
    /// The linker's output stem and the witness files, when there are any for this content.
    pub witness: Option<(String, WitnessFiles)>,
    /// Where the witness is, or would be.
    pub witness_dirs: Vec<PathBuf>,
    /// Whether cargo writes another target to the same file.
    pub shared: bool,
}

/// The components among the units, sorted by path: those that were asked for, and not what a
/// dependency made of itself on the way.
pub(super) fn components(
    units: &[Artifact],
    metadata: &Metadata,
) -> anyhow::Result<Vec<Component>> {
    let mut by_path: BTreeMap<PathBuf, Vec<&Artifact>> = BTreeMap::new();
    for unit in units {
        for file in &unit.filenames {
            // Cargo leaves in `deps` what nobody asked for, and test programs.
            let in_deps = file.parent().is_some_and(|dir| dir.ends_with("deps"));
            if file.extension() == Some("wasm") && (unit.profile.test || !in_deps) {
                by_path
                    .entry(file.clone().into_std_path_buf())
                    .or_default()
                    .push(unit);
            }
        }
    }
    let mut all = Vec::new();
    for (path, units) in by_path {
        let hash = files::content_hash(&path)
            .with_context(|| format!("failed to read `{}`", path.display()))?;
        let witness_dirs = witness_dirs(&path, metadata);
        let witness = find_witness(&witness_dirs, &hash);
        let stem = witness.as_ref().map(|(stem, _)| stem.as_str());
        let Some(unit) = written_by(&units, stem) else {
            continue;
        };
        let shared = units.len() > 1;
        all.push(Component {
            unit: unit.clone(),
            path,
            hash,
            witness,
            witness_dirs,
            shared,
        });
    }
    Ok(all)
}

/// The unit that a file is of. A program and a `cdylib` of one name are one file to cargo, which holds
/// what was linked last; the linker's output tells which, because only a program's has a hash in it.
fn written_by<'a>(units: &[&'a Artifact], stem: Option<&str>) -> Option<&'a Artifact> {
    let library = units.iter().find(|unit| {
        unit.target.is_cdylib() && stem == Some(unit.target.name.replace('-', "_").as_str())
    });
    let program = units.iter().find(|unit| !unit.target.is_cdylib());
    library.or(program).or(units.first()).copied()
}

/// Says which components are not the only ones of their file.
pub(super) fn warn_shared(components: &[Component], events: &dyn Events) {
    for component in components.iter().filter(|component| component.shared) {
        let holds = if component.unit.target.is_cdylib() {
            "library"
        } else {
            "program"
        };
        events.warning(&format!(
            "`{}` is the file of a program and of a library, and holds the {holds}: build one of \
             them, with `--bins` or `--lib`",
            component
                .path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
        ));
    }
}

/// Cargo gives the file beside `deps`, or in `examples`; with a build directory of its own, what the
/// linker wrote is there under the same names.
fn witness_dirs(artifact: &Path, metadata: &Metadata) -> Vec<PathBuf> {
    let mut dirs: Vec<PathBuf> = artifact
        .ancestors()
        .skip(1)
        .take(2)
        .map(|above| above.join("wasify"))
        .collect();
    if let Some(build) = metadata.build_directory.as_ref()
        && build != &metadata.target_directory
    {
        let moved: Vec<PathBuf> = dirs
            .iter()
            .filter_map(|dir| dir.strip_prefix(&metadata.target_directory).ok())
            .map(|inside| build.as_std_path().join(inside))
            .collect();
        dirs.extend(moved);
    }
    dirs
}

impl Component {
    /// The witness module and map, when the witness link succeeded.
    pub(super) fn good_witness(&self) -> Option<&WitnessFiles> {
        let (_, files) = self.witness.as_ref()?;
        files.module.exists().then_some(files)
    }

    /// What the failed witness link said, when it failed.
    pub(super) fn witness_failure(&self) -> Option<String> {
        let (_, files) = self.witness.as_ref()?;
        std::fs::read(&files.failed)
            .ok()
            .map(|said| String::from_utf8_lossy(&said).into_owned())
    }

    /// The target in a [`Built`](crate::ecosystem::Built).
    pub(super) fn built(&self, metadata: &Metadata) -> BuiltArtifact {
        let witness = self.good_witness();
        let name = &self.unit.target.name;
        let of = |package: &&cargo_metadata::Package| package.id == self.unit.package_id;
        let package = metadata.packages.iter().find(of);
        let default_run = package.and_then(|package| package.default_run.as_ref());
        BuiltArtifact {
            name: self.unit.target.name.clone(),
            package: package_id::package(&self.unit.package_id),
            path: self.path.clone(),
            witness: witness.map(|files| files.module.clone()),
            link_map: witness.map(|files| files.map.clone()),
            linked: true,
            library: self.unit.target.is_cdylib(),
            default_run: self.unit.target.is_bin() && default_run == Some(name),
            stubbed: Vec::new(),
        }
    }
}

/// The packages of the build: by each file that the compiler made, and by crate name.
pub(super) fn packages(
    units: &[Artifact],
    components: &[Component],
    metadata: &Metadata,
) -> Packages {
    let mut packages = Packages::default();
    for unit in units {
        let package = package_id::package(&unit.package_id);
        let crate_name = unit.target.name.replace('-', "_");
        for stem in unit.filenames.iter().filter_map(|file| file.file_stem()) {
            packages.add(stem, &crate_name, package.clone());
        }
    }
    // Cargo names a component without the hash that its objects have in the link map.
    for component in components {
        packages.add_program(package_id::package(&component.unit.package_id));
        if let Some((stem, _)) = &component.witness {
            let crate_name = component.unit.target.name.replace('-', "_");
            packages.add(
                stem,
                &crate_name,
                package_id::package(&component.unit.package_id),
            );
        }
    }
    for package in metadata.workspace_packages() {
        if let Some(directory) = package.manifest_path.parent() {
            let own = package_id::package(&package.id);
            packages.add_source(directory.as_str(), own);
        }
    }
    for name in own_crates(metadata) {
        packages.add_own(&name);
    }
    packages
}

/// The crates of the workspace's members, libraries and programs, sorted.
fn own_crates(metadata: &Metadata) -> BTreeSet<String> {
    metadata
        .workspace_packages()
        .iter()
        .flat_map(|package| &package.targets)
        .filter(|target| !target.is_custom_build())
        .map(|target| target.name.replace('-', "_"))
        .collect()
}
