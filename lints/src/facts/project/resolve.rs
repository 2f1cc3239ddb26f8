//! Which packages are built for the target, with which features, and what turned each on.
//!
//! This is cargo's second feature resolver over a graph whose versions are settled: build scripts and
//! procedural macros have features of their own, which don't count here. It is done again, instead of
//! asked of cargo, because it has to say *why* a feature is on, and what would be without it, many times a
//! second. A test over real projects holds it to what cargo says.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Dependency, Project};

/// What of the roots is to be built.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Features, as `feature`, `package/feature` or `dependency/feature`.
    pub features: Vec<String>,
    /// Whether `default` is left out.
    pub no_default_features: bool,
    /// Whether all features are on.
    pub all_features: bool,
}

/// What has been turned on: a package, or a feature of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node {
    pub(super) package: usize,
    pub(super) feature: Option<String>,
}

/// What turned a package or a feature on, first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The user asks for it: a root, or a feature of one on the command line.
    Asked,
    /// The `default` features of a root, which nobody has turned off.
    Default,
    /// A package that is built, by itself or through one of its features.
    By {
        /// The package.
        package: usize,
        /// Its feature.
        feature: Option<String>,
    },
    /// Cargo's first resolver, for another target, a build script or a test.
    Unified,
}

/// The packages that are built for the target, with their features.
#[derive(Debug, Clone, Default)]
pub struct Resolved {
    /// For each package of the project that is built, its features, and what turned each on.
    built: BTreeMap<usize, Built>,
}

#[derive(Debug, Clone)]
struct Built {
    origin: Origin,
    features: BTreeMap<String, Origin>,
}

impl Resolved {
    /// Resolves the features. The time grows with the features that are on and what they name, that is
    /// with the size of the graph that is built; not with that of the lock file.
    #[must_use]
    pub fn new(project: &Project, selection: &Selection) -> Resolved {
        let mut walk = Walk {
            project,
            resolved: Resolved::default(),
            queue: VecDeque::new(),
            weak: BTreeMap::new(),
            dependencies: BTreeSet::new(),
        };
        for root in &project.roots {
            walk.root(*root, selection);
        }
        walk.run();
        walk.resolved
    }

    /// Whether a package is built for the target.
    #[must_use]
    pub fn is_built(&self, package: usize) -> bool {
        self.built.contains_key(&package)
    }

    /// The packages that are built, sorted.
    pub fn packages(&self) -> impl Iterator<Item = usize> + '_ {
        self.built.keys().copied()
    }

    /// The features of a package that are on, sorted.
    pub fn features(&self, package: usize) -> impl Iterator<Item = &str> {
        let built = self.built.get(&package);
        built
            .into_iter()
            .flat_map(|built| built.features.keys())
            .map(String::as_str)
    }

    /// Whether a feature of a package is on.
    #[must_use]
    pub fn has(&self, package: usize, feature: &str) -> bool {
        self.built
            .get(&package)
            .is_some_and(|built| built.features.contains_key(feature))
    }

    /// What turned a package, or a feature of it, on.
    #[must_use]
    pub fn origin(&self, package: usize, feature: Option<&str>) -> Option<&Origin> {
        let built = self.built.get(&package)?;
        match feature {
            None => Some(&built.origin),
            Some(feature) => built.features.get(feature),
        }
    }
}

/// The work of [`Resolved::new`]: first come, first served, so that what turned something on is the
/// nearest to a root.
struct Walk<'p> {
    project: &'p Project,
    resolved: Resolved,
    queue: VecDeque<(Node, Origin)>,
    /// `dependency?/feature`, waiting for the dependency: by the dependency's place in its package.
    weak: BTreeMap<(usize, usize), Vec<(String, Origin)>>,
    /// The dependencies that are on, by package and place.
    dependencies: BTreeSet<(usize, usize)>,
}

