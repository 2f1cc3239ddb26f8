//! What a report has to say, one entry for each thing that is wrong: what the formats for other programs
//! show. What several artifacts have in common is one entry, and a build or a host that failed is one too.

mod checkup;

use std::borrow::Cow;
use std::hash::Hasher as _;
use std::path::Path;

use siphasher::sip128::{Hasher128 as _, SipHasher13};
use wasify_lints::explain::BUILD_FAILED;
use wasify_lints::finding::{Finding, Level};
use wasify_lints::fit::{Fit, Obstacle, Verdict};
use wasify_lints::registry;
use wasify_lints::rule::{Outcome, Rule};
use wasify_lints::suggestion::{Applicability, Kind, Suggestion};

use super::conditions::{self, REFUSED, SETTING, STALE_FLAG, TOOL, WORSE};
use super::human::{clean, count, crate_name, goes, row, when};
use super::places::{Place, Places};
use super::{Artifact, Judged, Report, Sources};
use crate::ecosystem::{BuildFailure, FailedPackage, Remedy};
use crate::ratchet::{Change, What};

/// One thing that is wrong.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// What was found.
    pub(super) finding: Cow<'a, Finding>,
    /// The rule that found it, where one did.
    pub(super) rule: Option<&'static Rule>,
    /// The level that counts.
    pub(super) level: Level,
    /// The first error of a package that can't be built.
    pub(super) error: Option<String>,
    /// Whether a baseline accepts it.
    pub(super) accepted: bool,
    /// Whether it is about a build that failed.
    pub(super) of_failure: bool,
    /// The artifacts that it is about.
    pub(super) artifacts: Vec<&'a Artifact>,
    /// Whether there are others, so that it has to be said which these are.
    among_others: bool,
    /// Where it is shown.
    pub(super) place: Option<Place>,
    /// The same in every run in which the finding is the same, wherever its line has moved to.
    pub(super) fingerprint: String,
}

/// What there is to tell, worst first: all entries but those that a baseline accepts.
pub(super) fn entries<'a>(report: &'a Report, places: &Places) -> Vec<Entry<'a>> {
    let mut entries = all_entries(report, places);
    entries.retain(|entry| !entry.accepted);
    entries
}

/// All entries, worst first.
pub(super) fn all_entries<'a>(report: &'a Report, places: &Places) -> Vec<Entry<'a>> {
    let mut all: Vec<Entry<'a>> = Vec::new();
    let mut add = |new: Entry<'a>| {
        let same = |old: &&mut Entry<'a>| {
            let (a, b) = (&old.finding, &new.finding);
            (a.rule, &a.package, &a.location, &a.message)
                == (b.rule, &b.package, &b.location, &b.message)
                && (old.level, old.accepted) == (new.level, new.accepted)
        };
        match all.iter_mut().find(same) {
            Some(old) => old.artifacts.extend(new.artifacts),
            None => all.push(new),
        }
    };
    if let Some(failure) = &report.failure {
        failed(failure).into_iter().for_each(&mut add);
    }
    let checkup = report.checkup.iter();
    let root = report.project.as_ref().map_or(Path::new(""), |it| &it.root);
    let seen = checkup.flat_map(|checkup| checkup::entries(checkup, root));
    seen.for_each(&mut add);
    let survey = report.survey.iter();
    let surveyed = survey.flat_map(|survey| survey.blocked.iter().chain(&survey.limited));
    report
        .of_build
        .iter()
        .chain(surveyed)
        .for_each(|found| add(judged(found, None)));
    let worse = report.ratchet.iter().flat_map(|ratchet| &ratchet.worse);
    worse
        .filter_map(|change| worsened(report, change))
        .for_each(&mut add);
    for artifact in &report.artifacts {
        let refusing = artifact.hosts.iter();
        let refusing = refusing.filter(|fit| fit.verdict == Verdict::Refused);
        refusing.for_each(|fit| add(refused(artifact, fit)));
        let found = artifact.findings.iter();
        found.for_each(|found| add(judged(found, Some(artifact))));
    }
    // Stable: within a level the order stays.
    all.sort_by_key(|entry| std::cmp::Reverse(entry.level));
    for entry in &mut all {
        entry.place = places.of(&entry.finding, entry.artifacts.first().copied());
        entry.among_others = report.artifacts.len() > 1;
    }
    number(&mut all);
    all
}

