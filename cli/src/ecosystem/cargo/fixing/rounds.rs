//! The rounds of `--fix`: from what is found to changes, and to the next build.

use std::collections::BTreeSet;
use std::path::PathBuf;

use cargo_metadata::Metadata;
use wasify_lints::explain::BUILD_FAILED;
use wasify_lints::finding::Finding;
use wasify_lints::suggestion::Action;

use super::Look;
use crate::ecosystem::cargo::graph::{Known, Unresolved};
use crate::ecosystem::cargo::job::Job;
use crate::ecosystem::cargo::{add_ports, failure, is_offline, survey};
use crate::ecosystem::trouble::Trouble;
use crate::ecosystem::{BuildFailure, Built};
use crate::events::Events;
use crate::execute::{self, files};
use crate::fix::choose::{self, Change, Reach};
use crate::fix::ports;
use crate::settings::{FeatureFlags, Flags, OpenFlag, PortFlag, RustFlag, UpdateFlag};
use crate::toolchain::c;

/// Builds at most. Each has to bring something new, so this is never reached by going forward.
const MAX_BUILDS: usize = 12;

/// Stands among what was tried for a C compiler that was installed, or would be.
const C_COMPILER: &str = "a C compiler";

/// A project on its way.
pub(super) struct Fixing<'a, 'e> {
    pub(super) job: Job<'a>,
    /// Where its flags are noted.
    pub(super) settings: PathBuf,
    /// Its flags before anything was changed.
    pub(super) before: Flags,
    reach: Reach,
    events: &'e dyn Events,
    /// Keys of the actions that were taken.
    tried: BTreeSet<String>,
    pub(super) changes: Vec<Change>,
    /// How many packages were in the way before anything was changed.
    pub(super) at_first: Option<usize>,
    /// Whether nothing outside of the project's lock file is to be changed, and nobody is told of it.
    pub(super) dry: bool,
}

impl<'a, 'e> Fixing<'a, 'e> {
    pub(super) fn new(
        job: Job<'a>,
        settings: PathBuf,
        reach: Reach,
        events: &'e dyn Events,
    ) -> Fixing<'a, 'e> {
        Fixing {
            before: job.flags.clone(),
            job,
            settings,
            reach,
            events,
            tried: BTreeSet::new(),
            changes: Vec::new(),
            at_first: None,
            dry: false,
        }
    }

    /// Builds and changes what is found, as often as there is something to change.
    pub(super) fn build(
        &mut self,
        metadata: &Metadata,
        look: &mut Look<'_>,
    ) -> anyhow::Result<Built> {
        for _ in 0..MAX_BUILDS {
            self.change_what_is_foreseen()?;
            self.job.prepare_crates()?;
            let built = self.job.run(metadata, self.events)?;
            let found = match &built.failure {
                Some(failure) => findings(failure),
                None => look(&built)?,
            };
            if !self.apply(&found)? {
                return Ok(built);
            }
        }
        self.job.prepare_crates()?;
        self.job.run(metadata, self.events)
    }

    /// Compiles without linking and changes what is found, as often as there is something to change. What is in the
    /// way at last; `None` when all of it compiles.
    pub(super) fn check(&mut self, metadata: &Metadata) -> anyhow::Result<Option<BuildFailure>> {
        loop {
            self.change_what_is_foreseen()?;
            self.job.prepare_crates()?;
            let Some(failure) = self.job.check(metadata, self.events)? else {
                return Ok(None);
            };
            // Each action is tried once, so that this ends.
            if !self.apply(&findings(&failure))? {
                return Ok(Some(failure));
            }
        }
    }

    /// Changes what can be known without a build: a change may let something else into the graph.
    pub(super) fn change_what_is_foreseen(&mut self) -> anyhow::Result<()> {
        while let Some(found) = self.foreseen()? {
            if !self.apply(&found)? {
                break;
            }
        }
        Ok(())
    }

