//! What a user is told: one value, and one file for each way of writing it.
//!
//! To add a format, add a file with a function from [`Report`] to text, its own frozen structs if a
//! program reads it, and snapshots over the shared sample.

pub mod conditions;
mod entries;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod human;
pub mod json;
pub mod junit;
mod manifests;
pub mod markdown;
pub mod output;
mod places;
pub(crate) mod run;
#[cfg(test)]
pub(crate) mod sample;
pub mod sarif;
#[cfg(test)]
mod snapshots;
mod source;

use std::path::PathBuf;

use wasify_lints::facts::{Crate, Facts, Surface};
use wasify_lints::finding::{Finding, Level, Package};
use wasify_lints::fit::{Fit, Verdict};
use wasify_lints::preflight::Survey;
use wasify_lints::rule::{Outcome, Rule};
use wasify_lints::{Checked, Skipped, registry};

use crate::ecosystem::{BuildFailure, Checkup, PortInUse};
use crate::levels::{LevelSource, Levels};
use crate::ratchet::Ratchet;
use crate::settings::FlagInUse;
use crate::stub::Call;
use crate::toolchain::c::CSearch;

pub use source::Sources;

/// The path that stands for standard input, or for standard output.
pub const STDIN: &str = "-";

/// Everything a command found out. By default nothing: a command names what it looked at.
#[derive(Debug, Default)]
pub struct Report {
    /// The project, when one was built.
    pub project: Option<Project>,
    /// What was looked into, sorted by path.
    pub artifacts: Vec<Artifact>,
    /// Why something could not be built.
    pub failure: Option<BuildFailure>,
    /// The ports that the artifacts were built with.
    pub ports: Vec<PortInUse>,
    /// The other flags that they were built with.
    pub flags: Vec<FlagInUse>,
    /// What is known of the build beside what failed, worst first.
    pub of_build: Vec<Judged>,
    /// The C compilers of this machine, where a package of a project that was not built needs one.
    pub c_search: Option<CSearch>,
    /// What the dependency graph tells, where nothing was built.
    pub survey: Option<Surveyed>,
    /// The machine's tools, cargo's settings and the port's flags, where `wasify doctor` looked at them.
    pub checkup: Option<Checkup>,
    /// What to add to the command line so that findings have source lines, where the build had none.
    pub lines_with: Option<String>,
    /// How it compares with what is accepted, where that was asked for.
    pub ratchet: Option<Ratchet>,
}

/// The project that was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The root package's name, or the workspace directory's.
    pub name: String,
    /// Its root directory.
    pub root: PathBuf,
    /// What paths in reports for other programs start from; `None` for a published application, of which
    /// nothing is in a repository of the user's.
    pub repository: Option<PathBuf>,
}

impl Project {
    /// A project of the user's own, or a published one.
    #[must_use]
    pub fn new(name: String, root: PathBuf, is_published: bool) -> Project {
        Project {
            repository: (!is_published).then(|| places::repository(&root)),
            name,
            root,
        }
    }
}

/// A binary, with what it is and what is wrong with it.
#[derive(Debug)]
pub struct Artifact {
    /// The target's name, or the file's.
    pub name: String,
    /// Where it lies, as the user would write it; `-` for standard input.
    pub path: PathBuf,
    /// What is in it.
    pub binary: Binary,
    /// Findings in [`Finding::order`] of their judged levels, none at `allow`.
    pub findings: Vec<Judged>,
    /// How many findings the user's flags took out.
    pub allowed: usize,
    /// Rules that could not be decided.
    pub skipped: Vec<Skipped>,
    /// What the hosts that the user named make of it, in the order in which they are named.
    pub hosts: Vec<Fit>,
    /// What was taken out of its imports, sorted.
    pub stubbed: Vec<Call>,
    /// Whether its link succeeded. What could not be linked was looked into, and can't run.
    pub linked: bool,
}

