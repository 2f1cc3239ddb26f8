//! What the whole comes to: what was found, and what could not be seen.

use std::collections::BTreeMap;
use std::fmt::Write;

use annotate_snippets::renderer::{DEFAULT_ERROR_STYLE, DEFAULT_NOTE_STYLE, DEFAULT_WARNING_STYLE};

use super::super::{Counts, Report};
use super::text::{clean, count, wrap};
use super::{DIM, FLAG, Look, VERB, failure};

/// Columns of a verb and the space after it.
const VERB_WIDTH: usize = 13;
/// Reasons why rules were not decided that are shown; the others are counted.
const MAX_REASONS: usize = 2;

pub(super) fn render(report: &Report, look: &Look) -> String {
    let counts = report.counts();
    let mut text = headline(report, counts);
    text.push_str(&skipped(report, look));
    let mut hidden = Vec::new();
    if counts.note > 0 && !look.verbose {
        hidden.push(format!(
            "{} shown with -v",
            count(counts.note as u64, "note")
        ));
    }
    if counts.allowed > 0 {
        hidden.push(format!(
            "{} allowed by your flags",
            count(counts.allowed as u64, "finding")
        ));
    }
    if !hidden.is_empty() {
        let _ = writeln!(text, "{DIM}{:>12} {}{DIM:#}", "", hidden.join(", "));
    }
    if let Some(arguments) = &report.lines_with
        && counts.deny + counts.warn > 0
    {
        let note = DEFAULT_NOTE_STYLE;
        let _ = writeln!(
            text,
            "{note}{:>12}{note:#} this profile keeps no source lines; to see them, add to the command\n\
             {:VERB_WIDTH$}{FLAG}{arguments}{FLAG:#}",
            "Note", ""
        );
    }
    text
}

fn headline(report: &Report, counts: Counts) -> String {
    let bad = DEFAULT_ERROR_STYLE;
    let mut text = String::new();
    if let Some(failure) = &report.failure {
        let _ = writeln!(
            text,
            "{bad}{:>12}{bad:#} {}",
            "Failed",
            failure::headline(failure)
        );
    }
    let mut parts = Vec::new();
    if counts.deny > 0 {
        parts.push(format!(
            "{} in ordinary use",
            count(counts.deny as u64, "error")
        ));
    }
    if counts.warn > 0 {
        parts.push(format!(
            "{} in some uses",
            count(counts.warn as u64, "warning")
        ));
    }
    if !parts.is_empty() {
        let style = if counts.deny > 0 {
            bad
        } else {
            DEFAULT_WARNING_STYLE
        };
        let _ = writeln!(text, "{style}{:>12}{style:#} {}", "Found", parts.join(", "));
    } else if report.failure.is_none() && !report.artifacts.is_empty() {
        let seen_all = report
            .artifacts
            .iter()
            .all(|artifact| artifact.skipped.is_empty());
        let held = report.ratchet.as_ref().filter(|ratchet| ratchet.there);
        if let Some(ratchet) = held {
            if ratchet.worse.is_empty() {
                let file = clean(&ratchet.file.display().to_string());
                let _ = writeln!(
                    text,
                    "{VERB}{:>12}{VERB:#} nothing is worse than {file}",
                    "Clean"
                );
            }
            return text;
        }
        let nothing = match (seen_all, counts.note + counts.allowed) {
            (false, _) => "no errors and no warnings from the rules that could be decided",
            (true, 0) => "wasify knows of nothing in it that fails on WASI",
            (true, _) => "no errors and no warnings",
        };
        let _ = writeln!(text, "{VERB}{:>12}{VERB:#} {nothing}", "Clean");
    }
    text
}

/// Rules that could not be decided, by the reason: what they look for may be there all the same.
fn skipped(report: &Report, look: &Look) -> String {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for skipped in report
        .artifacts
        .iter()
        .flat_map(|artifact| &artifact.skipped)
    {
        let rules = reasons.entry(&skipped.reason).or_default();
        if !rules.contains(&skipped.rule) {
            rules.push(skipped.rule);
        }
    }
    let mut reasons: Vec<(&str, Vec<&str>)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, rules)| std::cmp::Reverse(rules.len()));
    let shown = if look.verbose {
        reasons.len()
    } else {
        MAX_REASONS.min(reasons.len())
    };
    let (shown, rest) = reasons.split_at(shown);
    let mut lines: Vec<String> = shown
        .iter()
        .map(|(reason, rules)| match &rules[..] {
            [rule] => format!("`{rule}` could not be decided: {}", clean(reason)),
            rules if look.verbose => format!("{}: {}", rules.join(", "), clean(reason)),
            rules => format!(
                "{} could not be decided: {}",
                count(rules.len() as u64, "rule"),
                clean(reason)
            ),
        })
        .collect();
    if !rest.is_empty() {
        let rules: usize = rest.iter().map(|(_, rules)| rules.len()).sum();
        lines.push(format!(
            "{} for other reasons, shown with -v",
            count(rules as u64, "rule")
        ));
    }
    let style = DEFAULT_WARNING_STYLE;
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        let verb = if at == 0 { "Skipped" } else { "" };
        let wrapped = wrap(line, look.width.saturating_sub(VERB_WIDTH));
        let wrapped = wrapped.replace('\n', &format!("\n{:VERB_WIDTH$}", ""));
        let _ = writeln!(text, "{style}{verb:>12}{style:#} {wrapped}");
    }
    text
}
