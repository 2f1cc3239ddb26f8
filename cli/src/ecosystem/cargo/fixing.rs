//! `--fix`: flags and versions are changed and the project is built again, until it stands or nothing is
//! left to try.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Context as _;
use cargo_metadata::Metadata;
use wasify_lints::finding::Finding;
use wasify_lints::suggestion::Action;

use super::graph::Unresolved;
use super::job::Job;
use super::{failure, is_offline, metadata, native, published};
use crate::ecosystem::{BuildRequest, Built};
use crate::events::Events;
use crate::execute::surroundings::Surroundings;
use crate::execute::{self};
use crate::fix::choose::{self, Change, Reach};
use crate::fix::journal::Journal;
use crate::settings::{self, FeatureFlags, Flags, OpenFlag, PortFlag, RustFlag, UpdateFlag};
use crate::toolchain::{self, Missing, c};

/// Builds at most. Each has to bring something new, so this is never reached by going forward.
const MAX_BUILDS: usize = 12;

/// What `--fix` came to.
#[derive(Debug)]
pub struct Fixed {
    /// The last build.
    pub built: Built,
    /// What was done, in order.
    pub changes: Vec<Change>,
    /// Where the flags were written; `None` when nothing was.
    pub settings: Option<PathBuf>,
}

/// What is seen of a build that stands: the findings in its artifacts.
pub type Look<'l> = dyn FnMut(&Built) -> anyhow::Result<Vec<Finding>> + 'l;

/// Builds what the request asks for, and changes flags until it stands.
///
/// # Errors
/// As [`build`](super::build); or a change can't be written. The project is then as it was.
pub fn fix(
    around: &Surroundings,
    request: &BuildRequest,
    reach: Reach,
    events: &dyn Events,
    look: &mut Look<'_>,
) -> anyhow::Result<Fixed> {
    let mut job = Job::for_fixing(around, request, events)?;
    job.check_paths()?;
    let offline = is_offline(request);
    let cwd = &job.place.cwd;
    let target = toolchain::ensure_target(around, cwd, request.no_install, offline, events);
    if target.is_err_and(|error| error.is::<Missing>()) {
        // Nothing that is changed in the project would help.
        return Ok(Fixed {
            built: super::build(around, request, events)?,
            changes: Vec::new(),
            settings: None,
        });
    }
    let metadata = metadata(around, &job.place)?;
    if job.is_published {
        let has_programs = published::check_builds_something(request, &metadata)?;
        job.request.all_bins &= has_programs;
    }
    // The lock file may be what has to change.
    job.request.locked = false;
    let root = metadata.workspace_root.as_std_path();
    let home = around
        .wasify_home()
        .context("failed to find wasify's directory")?;
    let journal = Journal::begin(&home, &root.join("Cargo.lock"))?;
    job.c_compiler = native::compiler(around, &job.place, root);
    let mut fixing = Fixing {
        before: job.flags.clone(),
        job,
        reach,
        events,
        tried: BTreeSet::new(),
        changes: Vec::new(),
        at_first: None,
    };
    match fixing.rounds(&metadata, look) {
        Ok(built) => fixing.finish(built, journal),
        Err(error) => {
            journal.roll_back()?;
            Err(error)
        }
    }
}

struct Fixing<'a, 'e> {
    job: Job<'a>,
    before: Flags,
    reach: Reach,
    events: &'e dyn Events,
    /// Keys of the actions that were taken.
    tried: BTreeSet<String>,
    changes: Vec<Change>,
    /// How many packages were in the way before anything was changed.
    at_first: Option<usize>,
}

impl Fixing<'_, '_> {
    fn rounds(&mut self, metadata: &Metadata, look: &mut Look<'_>) -> anyhow::Result<Built> {
        for _ in 0..MAX_BUILDS {
            // What can be known without a build is changed first.
            while let Some(found) = self.foreseen()? {
                if !self.apply(&found)? {
                    break;
                }
            }
            self.job.prepare_crates()?;
            let built = self.job.run(metadata, self.events)?;
            let found = match &built.failure {
                Some(failure) => {
                    let failed = failure
                        .packages
                        .iter()
                        .map(|failed| failed.explained.finding.clone());
                    failed.chain(failure.foreseen.iter().cloned()).collect()
                }
                None => look(&built)?,
            };
            if !self.apply(&found)? {
                return Ok(built);
            }
        }
        self.job.prepare_crates()?;
        self.job.run(metadata, self.events)
    }

    /// The packages that the graph says will not build. `None` when cargo can't tell the graph.
    fn foreseen(&mut self) -> anyhow::Result<Option<Vec<Finding>>> {
        let known = match self.job.known() {
            Ok(known) => known,
            Err(error) => {
                let unresolved: Unresolved = error.downcast()?;
                return Ok(self.resolve(unresolved)?.then(Vec::new));
            }
        };
        let blocked = super::survey(&known)?.blocked;
        self.at_first.get_or_insert(blocked.len());
        Ok(Some(blocked))
    }

