//! Which features of the user's own packages a blocked package can be avoided with.
//!
//! Features only ever add: what is built with two of them is what is built with each, and what their weak
//! requests add. So the features that may stay are found one at a time, and the answer is tried as a whole
//! at the end. That takes as many resolutions as the packages have features, once for a graph, and one more
//! for each question; a resolution takes as long as the graph is large. `cargo bench -p wasify-lints --bench solver`
//! shows how that grows.
//!
//! Where several of the user's packages are built at once, a feature is named with its package, as cargo wants
//! it on its command line: `server/tls`.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::Graph;
use crate::facts::project::{Project, Resolved, Selection};

/// A set of features of the roots without a blocked package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The names of the roots that have features to lose.
    pub packages: Vec<String>,
    /// The features to ask for, without the default ones, sorted; none that another brings along.
    pub features: Vec<String>,
    /// Features that were on, and have to go.
    pub lost: Vec<String>,
    /// Features that were off, and bring back what the lost ones brought.
    pub gained: Vec<String>,
}

impl Choice {
    /// Cargo's flags for it.
    #[must_use]
    pub fn flags(&self) -> String {
        if self.features.is_empty() {
            "--no-default-features".to_owned()
        } else {
            format!(
                "--no-default-features --features {}",
                self.features.join(",")
            )
        }
    }
}

/// What each feature of the roots builds by itself.
#[derive(Debug, Default)]
pub struct Choices {
    alone: OnceCell<Vec<Alone>>,
}

/// A feature of a root, and what it builds by itself.
#[derive(Debug)]
struct Alone {
    root: usize,
    /// The feature, as in the manifest.
    feature: String,
    /// The feature, as on cargo's command line.
    name: String,
    /// Whether it is on now.
    on: bool,
    resolved: Resolved,
}

impl Choices {
    /// The largest set of features with which nothing is built that `blocked` says yes to, as near to
    /// what is on now as can be. `None` when it is built without any feature too, or nothing has to go.
    pub fn without(
        &self,
        graph: &Graph<'_>,
        blocked: impl Fn(&Resolved) -> bool,
    ) -> Option<Choice> {
        let project = graph.project;
        if blocked(&resolve(project, &[])) || !blocked(graph.resolved) {
            return None;
        }
        let alone = self.alone.get_or_init(|| alone(graph));
        let mut keep: Vec<&str> = alone
            .iter()
            .filter(|it| it.on && !blocked(&it.resolved))
            .map(|it| it.name.as_str())
            .collect();
        while blocked(&resolve(project, &keep)) {
            keep.pop()?;
        }
        let gained = gained(graph, alone, &keep, &blocked);
        let lost: Vec<&Alone> = alone
            .iter()
            .filter(|it| it.on && !keep.contains(&it.name.as_str()))
            .collect();
        keep.extend(gained.iter().map(String::as_str));
        let roots: BTreeSet<usize> = lost.iter().map(|it| it.root).collect();
        let names = roots
            .iter()
            .map(|root| project.packages[*root].name.clone());
        Some(Choice {
            packages: names.collect(),
            features: without_implied(alone, &keep),
            lost: outermost(&lost),
            gained,
        })
    }
}

fn resolve(project: &Project, features: &[&str]) -> Resolved {
    let selection = Selection {
        features: features
            .iter()
            .map(|feature| (*feature).to_owned())
            .collect(),
        no_default_features: true,
        all_features: false,
    };
    Resolved::new(project, &selection)
}

fn alone(graph: &Graph<'_>) -> Vec<Alone> {
    let roots = &graph.project.roots;
    let mut all = Vec::new();
    for root in roots {
        let package = &graph.project.packages[*root];
        for feature in package.features.keys().filter(|it| *it != "default") {
            let name = match roots.len() {
                1 => feature.clone(),
                _ => format!("{}/{feature}", package.name),
            };
            all.push(Alone {
                root: *root,
                on: graph.resolved.has(*root, feature),
                resolved: resolve(graph.project, &[&name]),
                feature: feature.clone(),
                name,
            });
        }
    }
    all
}

/// Features that are off and do for the same dependencies what the lost ones did: the other back end of a
/// library, usually. For each lost feature the one that adds least.
fn gained(
    graph: &Graph<'_>,
    alone: &[Alone],
    keep: &[&str],
    blocked: &impl Fn(&Resolved) -> bool,
) -> Vec<String> {
    let is_lost = |it: &&Alone| it.on && !keep.contains(&it.name.as_str());
    let mut gained: Vec<String> = Vec::new();
    for lost in alone.iter().filter(is_lost) {
        let features = &graph.project.packages[lost.root].features;
        let theirs = touched(features, &lost.feature);
        let stands_in = |other: &&Alone| {
            let ours = touched(features, &other.feature);
            let mut with = keep.to_vec();
            with.push(&other.name);
            !other.on
                && other.root == lost.root
                && !ours.is_empty()
                && ours.is_subset(&theirs)
                && !blocked(&resolve(graph.project, &with))
        };
        let best = alone
            .iter()
            .filter(stands_in)
            .min_by_key(|it| (it.resolved.packages().count(), &it.name));
        gained.extend(best.map(|it| it.name.clone()));
    }
    gained.sort();
    gained.dedup();
    gained
}

