//! What hosts make of a file, and the list of hosts.

use std::fmt::Write;

use annotate_snippets::renderer::{DEFAULT_ERROR_STYLE, DEFAULT_WARNING_STYLE};
use anstyle::Style;
use unicode_width::UnicodeWidthStr;
use wasify_lints::fit::{Fit, Obstacle, Purpose, Verdict};
use wasify_lints::host::{Host, Known};

use super::super::{Artifact, Report, run};
use super::lines::{Lines, row};
use super::text::{clean, wrap};
use super::{BOLD, DIM, FLAG, Look, VERB};

/// What the hosts that the user named make of each artifact.
pub(super) fn render(report: &Report, look: &Look) -> String {
    let mut text = String::new();
    for artifact in report
        .artifacts
        .iter()
        .filter(|file| !file.hosts.is_empty())
    {
        let of = if report.artifacts.len() > 1 {
            format!(", of {}", clean(&artifact.name))
        } else {
            String::new()
        };
        let _ = writeln!(text, "\n{VERB}Hosts{of}{VERB:#}");
        let ids = artifact.hosts.iter().map(|fit| fit.host.id.width());
        let column = ids.max().unwrap_or(0) + 4;
        for fit in &artifact.hosts {
            text.push_str(&host(artifact, fit, column, look));
        }
    }
    text
}

/// One host: the verdict beside its name, and why below it.
fn host(artifact: &Artifact, fit: &Fit, column: usize, look: &Look) -> String {
    let style = style(fit.verdict);
    let id = &fit.host.id;
    let pad = " ".repeat(column - 2 - id.width());
    let mut text = format!("  {BOLD}{id}{BOLD:#}{pad}{style}{}{style:#}\n", phrase(fit));
    let width = look.width.saturating_sub(column);
    for part in parts(artifact, fit, width, look) {
        for line in part.lines() {
            let _ = writeln!(text, "{:column$}{line}", "");
        }
    }
    text
}

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Runs | Verdict::RunsWhenTold => VERB,
        Verdict::Partly | Verdict::Unknown => DEFAULT_WARNING_STYLE,
        Verdict::Refused => DEFAULT_ERROR_STYLE,
    }
}

fn phrase(fit: &Fit) -> String {
    match (fit.verdict, &fit.host.told_in) {
        (Verdict::Runs, _) => "runs".to_owned(),
        (Verdict::RunsWhenTold, None) => "runs with these options".to_owned(),
        (Verdict::RunsWhenTold, Some(_)) => "runs when it is told".to_owned(),
        (Verdict::Partly, _) => "runs, but not all of it works".to_owned(),
        (Verdict::Unknown, _) => "not known".to_owned(),
        (Verdict::Refused, _) => "can't run it".to_owned(),
    }
}

fn parts(artifact: &Artifact, fit: &Fit, width: usize, look: &Look) -> Vec<String> {
    let mut parts = Vec::new();
    if fit.verdict != Verdict::Refused {
        if let Some(command) = artifact.command_on(fit) {
            parts.push(format!(
                "{FLAG}{}{FLAG:#}",
                clean(&run::shell_line(&command))
            ));
        }
        parts.extend(told(fit, width, look));
    }
    let obstacles = fit.obstacles.iter();
    parts.extend(obstacles.map(|obstacle| self::obstacle(obstacle, width, look)));
    if fit.verdict != Verdict::Refused || look.verbose {
        parts.extend(fit.notes.iter().map(|note| labelled("note", note, width)));
    }
    parts
}

/// What the host has to be told: what isn't in the command, and what to know of it.
fn told(fit: &Fit, width: usize, look: &Look) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(place) = fit.host.told_in.as_ref().filter(|_| !fit.told.is_empty()) {
        parts.push(wrap(&format!("in {place}:"), width));
    }
    for told in &fit.told {
        let why = match told.purpose {
            Purpose::Add => "adds",
            Purpose::Allow => "allows calls of",
            Purpose::Stub => "stands in for",
        };
        let why = format!("{why} {}", told.interfaces.join(", "));
        if fit.host.told_in.is_some() {
            parts.push(format!("  {FLAG}{}{FLAG:#}", told.text));
            parts.push(indented(&why, width));
        } else if look.verbose || told.purpose == Purpose::Stub {
            parts.push(indented(&format!("{} {why}", told.text), width));
        }
        if let Some(note) = &told.note {
            parts.push(labelled("note", note, width));
        }
    }
    parts
}

fn indented(text: &str, width: usize) -> String {
    let text = wrap(&clean(text), width.saturating_sub(2));
    let lines: Vec<String> = text
        .lines()
        .map(|line| format!("  {DIM}{line}{DIM:#}"))
        .collect();
    lines.join("\n")
}

fn labelled(label: &str, text: &str, width: usize) -> String {
    let hang = label.len() + 2;
    let text = wrap(&clean(text), width.saturating_sub(hang));
    format!(
        "{BOLD}{label}{BOLD:#}: {}",
        text.replace('\n', &format!("\n{:hang$}", ""))
    )
}

/// What is in the way, who calls it, and what can be done.
fn obstacle(obstacle: &Obstacle, width: usize, look: &Look) -> String {
    let width = width.saturating_sub(2);
    let mut parts = vec![wrap(&clean(&obstacle.message), width)];
    if let Some(at) = &obstacle.location {
        parts.push(format!("--> {}", Lines { look }.written(at)));
    }
    if obstacle.call_path.len() > 1 {
        let label = "path: ";
        let path = row(&obstacle.call_path, width.saturating_sub(label.len()));
        let path = path.replace('\n', "\n      ");
        parts.push(format!("{BOLD}path{BOLD:#}: {path}"));
    }
    parts.extend(
        obstacle
            .helps
            .iter()
            .map(|help| labelled("help", help, width)),
    );
    format!("- {}", parts.join("\n").replace('\n', "\n  "))
}

/// All hosts: name, what they load, what they are.
#[must_use]
pub fn table(hosts: &[Host], width: usize) -> String {
    let names = hosts.iter().map(|host| host.id.width()).max().unwrap_or(0);
    let column = names + 25;
    let mut text = String::new();
    for host in hosts {
        let loads = loads(host);
        let about = wrap(
            &format!("{}: {}", host.title, host.about),
            width.saturating_sub(column).max(24),
        );
        let about = about.replace('\n', &format!("\n{:column$}", ""));
        let _ = writeln!(
            text,
            "{BOLD}{:names$}{BOLD:#}  {loads:<21}  {about}",
            host.id
        );
    }
    let _ = writeln!(
        text,
        "\n{DIM}wasify inspect FILE --host NAME judges a file by a host{DIM:#}"
    );
    text
}

/// Which files a host loads, for all that is known.
fn loads(host: &Host) -> &'static str {
    match (host.component.loads, host.module.loads) {
        (Known::Yes, Known::No) => "components",
        (Known::Yes, _) => "components, modules",
        (Known::No, _) => "modules",
        (Known::Unknown, _) => "modules; components ?",
    }
}
