//! Which features of the user's own package a blocked package can be avoided with.
//!
//! Features only ever add: what is built with two of them is what is built with each, and what their weak
//! requests add. So the features that may stay are found one at a time, and the answer is tried as a whole
//! at the end. That takes as many resolutions as the package has features, once for a graph, and one more
//! for each question.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::Graph;
use crate::facts::project::{Project, Resolved, Selection};

/// A set of features of a root without a blocked package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The root's name.
    pub package: String,
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

/// What each feature of the only root builds by itself.
#[derive(Debug)]
pub struct Choices {
    root: Option<usize>,
    /// By feature, whether it is on now, and what it builds alone.
    alone: OnceCell<Vec<(String, bool, Resolved)>>,
}

impl Choices {
    /// Those of a graph. With several roots there is no flag that means one of them, and no choice.
    #[must_use]
    pub fn new(graph: &Graph<'_>) -> Choices {
        let root = match graph.project.roots[..] {
            [root] => Some(root),
            _ => None,
        };
        Choices {
            root,
            alone: OnceCell::new(),
        }
    }

    /// The largest set of features with which nothing is built that `blocked` says yes to, as near to
    /// what is on now as can be. `None` when it is built without any feature too, or nothing has to go.
    pub fn without(
        &self,
        graph: &Graph<'_>,
        blocked: impl Fn(&Resolved) -> bool,
    ) -> Option<Choice> {
        let root = self.root?;
        let project = graph.project;
        if blocked(&resolve(project, &[])) || !blocked(graph.resolved) {
            return None;
        }
        let alone = self.alone.get_or_init(|| alone(graph, root));
        let mut keep: Vec<&str> = alone
            .iter()
            .filter(|(_, on, resolved)| *on && !blocked(resolved))
            .map(|(feature, ..)| feature.as_str())
            .collect();
        while blocked(&resolve(project, &keep)) {
            keep.pop()?;
        }
        let gained = gained(graph, root, alone, &keep, &blocked);
        let lost: Vec<String> = alone
            .iter()
            .filter(|(feature, on, _)| *on && !keep.contains(&feature.as_str()))
            .map(|(feature, ..)| feature.clone())
            .collect();
        keep.extend(gained.iter().map(String::as_str));
        Some(Choice {
            package: project.packages[root].name.clone(),
            features: without_implied(alone, root, &keep),
            lost: outermost(alone, root, &lost),
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

fn alone(graph: &Graph<'_>, root: usize) -> Vec<(String, bool, Resolved)> {
    let features = graph.project.packages[root].features.keys();
    features
        .filter(|feature| *feature != "default")
        .map(|feature| {
            let on = graph.resolved.has(root, feature);
            (feature.clone(), on, resolve(graph.project, &[feature]))
        })
        .collect()
}

/// Features that are off and do for the same dependencies what the lost ones did: the other back end of a
/// library, usually. For each lost feature the one that adds least.
fn gained(
    graph: &Graph<'_>,
    root: usize,
    alone: &[(String, bool, Resolved)],
    keep: &[&str],
    blocked: &impl Fn(&Resolved) -> bool,
) -> Vec<String> {
    let package = &graph.project.packages[root];
    let lost = alone
        .iter()
        .filter(|(feature, on, _)| *on && !keep.contains(&feature.as_str()));
    let mut gained: Vec<String> = Vec::new();
    for (lost, ..) in lost {
        let theirs = touched(&package.features, lost);
        let stands_in = |(feature, on, _): &&(String, bool, Resolved)| {
            let ours = touched(&package.features, feature);
            let mut with = keep.to_vec();
            with.push(feature);
            !on && !ours.is_empty()
                && ours.is_subset(&theirs)
                && !blocked(&resolve(graph.project, &with))
        };
        let best = alone
            .iter()
            .filter(stands_in)
            .min_by_key(|(feature, _, resolved)| (resolved.packages().count(), feature));
        gained.extend(best.map(|(feature, ..)| feature.clone()));
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
fn without_implied(
    alone: &[(String, bool, Resolved)],
    root: usize,
    features: &[&str],
) -> Vec<String> {
    let implied = |feature: &str| {
        alone.iter().any(|(other, _, resolved)| {
            other != feature
                && features.contains(&other.as_str())
                && resolved.has(root, feature)
                // Of two that turn each other on, the first stays.
                && !(mutual(alone, root, feature, other) && feature < other.as_str())
        })
    };
    let mut all: Vec<String> = features
        .iter()
        .filter(|feature| !implied(feature))
        .map(|feature| (*feature).to_owned())
        .collect();
    all.sort();
    all.dedup();
    all
}

fn mutual(alone: &[(String, bool, Resolved)], root: usize, a: &str, b: &str) -> bool {
    alone
        .iter()
        .any(|(name, _, resolved)| name == a && resolved.has(root, b))
}

/// Of lost features those that are lost for their own sake: one that is lost only because it brings
/// another along says nothing new.
fn outermost(alone: &[(String, bool, Resolved)], root: usize, lost: &[String]) -> Vec<String> {
    let brings_another = |feature: &String| {
        alone.iter().any(|(name, _, resolved)| {
            name == feature
                && lost
                    .iter()
                    .any(|other| other != feature && resolved.has(root, other))
        })
    };
    let own: Vec<String> = lost
        .iter()
        .filter(|feature| !brings_another(feature))
        .cloned()
        .collect();
    if own.is_empty() { lost.to_vec() } else { own }
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
        Choices::new(&graph).without(&graph, |resolved| resolved.is_built(index))
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
}
