//! What can be done about a package that doesn't build: what the graph allows first, then what the rule
//! knows.

use semver::{Comparator, Op, Version, VersionReq};

use super::{Choice, Choices, Graph, matches, matches_as};
use crate::facts::project::{GraphPackage, Resolved};
use crate::registry;
use crate::rule::{Outcome, Rule};
use crate::suggestion::{Action, Applicability, Kind, Suggestion};

/// The suggestions for a package that a rule blocks, in the order in which they should be tried.
pub(crate) fn all(
    graph: &Graph<'_>,
    choices: &Choices,
    rule: &Rule,
    index: usize,
) -> Vec<Suggestion> {
    let mut all: Vec<Suggestion> = features(graph, choices, rule, index).into_iter().collect();
    all.extend(update(graph, rule, index));
    all.extend(rule.suggestions.iter().cloned());
    all
}

/// Leaving out the features that bring a package in at all, for one that fails for a reason of which no rule
/// knows when it holds.
pub(crate) fn avoid(graph: &Graph<'_>, choices: &Choices, index: usize) -> Option<Suggestion> {
    let choice = choices.without(graph, |resolved| resolved.is_built(index))?;
    Some(leave_out(choice))
}

/// Leaving out the features of the user's own package that bring it in.
fn features(graph: &Graph<'_>, choices: &Choices, rule: &Rule, index: usize) -> Option<Suggestion> {
    let still = |resolved: &Resolved| {
        let graph = Graph { resolved, ..*graph };
        let mut rows = rule.matches.crates.iter();
        resolved.is_built(index) && rows.any(|row| matches(&graph, row, index).is_some())
    };
    Some(leave_out(choices.without(graph, still)?))
}

fn leave_out(choice: Choice) -> Suggestion {
    let lost = quoted(&choice.lost);
    // With several packages each feature has its own in front of it.
    let of = match &choice.packages[..] {
        [package] if !choice.lost.iter().any(|it| it.contains('/')) => format!(" of `{package}`"),
        _ => String::new(),
    };
    let title = if choice.gained.is_empty() {
        format!("leave out {lost}{of}")
    } else {
        let gained = quoted(&choice.gained);
        format!("use {gained}{of} in place of {lost}")
    };
    Suggestion {
        title,
        applicability: Applicability::Costs,
        kind: Kind::Feature,
        flag: Some(choice.flags()),
        action: Some(Action::Features {
            package: choice.packages.join(","),
            features: choice.features,
        }),
        verified: false,
    }
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match &names[..] {
        [] => "the features".to_owned(),
        [one] => format!("the feature {one}"),
        [rest @ .., last] => format!("the features {} and {last}", rest.join(", ")),
    }
}

/// `cargo update` to a version without the problem, when everybody who depends on the package allows it,
/// and no rule speaks against that version.
fn update(graph: &Graph<'_>, rule: &Rule, index: usize) -> Option<Suggestion> {
    rule.fixed_in.iter().find_map(|fixed| {
        let of = match &fixed.name {
            Some(name) => beside(graph, index, name)?,
            None => index,
        };
        let package = &graph.project.packages[of];
        let to = [&fixed.proved, &fixed.from].into_iter().find(|version| {
            is_update(&package.version, version)
                && allowed(graph, of, version)
                && !is_blocked(graph, of, version)
        })?;
        Some(updated(graph, package, &fixed.from, to))
    })
}

/// The package of this name that one depends on, or that depends on it and decides on its version.
fn beside(graph: &Graph<'_>, index: usize, name: &str) -> Option<usize> {
    let packages = &graph.project.packages;
    let wanted = |at: &usize| packages[*at].name == name;
    let below = packages[index].dependencies.iter().map(|it| it.to);
    let above =
        (0..packages.len()).filter(|at| packages[*at].dependencies.iter().any(|it| it.to == index));
    below.chain(above).find(wanted)
}

fn updated(graph: &Graph<'_>, package: &GraphPackage, from: &Version, to: &Version) -> Suggestion {
    Suggestion {
        title: format!("update `{}`, which builds from {from} on", package.name),
        applicability: Applicability::Safe,
        kind: Kind::Version,
        flag: Some(format!(
            "cargo update {} --precise {to}",
            spec(graph, package)
        )),
        action: Some(Action::Update {
            package: package.name.clone(),
            from: Some(package.version.to_string()),
            to: to.to_string(),
        }),
        verified: false,
    }
}

/// Whether a rule says that a package would not build in another version either, with the features it
/// has, and a flag for the whole build does not cure that.
fn is_blocked(graph: &Graph<'_>, index: usize, version: &Version) -> bool {
    registry::rules().is_ok_and(|rules| {
        rules
            .iter()
            .filter(|rule| rule.outcome == Outcome::NotBuilt && !has_flag(rule))
            .flat_map(|rule| &rule.matches.crates)
            .any(|row| matches_as(graph, row, index, version).is_some())
    })
}

/// Whether a rule's problem goes away with a flag or a tool, which an update may need beside it.
fn has_flag(rule: &Rule) -> bool {
    rule.suggestions.iter().any(|suggestion| {
        suggestion.applicability == Applicability::Safe
            && matches!(suggestion.kind, Kind::Rustflag | Kind::Tool)
    })
}

/// How `cargo update` is told which one is meant: by the version too, where there are several.
fn spec(graph: &Graph<'_>, package: &GraphPackage) -> String {
    let mut same = graph.project.packages.iter();
    let several = same.any(|other| other.name == package.name && other.version != package.version);
    if several {
        format!("{}@{}", package.name, package.version)
    } else {
        package.name.clone()
    }
}

/// Whether a version is a later one that cargo takes for compatible.
fn is_update(from: &Version, to: &Version) -> bool {
    let caret = VersionReq {
        comparators: vec![Comparator {
            op: Op::Caret,
            major: from.major,
            minor: Some(from.minor),
            patch: Some(from.patch),
            pre: from.pre.clone(),
        }],
    };
    to > from && caret.matches(to)
}

fn allowed(graph: &Graph<'_>, index: usize, version: &Version) -> bool {
    graph
        .project
        .packages
        .iter()
        .flat_map(|package| &package.dependencies)
        .filter(|dependency| dependency.to == index)
        .all(|dependency| dependency.requirement.matches(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn updates_stay_compatible() {
        let v = |text: &str| text.parse::<Version>().unwrap();
        assert!(is_update(&v("2.5.0"), &v("2.5.8")));
        assert!(!is_update(&v("2.5.8"), &v("2.5.8")));
        assert!(!is_update(&v("0.5.10"), &v("0.6.3")));
        assert!(!is_update(&v("1.0.0"), &v("2.0.0")));
    }
}
