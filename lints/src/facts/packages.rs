//! The packages of a build, so that a function can be given the crate and version it comes from.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Package;

/// Packages by the file the compiler made of them, and by crate name.
#[derive(Debug, Default, Clone)]
pub struct Packages {
    by_file: BTreeMap<String, Package>,
    by_crate: BTreeMap<String, Package>,
    by_script: BTreeMap<String, Package>,
    by_source: BTreeMap<String, Package>,
    own: Vec<String>,
    programs: BTreeSet<Package>,
}

impl Packages {
    /// Records that `package` was compiled into `file` (its stem, for example
    /// `libignore-0c8e4e0a7a8b2c3d`) as the crate `crate_name` (with underscores).
    pub fn add(&mut self, file: &str, crate_name: &str, package: Package) {
        self.by_file.insert(file.to_owned(), package.clone());
        self.by_crate.insert(crate_name.to_owned(), package);
    }

    /// Records that the build script of `package` writes into the directory `out`.
    pub fn add_build_script(&mut self, out: &str, package: Package) {
        self.by_script.insert(out.to_owned(), package);
    }

    /// Records that the sources of `package`, one of the user's own, are below `directory`.
    pub fn add_source(&mut self, directory: &str, package: Package) {
        self.by_source.insert(directory.to_owned(), package);
    }

    /// The directories with sources of the user's own packages, inner ones first.
    pub(crate) fn sources(&self) -> Vec<(String, Package)> {
        let mut sources: Vec<(String, Package)> = self.by_source.clone().into_iter().collect();
        sources.sort_by_key(|(directory, _)| std::cmp::Reverse(directory.len()));
        sources
    }

    /// Records that a crate (by its name with underscores) is the user's own, not a dependency.
    pub fn add_own(&mut self, crate_name: &str) {
        self.own.push(crate_name.to_owned());
    }

    /// Records that the build made a program or library of this package.
    pub fn add_program(&mut self, package: Package) {
        self.programs.insert(package);
    }

    /// Whether the build was for several packages, so that a dependency may belong to another than
    /// the one that is looked at.
    #[must_use]
    pub fn shared(&self) -> bool {
        self.programs.len() > 1
    }

    /// The package whose compiled file has this stem.
    #[must_use]
    pub fn of_file(&self, stem: &str) -> Option<&Package> {
        self.by_file.get(stem)
    }

    /// The package whose build script wrote a file, by the file's path.
    #[must_use]
    pub fn of_build_script(&self, file: &str) -> Option<&Package> {
        let inside = |out: &str| {
            let rest = file.strip_prefix(out);
            rest.is_some_and(|rest| rest.starts_with(['/', '\\']))
        };
        let mut scripts = self.by_script.iter();
        scripts
            .find(|(out, _)| inside(out))
            .map(|(_, package)| package)
    }

    /// The package of a crate name with underscores. Two versions of one crate share a name: the
    /// last added wins, so prefer [`Packages::of_file`].
    #[must_use]
    pub fn of_crate(&self, crate_name: &str) -> Option<&Package> {
        self.by_crate.get(crate_name)
    }

    /// The package of this name that the build compiled, the newest when there are several.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Package> {
        let of_name = self.by_file.values().filter(|package| package.name == name);
        of_name.max()
    }

    /// Whether the crate is one of the user's own.
    #[must_use]
    pub fn is_own(&self, crate_name: &str) -> bool {
        self.own.iter().any(|own| own == crate_name)
    }
}
