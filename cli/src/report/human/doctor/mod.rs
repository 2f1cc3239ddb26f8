//! What `wasify doctor` tells, as a letter: what is well, what is not, what to do first, and what was not
//! looked at. Nothing is called well that nobody looked at.

mod first;
mod machine;
mod well;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use annotate_snippets::renderer::{DEFAULT_ERROR_STYLE, DEFAULT_NOTE_STYLE};

use super::super::{Judged, Report, Surveyed};
use super::lines::crate_name;
use super::text::{clean, count, wrap};
use super::{BOLD, DIM, Look, VERB, blocked, failure, summary};
use crate::ecosystem::Checkup;

/// Columns of a verb and the space after it.
const VERB_WIDTH: usize = 13;
/// Packages that are listed by name where there are many.
const MAX_NAMES: usize = 12;

/// Writes the letter.
#[must_use]
pub fn render(report: &Report, look: &Look) -> String {
    let wrong = wrong(report, look);
    let mut text = heading("What is well");
    text.push_str(&well::render(report, look));
    text.push_str(&heading("What is not"));
    if wrong.is_empty() {
        text.push_str(&item("-", "nothing that is known", look));
        text.push('\n');
    }
    text.push_str(&wrong);
    text.push_str(&heading("What to do first"));
    text.push_str(&first::render(report, look));
    text.push_str(&heading("Not looked at"));
    text.push_str(&unseen(report, look));
    text.push_str(&machine::others(report, look));
    match &report.survey {
        Some(survey) => text.push_str(&verdict(report, survey, look)),
        None => text.push_str(&summary::render(report, look)),
    }
    text
}

fn heading(text: &str) -> String {
    format!("{BOLD}{text}{BOLD:#}\n\n")
}

/// A line of a list, wrapped below itself.
fn item(mark: &str, text: &str, look: &Look) -> String {
    let indent = 3 + mark.len();
    let text = wrap(text, look.width.saturating_sub(indent));
    let text = text.replace('\n', &format!("\n{:indent$}", ""));
    format!("  {mark} {text}\n")
}

/// What is wrong, the worst first.
fn wrong(report: &Report, look: &Look) -> String {
    let mut text = String::new();
    if let Some(failure) = &report.failure {
        text.push_str(&failure::render(failure, look));
    }
    text.push_str(&machine::wrong(report, look));
    let Some(survey) = &report.survey else {
        return text;
    };
    let blocked = survey.blocked.iter().map(|judged| &judged.finding);
    text.push_str(&blocked::messages(blocked, |_| Vec::new(), look));
    text.push_str(&machine::stale(report, look));
    text.push_str(&limited(survey, look));
    text
}

/// Packages that build, with the rules that say what of them fails later.
fn limited(survey: &Surveyed, look: &Look) -> String {
    let mut packages: BTreeMap<String, Vec<&Judged>> = BTreeMap::new();
    for judged in &survey.limited {
        let package = judged.finding.package.as_ref().map(crate_name);
        packages
            .entry(package.unwrap_or_default())
            .or_default()
            .push(judged);
    }
    if packages.is_empty() {
        return String::new();
    }
    let style = DEFAULT_NOTE_STYLE;
    let what = count(packages.len() as u64, "package");
    let mut text = format!(
        "{style}note{style:#}: {what} will build, and may fail when the program runs; the finished file \
         shows whether it does\n"
    );
    for (package, judged) in packages {
        let rules: Vec<String> = judged
            .iter()
            .map(|found| clean(found.finding.rule))
            .collect();
        let _ = writeln!(text, "     {BOLD}{package}{BOLD:#}  {}", rules.join(", "));
        if look.verbose {
            for found in judged {
                let _ = writeln!(text, "       {DIM}{}{DIM:#}", clean(&found.finding.effect));
            }
        }
    }
    text + "\n"
}

/// What nobody looked at, or what a look does not show.
fn unseen(report: &Report, look: &Look) -> String {
    let mut text = String::new();
    if let Some(survey) = &report.survey {
        text.push_str(&unknown(survey, look));
    }
    let checkup = report.checkup.iter();
    for line in checkup.flat_map(|checkup| &checkup.unseen) {
        text.push_str(&item("-", &clean(line), look));
    }
    text.push_str(&machine::not_looked_at(report, look));
    for line in [
        "what fails when the program runs: nothing was built, and only the finished file shows it",
        "tests, examples, and what runs on this machine: build scripts and procedural macros",
        "code in other languages than Rust, but for whether a compiler for C is there where one is needed",
    ] {
        text.push_str(&item("-", line, look));
    }
    text.push('\n');
    text
}

fn unknown(survey: &Surveyed, look: &Look) -> String {
    if survey.unknown.is_empty() {
        return String::new();
    }
    let what = count(survey.unknown.len() as u64, "package");
    let mut names: Vec<String> = survey.unknown.iter().map(crate_name).collect();
    if names.len() > MAX_NAMES && !look.verbose {
        let more = names.len() - MAX_NAMES;
        names.truncate(MAX_NAMES);
        names.push(format!("{more} more (-v shows them)"));
    }
    let text = format!(
        "{what} that may depend on the system, and of which nothing is known: only a build can tell: {}",
        names.join(", ")
    );
    item("-", &text, look)
}

fn verdict(report: &Report, survey: &Surveyed, look: &Look) -> String {
    let packages = count(survey.built as u64, "package");
    let mut text = line(
        (&VERB, "Examined"),
        &format!("{packages} that would be built for WASI, without building them"),
        look,
    );
    let names: BTreeSet<_> = survey
        .blocked
        .iter()
        .filter_map(|judged| judged.finding.package.as_ref())
        .collect();
    let checkup = report.checkup.as_ref();
    let unverified = checkup.and_then(|it| it.checked.as_ref()?.failure.as_ref());
    text.push_str(&match names.len() {
        0 if unverified.is_some() => line(
            (&DEFAULT_ERROR_STYLE, "Found"),
            "no package that is known to fail, and `cargo check` fails: see above",
            look,
        ),
        0 if checkup.is_some_and(Checkup::is_trouble) => line(
            (&DEFAULT_ERROR_STYLE, "Found"),
            "no package that is known to fail, and no way to build them: see above",
            look,
        ),
        0 => line(
            (&VERB, "Clean"),
            "no package is known to fail to build; `wasify build` shows the rest",
            look,
        ),
        some => line(
            (&DEFAULT_ERROR_STYLE, "Found"),
            &format!("{} that will not build", count(some as u64, "package")),
            look,
        ),
    });
    if report.counts().allowed > 0 {
        let allowed = count(report.counts().allowed as u64, "finding");
        let _ = writeln!(
            text,
            "{DIM}{:>12} {allowed} allowed by your flags{DIM:#}",
            ""
        );
    }
    text
}

fn line((style, verb): (&anstyle::Style, &str), what: &str, look: &Look) -> String {
    let wrapped = wrap(what, look.width.saturating_sub(VERB_WIDTH));
    let wrapped = wrapped.replace('\n', &format!("\n{:VERB_WIDTH$}", ""));
    format!("{style}{verb:>12}{style:#} {wrapped}\n")
}
