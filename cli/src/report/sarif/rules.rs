//! The rules of a SARIF log, each with its page.

use std::collections::BTreeMap;

use wasify_lints::explain::BUILD_FAILED;
use wasify_lints::rule;

use super::super::conditions;
use super::super::entries::Entry;
use super::super::human::general;
use super::{level, v2};

/// The rules that have results, by their names.
pub(super) fn rules(entries: &[Entry<'_>]) -> Vec<v2::Rule> {
    let mut rules = BTreeMap::new();
    for entry in entries {
        let id = entry.finding.rule;
        rules.entry(id).or_insert_with(|| match entry.rule {
            Some(rule) => known(rule),
            None => other(id),
        });
    }
    rules.into_values().collect()
}

fn known(rule: &rule::Rule) -> v2::Rule {
    let docs = &rule.docs;
    let sections = [
        ("What the rule looks for", docs.what.trim()),
        ("Why", docs.why.trim()),
        ("What to do instead", docs.instead.trim()),
    ];
    let plain = sections.map(|(title, text)| format!("{title}\n\n{text}"));
    let marked = sections.map(|(title, text)| format!("## {title}\n\n{text}"));
    v2::Rule {
        id: rule.id.clone(),
        short_description: v2::Text {
            text: sentence(&general(&rule.summary)),
        },
        full_description: v2::Text {
            text: sentence(&rule.effect),
        },
        help_uri: Some(page(&rule.id)),
        help: Some(v2::MarkedText {
            text: plain.join("\n\n"),
            markdown: marked.join("\n\n"),
        }),
        default_configuration: v2::Configuration {
            level: level(rule.level),
        },
        properties: v2::RuleProperties {
            tags: vec!["wasi".to_owned(), rule.group.clone()],
        },
    }
}

/// What is reported without a rule.
fn other(id: &str) -> v2::Rule {
    let failed = || conditions::condition(BUILD_FAILED);
    let condition = conditions::condition(id).or_else(failed);
    let (title, happens, file) = condition.map_or((id, id, "README.md"), |condition| {
        (condition.title, condition.happens, condition.document)
    });
    v2::Rule {
        id: id.to_owned(),
        short_description: v2::Text {
            text: sentence(title),
        },
        full_description: v2::Text {
            text: happens.to_owned(),
        },
        help_uri: Some(document(file)),
        help: None,
        default_configuration: v2::Configuration { level: "error" },
        properties: v2::RuleProperties {
            tags: vec!["wasi".to_owned()],
        },
    }
}

fn page(id: &str) -> String {
    format!("{}#{id}", document("docs/rules.md"))
}

fn document(file: &str) -> String {
    format!("{}/blob/main/{file}", env!("CARGO_PKG_REPOSITORY"))
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    match text.ends_with('.') {
        true => text.to_owned(),
        false => format!("{text}."),
    }
}
