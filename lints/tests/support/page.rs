//! The catalogue page, `docs/rules.md`, made of the rule files alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use wasify_lints::rule::{Outcome, Rule};

const HEAD: &str = "\
# Rules

Every rule that `wasify` judges a binary by, made from the files in `lints/rules/`; `wasify explain RULE`
prints the same. The level is the one for what happens on every path; it is one step lower for what happens
on some paths, and two for what is only reached through a pointer.
";

/// What each group of rules is about.
fn group_title(group: &str) -> &str {
    match group {
        "std" => "Rust's standard library",
        "libc" => "The C library",
        "wasm" => "The binary itself",
        "crates" => "Published crates, at run time",
        "build" => "Packages that don't build",
        other => other,
    }
}

/// The name of an outcome, as effects start with it.
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Trap => "trap",
        Outcome::Error => "error",
        Outcome::WrongResult => "wrong result",
        Outcome::Silence => "silence",
        Outcome::NotLoaded => "not loaded",
        Outcome::NotBuilt => "not built",
    }
}

pub fn render(rules: &[Rule]) -> String {
    let mut groups: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in rules {
        groups.entry(&rule.group).or_default().push(rule);
    }
    let mut page = HEAD.to_owned();
    for (group, rules) in &groups {
        let _ = write!(page, "\n- {}:", group_title(group));
        for rule in rules {
            let _ = write!(page, "\n  [`{id}`](#{id})", id = rule.id);
        }
    }
    page.push('\n');
    for (group, rules) in &groups {
        let _ = write!(page, "\n## {}\n", group_title(group));
        for rule in rules {
            section(&mut page, rule);
        }
    }
    page
}

fn section(page: &mut String, rule: &Rule) {
    let summary = rule
        .summary
        .replace("`{caller}`", "a function")
        .replace("`{package}`", "a crate");
    let _ = write!(page, "\n### {}\n\n{summary}\n\n", rule.id);
    let _ = writeln!(page, "- level: `{}`", rule.level.name());
    let _ = writeln!(page, "- effect: {}", rule.effect);
    match (&rule.proof.seen_on, &rule.proof.unproved) {
        (Some(seen_on), _) => writeln!(page, "- last seen on: {seen_on}"),
        (None, reason) => writeln!(
            page,
            "- not executed: {}",
            reason.as_deref().unwrap_or_default()
        ),
    }
    .unwrap();
    let _ = writeln!(page, "- since: {}", rule.since);
    for (title, text) in [
        ("What it looks for", &rule.docs.what),
        ("Why", &rule.docs.why),
        ("Instead", &rule.docs.instead),
    ] {
        let _ = write!(page, "\n**{title}**\n\n{}\n", text.trim());
    }
    if !rule.suggestions.is_empty() {
        page.push_str("\n**Suggestions**\n\n");
        for suggestion in &rule.suggestions {
            let _ = write!(page, "- {}", suggestion.title);
            if let Some(flag) = &suggestion.flag {
                let _ = write!(page, ": `{flag}`");
            }
            page.push('\n');
        }
    }
    let _ = write!(page, "\nReferences: {}\n", rule.references.join(", "));
}
