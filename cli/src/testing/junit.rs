//! Test results as JUnit's XML, which CI services read: a suite for each test program.

use std::fmt::Write as _;

use wasify_lints::registry;

use super::record::{Record, Test, Verdict, Why};
use super::results::{Results, Totals};
use crate::xml::escaped;

/// The results as a document, with a final newline.
#[must_use]
pub fn render(results: &Results) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let seconds: f64 = results.records.iter().map(|record| record.seconds).sum();
    let totals = results.totals();
    let counts = counts(&totals, results.allow_gaps, seconds);
    let _ = writeln!(text, "<testsuites name=\"wasify test\" {counts}>");
    for record in &results.records {
        suite(&mut text, record, results.allow_gaps);
    }
    text.push_str("</testsuites>\n");
    text
}

fn counts(totals: &Totals, allow_gaps: bool, seconds: f64) -> String {
    let mut failures = totals.failed + totals.need_permission + totals.timed_out;
    let mut skipped = totals.ignored + totals.not_run;
    if allow_gaps {
        skipped += totals.known_gaps;
    } else {
        failures += totals.known_gaps;
    }
    let tests = totals.passed + failures + skipped;
    format!(
        "tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" \
         time=\"{seconds:.3}\""
    )
}

fn suite(text: &mut String, record: &Record, allow_gaps: bool) {
    let name = if record.target == record.package {
        record.package.clone()
    } else {
        format!("{}::{}", record.package, record.target)
    };
    let name = escaped(&name).into_owned();
    let counts = counts(&Totals::of(&record.tests), allow_gaps, record.seconds);
    let _ = writeln!(text, "  <testsuite name=\"{name}\" {counts}>");
    for test in &record.tests {
        let _ = write!(
            text,
            "    <testcase name=\"{}\" classname=\"{name}\" time=\"{:.3}\"",
            escaped(&test.name),
            test.seconds
        );
        match inside(test, allow_gaps) {
            Some(inside) => {
                let _ = writeln!(text, ">\n      {inside}\n    </testcase>");
            }
            None => text.push_str("/>\n"),
        }
    }
    text.push_str("  </testsuite>\n");
}

/// What is said of a test that did not pass.
fn inside(test: &Test, allow_gaps: bool) -> Option<String> {
    let skipped = |message: &str| format!("<skipped message=\"{}\"/>", escaped(message));
    let (why, output, end) = match &test.result {
        Verdict::Passed => return None,
        Verdict::Ignored { reason } => {
            return Some(skipped(reason.as_deref().unwrap_or("marked #[ignore]")));
        }
        Verdict::NotRun { rule } => return Some(skipped(&gap(rule))),
        Verdict::Failed {
            why: Why::Gap { rule },
            ..
        } if allow_gaps => return Some(skipped(&gap(rule))),
        Verdict::Failed { why, output, end } => (why, output, end),
    };
    let (kind, message) = match why {
        Why::Real => {
            let first = output.lines().find(|line| !line.trim().is_empty());
            let first = first.map(str::to_owned);
            ("failure", end.clone().or(first).unwrap_or_default())
        }
        Why::Gap { rule } => ("known-gap", gap(rule)),
        Why::Needs { flags } => ("needs-permission", format!("needs {}", flags.join(" "))),
        Why::TimedOut => ("timeout", "it took longer than --timeout allows".to_owned()),
    };
    Some(format!(
        "<failure type=\"{kind}\" message=\"{}\">{}</failure>",
        escaped(&message),
        escaped(output)
    ))
}

/// A rule with what it says.
fn gap(rule: &str) -> String {
    let rules = registry::rules().unwrap_or_default();
    match rules.iter().find(|known| known.id == rule) {
        Some(known) => format!("known gap {rule}: {}", known.effect),
        None => format!("known gap {rule}"),
    }
}
