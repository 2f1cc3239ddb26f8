//! Why a package failed: the rule that knows it, or what kind of failure it is.

use crate::Error;
use crate::facts::build::{Failure, ForeignCode, Stage};
use crate::finding::{Confidence, Finding, Level};
use crate::judge;
use crate::preflight::{self, Choices, Graph, remedies};
use crate::registry;
use crate::rule::{Cause, Outcome, Rule};
use crate::suggestion::{Applicability, Kind, Suggestion};

/// The rule of the findings that stand for packages of which no rule knows why they can't be built.
pub const BUILD_FAILED: &str = "build-failed";

/// A failure, explained.
#[derive(Debug)]
pub struct Explained {
    /// What is told of it.
    pub finding: Finding,
    /// Why it failed, where that is known.
    pub cause: Option<Cause>,
}

/// Explains the failure of a package by the first rule that has a row for it and looks for what it says,
/// else by one that looks for that in any package. The
/// graph tells who wanted the package, and what can be done; without it there is only the failure.
///
/// # Errors
/// [`Error::Rule`] when an embedded rule file is broken.
pub fn explain(
    failure: &Failure,
    graph: Option<&Graph<'_>>,
    choices: Option<&Choices>,
) -> Result<Explained, Error> {
    let index = graph.and_then(|graph| index_of(graph, failure));
    let rules = registry::rules()?;
    // A rule about the package knows more than one about any.
    let (general, of_packages): (Vec<&Rule>, Vec<&Rule>) = rules
        .iter()
        .partition(|rule| rule.matches.crates.is_empty());
    let known = of_packages.into_iter().chain(general).find_map(|rule| {
        let feature = explains(rule, failure, graph, index)?;
        Some((rule, feature))
    });
    let error = failure.first();
    let location = error.and_then(|error| error.location.clone());
    if let (Some((rule, feature)), Some(graph), Some(choices), Some(index)) =
        (known, graph, choices, index)
    {
        let mut finding = preflight::finding(graph, choices, rule, (index, feature));
        finding.location = location;
        return Ok(Explained {
            finding,
            cause: rule.cause,
        });
    }
    let rule: Option<&'static Rule> = known.map(|(rule, _)| rule);
    let path = match (graph, index) {
        (Some(graph), Some(index)) => graph.resolved.path(graph.project, index, None),
        _ => Vec::new(),
    };
    Ok(Explained {
        finding: Finding {
            rule: rule.map_or(BUILD_FAILED, |rule| &rule.id),
            level: Level::Deny,
            confidence: Confidence::Always,
            message: match rule {
                Some(rule) => rule.summary.replace("{package}", &failure.package.name),
                None => unknown(failure),
            },
            effect: rule.map_or_else(|| effect(failure), |rule| rule.effect.clone()),
            package: Some(failure.package.clone()),
            location,
            call_path: Vec::new(),
            dependency_path: path,
            more_places: 0,
            places: Vec::new(),
            notes: places(failure),
            suggestions: suggestions(rule, failure, (graph, choices, index)),
        },
        cause: rule.and_then(|rule| rule.cause).or(failure.kind()),
    })
}

/// The rule of build scripts that made code for another machine.
const FOREIGN_CODE: &str = "foreign-code";

/// What is told of a package whose build script made code for another machine: the linker leaves it out
/// without a word.
///
/// # Errors
/// [`Error::Rule`] when an embedded rule file is broken.
pub fn foreign(code: &ForeignCode) -> Result<Option<Finding>, Error> {
    let Some(rule) = registry::rule(FOREIGN_CODE)? else {
        return Ok(None);
    };
    let member = code.member.iter().map(|member| format!("({member})"));
    let file = format!("{}{}", code.file, member.collect::<String>());
    let more = match code.more {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    Ok(Some(Finding {
        message: rule.summary.replace("{package}", &code.package.name),
        package: Some(code.package.clone()),
        notes: vec![format!("{} is {}{more}", file, code.what)],
        ..judge::whole_file(rule, Vec::new())
    }))
}

/// The package in the graph; of several of one name the one whose version it is.
fn index_of(graph: &Graph<'_>, failure: &Failure) -> Option<usize> {
    let mut found = graph.project.named(&failure.package);
    found.find(|index| graph.resolved.is_built(*index))
}

/// Whether a rule is about this failure. Gives the feature that is to blame, if one is.
fn explains<'r>(
    rule: &'r Rule,
    failure: &Failure,
    graph: Option<&Graph<'_>>,
    index: Option<usize>,
) -> Option<Option<&'r str>> {
    if rule.outcome != Outcome::NotBuilt
        || !rule.matches.errors.iter().any(|part| failure.says(part))
    {
        return None;
    }
    if rule.matches.crates.is_empty() {
        return Some(None);
    }
    let (graph, index) = (graph?, index?);
    let mut rows = rule.matches.crates.iter();
    rows.find_map(|row| preflight::matches(graph, row, index))
}