/// The dependencies of which a feature turns features on, by itself or through others of its package.
fn touched<'f>(features: &'f BTreeMap<String, Vec<String>>, feature: &'f str) -> BTreeSet<&'f str> {
    let mut seen = BTreeSet::from([feature]);
    let mut queue = vec![feature];
    let mut touched = BTreeSet::new();
    while let Some(feature) = queue.pop() {
        for value in features.get(feature).into_iter().flatten() {
            match value.split_once('/') {
                Some((dependency, _)) => {
                    touched.insert(dependency.trim_end_matches('?'));
                }
                None if value.starts_with("dep:") => {}
                None => {
                    if seen.insert(value) {
                        queue.push(value);
                    }
                }
            }
        }
    }
    touched
}

/// The features that none of the others turns on anyway.
fn without_implied(alone: &[Alone], features: &[&str]) -> Vec<String> {
    let asked = |it: &&Alone| features.contains(&it.name.as_str());
    let implied = |it: &Alone| {
        alone.iter().filter(asked).any(|other| {
            other.name != it.name
                && turns_on(other, it)
                // Of two that turn each other on, the first stays.
                && !(turns_on(it, other) && it.name < other.name)
        })
    };
    let mut all: Vec<String> = alone
        .iter()
        .filter(asked)
        .filter(|it| !implied(it))
        .map(|it| it.name.clone())
        .collect();
    all.sort();
    all
}

fn turns_on(one: &Alone, other: &Alone) -> bool {
    one.resolved.has(other.root, &other.feature)
}

/// Of lost features those that are lost for their own sake: one that is lost only because it brings
/// another along says nothing new.
fn outermost(lost: &[&Alone]) -> Vec<String> {
    let brings_another = |it: &Alone| {
        let mut others = lost.iter();
        others.any(|other| other.name != it.name && turns_on(it, other))
    };
    let own: Vec<&&Alone> = lost.iter().filter(|it| !brings_another(it)).collect();
    let own = if own.is_empty() {
        lost.iter().collect()
    } else {
        own
    };
    own.iter().map(|it| it.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Tools;
    use super::*;
    use crate::facts::project::written;

    fn without(text: &str, blocked: &str) -> Option<Choice> {
        let project = written::project(text);
        let selection = Selection::default();
        let resolved = Resolved::new(&project, &selection);
        let tools = Tools::default();
        let graph = Graph {
            project: &project,
            resolved: &resolved,
            tools: &tools,
        };
        let index = project
            .packages
            .iter()
            .position(|found| found.name == blocked)?;
        Choices::default().without(&graph, |resolved| resolved.is_built(index))
    }

    const APP: &str = "
        app: highlight?[-], web?, clap?
        app.default = cli, onig, serve
        app.cli = dep:clap
        app.onig = highlight/onig
        app.fancy = highlight/fancy
        app.highlight = dep:highlight
        app.serve = dep:web
        clap
        highlight: onig_sys?, regex?
        highlight.onig = dep:onig_sys
        highlight.fancy = dep:regex
        onig_sys
        regex
        web: net
        net";

    #[test]
    fn the_rest_stays_and_another_back_end_takes_over() {
        let choice = without(APP, "onig_sys").unwrap();
        assert_eq!(
            choice.flags(),
            "--no-default-features --features cli,fancy,serve"
        );
        assert_eq!(choice.lost, ["onig"]);
        assert_eq!(choice.gained, ["fancy"]);
        let choice = without(APP, "net").unwrap();
        assert_eq!(choice.flags(), "--no-default-features --features cli,onig");
        assert_eq!(choice.lost, ["serve"]);
        assert!(choice.gained.is_empty());
    }

    #[test]
    fn nothing_is_proposed_that_changes_nothing() {
        assert_eq!(without(APP, "regex"), None);
        let always = APP.replace("app: highlight", "app: net, highlight");
        assert_eq!(without(&always, "net"), None);
    }

    #[test]
    fn of_several_packages_each_keeps_its_own() {
        let two = format!(
            "{APP}
        server*: web?, net?, logs?
        server.default = http, logging
        server.http = dep:web
        server.logging = dep:logs
        server.raw = dep:net
        logs"
        );
        let choice = without(&two, "net").unwrap();
        assert_eq!(
            choice.flags(),
            "--no-default-features --features app/cli,app/onig,server/logging"
        );
        assert_eq!(choice.lost, ["app/serve", "server/http"]);
        assert_eq!(choice.packages, ["app", "server"]);
        // Only one of them has it: the other loses nothing.
        let choice = without(&two, "onig_sys").unwrap();
        assert_eq!(
            choice.flags(),
            "--no-default-features --features \
             app/cli,app/fancy,app/serve,server/http,server/logging"
        );
        assert_eq!(choice.packages, ["app"]);
    }
}
