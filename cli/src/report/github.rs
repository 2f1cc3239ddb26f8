//! The report as GitHub's workflow commands, which show findings beside the lines of a pull request, and as
//! the summary of the job.

use std::fmt::Write as _;

use wasify_lints::finding::Level;

use super::entries::{Entry, entries};
use super::human::count;
use super::places::Places;
use super::{Report, markdown};

/// GitHub shows no more annotations of one kind for a step.
const MAX_ANNOTATIONS: usize = 10;

/// The kinds of annotations, worst first.
const KINDS: [(Level, &str); 3] = [
    (Level::Deny, "error"),
    (Level::Warn, "warning"),
    (Level::Note, "notice"),
];

/// Writes one workflow command for each finding that gets an annotation, and what it comes to.
#[must_use]
pub fn render(report: &Report) -> String {
    let places = Places::new(report);
    let entries = entries(report, &places);
    let mut text = String::new();
    for (level, kind) in KINDS {
        let of_kind = entries.iter().filter(|entry| entry.level == level);
        for entry in of_kind.take(MAX_ANNOTATIONS) {
            text.push_str(&command(entry, kind));
        }
    }
    let _ = writeln!(text, "wasify: {}", markdown::headline(report, &entries));
    for line in markdown::remarks(report).iter().chain(&left_out(&entries)) {
        let _ = writeln!(text, "wasify: {line}");
    }
    text
}

/// Writes the summary of the job: everything, and what of it has no annotation.
#[must_use]
pub fn summary(report: &Report) -> String {
    let entries = entries(report, &Places::new(report));
    let mut text = markdown::render(report);
    for line in left_out(&entries) {
        let _ = writeln!(text, "\n{line}");
    }
    // Another step may append to it.
    text.push('\n');
    text
}

/// What GitHub would not show beside the lines, a sentence for each kind.
fn left_out(entries: &[Entry<'_>]) -> Vec<String> {
    let lines = KINDS.iter().filter_map(|(level, kind)| {
        let all = entries.iter().filter(|entry| entry.level == *level).count();
        let more = all.checked_sub(MAX_ANNOTATIONS).filter(|more| *more > 0)?;
        Some(format!(
            "GitHub shows {MAX_ANNOTATIONS} annotations of a kind; {} more in the job's summary only.",
            count(more as u64, kind)
        ))
    });
    lines.collect()
}

fn command(entry: &Entry<'_>, kind: &str) -> String {
    let mut properties = Vec::new();
    let mut add = |name: &str, value: &str| {
        properties.push(format!("{name}={}", escaped(value, &[':', ','])));
    };
    if let Some(place) = entry.place.as_ref().filter(|place| place.in_repository) {
        add("file", &place.file);
        if let Some(line) = place.line {
            add("line", &line.to_string());
        }
        if let Some(column) = place.column {
            add("col", &column.to_string());
        }
    }
    add("title", &entry.title());
    let mut message = entry.message();
    for (label, detail) in entry.details() {
        let _ = write!(message, "\n{label}: {detail}");
    }
    format!(
        "::{kind} {}::{}\n",
        properties.join(","),
        escaped(&message, &[])
    )
}

/// Text as it stands in a command. What ends it, or a property, is escaped.
fn escaped(text: &str, further: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '\r' | '\n') || further.contains(&c) {
            let _ = write!(out, "%{:02X}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    /// A report with so many findings at warn level.
    fn many(warnings: usize) -> Report {
        let mut report = sample::found();
        let artifact = &mut report.artifacts[0];
        let found = artifact.findings.iter();
        let warn = found.clone().find(|judged| judged.level == Level::Warn);
        let warn = warn.unwrap().clone();
        artifact.findings = (0..warnings)
            .map(|number| {
                let mut judged = warn.clone();
                judged.finding.message = format!("number {number}");
                judged
            })
            .collect();
        report
    }

    #[test]
    fn nothing_in_a_finding_is_a_command() {
        assert_eq!(escaped("a\n::error::b\r%", &[]), "a%0A::error::b%0D%25");
        assert_eq!(escaped("a: b, c", &[':', ',']), "a%3A b%2C c");
        let mut report = sample::found();
        report.artifacts[0].findings[0].finding.message = "a\n::stop-commands::x".to_owned();
        for line in render(&report).lines() {
            let own = ["::error ", "::warning ", "::notice ", "wasify: "];
            assert!(own.iter().any(|own| line.starts_with(own)), "{line}");
        }
    }

    #[test]
    fn what_is_not_shown_is_counted() {
        let text = render(&many(12));
        assert_eq!(text.matches("::warning ").count(), MAX_ANNOTATIONS);
        assert!(text.contains("2 warnings more"), "{text}");
        assert!(summary(&many(12)).contains("2 warnings more"));
        assert!(!render(&many(10)).contains("more in the job's summary"));
    }
}