/// Gives every entry its fingerprint. Of those that would have the same, the first keeps it.
fn number(entries: &mut [Entry<'_>]) {
    let mut seen = std::collections::BTreeMap::new();
    for entry in entries {
        let package = entry.finding.package.as_ref();
        let file = entry.place.as_ref().map_or("", |place| place.file.as_str());
        let mut hasher = SipHasher13::new();
        let package = package.map_or("", |package| package.name.as_str());
        // Hosts, tools and flags are told apart by the message alone.
        let message = match entry.finding.rule {
            REFUSED | WORSE | TOOL | SETTING | STALE_FLAG => entry.finding.message.as_str(),
            _ => "",
        };
        for part in [entry.finding.rule, package, file, message] {
            hasher.write(part.as_bytes());
            hasher.write_u8(0);
        }
        let hash = hasher.finish128().as_u128();
        let times: &mut u32 = seen.entry(hash).or_default();
        entry.fingerprint = match *times {
            0 => format!("{hash:032x}"),
            more => format!("{hash:032x}-{more}"),
        };
        *times += 1;
    }
}

fn judged<'a>(judged: &'a Judged, artifact: Option<&'a Artifact>) -> Entry<'a> {
    Entry {
        rule: judged.rule,
        level: judged.level,
        accepted: judged.accepted,
        artifacts: artifact.into_iter().collect(),
        ..plain(Cow::Borrowed(&judged.finding))
    }
}

fn plain(finding: Cow<'_, Finding>) -> Entry<'_> {
    Entry {
        rule: registry::rule(finding.rule).ok().flatten(),
        level: Level::Deny,
        finding,
        error: None,
        accepted: false,
        of_failure: false,
        artifacts: Vec::new(),
        among_others: false,
        place: None,
        fingerprint: String::new(),
    }
}

/// Each package that failed or would have, or the build itself where no package is to blame.
fn failed(failure: &BuildFailure) -> Vec<Entry<'_>> {
    let mut all: Vec<Entry<'_>> = failure.packages.iter().map(package).collect();
    if all.is_empty() {
        all.push(plain(Cow::Owned(Finding {
            message: failure.message.clone(),
            effect: "the project can't be built for this target".to_owned(),
            suggestions: failure.remedy.iter().map(remedy).collect(),
            ..Finding::bare(BUILD_FAILED, Level::Deny)
        })));
    }
    all.extend(failure.foreseen.iter().map(|finding| {
        let mut finding = finding.clone();
        let note = "the build did not come to it, because others failed before".to_owned();
        finding.notes.push(note);
        plain(Cow::Owned(finding))
    }));
    for entry in &mut all {
        entry.of_failure = true;
    }
    all
}

fn package(failed: &FailedPackage) -> Entry<'_> {
    let error = failed.failure.first().map(|error| {
        let mut lines = error.message.lines().filter(|line| !line.trim().is_empty());
        let line = lines.next().unwrap_or_default().trim();
        match &error.code {
            Some(code) => format!("[{code}] {line}"),
            None => line.to_owned(),
        }
    });
    Entry {
        error,
        ..plain(Cow::Borrowed(&failed.explained.finding))
    }
}

fn suggestion(title: &str, flag: Option<String>) -> Suggestion {
    Suggestion {
        title: title.to_owned(),
        applicability: Applicability::Manual,
        kind: Kind::Tool,
        flag,
        action: None,
        verified: false,
    }
}

fn remedy(remedy: &Remedy) -> Suggestion {
    suggestion(&remedy.title, Some(remedy.command.clone()))
}

/// A suggestion in one line.
fn written(help: &Suggestion) -> String {
    let mut text = help.title.clone();
    if let Some(flag) = &help.flag {
        text.push_str(&format!(": {flag}"));
        if let Some(goes) = goes(help.kind) {
            text.push_str(&format!(" ({goes})"));
        }
    }
    text
}

