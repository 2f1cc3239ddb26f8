//! The report as JUnit's XML, which CI services show as tests: a suite for the build and for each artifact, and
//! in it a test for each rule that has something to say, or that could not be decided.

use std::fmt::Write as _;

use wasify_lints::finding::Level;

use super::entries::{Entry, entries};
use super::human::clean;
use super::places::{Place, Places};
use super::{Artifact, Report};
use crate::xml::escaped;

/// What stands for everything that is right.
const PASSED: &str = "nothing is known that fails on WASI";

/// What one rule says of one artifact: elements, in the order in which the schema wants them.
#[derive(Debug, Default)]
struct Case<'a> {
    name: &'a str,
    /// The file that the first is shown at.
    file: Option<&'a str>,
    skipped: Option<String>,
    errors: Vec<String>,
    failures: Vec<String>,
    output: Vec<String>,
}

/// Writes the report as a document with a final newline.
#[must_use]
pub fn render(report: &Report) -> String {
    let entries = entries(report, &Places::new(report));
    let mut suites: Vec<(String, Vec<Case<'_>>)> = Vec::new();
    let of_build: Vec<&Entry<'_>> = entries
        .iter()
        .filter(|entry| entry.artifacts.is_empty())
        .collect();
    if report.project.is_some() {
        suites.push(("build".to_owned(), cases(&of_build, None)));
    }
    for artifact in &report.artifacts {
        let of_it = |entry: &&Entry<'_>| {
            let mut artifacts = entry.artifacts.iter();
            artifacts.any(|one| std::ptr::eq(*one, artifact))
        };
        let of_it: Vec<&Entry<'_>> = entries.iter().filter(of_it).collect();
        suites.push((clean(&artifact.name), cases(&of_it, Some(artifact))));
    }
    let all = suites.iter().flat_map(|(_, cases)| cases);
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(text, "<testsuites name=\"wasify\" {}>", counts(all));
    for (name, cases) in &suites {
        suite(&mut text, name, cases);
    }
    text.push_str("</testsuites>\n");
    text
}

/// A test for each rule, in the order of the findings.
fn cases<'a>(entries: &[&'a Entry<'a>], artifact: Option<&'a Artifact>) -> Vec<Case<'a>> {
    let mut cases: Vec<Case<'a>> = Vec::new();
    for entry in entries {
        let case = of_rule(&mut cases, entry.finding.rule);
        let place = entry.place.as_ref().map(|place| place.file.as_str());
        case.file = case.file.or(place);
        case.take(entry);
    }
    for skipped in artifact.iter().flat_map(|artifact| &artifact.skipped) {
        of_rule(&mut cases, skipped.rule).skipped = Some(clean(&skipped.reason));
    }
    if cases.is_empty() {
        // A suite without a test looks like one that did not run.
        of_rule(&mut cases, PASSED);
    }
    cases
}

fn of_rule<'a, 'b>(cases: &'b mut Vec<Case<'a>>, name: &'a str) -> &'b mut Case<'a> {
    let at = cases.iter().position(|case| case.name == name);
    let at = at.unwrap_or_else(|| {
        cases.push(Case {
            name,
            ..Case::default()
        });
        cases.len() - 1
    });
    &mut cases[at]
}

impl<'a> Case<'a> {
    fn take(&mut self, entry: &Entry<'a>) {
        let message = entry.message();
        let message = escaped(&message);
        let mut text = entry.place.as_ref().map(shown).unwrap_or_default();
        for (label, detail) in entry.details() {
            let _ = writeln!(text, "{label}: {detail}");
        }
        let text = escaped(&text);
        let element = |name: &str| {
            format!(
                "<{name} type=\"{}\" message=\"{message}\">{text}</{name}>",
                self.name
            )
        };
        match entry.level {
            Level::Deny if entry.of_failure => self.errors.push(element("error")),
            Level::Deny => self.failures.push(element("failure")),
            level => self.output.push(format!(
                "<system-out>{}: {message}\n{text}</system-out>",
                level.name()
            )),
        }
    }

    fn is_skipped(&self) -> bool {
        self.skipped.is_some() && !self.is_bad() && self.output.is_empty()
    }

    fn is_bad(&self) -> bool {
        !self.errors.is_empty() || !self.failures.is_empty()
    }
}

/// `src/main.rs:3`, a line of its own.
fn shown(place: &Place) -> String {
    let file = clean(&place.file);
    match place.line {
        Some(line) => format!("{file}:{line}\n"),
        None => format!("{file}\n"),
    }
}

/// A test counts once, as the worst that is in it.
fn counts<'a>(cases: impl Iterator<Item = &'a Case<'a>> + Clone) -> String {
    let errors = cases.clone().filter(|case| !case.errors.is_empty()).count();
    let bad = cases.clone().filter(|case| case.is_bad()).count();
    let failures = bad - errors;
    let tests = cases.count();
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"")
}

fn suite(text: &mut String, name: &str, cases: &[Case<'_>]) {
    let name = escaped(name);
    let skipped = cases.iter().filter(|case| case.is_skipped()).count();
    let counts = counts(cases.iter());
    let _ = writeln!(
        text,
        "  <testsuite name=\"{name}\" {counts} skipped=\"{skipped}\">"
    );
    for case in cases {
        let file = case.file.map(|file| format!(" file=\"{}\"", escaped(file)));
        let _ = write!(
            text,
            "    <testcase name=\"{}\" classname=\"{name}\"{}",
            escaped(case.name),
            file.unwrap_or_default()
        );
        let skipped = case.skipped.iter().filter(|_| case.is_skipped());
        let skipped = skipped.map(|why| format!("<skipped>{}</skipped>", escaped(why)));
        let rest = case.errors.iter().chain(&case.failures).chain(&case.output);
        let inside: Vec<String> = skipped.chain(rest.cloned()).collect();
        if inside.is_empty() {
            text.push_str("/>\n");
            continue;
        }
        let _ = writeln!(
            text,
            ">\n      {}\n    </testcase>",
            inside.join("\n      ")
        );
    }
    text.push_str("  </testsuite>\n");
}
