//! The dependency graph of a project, as rules judge it: from `cargo metadata` to
//! [`Project`], with the settings that decide what is built of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use cargo_metadata::cargo_platform::Cfg;
use cargo_metadata::{Dependency as Declared, DependencyKind, Metadata, Node, PackageId};
use toml::Table;
use wasify_lints::facts::project::{Dependency, GraphPackage, Project, Resolved, Selection};
use wasify_lints::finding::Package;
use wasify_lints::preflight::{Graph, Tools};

use super::config;
use super::discover::Place;
use crate::ecosystem::BuildRequest;
use crate::execute;
use crate::execute::shim::TARGET;
use crate::execute::surroundings::Surroundings;
use crate::toolchain;

/// What is known of a project before anything is built.
#[derive(Debug)]
pub(super) struct Known {
    /// Every package, those of optional dependencies included.
    pub project: Project,
    /// What is built of it for the target.
    pub resolved: Resolved,
    /// The settings that a rule may ask for.
    pub tools: Tools,
    /// Cargo's own view.
    pub metadata: Metadata,
    /// What rustc's `cfg` knows of the target.
    pub cfgs: Vec<Cfg>,
}

impl Known {
    /// The graph, as rules want it.
    #[must_use]
    pub(super) fn graph(&self) -> Graph<'_> {
        Graph {
            project: &self.project,
            resolved: &self.resolved,
            tools: &self.tools,
        }
    }

    /// What is built for the target, with the features that are on.
    #[must_use]
    pub(super) fn packages(&self) -> BTreeMap<Package, BTreeSet<String>> {
        let of = |index: usize| {
            let package = &self.project.packages[index];
            let features = self.resolved.features(index).map(str::to_owned);
            (package.package(), features.collect())
        };
        self.resolved.packages().map(of).collect()
    }
}

/// Cargo can't tell the graph.
#[derive(Debug)]
pub(super) struct Unresolved {
    /// Its error.
    pub(super) message: String,
    /// Its exit code.
    pub(super) code: Option<i32>,
}

impl std::fmt::Display for Unresolved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Unresolved {}

/// Asks cargo and rustc.
///
/// # Errors
/// [`Unresolved`] when cargo can't resolve the project; [`toolchain::Missing`] when it asks for a Rust that
/// is not there; a [`Trouble`](crate::ecosystem::trouble::Trouble)
/// when there is no Rust.
pub(super) fn known(
    around: &Surroundings,
    place: &Place,
    request: &BuildRequest,
) -> anyhow::Result<Known> {
    let (metadata, cfgs) = std::thread::scope(|scope| {
        // With all features, so that it can be seen what others would bring.
        let metadata = scope.spawn(|| resolved(around, place, request));
        let cfgs = toolchain::target_cfgs(around, &place.cwd);
        (metadata.join(), cfgs)
    });
    // A Rust that is not there says so more clearly than cargo does.
    let cfgs = cfgs?;
    let metadata = metadata.map_err(|_| anyhow::anyhow!("reading the graph panicked"))??;
    let unified = if is_first_resolver(metadata.workspace_root.as_std_path()) {
        features_of_the_first_resolver(around, place, request)
    } else {
        BTreeMap::new()
    };
    let flags = config::rustflags(around, &place.cwd, &request.passed_on, &cfgs);
    let tools = Tools {
        cfgs: config::cfgs(flags.iter().map(|flag| flag.word.as_str()))
            .map(str::to_owned)
            .collect(),
        c_compiler: false,
        cured: BTreeSet::new(),
    };
    let project = project(&metadata, request, &cfgs, &unified);
    Ok(Known {
        cfgs,
        resolved: Resolved::new(&project, &selection(request)),
        project,
        tools,
        metadata,
    })
}

