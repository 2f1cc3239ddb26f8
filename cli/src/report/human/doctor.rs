//! What `wasify doctor` tells of a project: what will not build, what builds and may fail later, what is
//! not known, and how much of it that is.

use std::collections::BTreeMap;
use std::fmt::Write;

use annotate_snippets::renderer::{DEFAULT_ERROR_STYLE, DEFAULT_NOTE_STYLE, DEFAULT_WARNING_STYLE};

use super::super::{Judged, Report, Surveyed};
use super::lines::crate_name;
use super::text::{clean, count, wrap};
use super::{BOLD, DIM, Look, VERB, blocked, failure, summary};
use crate::toolchain::c::CSearch;

/// Columns of a verb and the space after it.
const VERB_WIDTH: usize = 13;
/// Packages that are listed by name where there are many.
const MAX_NAMES: usize = 12;

/// Writes the findings, then what they come to.
#[must_use]
pub fn render(report: &Report, look: &Look) -> String {
    let mut text = String::new();
    if let Some(failure) = &report.failure {
        text.push_str(&failure::render(failure, look));
        text.push_str(&summary::render(report, look));
    }
    let Some(survey) = &report.survey else {
        return text;
    };
    let blocked = survey.blocked.iter().map(|judged| &judged.finding);
    text.push_str(&blocked::messages(blocked, |_| Vec::new(), look));
    text.push_str(&c_compilers(report.c_search.as_ref(), look));
    text.push_str(&limited(survey, look));
    text.push_str(&unknown(survey, look));
    text.push_str(&verdict(report, survey, look));
    text
}

/// The C compiler that packages with C code get, or those that will not do.
fn c_compilers(search: Option<&CSearch>, look: &Look) -> String {
    let style = DEFAULT_NOTE_STYLE;
    let Some(search) = search else {
        return String::new();
    };
    let mut text = match &search.compiler {
        Some(compiler) => {
            let version = match compiler.version.as_str() {
                "" => String::new(),
                version => format!(" {}", clean(version)),
            };
            let fault = compiler
                .fault
                .iter()
                .map(|fault| format!(", which does not work: {fault}"));
            format!(
                "{style}note{style:#}: C code is compiled by {}{version}{}\n",
                clean(&compiler.name),
                clean(&fault.collect::<String>())
            )
        }
        None => format!("{style}note{style:#}: no C compiler for WebAssembly was found\n"),
    };
    for rejected in &search.rejected {
        let line = format!("{}: {}", clean(&rejected.what), clean(&rejected.why));
        let line = wrap(&line, look.width.saturating_sub(5)).replace('\n', "\n     ");
        let _ = writeln!(text, "     {line}");
    }
    text + "\n"
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

fn unknown(survey: &Surveyed, look: &Look) -> String {
    if survey.unknown.is_empty() {
        return String::new();
    }
    let style = DEFAULT_NOTE_STYLE;
    let what = count(survey.unknown.len() as u64, "package");
    let mut names: Vec<String> = survey.unknown.iter().map(crate_name).collect();
    if names.len() > MAX_NAMES && !look.verbose {
        let more = names.len() - MAX_NAMES;
        names.truncate(MAX_NAMES);
        names.push(format!("{more} more (-v shows them)"));
    }
    let width = look.width.saturating_sub(5);
    let names = wrap(&names.join(", "), width).replace('\n', "\n     ");
    format!(
        "{style}note{style:#}: nothing is known of {what} that may depend on the system: only a build can \
         tell\n     {names}\n\n"
    )
}

fn verdict(report: &Report, survey: &Surveyed, look: &Look) -> String {
    let packages = count(survey.built as u64, "package");
    let mut text = line(
        (&VERB, "Examined"),
        &format!("{packages} that would be built for WASI, without building them"),
        look,
    );
    let names: std::collections::BTreeSet<_> = survey
        .blocked
        .iter()
        .filter_map(|judged| judged.finding.package.as_ref())
        .collect();
    text.push_str(&match names.len() {
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
    if survey.fine < survey.built {
        let fine = format!("nothing speaks against {} of them", survey.fine);
        text.push_str(&line((&DEFAULT_WARNING_STYLE, "Fine"), &fine, look));
    }
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