impl Walk<'_> {
    fn root(&mut self, root: usize, selection: &Selection) {
        self.push(root, None, Origin::Asked);
        let package = &self.project.packages[root];
        if selection.all_features {
            for feature in package.features.keys() {
                self.push(root, Some(feature), Origin::Asked);
            }
        } else if !selection.no_default_features && package.features.contains_key("default") {
            self.push(root, Some("default"), Origin::Default);
        }
        for asked in &selection.features {
            match asked.split_once('/') {
                None if package.features.contains_key(asked) => {
                    self.push(root, Some(asked), Origin::Asked);
                }
                None => {}
                Some((name, feature)) if name == package.name => {
                    self.push(root, Some(feature), Origin::Asked);
                }
                // Cargo means that package then, also where this one depends on it.
                Some((name, _)) if self.is_root(name) => {}
                Some(_) => self.value(root, asked, &Origin::Asked),
            }
        }
    }

    fn is_root(&self, name: &str) -> bool {
        let mut roots = self.project.roots.iter();
        roots.any(|root| self.project.packages[*root].name == name)
    }

    fn push(&mut self, package: usize, feature: Option<&str>, origin: Origin) {
        let node = Node {
            package,
            feature: feature.map(str::to_owned),
        };
        self.queue.push_back((node, origin));
    }

    fn run(&mut self) {
        while let Some((node, origin)) = self.queue.pop_front() {
            match node.feature {
                None => self.package(node.package, origin),
                Some(feature) => self.feature(node.package, &feature, origin),
            }
        }
    }

    fn package(&mut self, index: usize, origin: Origin) {
        if self.resolved.is_built(index) {
            return;
        }
        let built = Built {
            origin,
            features: BTreeMap::new(),
        };
        self.resolved.built.insert(index, built);
        let package = &self.project.packages[index];
        for feature in &package.unified {
            self.push(index, Some(feature), Origin::Unified);
        }
        for (place, dependency) in package.dependencies.iter().enumerate() {
            if !dependency.optional {
                let by = Origin::By {
                    package: index,
                    feature: None,
                };
                self.dependency(index, place, &by);
            }
        }
    }

    fn feature(&mut self, index: usize, feature: &str, origin: Origin) {
        // A feature is only ever asked of a package that is built, or about to be.
        self.package(index, origin.clone());
        let Some(built) = self.resolved.built.get_mut(&index) else {
            return;
        };
        if built.features.contains_key(feature) {
            return;
        }
        built.features.insert(feature.to_owned(), origin);
        let by = Origin::By {
            package: index,
            feature: Some(feature.to_owned()),
        };
        let values = self.project.packages[index].features.get(feature);
        for value in values.into_iter().flatten() {
            self.value(index, value, &by);
        }
    }

    /// What one value in a feature's list turns on: `feature`, `dep:name`, `name/feature`, `name?/feature`.
    fn value(&mut self, index: usize, value: &str, by: &Origin) {
        if let Some(name) = value.strip_prefix("dep:") {
            self.named(index, name, |walk, place| walk.dependency(index, place, by));
            return;
        }
        let Some((name, feature)) = value.split_once('/') else {
            self.push(index, Some(value), by.clone());
            return;
        };
        if let Some(name) = name.strip_suffix('?') {
            self.named(index, name, |walk, place| {
                if walk.dependencies.contains(&(index, place)) {
                    let to = walk.project.packages[index].dependencies[place].to;
                    walk.push_feature(to, feature, by.clone());
                } else {
                    let waiting = walk.weak.entry((index, place)).or_default();
                    waiting.push((feature.to_owned(), by.clone()));
                }
            });
            return;
        }
        self.named(index, name, |walk, place| {
            let package = &walk.project.packages[index];
            let Dependency { to, optional, .. } = package.dependencies[place];
            // An optional dependency's own feature comes with it, where it has one. Not so that of a dependency
            // for other targets, which isn't among these.
            if optional && package.features.contains_key(name) {
                walk.push(index, Some(name), by.clone());
            }
            walk.dependency(index, place, by);
            walk.push_feature(to, feature, by.clone());
        });
    }

    fn named(&mut self, index: usize, name: &str, mut each: impl FnMut(&mut Self, usize)) {
        let dependencies = &self.project.packages[index].dependencies;
        let places: Vec<usize> = (0..dependencies.len())
            .filter(|place| dependencies[*place].name == name)
            .collect();
        for place in places {
            each(self, place);
        }
    }

    fn dependency(&mut self, index: usize, place: usize, by: &Origin) {
        if !self.dependencies.insert((index, place)) {
            return;
        }
        let dependency = &self.project.packages[index].dependencies[place];
        let to = dependency.to;
        let package = &self.project.packages[to];
        if package.proc_macro {
            return;
        }
        self.push(to, None, by.clone());
        if dependency.default_features && package.features.contains_key("default") {
            self.push(to, Some("default"), by.clone());
        }
        for feature in &dependency.features {
            self.push_feature(to, feature, by.clone());
        }
        for (feature, by) in self.weak.remove(&(index, place)).unwrap_or_default() {
            self.push_feature(to, &feature, by);
        }
    }

    /// A feature that a manifest asks of another package; what that one doesn't have, cargo refuses.
    fn push_feature(&mut self, to: usize, feature: &str, origin: Origin) {
        let package = &self.project.packages[to];
        if !package.proc_macro && package.features.contains_key(feature) {
            self.push(to, Some(feature), origin);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::written;
    use super::*;

    /// `name[features]` of everything that is built, in the order of the names.
    fn built(text: &str, selection: &Selection) -> Vec<String> {
        let project = written::project(text);
        let resolved = Resolved::new(&project, selection);
        let mut all: Vec<String> = resolved
            .packages()
            .map(|index| {
                let features: Vec<&str> = resolved.features(index).collect();
                format!("{}[{}]", project.packages[index].name, features.join(" "))
            })
            .collect();
        all.sort();
        all
    }

    const APP: &str = "
        app: core, web?, cli?[-]
        app.default = web
        app.web = dep:web, cli?/color
        app.cli = dep:cli
        core
        web: sys
        web.default =
        cli: macro!
        cli.color =
        cli.default = color
        macro!: host
        host
        sys";

    #[test]
    fn optional_dependencies_come_with_their_features_only() {
        let default = Selection::default();
        assert_eq!(
            built(APP, &default),
            ["app[default web]", "core[]", "sys[]", "web[default]"]
        );
        let bare = Selection {
            no_default_features: true,
            ..Selection::default()
        };
        assert_eq!(built(APP, &bare), ["app[]", "core[]"]);
        // Weak features wait for their dependency, whichever comes first; macros run elsewhere.
        let cli = Selection {
            features: vec!["cli".to_owned()],
            ..Selection::default()
        };
        assert_eq!(
            built(APP, &cli),
            [
                "app[cli default web]",
                "cli[color]",
                "core[]",
                "sys[]",
                "web[default]"
            ]
        );
    }

    #[test]
    fn a_slash_brings_the_dependency_and_its_own_feature() {
        let app = "
            app: net?
            app.net = dep:net
            app.tls = net/tls
            net
            net.tls = ";
        let tls = Selection {
            features: vec!["tls".to_owned()],
            ..Selection::default()
        };
        assert_eq!(built(app, &tls), ["app[net tls]", "net[tls]"]);
        let direct = Selection {
            features: vec!["net/tls".to_owned()],
            ..Selection::default()
        };
        assert_eq!(built(app, &direct), ["app[net]", "net[tls]"]);
        let all = Selection {
            all_features: true,
            ..Selection::default()
        };
        assert_eq!(built(app, &all), ["app[net tls]", "net[tls]"]);
    }
}