    /// What the graph says of packages that will not build, and of those that have a port because they
    /// fail when the program runs. `None` when cargo can't tell the graph.
    fn foreseen(&mut self) -> anyhow::Result<Option<Vec<Finding>>> {
        let mut known = match self.job.known() {
            Ok(known) => known,
            Err(error) => {
                let unresolved: Unresolved = error.downcast()?;
                return match self.resolve(unresolved)? {
                    true => self.foreseen(),
                    false => Ok(None),
                };
            }
        };
        // One that would be installed counts as there.
        known.tools.c_compiler |= self.tried.contains(C_COMPILER);
        self.take_silent_ports(&known)?;
        let mut found = survey(&known)?;
        self.at_first.get_or_insert(found.blocked.len());
        add_ports(&mut found.limited, &known)?;
        for limited in &mut found.limited {
            let is_port = |action: &Option<Action>| matches!(action, Some(Action::Port(_)));
            limited.suggestions.retain(|it| is_port(&it.action));
        }
        found.blocked.append(&mut found.limited);
        Ok(Some(found.blocked))
    }

    /// Takes the ports that no finding of the graph asks for: that of a published application itself, and those that
    /// cure something of std's in a crate. Whether a program gets there only its component shows, and then everything
    /// that depends on the crate would be built again.
    fn take_silent_ports(&mut self, known: &Known) -> anyhow::Result<()> {
        let root = known.metadata.root_package();
        let root = root.filter(|_| self.job.is_published);
        for index in known.resolved.packages() {
            let package = &known.project.packages[index];
            let Some(port) = ports::find(&package.name, &package.version)? else {
                continue;
            };
            let is_built = root.is_some_and(|root| *root.name == package.name);
            let rule = match port.application {
                true => is_built.then_some(BUILD_FAILED),
                false => ports::silent_cure(port)?,
            };
            if let Some(rule) = rule {
                self.take(Change {
                    action: Action::Port(port.krate.clone()),
                    rule,
                    title: ports::title(port),
                    flag: Some("wasify build --fix".to_owned()),
                })?;
            }
        }
        Ok(())
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
            rule: BUILD_FAILED,
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
        if self.changes.is_empty() && !self.dry {
            self.can_be_noted()?;
        }
        let done = self.carry_out(&change)?;
        if done {
            if !self.dry {
                self.events.status("Fixing", &change.in_short());
            }
            self.changes.push(change);
        }
        Ok(done)
    }

    /// Nothing is changed, and no time spent on builds, where the flags can't be noted afterwards.
    fn can_be_noted(&self) -> anyhow::Result<()> {
        let settings = self.settings.canonicalize();
        let settings = settings.as_deref().unwrap_or(&self.settings);
        let Err(error) = files::probe(settings) else {
            return Ok(());
        };
        let trouble = Trouble::new(format!(
            "`{}`, where `--fix` notes the flags, can't be written: {error}",
            settings.display()
        ));
        let help = "give yourself the right to write in that directory, or use a copy of the project; \
                    `--fix --dry-run` shows the changes without making them";
        Err(trouble.help(help).into())
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
            Action::Port(name) => {
                if flags.ports.iter().any(|port| port.name == *name) {
                    return Ok(false);
                }
                flags.ports.push(PortFlag {
                    name: name.clone(),
                    r#for: rule,
                });
            }
            Action::Update { package, from, to } => {
                return self.update(UpdateFlag {
                    name: package.clone(),
                    from: from.clone(),
                    to: to.clone(),
                    r#for: rule,
                });
            }
            Action::Install(_) => {
                self.tried.insert(C_COMPILER.to_owned());
                if self.dry {
                    return Ok(true);
                }
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

    /// Locks another version, and notes it. Whether cargo did it.
    fn update(&mut self, flag: UpdateFlag) -> anyhow::Result<bool> {
        let spec = match &flag.from {
            Some(from) => format!("{}@{from}", flag.name),
            None => flag.name.clone(),
        };
        let done = self.cargo(&["update", &spec, "--precise", &flag.to])?;
        if done {
            self.job.flags.updates.push(flag);
        }
        Ok(done)
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
}

/// What is said of the packages that failed, and of those that the build did not come to.
fn findings(failure: &BuildFailure) -> Vec<Finding> {
    let failed = failure.packages.iter();
    let failed = failed.map(|failed| failed.explained.finding.clone());
    failed.chain(failure.foreseen.iter().cloned()).collect()
}
