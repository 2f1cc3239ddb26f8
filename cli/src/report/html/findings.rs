//! Findings, with their call paths drawn.

use maud::{Markup, html};

use super::super::human::count;
use super::super::json::v1;
use super::{crate_name, marked};

/// All findings, in the report's order; those that a baseline accepts are folded away.
pub(super) fn section(report: &v1::Report) -> Markup {
    let root = report.project.as_ref().map_or("", |project| &project.root);
    let (accepted, told): (Vec<_>, Vec<_>) = report.findings.iter().partition(|it| it.accepted);
    html! {
        @if !told.is_empty() {
            section {
                h2 { "Findings" }
                @for finding in told { (article(finding, root)) }
            }
        }
        @if !accepted.is_empty() {
            section {
                details {
                    summary { (count(accepted.len() as u64, "finding")) " that the baseline accepts" }
                    @for finding in accepted { (article(finding, root)) }
                }
            }
        }
    }
}

fn level(level: &v1::Level) -> (&'static str, &'static str) {
    match level {
        v1::Level::Deny => ("bad", "error"),
        v1::Level::Warn => ("warn", "warning"),
        v1::Level::Note => ("quiet", "note"),
    }
}

fn article(finding: &v1::Finding, root: &str) -> Markup {
    let (class, word) = level(&finding.level);
    html! {
        article class=(class) {
            h3 { span class=(format!("badge {class}")) { (word) } " " (marked(&finding.message)) }
            p.quiet {
                code { (finding.rule) }
                @if let Some(package) = &finding.package { " in " (crate_name(package)) }
                @if let Some(location) = &finding.location { " at " code { (place(location, root)) } }
                @if let Some(artifact) = &finding.artifact { " of " code { (artifact) } }
            }
            p { (marked(&finding.effect)) }
            (path(&finding.call_path, root))
            (dependents(&finding.dependency_path))
            @if finding.more_places > 0 {
                p.quiet { "The same from " (count(finding.more_places.into(), "more place")) " of this crate." }
            }
            @for note in &finding.notes { p.quiet { (marked(note)) } }
            @if !finding.suggestions.is_empty() {
                ul.help {
                    @for help in &finding.suggestions {
                        li {
                            (marked(&help.title))
                            @if help.verified { span.quiet { " (verified)" } }
                            @if let Some(flag) = &help.flag { pre { (flag) } }
                        }
                    }
                }
            }
        }
    }
}

/// From the project's root directory, where it is below that.
fn place(location: &v1::Location, root: &str) -> String {
    let below = location.file.strip_prefix(root);
    let file = match below.filter(|_| !root.is_empty()) {
        Some(below) => below.trim_start_matches(['/', '\\']),
        None => &location.file,
    };
    match location.line {
        Some(line) => format!("{file}:{line}"),
        None => file.to_owned(),
    }
}

/// The path from the entry to the call, a step below the other.
fn path(frames: &[v1::Frame], root: &str) -> Markup {
    if frames.len() < 2 {
        return html! {};
    }
    html! {
        ol.path {
            @for frame in frames {
                li {
                    code { (frame.function) }
                    @if let Some(package) = &frame.package { span.quiet { " " (crate_name(package)) } }
                    @if let Some(location) = &frame.location { span.quiet { " " (place(location, root)) } }
                }
                @if frame.elided > 0 {
                    li.elided { (count(frame.elided.into(), "step")) " left out" }
                }
            }
        }
    }
}

/// The way through the dependency graph, where that is what is known.
fn dependents(path: &[v1::Dependent]) -> Markup {
    if path.len() < 2 {
        return html! {};
    }
    html! {
        ol.path {
            @for step in path {
                li {
                    code { (crate_name(&step.package)) }
                    @if !step.features.is_empty() { span.quiet { " " (step.features.join(", ")) } }
                }
            }
        }
    }
}
