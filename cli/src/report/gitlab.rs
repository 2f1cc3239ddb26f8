//! The report as GitLab's code quality report, which merge requests show.

use serde::Serialize;

use wasify_lints::finding::Level;

use super::Report;
use super::entries::{Entry, entries};
use super::places::Places;

/// A finding, with GitLab's own names.
#[derive(Debug, Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Debug, Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: u32,
}

/// Writes the findings as one JSON array with a final newline; an empty one says that there are none.
///
/// # Errors
/// None that a report can cause; the writer's type asks for it.
pub fn render(report: &Report) -> serde_json::Result<String> {
    let entries = entries(report, &Places::new(report));
    let issues: Vec<Issue> = entries.iter().map(issue).collect();
    let mut text = serde_json::to_string_pretty(&issues)?;
    text.push('\n');
    Ok(text)
}

fn issue(entry: &Entry<'_>) -> Issue {
    let place = entry.place.as_ref();
    Issue {
        description: format!("{} ({})", entry.message(), entry.title()),
        check_name: entry.finding.rule,
        fingerprint: entry.fingerprint.clone(),
        severity: severity(entry),
        location: Location {
            // GitLab leaves out what has no place, and it may be what fails the job.
            path: place.map_or("Cargo.toml", |place| &place.file).to_owned(),
            lines: Lines {
                begin: place.and_then(|place| place.line).unwrap_or(1),
            },
        },
    }
}

/// Without a build there is nothing at all to run: nothing is worse.
fn severity(entry: &Entry<'_>) -> &'static str {
    match entry.level {
        Level::Deny if entry.of_failure => "blocker",
        Level::Deny => "critical",
        Level::Warn => "major",
        Level::Note | Level::Allow => "info",
    }
}