    /// Locks another version of a package that the registry doesn't offer. Whether there is a graph now.
    fn resolve(&mut self, unresolved: Unresolved) -> anyhow::Result<bool> {
        let failure = failure::before_anything(unresolved.message);
        let Some(remedy) = failure.remedy else {
            return Ok(false);
        };
        let words: Vec<String> = remedy.command.split(' ').map(str::to_owned).collect();
        let change = Change {
            action: Action::Run(words),
            rule: wasify_lints::explain::BUILD_FAILED,
            title: remedy.title,
            flag: Some(remedy.command),
        };
        self.take(change)?;
        Ok(self.job.known().is_ok())
    }

    /// Carries out what these findings suggest. Whether anything was changed.
    fn apply(&mut self, findings: &[Finding]) -> anyhow::Result<bool> {
        let changes = choose::changes(findings.iter(), self.reach, &self.tried);
        let mut changed = false;
        for change in changes {
            changed |= self.take(change)?;
        }
        Ok(changed)
    }

    fn take(&mut self, change: Change) -> anyhow::Result<bool> {
        if !self.tried.insert(choose::key(&change.action)) {
            return Ok(false);
        }
        let done = self.carry_out(&change)?;
        if done {
            self.events.status("Fixing", &change.in_short());
            self.changes.push(change);
        }
        Ok(done)
    }

    fn carry_out(&mut self, change: &Change) -> anyhow::Result<bool> {
        let rule = change.rule.to_owned();
        let flags = &mut self.job.flags;
        match &change.action {
            Action::Features { features, .. } => {
                flags.features = Some(FeatureFlags {
                    only: features.clone(),
                    r#for: rule,
                    costs: Some(change.title.clone()),
                });
            }
            Action::Rustflag(flag) => flags.rustflags.push(RustFlag {
                flag: flag.clone(),
                r#for: rule,
            }),
            Action::Open { package, features } => flags.open.push(OpenFlag {
                name: package.clone(),
                features: features.clone(),
                r#for: rule,
            }),
            Action::Port(name) => flags.ports.push(PortFlag {
                name: name.clone(),
                r#for: rule,
            }),
            Action::Update { package, from, to } => {
                let spec = match from {
                    Some(from) => format!("{package}@{from}"),
                    None => package.clone(),
                };
                if !self.cargo(&["update", &spec, "--precise", to])? {
                    return Ok(false);
                }
                self.job.flags.updates.push(UpdateFlag {
                    name: package.clone(),
                    from: from.clone(),
                    to: to.clone(),
                    r#for: rule,
                });
            }
            Action::Install(_) => {
                let offline = is_offline(&self.job.request);
                let cwd = &self.job.place.cwd;
                let compiler = c::install(self.job.around, cwd, offline, self.events)?;
                self.job.c_compiler = Some(compiler);
            }
            Action::Run(words) => {
                let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
                return self.cargo(&words);
            }
            Action::Target(_) | Action::Manifest { .. } | Action::Env { .. } => return Ok(false),
        }
        Ok(true)
    }

    /// Runs cargo on the project. Whether it did what it was asked.
    fn cargo(&self, words: &[&str]) -> anyhow::Result<bool> {
        let place = &self.job.place;
        let mut cargo = self.job.around.cargo().cwd(&place.cwd);
        cargo = cargo.args(words.iter().copied());
        if let Some(manifest) = &place.manifest {
            cargo = cargo.arg("--manifest-path").arg(manifest);
        }
        if is_offline(&self.job.request) {
            cargo = cargo.arg("--offline");
        }
        Ok(execute::capture(&cargo)?.status.success())
    }

    /// Keeps what helped: all of it when the project stands or less is in the way than before.
    fn finish(self, built: Built, journal: Journal) -> anyhow::Result<Fixed> {
        let left = built.failure.as_ref().map_or(0, |failure| {
            (failure.packages.len() + failure.foreseen.len()).max(1)
        });
        let better = left == 0 || self.at_first.is_some_and(|first| left < first);
        if self.changes.is_empty() || !better {
            journal.roll_back()?;
            return Ok(Fixed {
                built,
                changes: Vec::new(),
                settings: None,
            });
        }
        let settings = self.job.settings();
        let changed = self.job.flags != self.before;
        if changed {
            settings::save_flags(&settings, &self.job.flags)?;
        }
        journal.commit()?;
        Ok(Fixed {
            built,
            changes: self.changes,
            settings: changed.then_some(settings),
        })
    }
}

/// What the first round would change, as far as the graph tells.
///
/// # Errors
/// As [`fix`].
pub fn planned(
    around: &Surroundings,
    request: &BuildRequest,
    reach: Reach,
    events: &dyn Events,
) -> anyhow::Result<Vec<Change>> {
    let mut job = Job::fetched(around, request, events)?;
    let metadata = metadata(around, &job.place)?;
    job.c_compiler = native::compiler(around, &job.place, metadata.workspace_root.as_std_path());
    let blocked = super::survey(&job.known()?)?.blocked;
    Ok(choose::changes(blocked.iter(), reach, &BTreeSet::new()))
}
