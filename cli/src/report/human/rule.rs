//! Rules for people: a page for one, a table of all.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;
use wasify_lints::finding::Level;
use wasify_lints::rule::{Outcome, Rule};

use super::super::conditions::Condition;
use super::lines::goes;
use super::text::{count, wrap};
use super::{BOLD, DIM, FLAG, VERB};

/// The page of a rule.
#[must_use]
pub fn page(rule: &Rule, width: usize) -> String {
    let mut text = format!("{BOLD}{}{BOLD:#}: {}\n", rule.id, general(&rule.summary));
    let about = format!(
        "group {}, level {}, since {}",
        rule.group,
        rule.level.name(),
        rule.since
    );
    let _ = writeln!(text, "{DIM}{about}{DIM:#}");
    section(&mut text, "What happens", &rule.effect, width);
    section(&mut text, "What the rule looks for", &rule.docs.what, width);
    section(&mut text, "Why", &rule.docs.why, width);
    section(&mut text, "What to do instead", &rule.docs.instead, width);
    if !rule.suggestions.is_empty() {
        heading(&mut text, "What can be tried");
    }
    for suggestion in &rule.suggestions {
        let title = wrap(&suggestion.title, width.saturating_sub(4)).replace('\n', "\n    ");
        let _ = writeln!(text, "  - {title}");
        if let Some(flag) = &suggestion.flag {
            let goes = goes(suggestion.kind).map(|goes| format!("  {DIM}# {goes}{DIM:#}"));
            let _ = writeln!(
                text,
                "      {FLAG}{flag}{FLAG:#}{}",
                goes.unwrap_or_default()
            );
        }
    }
    heading(&mut text, "How it is known");
    let proof = match (&rule.proof.seen_on, &rule.proof.unproved) {
        (Some(seen), _) => format!("seen by running it: {seen}"),
        (None, Some(reason)) => format!("not shown by running it: {reason}"),
        (None, None) => "not stated".to_owned(),
    };
    let _ = writeln!(
        text,
        "  {}",
        wrap(&proof, width.saturating_sub(2)).replace('\n', "\n  ")
    );
    for reference in &rule.references {
        let _ = writeln!(text, "  {reference}");
    }
    let _ = writeln!(text, "\n{DIM}to leave this rule out: -A {}{DIM:#}", rule.id);
    text
}

/// The page of what reports name and is no rule.
#[must_use]
pub fn condition_page(condition: &Condition, width: usize) -> String {
    let mut text = format!("{BOLD}{}{BOLD:#}: {}\n", condition.id, condition.title);
    section(&mut text, "What happens", condition.happens, width);
    section(&mut text, "What to do instead", condition.instead, width);
    text
}

/// All rules: name, level, what is wrong.
#[must_use]
pub fn table(rules: &[&Rule], width: usize) -> String {
    let mut groups: Vec<&str> = rules.iter().map(|rule| rule.group.as_str()).collect();
    groups.sort_unstable();
    groups.dedup();
    let names = rules.iter().map(|rule| rule.id.width()).max().unwrap_or(0);
    let column = names + 10;
    let mut text = String::new();
    for group in groups {
        let _ = writeln!(text, "{VERB}{group}{VERB:#}");
        for rule in rules.iter().filter(|rule| rule.group == group) {
            let summary = wrap(
                &general(&rule.summary),
                width.saturating_sub(column).max(24),
            );
            let summary = summary.replace('\n', &format!("\n{:column$}", ""));
            let level = level(rule.level);
            let _ = writeln!(
                text,
                "  {BOLD}{:names$}{BOLD:#}  {level}  {summary}",
                rule.id
            );
        }
        text.push('\n');
    }
    let levels = "deny breaks the program's ordinary use, warn breaks only what is asked for, note is \
                  worth knowing; where it is less sure that a run gets there, a finding's level is \
                  lower than its rule's";
    let _ = writeln!(
        text,
        "{DIM}{}{DIM:#}\n",
        wrap(levels, width).replace('\n', &format!("{DIM:#}\n{DIM}"))
    );
    let total = count(rules.len() as u64, "rule");
    let _ = writeln!(
        text,
        "{DIM}{total}; `wasify explain RULE` shows the page of one{DIM:#}"
    );
    text
}

fn level(level: Level) -> String {
    let style = match level {
        Level::Deny => annotate_snippets::renderer::DEFAULT_ERROR_STYLE,
        Level::Warn => annotate_snippets::renderer::DEFAULT_WARNING_STYLE,
        Level::Note | Level::Allow => annotate_snippets::renderer::DEFAULT_NOTE_STYLE,
    };
    format!("{style}{:<4}{style:#}", level.name())
}

/// A summary without the placeholders of a finding.
#[must_use]
pub fn general(summary: &str) -> String {
    summary
        .replace(": {imports}", "")
        .replace("{imports}", "its functions")
        .replace("`{caller}`", "the program")
        .replace("{caller}", "the program")
        .replace("`{package}`", "a crate")
        .replace("{package}", "a crate")
}

/// The outcome's name in machine formats.
#[must_use]
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Trap => "trap",
        Outcome::Error => "error",
        Outcome::WrongResult => "wrong-result",
        Outcome::Silence => "silence",
        Outcome::NotLoaded => "not-loaded",
        Outcome::NotBuilt => "not-built",
    }
}

fn heading(text: &mut String, title: &str) {
    let _ = writeln!(text, "\n{VERB}{title}{VERB:#}");
}

/// Prose is laid out again for the terminal; list items and indented lines keep their place.
fn section(text: &mut String, title: &str, prose: &str, width: usize) {
    heading(text, title);
    for block in blocks(prose) {
        if block.starts_with("    ") {
            let _ = writeln!(text, "  {block}");
            continue;
        }
        let hang = if block.starts_with("- ") {
            "\n    "
        } else {
            "\n  "
        };
        let wrapped = wrap(&block, width.saturating_sub(4)).replace('\n', hang);
        let _ = writeln!(text, "  {wrapped}");
    }
}

/// Paragraphs and list items in one line each, code lines as they are, empty lines between.
fn blocks(prose: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    for line in prose.trim().lines() {
        let alone = line.is_empty() || line.starts_with("- ") || line.starts_with("    ");
        match blocks.last_mut() {
            Some(last) if !alone && !last.is_empty() && !last.starts_with("    ") => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => blocks.push(line.to_owned()),
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_laid_out_and_code_is_kept() {
        let prose = "one\ntwo\n\n- a\n  b\n- c\n\n    code  here\n";
        assert_eq!(
            blocks(prose),
            ["one two", "", "- a b", "- c", "", "    code  here"]
        );
        let mut text = String::new();
        section(&mut text, "Why", "- aaa bbb ccc", 11);
        assert_eq!(
            anstream::adapter::strip_str(&text).to_string(),
            "\nWhy\n  - aaa\n    bbb ccc\n"
        );
    }

    #[test]
    fn summaries_lose_their_placeholders() {
        assert_eq!(
            general("`{caller}` of `{package}` stops"),
            "the program of a crate stops"
        );
    }
}
