//! The dependency graph, asked for only when a build has failed: who wanted the package?

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cargo_metadata::{DependencyKind, Metadata, PackageId};
use wasify_lints::finding::Package;

use super::discover::Place;
use crate::ecosystem::{BuildFailure, BuildRequest};
use crate::execute::shim::TARGET;
use crate::execute::surroundings::Surroundings;
use crate::execute::{self};

/// Fills in the dependency paths of the failed packages. What can't be found out stays as it is:
/// the path is an explanation, and the failure is true without it.
pub(super) fn explain(
    around: &Surroundings,
    place: &Place,
    request: &BuildRequest,
    failure: &mut BuildFailure,
) {
    if failure.packages.is_empty() {
        return;
    }
    let target = ["--filter-platform", TARGET];
    let Some(metadata) = resolved(around, place, request, &target) else {
        return;
    };
    let mut graph = Graph::new(&metadata, &request.packages);
    let missing = |graph: &Graph| {
        failure
            .packages
            .iter()
            .any(|failed| graph.path_to(&failed.package).is_none())
    };
    if missing(&graph) {
        // A build script's or procedural macro's dependency may be for the machine that builds.
        if let Some(metadata) = resolved(around, place, request, &[]) {
            graph.add_all(Graph::new(&metadata, &request.packages));
        }
    }
    for failed in &mut failure.packages {
        if let Some(path) = graph.path_to(&failed.package) {
            failed.dependency_path = path;
            if let Some(package) = failed.dependency_path.last() {
                failed.package = package.clone();
            }
        }
        for missing in &mut failed.missing {
            let path = missing.package.as_ref().and_then(|of| graph.path_to(of));
            missing.dependency_path = path.unwrap_or(std::mem::take(&mut missing.dependency_path));
        }
    }
}

fn resolved(
    around: &Surroundings,
    place: &Place,
    request: &BuildRequest,
    platform: &[&str],
) -> Option<Metadata> {
    let mut cargo = around
        .cargo()
        .cwd(&place.cwd)
        .args(["metadata", "--format-version=1"]);
    cargo = cargo.args(platform.iter().copied());
    if let Some(manifest) = &place.manifest {
        cargo = cargo.arg("--manifest-path").arg(manifest);
    }
    let switches = [
        ("--no-default-features", request.no_default_features),
        ("--all-features", request.all_features),
        ("--locked", request.locked),
        ("--offline", request.offline),
        ("--frozen", request.frozen),
    ];
    cargo = cargo.args(
        switches
            .into_iter()
            .filter(|(_, on)| *on)
            .map(|(flag, _)| flag),
    );
    for feature in &request.features {
        cargo = cargo.arg("--features").arg(feature);
    }
    let output = execute::capture(&cargo)
        .ok()
        .filter(|output| output.status.success())?;
    serde_json::from_str(&output.stdout).ok()
}

/// Packages and what they depend on, without what only tests need.
#[derive(Debug, Default)]
struct Graph {
    roots: BTreeSet<PackageId>,
    packages: BTreeMap<PackageId, Package>,
    /// Sorted, ordinary dependencies before those of build scripts.
    edges: BTreeMap<PackageId, BTreeSet<(bool, PackageId)>>,
}

impl Graph {
    /// The graph from the workspace's members, or from those that were asked for by name.
    fn new(metadata: &Metadata, selected: &[String]) -> Graph {
        let mut graph = Graph::default();
        for package in &metadata.packages {
            let known = Package {
                name: package.name.to_string(),
                version: Some(package.version.to_string()),
            };
            graph.packages.insert(package.id.clone(), known);
        }
        let members = metadata.workspace_members.iter();
        let (named, rest): (Vec<_>, Vec<_>) = members.cloned().partition(|id| {
            graph
                .packages
                .get(id)
                .is_some_and(|package| selected.contains(&package.name))
        });
        graph.roots = if named.is_empty() { rest } else { named }
            .into_iter()
            .collect();
        let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        for node in nodes {
            let edges = graph.edges.entry(node.id.clone()).or_default();
            for dependency in &node.deps {
                let has = |kind| dependency.dep_kinds.iter().any(|found| found.kind == kind);
                let ordinary = has(DependencyKind::Normal);
                if ordinary || has(DependencyKind::Build) {
                    edges.insert((!ordinary, dependency.pkg.clone()));
                }
            }
        }
        graph
    }

    fn add_all(&mut self, other: Graph) {
        self.roots.extend(other.roots);
        self.packages.extend(other.packages);
        for (package, edges) in other.edges {
            self.edges.entry(package).or_default().extend(edges);
        }
    }

    /// A shortest path from a root to a package, both included: one without build dependencies if
    /// there is any, the first by name of several.
    fn path_to(&self, package: &Package) -> Option<Vec<Package>> {
        let is_it = |id: &PackageId| {
            self.packages.get(id).is_some_and(|known| {
                known.name == package.name
                    && (package.version.is_none() || known.version == package.version)
            })
        };
        let ids = self
            .search(&is_it, false)
            .or_else(|| self.search(&is_it, true))?;
        ids.iter()
            .map(|id| self.packages.get(id).cloned())
            .collect()
    }

    fn search(
        &self,
        is_it: &impl Fn(&PackageId) -> bool,
        through_builds: bool,
    ) -> Option<Vec<PackageId>> {
        let mut from: BTreeMap<&PackageId, Option<&PackageId>> =
            self.roots.iter().map(|root| (root, None)).collect();
        let mut queue: VecDeque<&PackageId> = self.roots.iter().collect();
        while let Some(id) = queue.pop_front() {
            if is_it(id) {
                let mut path = vec![id.clone()];
                let mut at = id;
                while let Some(Some(before)) = from.get(at) {
                    path.push((*before).clone());
                    at = before;
                }
                path.reverse();
                return Some(path);
            }
            for (build, next) in self.edges.get(id).into_iter().flatten() {
                if (through_builds || !build) && !from.contains_key(next) {
                    from.insert(next, Some(id));
                    queue.push_back(next);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> PackageId {
        PackageId {
            repr: name.to_owned(),
        }
    }

    fn graph(edges: &[(&str, &str, bool)]) -> Graph {
        let mut graph = Graph {
            roots: [id("app")].into(),
            ..Graph::default()
        };
        for (from, to, build) in edges {
            for name in [from, to] {
                let package = Package {
                    name: (*name).to_owned(),
                    version: Some("1.0.0".into()),
                };
                graph.packages.insert(id(name), package);
            }
            graph
                .edges
                .entry(id(from))
                .or_default()
                .insert((*build, id(to)));
        }
        graph
    }

    fn path(graph: &Graph, to: &str) -> Option<String> {
        let wanted = Package {
            name: to.to_owned(),
            version: None,
        };
        let path = graph.path_to(&wanted)?;
        Some(
            path.iter()
                .map(|package| package.name.as_str())
                .collect::<Vec<_>>()
                .join(" > "),
        )
    }

    #[test]
    fn the_shortest_path_that_needs_no_build_script() {
        let graph = graph(&[
            ("app", "cc", true),
            ("cc", "home", false),
            ("app", "b", false),
            ("app", "a", false),
            ("a", "etcetera", false),
            ("b", "etcetera", false),
            ("etcetera", "home", false),
        ]);
        assert_eq!(
            path(&graph, "home").as_deref(),
            Some("app > a > etcetera > home")
        );
        assert_eq!(path(&graph, "cc").as_deref(), Some("app > cc"));
        assert_eq!(path(&graph, "app").as_deref(), Some("app"));
        assert_eq!(path(&graph, "nobody"), None);
    }
}
