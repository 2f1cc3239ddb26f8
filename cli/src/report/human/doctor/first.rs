//! What to do first: the fewest commands that get the project further, in their order.

use std::collections::BTreeSet;

use wasify_lints::finding::{Finding, Level};
use wasify_lints::suggestion::Applicability;

use super::super::super::{Judged, Report, Status, run};
use super::super::lines::crate_name;
use super::super::text::{clean, count};
use super::super::{FLAG, Look};
use super::{item, machine};
use crate::ecosystem::{CheckFailure, Checkup, SettingPlace};

/// Steps that are shown.
const MAX: usize = 6;

pub(super) fn render(report: &Report, look: &Look) -> String {
    let mut steps = Vec::new();
    if let Some(checkup) = &report.checkup {
        steps.extend(tools(checkup));
        steps.extend(settings(checkup, look));
    }
    steps.extend(failed(report));
    steps.extend(packages(report));
    steps.extend(unverified(report));
    steps.extend(stale(report, look));
    if steps.is_empty() || report.status() == Status::Clean {
        let what = "build it: that shows what will fail when the program runs";
        steps.push((what.to_owned(), Some(command(report, "build", &[]))));
    }
    let mut text = String::new();
    for (at, (what, command)) in steps.iter().take(MAX).enumerate() {
        let mark = format!("{}.", at + 1);
        text.push_str(&item(&mark, &clean(what), look));
        if let Some(command) = command {
            text.push_str(&format!("     {FLAG}{}{FLAG:#}\n", clean(command)));
        }
    }
    text + "\n"
}

/// A step, and the line to paste.
type Step = (String, Option<String>);

/// A command of wasify on the project, as the user named it.
fn command(report: &Report, subcommand: &str, more: &[&str]) -> String {
    let mut words = vec!["wasify".to_owned(), subcommand.to_owned()];
    words.extend(more.iter().map(|&word| word.to_owned()));
    let named = report.checkup.iter().flat_map(|checkup| &checkup.named);
    words.extend(named.cloned());
    run::shell_line(&words)
}

fn tools(checkup: &Checkup) -> Vec<Step> {
    let sick = checkup.tools.iter().filter(|tool| tool.is_trouble());
    let remedies = sick.filter_map(|tool| tool.remedy.as_ref());
    remedies
        .map(|remedy| (remedy.title.clone(), remedy.command.clone()))
        .collect()
}

fn settings(checkup: &Checkup, look: &Look) -> Vec<Step> {
    let breaking = checkup.settings.iter().filter(|setting| setting.breaks);
    let step = |(place, what): (&SettingPlace, &str)| {
        let place = machine::place(place, look);
        (
            format!("change what breaks the link in {place}: `{what}`"),
            None,
        )
    };
    breaking
        .map(|setting| step((&setting.place, &setting.what)))
        .collect()
}

/// Where not even the graph is there.
fn failed(report: &Report) -> Option<Step> {
    let failure = report.failure.as_ref()?;
    Some(match &failure.remedy {
        Some(remedy) => (remedy.title.clone(), Some(remedy.command.clone())),
        None => (
            "mend what cargo says above, then ask again".to_owned(),
            Some(command(report, "doctor", &[])),
        ),
    })
}

/// What a check with cargo has shown that no change of flags mends.
fn unverified(report: &Report) -> Option<Step> {
    let checked = report.checkup.as_ref()?.checked.as_ref()?;
    let what = match checked.failure.as_ref()? {
        CheckFailure::Packages(packages) => {
            let packages: Vec<String> = packages.iter().map(crate_name).collect();
            format!("mend what the compiler says of {}", packages.join(", "))
        }
        CheckFailure::Cargo(_) => "mend what cargo says".to_owned(),
    };
    let again = command(report, "doctor", &["--check"]);
    Some((format!("{what}, then check again"), Some(again)))
}

/// Packages that will not build: first those that wasify can repair.
fn packages(report: &Report) -> Vec<Step> {
    let Some(survey) = &report.survey else {
        return Vec::new();
    };
    let is_error = |judged: &&Judged| judged.level == Level::Deny;
    let findings = survey.blocked.iter().filter(is_error).map(|it| &it.finding);
    let (mut safe, mut costly, mut rest) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for finding in findings {
        let list = match best(finding) {
            Applicability::Safe => &mut safe,
            Applicability::Costs => &mut costly,
            Applicability::Manual => &mut rest,
        };
        list.insert((finding.package.as_ref(), finding.rule));
    }
    let mut steps = Vec::new();
    let mut add = |what: &str, many: usize, command: String| {
        if many > 0 {
            let many = count(many as u64, "finding");
            steps.push((format!("{what} ({many})"), Some(command)));
        }
    };
    add(
        "have wasify repair what costs nothing, and build",
        safe.len(),
        command(report, "build", &["--fix"]),
    );
    add(
        "have wasify leave out what can't be had, if you can do without",
        costly.len(),
        command(report, "build", &["--fix=all"]),
    );
    let first = rest.iter().next().map_or("", |(_, rule)| rule);
    add(
        "read what can be done where no flag helps",
        rest.len(),
        format!("wasify explain {first}"),
    );
    steps
}

/// The best that wasify can do about a finding by itself.
fn best(finding: &Finding) -> Applicability {
    let does = |kind| {
        let mut all = finding.suggestions.iter();
        all.any(|suggestion| suggestion.action.is_some() && suggestion.applicability == kind)
    };
    let kinds = [Applicability::Safe, Applicability::Costs];
    let best = kinds.into_iter().find(|kind| does(*kind));
    best.unwrap_or(Applicability::Manual)
}

fn stale(report: &Report, look: &Look) -> Option<Step> {
    let stale = &report.checkup.as_ref()?.stale;
    let first = stale.first()?;
    let places: Vec<String> = stale
        .iter()
        .filter_map(|stale| stale.line)
        .map(|line| line.to_string())
        .collect();
    let file = machine::place(&SettingPlace::File(first.file.clone(), None), look);
    let lines = match &places[..] {
        [one] => format!(", line {one}"),
        some => format!(", lines {}", some.join(", ")),
    };
    Some((
        format!("drop the flags whose reason is gone: {file}{lines}"),
        None,
    ))
}
