//! What `wasify doctor` found wrong beside the packages: tools, cargo's settings, flags without a reason, and what
//! a check with cargo came to.

use std::path::Path;

use maud::{Markup, html};

use super::super::json::v1;
use super::{crate_name, marked};

/// Nothing where all of it is well, or nobody looked.
pub(super) fn section(report: &v1::Report) -> Markup {
    let is_sick = |tool: &&v1::Tool| {
        let wrong = matches!(tool.state.as_str(), "missing" | "broken");
        wrong && tool.needed_for.is_some()
    };
    let tools: Vec<&v1::Tool> = report.tools.iter().filter(is_sick).collect();
    let (settings, stale) = (&report.settings, &report.stale_flags);
    if tools.is_empty() && settings.is_empty() && stale.is_empty() && report.checked.is_none() {
        return html! {};
    }
    let root = report.project.as_ref().map_or("", |project| &project.root);
    let root = Path::new(root);
    html! {
        section {
            h2 { "Tools, settings and flags" }
            ul {
                @if let Some(checked) = &report.checked { li { (passed(checked)) } }
                @for tool in tools { li { (sick(tool)) } }
                @for setting in settings {
                    li {
                        code { (setting.setting) } " " (marked(&setting.why)) ": " (marked(&setting.instead))
                        span.quiet { " " (place(root, setting.file.as_deref().unwrap_or(&setting.from), setting.line)) }
                    }
                }
                @for stale in stale {
                    li {
                        code { (stale.what) } " in " code { (stale.list) } ": " (marked(&stale.why)) ": drop this"
                        span.quiet { " " (place(root, &stale.file, stale.line)) }
                    }
                }
            }
        }
    }
}

fn passed(checked: &v1::Checked) -> Markup {
    let changes = super::count(checked.changes as u64, "change");
    html! {
        code { "cargo check" }
        @match checked.passed {
            true => " passes",
            false => " fails",
        }
        @if checked.changes > 0 { " with " (changes) " of " code { "wasify build --fix=all" } }
        @if let Some(message) = &checked.message { ": " (message) }
        @for package in &checked.failed { ", " code { (crate_name(package)) } }
    }
}

fn sick(tool: &v1::Tool) -> Markup {
    html! {
        code { (tool.name) }
        @match &tool.fault {
            Some(fault) => { " does not work: " (fault) }
            None => " is not there",
        }
        @if let Some(needed) = &tool.needed_for { ", and is needed for " (marked(needed)) }
        @if let Some(remedy) = &tool.remedy {
            ": " (marked(&remedy.title))
            @if let Some(command) = &remedy.command { " " code { (command) } }
        }
    }
}

/// A line of a file, which is named from the project's root where it is below that.
fn place(root: &Path, file: &str, line: Option<usize>) -> String {
    let file = Path::new(file);
    let file = file.strip_prefix(root).unwrap_or(file).display();
    match line {
        Some(line) => format!("{file}:{line}"),
        None => file.to_string(),
    }
}