/// The features that are asked for, which may stand several in a word.
pub(super) fn selection(request: &BuildRequest) -> Selection {
    let words = |text: &String| -> Vec<String> {
        text.split([',', ' '])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    Selection {
        features: request.features.iter().flat_map(words).collect(),
        no_default_features: request.no_default_features,
        all_features: request.all_features,
    }
}

/// `cargo metadata` with the dependencies for the target.
fn resolved(
    around: &Surroundings,
    place: &Place,
    request: &BuildRequest,
) -> anyhow::Result<Metadata> {
    let args = [
        "metadata",
        "--format-version=1",
        "--filter-platform",
        TARGET,
        "--all-features",
    ];
    let said = asked(around, place, request, &args)?;
    serde_json::from_str(&said).context("failed to read what `cargo metadata` said")
}

/// What cargo answers, asked about the project with the user's settings.
fn asked(
    around: &Surroundings,
    place: &Place,
    request: &BuildRequest,
    args: &[&str],
) -> anyhow::Result<String> {
    let mut cargo = around.cargo().cwd(&place.cwd).args(args.iter().copied());
    cargo = cargo.arg("--color=never");
    if let Some(manifest) = &place.manifest {
        cargo = cargo.arg("--manifest-path").arg(manifest);
    }
    let switches = [
        ("--locked", request.locked),
        ("--offline", request.offline),
        ("--frozen", request.frozen),
    ];
    let on = switches.into_iter().filter(|(_, on)| *on);
    cargo = cargo.args(on.map(|(flag, _)| flag));
    for setting in config::arguments(&request.passed_on) {
        cargo = cargo.arg("--config").arg(setting);
    }
    let output = execute::capture(&cargo).map_err(toolchain::without_cargo)?;
    if !output.status.success() {
        let said = output.stderr.lines();
        // What cargo does on the way is no part of its error.
        let said: Vec<&str> = said.skip_while(|line| !line.starts_with("error")).collect();
        let said = said.join("\n");
        let said = if said.is_empty() { output.stderr } else { said };
        return Err(Unresolved {
            message: said.trim().trim_start_matches("error: ").to_owned(),
            code: output.status.code(),
        }
        .into());
    }
    Ok(output.stdout)
}

/// Whether the workspace is resolved by cargo's first feature resolver, which unifies the features of a
/// package over everything that is built.
fn is_first_resolver(root: &Path) -> bool {
    let text = std::fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default();
    let Ok(manifest) = toml::from_str::<Table>(&text) else {
        return false;
    };
    let key = |table: &str, key: &str| manifest.get(table)?.get(key)?.as_str();
    match key("workspace", "resolver").or(key("package", "resolver")) {
        Some(resolver) => resolver == "1",
        None => matches!(key("package", "edition"), None | Some("2015" | "2018")),
    }
}

/// Features by name and version of a package.
type Unified = BTreeMap<(String, String), Vec<String>>;

/// `cargo metadata` would count the features that tests ask for, which a build doesn't.
fn features_of_the_first_resolver(
    around: &Surroundings,
    place: &Place,
    request: &BuildRequest,
) -> Unified {
    let mut args = vec!["tree", "--edges=normal", "--target", TARGET];
    args.extend(["--prefix=none", "--format={p}|{f}"]);
    let switches = [
        ("--workspace", request.workspace),
        ("--no-default-features", request.no_default_features),
        ("--all-features", request.all_features),
    ];
    args.extend(switches.iter().filter(|(_, on)| *on).map(|(flag, _)| *flag));
    for package in &request.packages {
        args.extend(["--package", package]);
    }
    for features in &request.features {
        args.extend(["--features", features]);
    }
    // Without an answer the features are those of the second resolver, which are fewer.
    let said = asked(around, place, request, &args).unwrap_or_default();
    said.lines().filter_map(of_a_tree).collect()
}

/// `name v1.2.3 (/where)|one,two (*)`
fn of_a_tree(line: &str) -> Option<((String, String), Vec<String>)> {
    let (package, features) = line.split_once('|')?;
    let (name, rest) = package.split_once(" v")?;
    let version = rest.split(' ').next()?;
    let features = features.trim_end_matches("(*)").trim().split(',');
    let features = features.filter(|feature| !feature.is_empty());
    let features = features.map(str::to_owned).collect();
    Some(((name.to_owned(), version.to_owned()), features))
}

/// Cargo's packages as rules know them.
fn project(
    metadata: &Metadata,
    request: &BuildRequest,
    cfgs: &[Cfg],
    unified: &Unified,
) -> Project {
    let mut packages: Vec<&cargo_metadata::Package> = metadata.packages.iter().collect();
    packages.sort_by_key(|package| (&package.name, &package.version, &package.id));
    let places: BTreeMap<&PackageId, usize> = packages
        .iter()
        .enumerate()
        .map(|(place, package)| (&package.id, place))
        .collect();
    let nodes: BTreeMap<&PackageId, &Node> = metadata
        .resolve
        .iter()
        .flat_map(|resolve| &resolve.nodes)
        .map(|node| (&node.id, node))
        .collect();
    let own: Vec<&PackageId> = metadata.workspace_members.iter().collect();
    let converted = packages.iter().map(|package| GraphPackage {
        name: package.name.to_string(),
        version: package.version.clone(),
        own: own.contains(&&package.id),
        proc_macro: package.targets.iter().any(|target| target.is_proc_macro()),
        manifest: package.manifest_path.clone().into_std_path_buf(),
        features: package
            .features
            .iter()
            .map(|(name, values)| (name.clone(), values.clone()))
            .collect(),
        dependencies: package
            .dependencies
            .iter()
            .filter(|declared| is_for_target(declared, cfgs))
            .filter_map(|declared| {
                let to = leads_to(declared, nodes.get(&package.id)?, &packages, &places)?;
                Some(dependency(declared, to))
            })
            .collect(),
        builds_native: package.links.is_some()
            || package.dependencies.iter().any(|declared| {
                declared.kind == DependencyKind::Build && NATIVE.contains(&declared.name.as_str())
            }),
        unified: unified
            .get(&(package.name.to_string(), package.version.to_string()))
            .cloned()
            .unwrap_or_default(),
    });
    Project {
        packages: converted.collect(),
        roots: roots(metadata, request)
            .into_iter()
            .filter_map(|id| places.get(id).copied())
            .collect(),
    }
}

/// Crates with which build scripts compile or look for native code.
const NATIVE: [&str; 6] = ["autotools", "bindgen", "cc", "cmake", "pkg-config", "vcpkg"];

fn is_for_target(declared: &Declared, cfgs: &[Cfg]) -> bool {
    let platform = declared.target.as_ref();
    declared.kind == DependencyKind::Normal
        && platform.is_none_or(|platform| platform.matches(TARGET, cfgs))
}

/// The package that cargo chose for a declared dependency. `None` for one that no feature can bring in.
fn leads_to(
    declared: &Declared,
    node: &Node,
    packages: &[&cargo_metadata::Package],
    places: &BTreeMap<&PackageId, usize>,
) -> Option<usize> {
    let mut fitting = node.deps.iter().filter_map(|dep| {
        let place = *places.get(&dep.pkg)?;
        let package = packages[place];
        let fits = package.name == declared.name
            && (declared.req.matches(&package.version) || declared.path.is_some());
        fits.then_some((dep.name.as_str(), place))
    });
    let first = fitting.next()?;
    // Two versions of one package have names of their own.
    let renamed = declared.rename.as_ref().map(|name| name.replace('-', "_"));
    let mut all = std::iter::once(first).chain(fitting);
    let named = renamed.and_then(|renamed| all.find(|(name, _)| *name == renamed));
    Some(named.unwrap_or(first).1)
}

fn dependency(declared: &Declared, to: usize) -> Dependency {
    Dependency {
        name: declared.rename.clone().unwrap_or(declared.name.clone()),
        to,
        optional: declared.optional,
        default_features: declared.uses_default_features,
        features: declared.features.clone(),
        requirement: declared.req.clone(),
    }
}

/// The packages that cargo builds when it is asked for the request.
fn roots<'m>(metadata: &'m Metadata, request: &BuildRequest) -> Vec<&'m PackageId> {
    let members = || metadata.workspace_members.iter();
    if request.workspace {
        return members().collect();
    }
    if !request.packages.is_empty() {
        let asked = |id: &&PackageId| {
            let package = super::package_id::package(id);
            request.packages.iter().any(|spec| {
                let name = spec.split('@').next().unwrap_or(spec);
                name == package.name
            })
        };
        return members().filter(asked).collect();
    }
    let defaults = &metadata.workspace_default_members;
    let here = metadata
        .resolve
        .as_ref()
        .and_then(|resolve| resolve.root.as_ref());
    match here {
        // In a member's own directory, or in a package that is no workspace.
        Some(here) if !defaults.is_available() || !defaults.contains(here) => vec![here],
        _ if defaults.is_available() => defaults.iter().collect(),
        _ => members().collect(),
    }
}
