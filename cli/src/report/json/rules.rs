//! The catalogue for programs: `wasify-rules/1`. Frozen as `v1` is.

use serde::Serialize;
use wasify_lints::rule::Rule;

use crate::report::human::{general, outcome};

/// All rules.
#[derive(Debug, Serialize)]
struct Catalogue<'a> {
    /// Always `wasify-rules/1`.
    schema: &'static str,
    /// The version of wasify.
    wasify: &'static str,
    /// Sorted by id.
    rules: Vec<Entry<'a>>,
}

/// A rule.
#[derive(Debug, Serialize)]
struct Entry<'a> {
    id: &'a str,
    group: &'a str,
    /// The level of what happens on every path.
    level: &'static str,
    since: &'a str,
    summary: String,
    effect: &'a str,
    outcome: &'static str,
    what: &'a str,
    why: &'a str,
    instead: &'a str,
    /// The toolchain and runtime on which it was last seen.
    proved_on: Option<&'a str>,
    references: &'a [String],
}

/// Writes the catalogue as one JSON document with a final newline.
///
/// # Errors
/// None that a rule can cause; the writer's type asks for it.
pub fn rules(rules: &[Rule]) -> serde_json::Result<String> {
    let catalogue = Catalogue {
        schema: "wasify-rules/1",
        wasify: env!("CARGO_PKG_VERSION"),
        rules: rules.iter().map(entry).collect(),
    };
    let mut text = serde_json::to_string_pretty(&catalogue)?;
    text.push('\n');
    Ok(text)
}

fn entry(rule: &Rule) -> Entry<'_> {
    Entry {
        id: &rule.id,
        group: &rule.group,
        level: rule.level.name(),
        since: &rule.since,
        summary: general(&rule.summary),
        effect: &rule.effect,
        outcome: outcome(rule.outcome),
        what: rule.docs.what.trim(),
        why: rule.docs.why.trim(),
        instead: rule.docs.instead.trim(),
        proved_on: rule.proof.seen_on.as_deref(),
        references: &rule.references,
    }
}