/// What is worse than the baseline and is no finding, which has an entry of its own.
fn worsened<'a>(report: &'a Report, change: &Change) -> Option<Entry<'a>> {
    let message = match &change.what {
        What::Finding { .. } | What::Level { .. } => return None,
        What::Import(name) => format!("imports {name}, which the baseline has not"),
        What::Wasi { .. } => format!("needs a higher WASI version: {}", change.what),
        What::Size { .. } => format!("is larger than the baseline lets it be: {}", change.what),
    };
    let mut artifacts = report.artifacts.iter();
    let artifact = artifacts.find(|artifact| Some(&artifact.name) == change.artifact.as_ref())?;
    let accept = "accept it, where it is meant";
    let flag = Some("wasify build --write-baseline".to_owned());
    Some(Entry {
        artifacts: vec![artifact],
        ..plain(Cow::Owned(Finding {
            message: format!("`{}` {message}", artifact.name),
            effect: "hosts that ran it may not, or run it slower".to_owned(),
            suggestions: vec![suggestion(accept, flag)],
            ..Finding::bare(WORSE, Level::Deny)
        }))
    })
}

/// A host that can't run an artifact, by the worst of what is in the way.
fn refused<'a>(artifact: &'a Artifact, fit: &Fit) -> Entry<'a> {
    let host = &fit.host.title;
    let worst: Option<&Obstacle> = fit.obstacles.first();
    let why = worst.map(
        |worst| match worst.message.strip_prefix(&format!("{host} ")) {
            Some(rest) => format!(": it {rest}"),
            None => format!(": {}", worst.message),
        },
    );
    let why = why.unwrap_or_default();
    let finding = Finding {
        message: format!("{host} can't run `{}`{why}", artifact.name),
        effect: "the host refuses the file, or the program can't start there".to_owned(),
        package: worst.and_then(|worst| worst.package.clone()),
        location: worst.and_then(|worst| worst.location.clone()),
        call_path: worst
            .map(|worst| worst.call_path.clone())
            .unwrap_or_default(),
        suggestions: worst
            .iter()
            .flat_map(|worst| &worst.helps)
            .map(|help| suggestion(help, None))
            .collect(),
        ..Finding::bare(REFUSED, Level::Deny)
    };
    Entry {
        artifacts: vec![artifact],
        ..plain(Cow::Owned(finding))
    }
}