/// What is in a binary: the part of its facts that is reported.
#[derive(Debug, Clone)]
pub struct Binary {
    /// What it shows to the outside.
    pub surface: Surface,
    /// The crates with code in it, largest first.
    pub crates: Vec<Crate>,
    /// Whether references between functions are known exactly, from the linker.
    pub exact: bool,
    /// How many functions it defines.
    pub functions: u32,
    /// How many of them an entry leads to.
    pub reachable: u32,
}

impl From<Facts<'_>> for Binary {
    fn from(facts: Facts<'_>) -> Self {
        Binary {
            surface: facts.surface,
            crates: facts.crates,
            exact: facts.exact,
            functions: facts.functions,
            reachable: facts.reachable,
        }
    }
}

/// What the dependency graph tells of the packages that are built for the target.
#[derive(Debug)]
pub struct Surveyed {
    /// Packages that will not build, worst first, none at `allow`.
    pub blocked: Vec<Judged>,
    /// Packages that build, and of which something does not work at run time.
    pub limited: Vec<Judged>,
    /// How many findings the user's flags took out.
    pub allowed: usize,
    /// Packages that use the system, and of which nothing is known.
    pub unknown: Vec<Package>,
    /// How many packages nothing speaks against.
    pub fine: usize,
    /// How many packages are built for the target.
    pub built: usize,
}

impl Surveyed {
    /// Judges what the survey gave.
    #[must_use]
    pub fn new(survey: Survey, levels: &Levels) -> Surveyed {
        let fine = survey.fine();
        let all = survey.blocked.len() + survey.limited.len();
        let blocked = judged(survey.blocked, levels);
        let limited = judged(survey.limited, levels);
        Surveyed {
            allowed: all - blocked.len() - limited.len(),
            blocked,
            limited,
            unknown: survey.unknown,
            fine,
            built: survey.built,
        }
    }
}

/// A finding and the level it has here.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The finding. Its own level is the one before the user's flags.
    pub finding: Finding,
    /// The rule that found it.
    pub rule: Option<&'static Rule>,
    /// The level that counts.
    pub level: Level,
    /// What decided the level.
    pub because: LevelSource,
    /// Whether a baseline accepts it.
    pub accepted: bool,
}

/// How a run ended, when wasify could do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Nothing at deny level, or nothing worse than the baseline that it was compared with; and no host that was
    /// asked for is known to be unable to run it.
    Clean,
    /// Something at deny level or worse than the baseline, a host that can't run it, or a project that does not build.
    Found,
}

impl Status {
    /// The process's exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Status::Clean => 0,
            Status::Found => 1,
        }
    }
}

/// How many findings there are of each level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// At deny level; a build that failed is not counted here.
    pub deny: usize,
    /// At warn level.
    pub warn: usize,
    /// At note level.
    pub note: usize,
    /// Taken out by the user's flags.
    pub allowed: usize,
    /// In the baseline, and not counted above.
    pub accepted: usize,
}

impl Artifact {
    /// Judges what checking gave.
    #[must_use]
    pub fn new(
        name: String,
        path: PathBuf,
        binary: Binary,
        checked: Checked,
        levels: &Levels,
    ) -> Self {
        let all = checked.findings.len();
        let mut findings: Vec<Judged> = checked
            .findings
            .into_iter()
            .map(|finding| judge(finding, levels))
            .filter(|judged| judged.level > Level::Allow)
            .collect();
        // Stable: what `Finding::order` put in order stays so within a level.
        findings.sort_by_key(|judged| std::cmp::Reverse(judged.level));
        let allowed = all - findings.len();
        Artifact {
            name,
            path,
            binary,
            findings,
            allowed,
            skipped: checked.skipped,
            hosts: Vec::new(),
            stubbed: Vec::new(),
            linked: true,
        }
    }

    /// The same with what hosts make of it.
    #[must_use]
    pub fn with_hosts(self, hosts: Vec<Fit>) -> Self {
        Artifact { hosts, ..self }
    }

