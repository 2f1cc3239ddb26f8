//! The packages of a project: who depends on whom, and what is really built for the target.

mod path;
mod resolve;

use std::collections::BTreeMap;
use std::path::PathBuf;

use semver::{Version, VersionReq};

use crate::finding::Package;

pub use path::Dependent;
pub use resolve::{Origin, Resolved, Selection};

/// A project's dependency graph as cargo resolved it, before features decide what is built. Plain data
/// that an ecosystem makes; indices are those of `packages`.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// All packages, sorted by name and version.
    pub packages: Vec<GraphPackage>,
    /// The user's own packages that are built.
    pub roots: Vec<usize>,
}

/// A package of the graph.
#[derive(Debug, Clone)]
pub struct GraphPackage {
    /// As in `Cargo.toml`.
    pub name: String,
    /// The one that is locked.
    pub version: Version,
    /// Whether it is a member of the user's workspace.
    pub own: bool,
    /// Whether it is a procedural macro, which runs where the compiler does.
    pub proc_macro: bool,
    /// Its manifest.
    pub manifest: PathBuf,
    /// What each feature turns on, in the notation of `Cargo.toml`; optional dependencies that are
    /// features by themselves are among them.
    pub features: BTreeMap<String, Vec<String>>,
    /// What it needs for this target, without what only its build script and its tests need.
    pub dependencies: Vec<Dependency>,
    /// Whether its build script has packages that find or build native code: `cc`, `cmake`, `pkg-config`.
    pub builds_native: bool,
    /// Features that are on whatever asks for them: those of cargo's first resolver, which doesn't tell
    /// what is for this target from what is not.
    pub unified: Vec<String>,
}

/// A dependency as a manifest declares it, and where it leads.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// The key in the manifest.
    pub name: String,
    /// The package.
    pub to: usize,
    /// Whether only a feature brings it in.
    pub optional: bool,
    /// Whether the package's `default` feature is asked for.
    pub default_features: bool,
    /// The features asked for.
    pub features: Vec<String>,
    /// The versions that the manifest allows.
    pub requirement: VersionReq,
}

impl GraphPackage {
    /// Its name and version.
    #[must_use]
    pub fn package(&self) -> Package {
        Package {
            name: self.name.clone(),
            version: Some(self.version.to_string()),
        }
    }
}

impl Project {
    /// The packages of this name and, if one is given, version.
    pub fn named<'p>(&'p self, package: &'p Package) -> impl Iterator<Item = usize> + 'p {
        let is = |found: &GraphPackage| {
            found.name == package.name
                && package
                    .version
                    .as_ref()
                    .is_none_or(|version| found.version.to_string() == *version)
        };
        (0..self.packages.len()).filter(move |index| is(&self.packages[*index]))
    }
}

/// A graph in few words, for the tests of this module's parts.
#[cfg(test)]
pub(crate) mod written {
    use super::*;

    /// `app: dep[feature], optional?` and `app.feature = dep:optional, dep/other` a line each; the first
    /// package is a root, `name*` another one, and `name!` a procedural macro. Versions are `1.0.0` unless the name says
    /// `name@2.1.0`.
    pub(crate) fn project(text: &str) -> Project {
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut project = Project {
            packages: Vec::new(),
            roots: vec![0],
        };
        for line in lines().filter(|line| !line.contains('=')) {
            let name = line.split(':').next().unwrap_or(line);
            let own = project.packages.is_empty() || name.ends_with('*');
            if name.ends_with('*') {
                project.roots.push(project.packages.len());
            }
            project
                .packages
                .push(package(name.trim_end_matches('*'), own));
        }
        for line in lines() {
            if let Some((feature, values)) = line.split_once('=') {
                add_feature(&mut project, feature.trim(), values);
            } else if let Some((from, needs)) = line.split_once(": ") {
                for need in needs.split(", ") {
                    add_dependency(&mut project, from, need);
                }
            }
        }
        project
    }

    fn package(name: &str, own: bool) -> GraphPackage {
        let (name, version) = name.split_once('@').unwrap_or((name, "1.0.0"));
        GraphPackage {
            name: name.trim_end_matches('!').to_owned(),
            version: version.parse().unwrap(),
            own,
            proc_macro: name.ends_with('!'),
            manifest: PathBuf::from(format!("{name}/Cargo.toml")),
            features: BTreeMap::new(),
            dependencies: Vec::new(),
            builds_native: false,
            unified: Vec::new(),
        }
    }

    fn index(project: &Project, name: &str) -> usize {
        let name = name.split('@').next().unwrap().trim_end_matches(['!', '*']);
        let found = project.packages.iter().position(|known| known.name == name);
        found.unwrap_or_else(|| panic!("no package {name}"))
    }

    fn add_feature(project: &mut Project, feature: &str, values: &str) {
        let (package, feature) = feature.split_once('.').unwrap();
        let package = index(project, package);
        let values = values.split(',').map(|value| value.trim().to_owned());
        let values = values.filter(|value| !value.is_empty()).collect();
        let features = &mut project.packages[package].features;
        features.insert(feature.to_owned(), values);
    }

    fn add_dependency(project: &mut Project, from: &str, need: &str) {
        let (name, features) = need
            .trim_end_matches(']')
            .split_once('[')
            .unwrap_or((need, ""));
        let optional = name.ends_with('?');
        let name = name.trim_end_matches(['?', '!']);
        let features = features.split(' ').filter(|feature| !feature.is_empty());
        let features: Vec<String> = features.map(str::to_owned).collect();
        let (from, to) = (index(project, from), index(project, name));
        project.packages[from].dependencies.push(Dependency {
            name: name.to_owned(),
            to,
            optional,
            default_features: !features.iter().any(|feature| feature == "-"),
            features: features
                .into_iter()
                .filter(|feature| feature != "-")
                .collect(),
            requirement: VersionReq::STAR,
        });
    }
}
