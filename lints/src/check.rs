//! Runs every rule over the facts.

use std::collections::BTreeSet;

use crate::Error;
use crate::callers;
use crate::certain::Certainty;
use crate::facts::graph::Node;
use crate::facts::program::Program;
use crate::facts::{Facts, Surface};
use crate::finding::Finding;
use crate::judge;
use crate::matcher::{Matched, Matcher};
use crate::rule::{Outcome, Rule};
use crate::{registry, rules};

/// What checking gave.
#[derive(Debug, Default)]
pub struct Checked {
    /// In [`Finding::order`].
    pub findings: Vec<Finding>,
    /// Rules that could not be decided here, sorted by id.
    pub skipped: Vec<Skipped>,
}

/// A rule that could not be decided, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// The rule's id.
    pub rule: &'static str,
    /// Why, in one line.
    pub reason: String,
}

/// Judges a binary by all rules.
///
/// # Errors
/// [`Error::Rule`] when an embedded rule file is broken.
pub fn check(facts: &Facts<'_>) -> Result<Checked, Error> {
    let all = registry::rules()?;
    let certainties: Vec<Certainty<'_, '_>> = facts.programs.iter().map(Certainty::new).collect();
    let mut judging = Judging {
        programs: facts.programs.iter().zip(&certainties).collect(),
        surface: &facts.surface,
        explained: BTreeSet::new(),
    };
    let mut checked = Checked {
        findings: tables(&mut judging, all)?,
        skipped: Vec::new(),
    };
    for rule in all {
        let seen = checked.findings.iter().any(|found| found.rule == rule.id);
        let skipped = if rule.matches.code {
            match rules::check(rule, &judging) {
                Ok(findings) => {
                    checked.findings.extend(findings);
                    None
                }
                Err(reason) => Some(reason),
            }
        } else if seen {
            None
        } else {
            match judge::built_with(facts, rule) {
                Ok(found) => {
                    checked.findings.extend(found);
                    undecided(facts, rule)
                }
                Err(reason) => Some(reason),
            }
        };
        checked.skipped.extend(skipped.map(|reason| Skipped {
            rule: &rule.id,
            reason,
        }));
    }
    let found: BTreeSet<&str> = checked
        .findings
        .iter()
        .map(|finding| finding.rule)
        .collect();
    checked
        .skipped
        .retain(|skipped| !found.contains(skipped.rule));
    checked.findings.sort_by(Finding::order);
    checked.skipped.sort();
    Ok(checked)
}

/// The findings of the rules that are tables; whom they are about is noted in `judging`.
fn tables(judging: &mut Judging<'_, '_>, all: &'static [Rule]) -> Result<Vec<Finding>, Error> {
    let matcher = Matcher::new(all)?;
    let mut findings = Vec::new();
    for (index, (program, certainty)) in judging.programs.iter().enumerate() {
        for (rule, matched) in all.iter().zip(matcher.matches(program)) {
            if rule.matches.code || matched.targets.is_empty() {
                continue;
            }
            if rule.outcome == Outcome::NotLoaded {
                findings.push(judge::not_loaded(program, rule, &matched));
                continue;
            }
            let Matched { targets, barriers } = &matched;
            let callers = callers::callers(program, targets, barriers);
            let functions = callers.iter().map(|caller| (index, caller.function));
            judging.explained.extend(functions);
            let of_rule = judge::callers(program, certainty, rule, (targets, barriers), callers);
            findings.extend(of_rule);
        }
    }
    Ok(findings)
}

/// Why a rule that found nothing can't be relied on here.
fn undecided(facts: &Facts<'_>, rule: &Rule) -> Option<String> {
    let by_name = !rule.matches.functions.is_empty() || !rule.matches.symbols.is_empty();
    let named = facts
        .programs
        .iter()
        .any(|program| program.symbols.iter().any(Option::is_some));
    (by_name && !named && !facts.programs.is_empty()).then(|| {
        "the binary has no function names (stripped), and the rule goes by them; build it with \
         `wasify build`, or without strip"
            .to_owned()
    })
}

/// What a rule's code has to go by.
pub(crate) struct Judging<'f, 'a> {
    pub(crate) programs: Vec<(&'f Program<'a>, &'f Certainty<'f, 'a>)>,
    pub(crate) surface: &'f Surface,
    /// The callers that a table has found, by the index of their program.
    pub(crate) explained: BTreeSet<(usize, Node)>,
}
