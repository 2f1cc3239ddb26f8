//! The report in Markdown, as GitHub and GitLab show it: for the summary of a job, or a comment.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use wasify_lints::finding::Level;

use super::entries::{Entry, entries};
use super::human::{clean, count, crate_name, size};
use super::places::{Place, Places};
use super::{Artifact, Report, STDIN, run};

/// Findings that are listed; GitHub takes no summary of more than a megabyte.
const MAX_FINDINGS: usize = 200;

/// Packages that are named in a sentence.
const MAX_NAMES: usize = 8;

/// Writes the report: what it comes to, a table of findings, what is known of each, and what was made.
#[must_use]
pub fn render(report: &Report) -> String {
    let entries = entries(report, &Places::new(report));
    let name = match &report.project {
        Some(project) => project.name.clone(),
        None => names(&report.artifacts),
    };
    let mut text = format!("## wasify: {}\n\n", escaped(&clean(&name)));
    let _ = writeln!(text, "{}", headline(report, &entries));
    for remark in remarks(report) {
        let _ = writeln!(text, "\n{}", escaped(&remark));
    }
    let (shown, rest) = entries.split_at(entries.len().min(MAX_FINDINGS));
    if !shown.is_empty() {
        text.push_str("\n| | rule | what is wrong | where |\n| --- | --- | --- | --- |\n");
        shown.iter().for_each(|entry| row(&mut text, entry));
    }
    if !rest.is_empty() {
        let more = count(rest.len() as u64, "more finding");
        let _ = writeln!(text, "\nThere are {more}; `--format json` has all.");
    }
    shown.iter().for_each(|entry| details(&mut text, entry));
    files(&mut text, &report.artifacts);
    text
}

/// What the whole comes to, in one sentence.
pub(super) fn headline(report: &Report, entries: &[Entry<'_>]) -> String {
    let levels = [
        (Level::Deny, "error"),
        (Level::Warn, "warning"),
        (Level::Note, "note"),
    ];
    let counted = levels.iter().filter_map(|(level, noun)| {
        let found = entries.iter().filter(|entry| entry.level == *level).count();
        (found > 0).then(|| count(found as u64, noun))
    });
    let counted: Vec<String> = counted.collect();
    let mut text = match (&report.failure, counted.is_empty()) {
        (Some(_), _) => format!("It can't be built for WASI: {}", counted.join(", ")),
        (None, true) => "Nothing is known that fails on WASI".to_owned(),
        (None, false) => counted.join(", "),
    };
    let allowed = report.counts().allowed;
    if allowed > 0 {
        let _ = write!(text, " ({} allowed)", count(allowed as u64, "finding"));
    }
    text.push('.');
    text
}

/// What keeps the report from telling more, a sentence each.
pub(super) fn remarks(report: &Report) -> Vec<String> {
    let artifacts = report.artifacts.iter();
    let skipped = artifacts.flat_map(|artifact| &artifact.skipped);
    let rules: BTreeSet<&str> = skipped.map(|skipped| skipped.rule).collect();
    let mut remarks = Vec::new();
    if !rules.is_empty() {
        let rules = count(rules.len() as u64, "rule");
        remarks.push(format!(
            "{rules} could not be decided; what they look for may be there all the same."
        ));
    }
    let unknown = report.survey.iter().flat_map(|survey| &survey.unknown);
    let unknown: Vec<String> = unknown.map(crate_name).collect();
    if !unknown.is_empty() {
        let packages = count(unknown.len() as u64, "package");
        let few = unknown[..unknown.len().min(MAX_NAMES)].join(", ");
        let more = if unknown.len() > MAX_NAMES {
            ", ..."
        } else {
            ""
        };
        remarks.push(format!(
            "Of {packages} that use the system nothing is known: {few}{more}."
        ));
    }
    if let Some(arguments) = &report.lines_with {
        remarks.push(format!(
            "This profile keeps no source lines; to see them, add to the command: `{arguments}`"
        ));
    }
    remarks
}

fn names(artifacts: &[Artifact]) -> String {
    let names = artifacts.iter().map(|artifact| artifact.name.as_str());
    names.collect::<Vec<_>>().join(", ")
}

fn row(text: &mut String, entry: &Entry<'_>) {
    let level = match entry.level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Note | Level::Allow => "note",
    };
    let place = entry.place.as_ref().map(shown).unwrap_or_default();
    let _ = writeln!(
        text,
        "| {level} | {} | {} | {} |",
        cell(&code(entry.finding.rule)),
        cell(&escaped(&entry.message())),
        cell(&code(&place)),
    );
}

/// All that is known of a finding, folded.
fn details(text: &mut String, entry: &Entry<'_>) {
    let title = html(&entry.title());
    let _ = writeln!(text, "\n<details><summary>{title}</summary>\n");
    let _ = writeln!(text, "{}\n", escaped(&entry.message()));
    for (label, detail) in entry.details() {
        let _ = writeln!(text, "- {label}: {}", escaped(&detail));
    }
    text.push_str("\n</details>\n");
}

/// What was made or looked into, and how it is run.
fn files(text: &mut String, artifacts: &[Artifact]) {
    let made: Vec<&Artifact> = artifacts
        .iter()
        .filter(|artifact| artifact.linked && artifact.path.as_os_str() != STDIN)
        .collect();
    if made.is_empty() {
        return;
    }
    text.push_str("\n| file | size | run |\n| --- | --- | --- |\n");
    for artifact in made {
        let path = clean(&artifact.path.display().to_string());
        let command = artifact.run_command().map(|argv| run::shell_line(&argv));
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            cell(&code(&path)),
            size(artifact.binary.surface.bytes),
            cell(&code(&clean(&command.unwrap_or_default()))),
        );
    }
}

fn shown(place: &Place) -> String {
    match place.line {
        Some(line) => format!("{}:{line}", place.file),
        None => place.file.clone(),
    }
}

/// Text as code, whatever is in it; nothing stays nothing.
fn code(text: &str) -> String {
    let text = text.replace('\n', " ");
    if text.is_empty() {
        return text;
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    if longest == 0 {
        return format!("`{text}`");
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

/// Text whose backticks mark code, where they come in pairs; nothing else in it has a meaning.
fn escaped(text: &str) -> String {
    let paired = text.matches('`').count().is_multiple_of(2);
    let mut out = String::with_capacity(text.len() + 8);
    let mut in_code = false;
    for c in text.chars() {
        match c {
            '`' if paired => {
                in_code = !in_code;
                out.push(c);
            }
            '\n' => out.push(' '),
            _ if in_code => out.push(c),
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '>' | '@' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// What ends a cell of a table is escaped, in code as well.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_has_a_meaning() {
        assert_eq!(
            escaped("`a<b>` is <b> *not*"),
            "`a<b>` is &lt;b\\> \\*not\\*"
        );
        assert_eq!(escaped("one ` alone"), "one \\` alone");
        assert_eq!(cell(&escaped("`a|b` c|d")), "`a\\|b` c\\|d");
    }

    #[test]
    fn code_may_have_backticks() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
        assert_eq!(code(""), "");
    }
}
