//! Holds the rule files, their list, their fixtures and the catalogue page together.
//!
//! `BLESS=1 cargo test -p wasify-lints --test catalogue` writes the page anew.

// A test may panic.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use support::page;
use wasify_lints::registry::{self, FILES};
use wasify_lints::rule::{Outcome, Rule};

fn rules() -> &'static [Rule] {
    registry::rules()
        .unwrap_or_else(|error| panic!("a rule file does not follow the format: {error}"))
}

/// Gives every complaint at once, one a line.
fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// Every file below the groups' folders; the README lies beside them.
fn rule_files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for group in support::folders(folder) {
        for entry in fs::read_dir(folder.join(&group)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            found.insert(format!("{group}/{name}"));
        }
    }
    found
}

#[test]
fn every_rule_file_is_listed_once_and_in_order() {
    let listed: Vec<&str> = FILES.iter().map(|(file, _)| *file).collect();
    let mut complaints = Vec::new();
    for file in rule_files(&support::manifest_dir().join("rules")) {
        if !listed.contains(&file.as_str()) {
            complaints.push(format!(
                "lints/src/registry.rs: add the line `    \"{file}\",` to `rule_files!`"
            ));
        }
    }
    for pair in listed.windows(2) {
        if pair[0] >= pair[1] {
            complaints.push(format!(
                "lints/src/registry.rs: put `{}` before `{}`",
                pair[1], pair[0]
            ));
        }
    }
    assert_none(&complaints);
}

#[test]
fn ids_are_file_names_and_groups_are_folders() {
    let mut complaints = Vec::new();
    for (file, text) in FILES {
        let rule: Rule =
            toml::from_str(text).unwrap_or_else(|error| panic!("lints/rules/{file}: {error}"));
        let expected = format!("{}/{}.toml", rule.group, rule.id);
        if *file != expected {
            complaints.push(format!(
                "lints/rules/{file}: its id and group say `{expected}`"
            ));
        }
        if !rule
            .id
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        {
            complaints.push(format!(
                "lints/rules/{file}: an id has only a-z, 0-9 and `-`"
            ));
        }
    }
    let ids: BTreeSet<&str> = rules().iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids.len(), FILES.len(), "two rules have the same id");
    assert_none(&complaints);
}

#[test]
fn messages_read_like_the_compiler_s() {
    let mut complaints = Vec::new();
    for rule in rules() {
        let mut complain = |what: &str| complaints.push(format!("{}: {what}", rule.id));
        for (key, text) in [("summary", &rule.summary), ("effect", &rule.effect)] {
            if !is_message(text) || text.contains('\n') {
                complain(&format!(
                    "`{key}` is one line, lower case, without a final period"
                ));
            }
        }
        for placeholder in placeholders(&rule.summary) {
            if !["caller", "imports", "package"].contains(&placeholder) {
                complain(&format!(
                    "`{{{placeholder}}}` is not a placeholder of `summary`"
                ));
            }
        }
        for suggestion in &rule.suggestions {
            if !is_message(&suggestion.title) {
                complain("a suggestion's `title` is lower case, without a final period");
            }
        }
    }
    assert_none(&complaints);
}

fn is_message(text: &str) -> bool {
    text.starts_with(|c: char| c.is_lowercase() || c == '`') && !text.ends_with(['.', ' '])
}

fn placeholders(text: &str) -> Vec<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn effects_start_with_the_kind_of_their_outcome() {
    let mut complaints = Vec::new();
    for rule in rules() {
        let kind = page::outcome(rule.outcome);
        if !rule.effect.starts_with(&format!("{kind}: ")) {
            complaints.push(format!(
                "{}: `effect` starts with `{kind}: `, its outcome",
                rule.id
            ));
        }
    }
    assert_none(&complaints);
}

