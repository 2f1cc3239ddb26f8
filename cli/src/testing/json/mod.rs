//! Test results for programs: one versioned document.

pub mod v1;

use super::record::{self, Verdict, Why};
use super::results::Results;

/// The name of the format.
const SCHEMA: &str = "wasify-tests/1";

/// The results as a JSON document, with a final newline.
///
/// # Errors
/// A duration is not finite.
pub fn render(results: &Results) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(&document(results))? + "\n")
}

/// The JSON schema of what [`render`] writes.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(v1::Tests)
}

fn document(results: &Results) -> v1::Tests {
    let totals = results.totals();
    v1::Tests {
        schema: SCHEMA,
        wasify: env!("CARGO_PKG_VERSION"),
        programs: results.records.iter().map(program).collect(),
        summary: v1::Summary {
            passed: totals.passed,
            failed: totals.failed,
            known_gaps: totals.known_gaps,
            need_permission: totals.need_permission,
            timed_out: totals.timed_out,
            ignored: totals.ignored,
            not_run: totals.not_run,
            filtered_out: totals.filtered_out,
        },
        complete: results.complete,
        exit_code: results.exit_code,
    }
}

fn program(record: &record::Record) -> v1::Program {
    v1::Program {
        package: record.package.clone(),
        target: record.target.clone(),
        kind: match record.kind {
            record::Kind::Harness => v1::Kind::Harness,
            record::Kind::Custom => v1::Kind::Custom,
            record::Kind::Documentation => v1::Kind::Documentation,
        },
        tests: record.tests.iter().map(test).collect(),
        filtered_out: record.filtered_out,
        seconds: record.seconds,
    }
}

fn test(test: &record::Test) -> v1::Test {
    let mut shown = v1::Test {
        name: test.name.clone(),
        should_panic: test.should_panic,
        result: v1::Outcome::Passed,
        cause: None,
        rule: None,
        flags: Vec::new(),
        reason: None,
        output: None,
        end: None,
        seconds: test.seconds,
    };
    match &test.result {
        Verdict::Passed => {}
        Verdict::Ignored { reason } => {
            shown.result = v1::Outcome::Ignored;
            shown.reason.clone_from(reason);
        }
        Verdict::NotRun { rule } => {
            shown.result = v1::Outcome::NotRun;
            shown.rule = Some(rule.clone());
        }
        Verdict::Failed { why, output, end } => {
            shown.result = v1::Outcome::Failed;
            shown.output = Some(output.clone());
            shown.end.clone_from(end);
            shown.cause = Some(match why {
                Why::Real => v1::Cause::Real,
                Why::TimedOut => v1::Cause::TimedOut,
                Why::Gap { rule } => {
                    shown.rule = Some(rule.clone());
                    v1::Cause::KnownGap
                }
                Why::Needs { flags } => {
                    shown.flags.clone_from(flags);
                    v1::Cause::NeedsPermission
                }
            });
        }
    }
    shown
}