/// What can be done where the graph doesn't decide whether the rule applies, or no rule is known.
fn suggestions(
    rule: Option<&Rule>,
    failure: &Failure,
    (graph, choices, index): (Option<&Graph<'_>>, Option<&Choices>, Option<usize>),
) -> Vec<Suggestion> {
    let mut all = Vec::new();
    if let (Some(graph), Some(choices), Some(index)) = (graph, choices, index) {
        all.extend(remedies::avoid(graph, choices, index));
    }
    match rule {
        Some(rule) => all.extend(rule.suggestions.iter().cloned()),
        None => all.extend(own_source(failure, graph, index)),
    }
    all
}

/// The first places beside the one that is shown, when there are several.
fn places(failure: &Failure) -> Vec<String> {
    const SHOWN: usize = 3;
    let first = failure.first();
    let others: Vec<String> = failure
        .errors
        .iter()
        .filter(|error| Some(*error) != first)
        .filter_map(|error| {
            let location = error.location.as_ref()?;
            let line = location
                .line
                .map(|line| format!(":{line}"))
                .unwrap_or_default();
            Some(format!("{}{line}", location.file))
        })
        .collect();
    if others.is_empty() || failure.stage != Stage::Compile {
        return Vec::new();
    }
    let more = match others.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shown = others[..others.len().min(SHOWN)].join(", ");
    vec![format!("further errors at {shown}{more}")]
}

/// For the user's own source: that a branch for WASI is missing, and how one begins.
fn own_source(
    failure: &Failure,
    graph: Option<&Graph<'_>>,
    index: Option<usize>,
) -> Option<Suggestion> {
    let own = graph?.project.packages[index?].own;
    let compiled = failure.stage == Stage::Compile;
    (own && compiled && failure.kind() == Some(Cause::NoWasi)).then(|| {
        let title = match failure.errors.len() {
            1 => "give this place a branch for WASI".to_owned(),
            places => format!("give these {places} places a branch for WASI"),
        };
        Suggestion {
            title,
            applicability: Applicability::Manual,
            kind: Kind::Source,
            flag: Some("#[cfg(target_os = \"wasi\")]".to_owned()),
            action: None,
            verified: false,
        }
    })
}

fn unknown(failure: &Failure) -> String {
    let name = &failure.package.name;
    let what = match failure.kind() {
        Some(Cause::NeedsC) => "compiles C code, and that failed",
        Some(Cause::NeedsLibrary) => "looks for a native library, and finds none for this target",
        Some(Cause::UnstableStd) => {
            "uses a part of the standard library that is not stable for this target"
        }
        Some(Cause::Refuses) => "refuses this target",
        Some(Cause::NoWasi) => "uses names that don't exist on WASI",
        _ => match failure.stage {
            Stage::Compile => "does not compile",
            Stage::BuildScript => "has a build script that fails",
            Stage::Link => "can't be linked",
        },
    };
    format!("`{name}` {what}")
}

fn effect(failure: &Failure) -> String {
    let error = failure.first();
    let line = error.and_then(|error| error.message.lines().find(|line| !line.trim().is_empty()));
    let line = line.unwrap_or("it failed without a word").trim();
    match error.and_then(|error| error.code.as_deref()) {
        Some(code) => format!("not built: error[{code}]: {line}"),
        None => format!("not built: {line}"),
    }
}