#[test]
fn docs_and_references_are_there() {
    let mut complaints = Vec::new();
    for rule in rules() {
        let id = &rule.id;
        let docs = &rule.docs;
        for (key, text) in [
            ("what", &docs.what),
            ("why", &docs.why),
            ("instead", &docs.instead),
        ] {
            if !text.trim().ends_with(['.', '`']) {
                complaints.push(format!("{id}: `docs.{key}` is made of whole sentences"));
            }
        }
        if rule.references.is_empty() {
            complaints.push(format!("{id}: add at least one line to `references`"));
        }
        for reference in &rule.references {
            if !support::is_reference(reference) {
                complaints.push(format!(
                    "{id}: write `{reference}` as `owner/repo#n`, `owner/repo path` or `crate-version file:line`"
                ));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn every_rule_can_match_and_says_what_it_rests_on() {
    let mut complaints = Vec::new();
    for rule in rules() {
        let id = &rule.id;
        let m = &rule.matches;
        let tables = [
            &m.functions,
            &m.symbols,
            &m.messages,
            &m.panics,
            &m.import_modules,
            &m.imports,
        ];
        let by_graph = !m.crates.is_empty() || !m.errors.is_empty();
        if !m.code && !by_graph && tables.iter().all(|table| table.is_empty()) {
            complaints.push(format!("{id}: `match` has a table or `code = true`"));
        }
        let not_built = rule.outcome == Outcome::NotBuilt;
        if not_built != (rule.group == "build") || not_built != rule.cause.is_some() {
            complaints.push(format!(
                "{id}: rules of the group `build`, and no others, have the outcome `not-built` and a `cause`"
            ));
        }
        if not_built && m.errors.is_empty() {
            complaints.push(format!(
                "{id}: `match.errors` says what a failed build says"
            ));
        }
        for table in tables
            .into_iter()
            .chain([&m.unless_through, &m.unless_imports])
        {
            if !table.windows(2).all(|pair| pair[0] < pair[1]) {
                complaints.push(format!("{id}: sort {table:?}"));
            }
        }
        if rule.proof.seen_on.is_some() == rule.proof.unproved.is_some() {
            complaints.push(format!("{id}: `proof` has either `seen-on` or `unproved`"));
        }
    }
    assert_none(&complaints);
}

#[test]
fn every_proved_rule_has_a_fixture() {
    let mut complaints = Vec::new();
    for rule in rules() {
        let id = &rule.id;
        let own = support::fixtures().join(id);
        if rule.group == "build" {
            let cases = support::fixtures().join(format!("../crates/{id}.toml"));
            if cases.is_file() != rule.proof.seen_on.is_some() {
                complaints.push(format!(
                    "{id}: `seen-on` and fixtures/crates/{id}.toml go together"
                ));
            }
            continue;
        }
        if !own.is_dir() {
            if rule.proof.seen_on.is_some() {
                complaints.push(format!(
                    "add fixtures/rules/{id}/, or say in `proof.unproved` why there is none"
                ));
            }
            continue;
        }
        let program = own.join("Cargo.toml").is_file();
        if program == own.join(format!("{id}.wat")).is_file() {
            complaints.push(format!(
                "fixtures/rules/{id}: add a Cargo.toml or {id}.wat, not both"
            ));
        }
        if program && support::manifest_name(&own).is_none_or(|name| name != *id) {
            complaints.push(format!(
                "fixtures/rules/{id}/Cargo.toml: add `name = \"{id}\"`"
            ));
        }
    }
    assert_none(&complaints);
}

#[test]
fn every_case_of_a_crate_has_a_rule_and_follows_the_format() {
    let builds = |id: &str| {
        let mut rules = rules().iter();
        rules.any(|rule| rule.id == id && rule.group == "build")
    };
    let mut complaints = Vec::new();
    for (id, cases) in support::cases::all() {
        if !builds(&id) {
            complaints.push(format!(
                "fixtures/crates/{id}.toml: there is no rule lints/rules/build/{id}.toml"
            ));
        }
        match cases {
            Ok(cases) if cases.iter().all(|case| case.fails.is_none()) => {
                complaints.push(format!("fixtures/crates/{id}.toml: add a case that fails"));
            }
            Ok(_) => {}
            Err(error) => complaints.push(format!("fixtures/crates/{id}.toml: {error}")),
        }
    }
    assert_none(&complaints);
}

/// Whether the test `proofs` of the package `wasify` executes a rule: it runs every fixture, and a fixture
/// shows its rule when it is promised to be found in it.
fn is_proved(rule: &Rule) -> bool {
    let id = rule.id.as_str();
    if rule.group == "build" {
        // Built, case by case, by the test `crates`.
        return rule.proof.seen_on.is_some();
    }
    rule.proof.seen_on.is_some()
        && support::fixtures().join(id).is_dir()
        && support::expectation(id).is_ok_and(|expectation| {
            let mut profiles = ["dev", "release"].into_iter();
            profiles.any(|profile| expectation.rules_in(id, profile).contains(id))
        })
}

#[test]
fn a_rule_that_was_seen_is_seen_by_every_proof() {
    let unshown = rules()
        .iter()
        .filter(|rule| rule.proof.seen_on.is_some() && !is_proved(rule));
    let complaints: Vec<String> = unshown
        .map(|rule| format!("fixtures/rules/{}: its own rule is never found", rule.id))
        .collect();
    assert_none(&complaints);
}

#[test]
fn the_readme_says_how_many_rules_are_proved() {
    const BEGIN: &str =
        "<!-- written by `BLESS=1 cargo test -p wasify-lints --test catalogue` -->\n";
    const END: &str = "<!-- end of the number -->";
    let proved = rules().iter().filter(|rule| is_proved(rule)).count();
    let expected = format!(
        "{proved} of {} rules are proved by execution:\n",
        rules().len()
    );
    let path = support::manifest_dir().join("../README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the README's mark");
    let (present, after) = rest.split_once(END).expect("the README's second mark");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{expected}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(
        present, expected,
        "run `BLESS=1 cargo test -p wasify-lints --test catalogue`"
    );
}

#[test]
fn every_fixture_has_a_rule_and_expects_rules_that_exist() {
    let known: BTreeSet<&str> = rules().iter().map(|rule| rule.id.as_str()).collect();
    let mut complaints = Vec::new();
    for fixture in support::folders(&support::fixtures()) {
        if !known.contains(fixture.as_str()) {
            complaints.push(format!(
                "fixtures/rules/{fixture}: there is no rule of this name"
            ));
        }
        match support::expectation(&fixture) {
            Ok(expectation) => {
                for id in expectation
                    .all_rules()
                    .filter(|id| !known.contains(id.as_str()))
                {
                    complaints.push(format!(
                        "fixtures/rules/{fixture}/expect.toml: no rule `{id}`"
                    ));
                }
            }
            Err(error) => {
                complaints.push(format!("fixtures/rules/{fixture}/expect.toml: {error}"));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn the_page_is_up_to_date() {
    let path = support::manifest_dir().join("../docs/rules.md");
    let expected = page::render(rules());
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &expected).unwrap();
        return;
    }
    let present = fs::read_to_string(&path).unwrap_or_default();
    let mut message = String::new();
    let mut lines = present.lines().zip(expected.lines()).enumerate();
    if let Some((number, (_, new))) = lines.find(|(_, (old, new))| old != new) {
        let _ = write!(message, " (line {}: `{new}`)", number + 1);
    }
    assert!(
        present == expected,
        "docs/rules.md is out of date{message}: \
         run `BLESS=1 cargo test -p wasify-lints --test catalogue`"
    );
}