impl Entry<'_> {
    /// What is wrong, in one line.
    pub(super) fn message(&self) -> String {
        let mut lines = self.finding.message.lines();
        clean(lines.next().unwrap_or_default())
    }

    /// What else is known of it, with a label each, in plain text.
    pub(super) fn details(&self) -> Vec<(&'static str, String)> {
        let finding = &self.finding;
        let said = finding.message.lines().skip(1).map(str::to_owned);
        let mut details: Vec<(&'static str, String)> = said.map(|line| ("cargo", line)).collect();
        details.extend(self.error.clone().map(|error| ("error", error)));
        details.extend(
            finding
                .package
                .as_ref()
                .map(|one| ("crate", crate_name(one))),
        );
        details.extend(self.elsewhere().map(|at| ("at", at)));
        details.extend(self.path().map(|path| ("path", path)));
        details.push(("effect", finding.effect.clone()));
        let not_loaded = self
            .rule
            .is_none_or(|rule| rule.outcome == Outcome::NotLoaded);
        details.extend(when(finding, not_loaded).map(|when| ("when", when.to_owned())));
        if self.among_others && !self.artifacts.is_empty() {
            details.push(("in", self.names().join(", ")));
        }
        if finding.more_places > 0 {
            let more = count(finding.more_places.into(), "more place");
            details.push(("note", format!("the same from {more} of this crate")));
        }
        details.extend(finding.notes.iter().map(|note| ("note", note.clone())));
        details.extend(
            finding
                .suggestions
                .iter()
                .map(|help| ("help", written(help))),
        );
        if self.has_page() {
            details.push(("see", format!("wasify explain {}", finding.rule)));
        }
        for (_, text) in &mut details {
            *text = clean(text);
        }
        details
    }

    /// The names of its artifacts.
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.artifacts.iter();
        names.map(|artifact| clean(&artifact.name)).collect()
    }

    /// Its source line, where that is not what it is shown at.
    fn elsewhere(&self) -> Option<String> {
        let location = self.finding.location.as_ref()?;
        let file = Sources::default().shown(&location.file);
        let shown = self.place.as_ref().is_some_and(|place| place.is_source);
        (!shown).then(|| match location.line {
            Some(line) => format!("{file}:{line}"),
            None => file,
        })
    }

    /// Whether `wasify explain` knows its rule.
    pub(super) fn has_page(&self) -> bool {
        self.rule.is_some() || conditions::condition(self.finding.rule).is_some()
    }

    /// How it is come to: by dependencies, or by calls.
    fn path(&self) -> Option<String> {
        let steps = &self.finding.dependency_path;
        if steps.len() > 1 {
            let steps = steps.iter().map(|step| match &step.features[..] {
                [] => crate_name(&step.package),
                features => format!("{} ({})", crate_name(&step.package), features.join(", ")),
            });
            return Some(steps.collect::<Vec<_>>().join(" > "));
        }
        let calls = &self.finding.call_path;
        (calls.len() > 1).then(|| row(calls, usize::MAX))
    }

    /// The name of the rule with the crate.
    pub(super) fn title(&self) -> String {
        match &self.finding.package {
            Some(package) => format!("{}: {}", self.finding.rule, crate_name(package)),
            None => self.finding.rule.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Status, sample};
    use super::*;

    #[test]
    fn several_artifacts_share_an_entry() {
        let report = sample::several();
        let entries = entries(&report, &Places::new(&report));
        let walker = entries.iter().find(|entry| entry.artifacts.len() == 2);
        assert_eq!(walker.unwrap().finding.rule, "ignore-parallel-walker");
        assert_eq!(entries.len(), 4);
    }

    #[test]
    fn a_moved_line_keeps_its_fingerprint() {
        let prints = |line: u32| {
            let mut report = sample::found();
            for judged in &mut report.artifacts[0].findings {
                if let Some(location) = &mut judged.finding.location {
                    location.line = Some(line);
                }
            }
            let entries = entries(&report, &Places::new(&report));
            entries
                .into_iter()
                .map(|entry| entry.fingerprint)
                .collect::<Vec<_>>()
        };
        let first = prints(3);
        assert_eq!(first, prints(4));
        let all: std::collections::BTreeSet<_> = first.iter().collect();
        assert_eq!(all.len(), first.len());
    }

    #[test]
    fn what_cargo_says_keeps_its_lines() {
        let mut report = sample::not_started();
        let failure = report.failure.as_mut().unwrap();
        failure.message = "no version\nrequired by x\n".to_owned();
        let entries = entries(&report, &Places::new(&report));
        assert_eq!(entries[0].message(), "no version");
        let first = entries[0].details().into_iter().next();
        assert_eq!(first, Some(("cargo", "required by x".to_owned())));
    }

    #[test]
    fn what_makes_a_run_fail_is_an_entry() {
        for report in [
            sample::failed(),
            sample::not_started(),
            sample::hosts(),
            sample::surveyed(),
        ] {
            let entries = entries(&report, &Places::new(&report));
            assert!(entries.iter().any(|entry| entry.level == Level::Deny));
        }
        // Nothing but the machine is to blame.
        let mut sick = sample::surveyed();
        let survey = sick.survey.as_mut().unwrap();
        survey.blocked.clear();
        survey.limited.clear();
        assert_eq!(sick.status(), Status::Found);
        let all = entries(&sick, &Places::new(&sick));
        assert!(all.iter().any(|entry| entry.level == Level::Deny));
        assert!(all.iter().all(Entry::has_page));
        let clean = sample::clean();
        assert!(entries(&clean, &Places::new(&clean)).is_empty());
    }
}
