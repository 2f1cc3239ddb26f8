//! Many projects as one: the reports of a fleet, or of the members of a large workspace, put together.

mod read;
mod units;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ecosystem::trouble::Trouble;
use crate::report::json::v1;

pub use read::read;
pub use units::{Partition, Unit, units};

/// The name of the format.
pub const SCHEMA: &str = "wasify-fleet/1";

/// The reports on several projects: `wasify-fleet/1`. Frozen as `wasify-report/1` is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "wasify-fleet/1")]
pub struct Fleet {
    /// The name of this format: always `wasify-fleet/1`.
    #[schemars(extend("const" = "wasify-fleet/1"))]
    pub schema: String,
    /// The version of wasify that wrote it.
    pub wasify: String,
    /// The part of the projects that was looked at, `2/8`; null for all.
    pub partition: Option<String>,
    /// The projects, worst first.
    pub projects: Vec<Project>,
}

/// A project of a fleet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// Its root directory, on the machine that looked at it.
    pub root: String,
    /// What was found; null when it could not be looked at.
    pub report: Option<v1::Report>,
    /// Why it could not be looked at.
    pub error: Option<String>,
}

/// How a project does, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It could not be looked at.
    Unknown,
    /// It does not build, or is known not to.
    NotBuilt,
    /// Ordinary use breaks.
    Broken,
    /// A host that was asked for can't run it.
    Refused,
    /// It is worse than its baseline.
    Worse,
    /// Some uses break.
    Limited,
    /// Nothing is known against it.
    Clean,
}

impl Verdict {
    /// For people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Unknown => "not looked at",
            Verdict::NotBuilt => "does not build",
            Verdict::Broken => "breaks in ordinary use",
            Verdict::Refused => "refused by a host",
            Verdict::Worse => "worse than its baseline",
            Verdict::Limited => "breaks in some uses",
            Verdict::Clean => "nothing known against it",
        }
    }
}

impl Project {
    /// The project of a report; a file that was inspected is one by itself.
    #[must_use]
    pub fn of(report: v1::Report) -> Project {
        let (name, root) = match (&report.project, report.artifacts.first()) {
            (Some(project), _) => (project.name.clone(), project.root.clone()),
            (None, Some(artifact)) => (artifact.name.clone(), artifact.path.clone()),
            (None, None) => (String::new(), String::new()),
        };
        Project {
            name,
            root,
            report: Some(report),
            error: None,
        }
    }

    /// How it does.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let Some(report) = &self.report else {
            return Verdict::Unknown;
        };
        let worse = report.ratchet.as_ref();
        let worse = worse.is_some_and(|ratchet| !ratchet.worse.is_empty());
        // A look without a build ends so for tools and settings, too.
        let blocked = report.survey.is_some() && report.exit_code > 0;
        if report.build.is_some() || blocked {
            Verdict::NotBuilt
        } else if report.summary.deny > 0 {
            Verdict::Broken
        } else if worse {
            Verdict::Worse
        } else if report.exit_code > 0 {
            Verdict::Refused
        } else if report.summary.warn > 0 {
            Verdict::Limited
        } else {
            Verdict::Clean
        }
    }

    /// The findings that count, by rule, with how often each is there: the worst first.
    #[must_use]
    pub fn worst(&self) -> Vec<(&str, usize)> {
        let mut rules: BTreeMap<&str, (Reverse<bool>, usize)> = BTreeMap::new();
        let findings = self.report.iter().flat_map(|report| &report.findings);
        for finding in findings.filter(|finding| !finding.accepted) {
            let deny = match finding.level {
                v1::Level::Deny => true,
                v1::Level::Warn => false,
                v1::Level::Note => continue,
            };
            let rule = rules.entry(&finding.rule).or_insert((Reverse(deny), 0));
            rule.0 = rule.0.min(Reverse(deny));
            rule.1 += 1;
        }
        let mut rules: Vec<_> = rules.into_iter().collect();
        rules.sort_by_key(|(_, (deny, times))| (*deny, Reverse(*times)));
        rules
            .into_iter()
            .map(|(rule, (_, times))| (rule, times))
            .collect()
    }

    fn counts(&self) -> (usize, usize) {
        let summary = self.report.as_ref().map(|report| &report.summary);
        summary.map_or((0, 0), |summary| (summary.deny, summary.warn))
    }
}

impl Fleet {
    /// Projects, sorted: the worst first.
    #[must_use]
    pub fn new(mut projects: Vec<Project>, partition: Option<String>) -> Fleet {
        projects.sort_by(|a, b| {
            let key = |project: &Project| {
                let (deny, warn) = project.counts();
                (project.verdict(), Reverse(deny), Reverse(warn))
            };
            let names = || (&a.name, &a.root).cmp(&(&b.name, &b.root));
            key(a).cmp(&key(b)).then_with(names)
        });
        Fleet {
            schema: SCHEMA.to_owned(),
            wasify: env!("CARGO_PKG_VERSION").to_owned(),
            partition,
            projects,
        }
    }

    /// Whether a project was found to be wrong, or could not be looked at.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        let wrong = |project: &Project| match &project.report {
            Some(report) => report.exit_code > 0,
            None => true,
        };
        self.projects.iter().any(wrong)
    }

    /// The JSON schema of what [`render`] writes.
    #[must_use]
    pub fn json_schema() -> schemars::Schema {
        schemars::schema_for!(Fleet)
    }
}

/// Writes a fleet as one JSON document with a final newline.
///
/// # Errors
/// None that a fleet can cause; the writer's type asks for it.
pub fn render(fleet: &Fleet) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(fleet)?;
    text.push('\n');
    Ok(text)
}

/// Puts the projects of several files together. A project that is in two of them has to be the same in both.
///
/// # Errors
/// A [`Trouble`]: two files say different things of one project.
pub fn merge(files: Vec<(PathBuf, Vec<Project>)>) -> Result<Fleet, Trouble> {
    let mut known: BTreeMap<(String, String), (PathBuf, Project)> = BTreeMap::new();
    for (file, projects) in files {
        for project in projects {
            let key = (project.name.clone(), project.root.clone());
            match known.get(&key) {
                Some((_, same)) if *same == project => {}
                Some((first, _)) => return Err(conflict(first, &file, &project)),
                None => {
                    known.insert(key, (file.clone(), project));
                }
            }
        }
    }
    let projects = known.into_values().map(|(_, project)| project);
    Ok(Fleet::new(projects.collect(), None))
}

fn conflict(first: &Path, second: &Path, project: &Project) -> Trouble {
    let (first, second) = (first.display(), second.display());
    Trouble::new(format!(
        "`{first}` and `{second}` say different things of `{}` in `{}`",
        project.name, project.root
    ))
    .help("leave out the one that is older, or of another profile")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Report, json, sample};

    #[test]
    fn what_the_machine_lacks_is_no_refusal_by_a_host() {
        let mut sick = sample::surveyed();
        let survey = sick.survey.as_mut().unwrap();
        survey.blocked.clear();
        survey.limited.clear();
        let verdict = |report: &Report| Project::of(json::document(report)).verdict();
        assert_eq!(verdict(&sick), Verdict::NotBuilt);
        assert_eq!(verdict(&sample::healthy()), Verdict::Clean);
        assert_eq!(verdict(&sample::hosts()), Verdict::Refused);
    }
}