    /// The same with what was taken out of its imports.
    #[must_use]
    pub fn with_stubbed(self, stubbed: Vec<Call>) -> Self {
        Artifact { stubbed, ..self }
    }

    /// The same as something whose link failed, and that no host will see.
    #[must_use]
    pub fn unlinked(self) -> Self {
        Artifact {
            hosts: Vec::new(),
            linked: false,
            ..self
        }
    }
}

impl Artifact {
    /// The command that runs it; `None` for what can't be run by itself, or is refused by hosts.
    #[must_use]
    pub fn run_command(&self) -> Option<Vec<String>> {
        if !self.linked || self.is_refused() {
            return None;
        }
        run::run_command(&self.binary.surface, &self.path)
    }

    /// The command that starts it on a host; `None` when the host isn't started by one, can't run it, or
    /// the file has no path.
    #[must_use]
    pub fn command_on(&self, fit: &Fit) -> Option<Vec<String>> {
        let path = self.path.to_str().filter(|path| *path != STDIN)?;
        let mut words = fit.command()?;
        // `spin up` and the like read a manifest that names the file.
        if fit.host.told_in.is_none() {
            words.push(path.to_owned());
        }
        Some(words)
    }

    /// Whether something was found that keeps hosts from loading it.
    fn is_refused(&self) -> bool {
        let outcomes = self.findings.iter().filter_map(|judged| judged.rule);
        outcomes
            .into_iter()
            .any(|rule| rule.outcome == Outcome::NotLoaded)
    }
}

/// Judges findings that are about no artifact; those at `allow` are left out.
#[must_use]
pub fn judged(findings: Vec<Finding>, levels: &Levels) -> Vec<Judged> {
    let mut judged: Vec<Judged> = findings
        .into_iter()
        .map(|finding| judge(finding, levels))
        .filter(|judged| judged.level > Level::Allow)
        .collect();
    judged.sort_by_key(|judged| std::cmp::Reverse(judged.level));
    judged
}

fn judge(finding: Finding, levels: &Levels) -> Judged {
    let rule = registry::rule(finding.rule).ok().flatten();
    let (level, because) = levels.judge(&finding, rule.map(|rule| rule.group.as_str()));
    Judged {
        finding,
        rule,
        level,
        because,
        accepted: false,
    }
}

impl Report {
    /// The report on a file of which nothing else is known.
    #[must_use]
    pub fn of_file(artifact: Artifact) -> Report {
        Report {
            artifacts: vec![artifact],
            ..Report::default()
        }
    }

    /// How many findings there are.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        let surveyed = self.survey.iter();
        let surveyed = surveyed.flat_map(|survey| survey.blocked.iter().chain(&survey.limited));
        let of_artifacts = self
            .artifacts
            .iter()
            .flat_map(|artifact| &artifact.findings);
        for judged in surveyed.chain(&self.of_build).chain(of_artifacts) {
            if judged.accepted {
                counts.accepted += 1;
                continue;
            }
            match judged.level {
                Level::Deny => counts.deny += 1,
                Level::Warn => counts.warn += 1,
                Level::Note => counts.note += 1,
                Level::Allow => counts.allowed += 1,
            }
        }
        let allowed = self.artifacts.iter().map(|artifact| artifact.allowed);
        counts.allowed += allowed.sum::<usize>();
        counts.allowed += self.survey.as_ref().map_or(0, |survey| survey.allowed);
        counts
    }

    /// How the run ended: the only place that decides it.
    #[must_use]
    pub fn status(&self) -> Status {
        let mut fits = self.artifacts.iter().flat_map(|artifact| &artifact.hosts);
        let refused = fits.any(|fit| fit.verdict == Verdict::Refused);
        let wrong = match &self.ratchet {
            Some(ratchet) => !ratchet.worse.is_empty(),
            None => self.counts().deny > 0,
        };
        let sick = self.checkup.as_ref().is_some_and(Checkup::is_trouble);
        if self.failure.is_some() || wrong || refused || sick {
            Status::Found
        } else {
            Status::Clean
        }
    }
}
