//! Many projects as a table, worst first.

use std::fmt::Write as _;

use annotate_snippets::renderer::{DEFAULT_ERROR_STYLE, DEFAULT_WARNING_STYLE};
use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use super::text::{clean, count, wrap};
use super::{BOLD, DIM, VERB};
use crate::fleet::{Fleet, Project, Verdict};

/// Rules that are named for a project.
const MAX_RULES: usize = 3;
/// Columns of two numbers with the spaces after them.
const NUMBERS: usize = 18;

/// The fleet as one table.
#[must_use]
pub fn fleet(fleet: &Fleet, width: usize) -> String {
    let projects = &fleet.projects;
    let names: Vec<String> = projects.iter().map(|it| name(it, projects)).collect();
    let column = names
        .iter()
        .map(|name| name.width())
        .max()
        .unwrap_or(0)
        .max(7);
    let verdicts = projects.iter().map(|it| it.verdict().words().width());
    let verdicts = verdicts.max().unwrap_or(0).max(7);
    let mut text = String::new();
    if !projects.is_empty() {
        let _ = writeln!(
            text,
            "{BOLD}{:column$}  {:verdicts$}  errors  warnings  worst{BOLD:#}",
            "project", "verdict"
        );
    }
    for (project, name) in projects.iter().zip(&names) {
        let summary = project.report.as_ref().map(|report| &report.summary);
        let number = |number: Option<usize>| number.map_or("–".to_owned(), |it| it.to_string());
        let (deny, warn) = (
            number(summary.map(|it| it.deny)),
            number(summary.map(|it| it.warn)),
        );
        let indent = column + verdicts + NUMBERS + 4;
        let room = width.saturating_sub(indent).max(24);
        let told = wrap(&told(project), room).replace('\n', &format!("\n{:indent$}", ""));
        let (style, verdict) = (style(project.verdict()), project.verdict().words());
        let line = format!(
            "{name:column$}  {style}{verdict:verdicts$}{style:#}  {deny:>6}  {warn:>8}  {told}"
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let _ = writeln!(text, "\n{DIM}{}{DIM:#}", last_line(fleet));
    text
}

/// Its name, with its directory where another has the same name.
fn name(project: &Project, all: &[Project]) -> String {
    let same = all.iter().filter(|other| other.name == project.name);
    match same.count() > 1 {
        true => clean(&format!("{} ({})", project.name, project.root)),
        false => clean(&project.name),
    }
}

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Unknown
        | Verdict::NotBuilt
        | Verdict::Broken
        | Verdict::Refused
        | Verdict::Worse => DEFAULT_ERROR_STYLE,
        Verdict::Limited => DEFAULT_WARNING_STYLE,
        Verdict::Clean => VERB,
    }
}

/// The worst of it: rules, or why it was not looked at.
fn told(project: &Project) -> String {
    if let Some(error) = &project.error {
        return clean(error.lines().next().unwrap_or_default());
    }
    let worst = project.worst();
    let (shown, rest) = worst.split_at(MAX_RULES.min(worst.len()));
    let mut words: Vec<String> = shown
        .iter()
        .map(|(rule, times)| match times {
            1 => (*rule).to_owned(),
            times => format!("{rule} ({times}×)"),
        })
        .collect();
    if !rest.is_empty() {
        words.push(format!("{} more", rest.len()));
    }
    clean(&words.join(", "))
}

fn last_line(fleet: &Fleet) -> String {
    let projects = &fleet.projects;
    let part = match &fleet.partition {
        Some(partition) => format!(" of the part {partition}"),
        None => String::new(),
    };
    if projects.is_empty() {
        return format!("there is no project{part}");
    }
    let clean = projects.iter().filter(|it| it.verdict() == Verdict::Clean);
    let clean = match clean.count() {
        0 => "something is known against each".to_owned(),
        some => format!("nothing is known against {some}"),
    };
    format!("{}{part}; {clean}", count(projects.len() as u64, "project"))
}
