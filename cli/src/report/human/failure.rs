//! A build that failed: each failing package once, why, and what can be done; and what the build did not
//! come to.

use annotate_snippets::renderer::DEFAULT_NOTE_STYLE;
use annotate_snippets::{Element, Level};

use wasify_lints::finding::Finding;

use super::super::json::BUILD_FAILED;
use super::blocked;
use super::lines::{Lines, indented};
use super::text::{clean, count};
use super::{FLAG, Look, undefined};
use crate::ecosystem::{BuildFailure, FailedPackage};

/// Packages that the build did not come to which are listed; the others are counted.
const MAX_FORESEEN: usize = 8;

pub(super) fn render(failure: &BuildFailure, look: &Look) -> String {
    if failure.packages.is_empty() {
        return before_anything(failure, look) + "\n\n";
    }
    let packages = failure.packages.iter();
    let findings = packages.map(|failed| &failed.explained.finding);
    let lines = Lines { look };
    let said = |finding: &Finding| said(failure, finding, &lines);
    blocked::messages(findings, said, look) + &foreseen(failure, look)
}

/// Cargo stopped before it compiled anything, or could not be started at all.
fn before_anything(failure: &BuildFailure, look: &Look) -> String {
    let lines = Lines { look };
    let (first, rest) = failure
        .message
        .split_once('\n')
        .unwrap_or((&failure.message, ""));
    let title = Level::ERROR
        .primary_title(lines.title(first, 9 + BUILD_FAILED.len()))
        .id(BUILD_FAILED);
    let rest: Vec<String> = rest.lines().map(clean).collect();
    let rest = (!rest.is_empty()).then(|| lines.message("cargo", rest.join("\n")));
    let remedy = failure.remedy.as_ref().map(|remedy| {
        let command = clean(&remedy.command);
        let text = format!("{}\n{FLAG}{command}{FLAG:#}", clean(&remedy.title));
        lines.message("help", text)
    });
    indented(&super::renderer(look).render(&[title.elements(rest.into_iter().chain(remedy))]))
}

/// What the whole comes to, in one line.
pub(super) fn headline(failure: &BuildFailure) -> String {
    match failure.packages.len() {
        0 => "the build stopped before anything was compiled".to_owned(),
        more => format!("{} can't be built for WASI", count(more as u64, "package")),
    }
}

/// The error that tells most, and what a link found nowhere. The compiler has shown the rest.
fn said(failure: &BuildFailure, finding: &Finding, lines: &Lines<'_>) -> Vec<Element<'static>> {
    let is_it = |failed: &&FailedPackage| finding.package.as_ref() == Some(&failed.failure.package);
    let Some(failed) = failure.packages.iter().find(is_it) else {
        return Vec::new();
    };
    let error = failed.failure.first().map(|error| {
        let line = error.message.lines().find(|line| !line.trim().is_empty());
        let line = line.unwrap_or_default().trim();
        let text = match &error.code {
            Some(code) => format!("[{code}] {line}"),
            None => line.to_owned(),
        };
        lines.text("error", &text)
    });
    let missing = undefined::elements(&failed.missing, lines);
    error.into_iter().chain(missing).collect()
}

/// Packages that will not build either: their turn never came, because others failed before.
fn foreseen(failure: &BuildFailure, look: &Look) -> String {
    let findings = &failure.foreseen;
    if findings.is_empty() {
        return String::new();
    }
    let style = DEFAULT_NOTE_STYLE;
    let shown = if look.verbose {
        findings.len()
    } else {
        MAX_FORESEEN.min(findings.len())
    };
    let what = count(findings.len() as u64, "package");
    let mut text = format!(
        "{style}note{style:#}: the build did not come to {what} that will not build either\n"
    );
    for finding in &findings[..shown] {
        text.push_str(&blocked::row(finding));
    }
    if shown < findings.len() {
        let more = findings.len() - shown;
        text.push_str(&format!("     {more} more are shown with -v\n"));
    }
    text + "\n"
}
