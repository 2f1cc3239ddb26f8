//! One build: a request, where it leads, and what it is flagged with.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cargo_metadata::Metadata;
use wasify_lints::facts::Packages;

use super::command::{self, Goal, Talk};
use super::discover::{self, Place};
use super::graph::{self, Known};
use super::published::{self, Source, Spec, Store};
use super::run::{self, Ran};
use super::unlinked::{self, Unlinked};
use super::{
    artifacts, deliver, diagnosis, failure, is_offline, native, nothing, project_name, relink,
};
use crate::ecosystem::stubbed::{self, Wanted};
use crate::ecosystem::trouble::Trouble;
use crate::ecosystem::{BuildFailure, BuildRequest, Built, PortInUse};
use crate::events::Events;
use crate::execute::files;
use crate::execute::shim::{self, CrateFlags, Ported};
use crate::execute::surroundings::Surroundings;
use crate::fix::{eject, ports};
use crate::settings::{self, Flags};
use crate::stub::Selector;
use crate::toolchain::c::CCompiler;

/// A request, and where it leads.
pub(super) struct Job<'a> {
    pub(super) around: &'a Surroundings,
    pub(super) request: BuildRequest,
    pub(super) is_published: bool,
    pub(super) place: Place,
    pub(super) target_dir: Option<PathBuf>,
    pub(super) deliver_to: Option<PathBuf>,
    /// The C compiler for packages with C code, where there are any and one was found.
    pub(super) c_compiler: Option<CCompiler>,
    /// Locked while it builds and delivers, when others may build programs of the same name beside it.
    pub(super) lock: Option<PathBuf>,
    /// What `wasify.toml` takes out of the components.
    pub(super) stubs: Vec<Selector>,
    /// The port's flags, from `wasify.toml`.
    pub(super) flags: Flags,
    /// What is done to single crates on the way.
    pub(super) crate_flags: CrateFlags,
    /// The ports among it.
    pub(super) ports: Vec<PortInUse>,
    /// The `links` names of the packages whose build scripts the ports do without.
    without_build_script: BTreeSet<String>,
}

impl<'a> Job<'a> {
    /// The job for a request, whose source is there.
    pub(super) fn fetched(
        around: &'a Surroundings,
        request: &BuildRequest,
        events: &dyn Events,
    ) -> anyhow::Result<Job<'a>> {
        Job::from_source(around, request, events, |store, source| {
            Ok(store.with_port(source))
        })
    }

    /// The job for a request whose lock file and flags may be changed: those of a published package are
    /// changed in a copy of its own.
    pub(super) fn for_fixing(
        around: &'a Surroundings,
        request: &BuildRequest,
        events: &dyn Events,
    ) -> anyhow::Result<Job<'a>> {
        Job::from_source(around, request, events, |store, source| {
            store.for_port(&source)
        })
    }

    /// The job for a project in a directory, with its flags.
    pub(super) fn local_with_flags(
        around: &'a Surroundings,
        request: &BuildRequest,
    ) -> anyhow::Result<Job<'a>> {
        Job::local(around, request)?.with_flags()
    }

    /// The job for a project in a directory, or for the copy of a published package that `copy` chooses.
    fn from_source(
        around: &'a Surroundings,
        request: &BuildRequest,
        events: &dyn Events,
        copy: impl FnOnce(&Store, Source) -> anyhow::Result<Source>,
    ) -> anyhow::Result<Job<'a>> {
        let Some(spec) = Spec::of(request)? else {
            return Job::local_with_flags(around, request);
        };
        let store = Store::new(around)?;
        let source = store.fetch(around, &spec, is_offline(request), events)?;
        let source = copy(&store, source)?;
        Job::published(around, request, &store, &source).with_flags()
    }

    fn with_flags(mut self) -> anyhow::Result<Job<'a>> {
        self.flags = settings::read_flags(&self.settings())?;
        self.stubs = settings::read_stubs(&self.settings())?;
        Ok(self)
    }

    /// Where the port's flags are kept: beside the root manifest, as far as that is known without cargo.
    pub(super) fn settings(&self) -> PathBuf {
        match self.place.manifest.as_deref().and_then(Path::parent) {
            Some(directory) => settings::nearest(directory, true),
            None => settings::nearest(&self.place.cwd, true),
        }
    }

    /// The request with the port's flags in it. What the user says on the command line comes first.
    pub(super) fn flagged(&self) -> BuildRequest {
        let mut request = self.request.clone();
        let says =
            request.no_default_features || request.all_features || !request.features.is_empty();
        if let Some(features) = self.flags.features.as_ref().filter(|_| !says) {
            request.no_default_features = true;
            request.features.clone_from(&features.only);
        }
        if let Some(setting) = self.flags.rustflags_setting() {
            request
                .passed_on
                .splice(0..0, ["--config".to_owned(), setting]);
        }
        let without = self.without_build_script.iter().map(|links| {
            // A table has to have something in it: what the script would print, which is nothing.
            format!("--config=target.{}.{links}.rustc-cfg=[]", shim::TARGET)
        });
        request.passed_on.splice(0..0, without);
        request
    }

    /// The graph with the port's flags in it.
    pub(super) fn known(&self) -> anyhow::Result<Known> {
        let mut known = graph::known(self.around, &self.place, &self.flagged())?;
        known.tools.c_compiler = self.c_compiler.is_some();
        known.tools.cured = self.flags.cured()?;
        Ok(known)
    }

    /// Whether `wasify eject` has put copies of crates beside the settings.
    fn has_copies(&self) -> bool {
        let settings = self.settings();
        settings
            .parent()
            .is_some_and(|root| root.join(eject::DIRECTORY).is_dir())
    }

    /// Makes ready what single crates are compiled with.
    pub(super) fn prepare_crates(&mut self) -> anyhow::Result<()> {
        self.crate_flags = CrateFlags {
            open: self.flags.opened(),
            ports: Vec::new(),
        };
        self.ports.clear();
        self.without_build_script.clear();
        if self.flags.ports.is_empty() && !self.has_copies() {
            return Ok(());
        }
        let known = graph::known(self.around, &self.place, &self.flagged())?;
        let home = self
            .around
            .wasify_home()
            .context("failed to find wasify's directory")?;
        let named = self.flags.ports.iter().map(|port| port.name.as_str());
        let wanted = ports::with_along(named)?;
        for index in known.resolved.packages() {
            let package = &known.project.packages[index];
            if package.manifest.parent().is_some_and(eject::is_ejected) {
                // Its features are declared in the copy, and the configuration opens them.
                let open = &mut self.crate_flags.open;
                open.retain(|open| open.package != package.name || open.features.is_empty());
            }
            if !wanted.contains(package.name.as_str()) {
                continue;
            }
            let Some(port) = ports::find(&package.name, &package.version)? else {
                continue;
            };
            let source = package.manifest.parent().unwrap_or(&package.manifest);
            let mut flags = self.flags.ports.iter();
            let flag = flags.find(|flag| flag.name == package.name);
            self.ports.push(PortInUse {
                package: package.package(),
                rule: flag.map(|flag| flag.r#for.clone()),
                instead: port.instead.clone(),
                cures: port.cures.clone(),
            });
            self.without_build_script
                .extend(port.without_build_script.clone());
            if eject::is_ejected(source) {
                continue;
            }
            let made = ports::make(&home, port, &package.version, source)?;
            self.crate_flags.ports.push(Ported {
                build_script: port.edits_build_script(&made.version),
                package: made.name,
                version: made.version.to_string(),
                directory: made.directory,
            });
        }
        Ok(())
    }

    pub(super) fn local(
        around: &'a Surroundings,
        request: &BuildRequest,
    ) -> Result<Job<'a>, Trouble> {
        Ok(Job {
            around,
            request: request.clone(),
            is_published: false,
            place: discover::discover(around, request)?,
            target_dir: request
                .target_dir
                .as_deref()
                .map(|dir| around.absolute(dir)),
            deliver_to: request.out_dir.as_deref().map(|dir| around.absolute(dir)),
            c_compiler: None,
            lock: None,
            stubs: Vec::new(),
            flags: Flags::default(),
            crate_flags: CrateFlags::default(),
            ports: Vec::new(),
            without_build_script: BTreeSet::new(),
        })
    }

    pub(super) fn published(
        around: &'a Surroundings,
        request: &BuildRequest,
        store: &Store,
        source: &Source,
    ) -> Job<'a> {
        let target_dir = request
            .target_dir
            .as_deref()
            .map(|dir| around.absolute(dir));
        let out_dir = request.out_dir.as_deref().map(|dir| around.absolute(dir));
        let locked = request.locked || source.has_lock;
        // An application is wanted, as with `cargo install`, not also its library as a component.
        let all_bins = request.all_bins || !published::selects(request);
        Job {
            around,
            request: BuildRequest {
                locked,
                all_bins,
                ..request.clone()
            },
            is_published: true,
            place: source.place(around),
            target_dir: Some(target_dir.unwrap_or_else(|| store.target_dir())),
            deliver_to: Some(out_dir.unwrap_or_else(|| around.cwd.clone())),
            c_compiler: None,
            lock: Some(store.lock()),
            stubs: Vec::new(),
            flags: Flags::default(),
            crate_flags: CrateFlags::default(),
            ports: Vec::new(),
            without_build_script: BTreeSet::new(),
        }
    }

    /// Cargo reports paths as text, and stops with an error that names none where that is impossible; and
    /// what is built has to go somewhere.
    pub(super) fn check_paths(&self) -> Result<(), Trouble> {
        let project = self.place.manifest.as_ref().unwrap_or(&self.place.cwd);
        let unusable = [Some(project), self.target_dir.as_ref()]
            .into_iter()
            .flatten()
            .find(|path| path.to_str().is_none());
        if let Some(path) = unusable {
            let path = path.display();
            return Err(Trouble::new(format!(
                "the path `{path}` is not valid UTF-8, and cargo can't build there"
            ))
            .help("give the directory a name that is"));
        }
        // Before the build, which may take minutes.
        match self.deliver_to.as_deref().filter(|to| to.is_file()) {
            Some(file) => Err(Trouble::new(format!(
                "`{}` is a file, not a directory",
                file.display()
            ))
            .help("`--out-dir` wants the directory that the components are copied to")),
            None => Ok(()),
        }
    }

    /// Sees whether what the request asks for compiles. `None` when it does.
    pub(super) fn check(
        &self,
        metadata: &Metadata,
        events: &dyn Events,
    ) -> anyhow::Result<Option<BuildFailure>> {
        let _lock = self.lock.as_deref().map(|lock| files::lock(lock, events));
        let cargo = command::of(self, Goal::Check, Talk::to(events))?;
        forget_unflagged(&self.crate_flags, metadata, self.target_dir.as_deref())?;
        let mut ran = run::run(&cargo, events)?;
        if ran.success {
            return Ok(None);
        }
        let packages = artifacts::packages(&ran.units, &[], metadata);
        let failure = self.failure(&ran, &[], &packages)?;
        if !failure.packages.is_empty() {
            ran.show_held(events);
        }
        Ok(Some(failure))
    }

    pub(super) fn run(&self, metadata: &Metadata, events: &dyn Events) -> anyhow::Result<Built> {
        // Cargo's own lock ends with cargo; two versions of one application have the same file name.
        let _lock = self.lock.as_deref().map(|lock| files::lock(lock, events));
        let cargo = command::of(self, Goal::Build, Talk::to(events))?;
        forget_unflagged(&self.crate_flags, metadata, self.target_dir.as_deref())?;
        let mut ran = run::run(&cargo, events)?;
        let mut components = artifacts::components(&ran.units, metadata)?;
        if ran.success && relink::forget_unwitnessed(&components) {
            ran = run::run(&cargo, events)?;
            components = artifacts::components(&ran.units, metadata)?;
        }
        if ran.success {
            relink::warn_unwitnessed(&components, events);
            artifacts::warn_shared(&components, events);
        }
        if ran.success && components.is_empty() {
            return Err(nothing::linked(metadata).into());
        }
        let mut packages = artifacts::packages(&ran.units, &components, metadata);
        let unlinked = unlinked::find(&ran);
        unlinked::add_to(&mut packages, &ran, &unlinked);
        let failure = if ran.success {
            None
        } else {
            Some(self.failure(&ran, &unlinked, &packages)?)
        };
        if failure
            .as_ref()
            .is_none_or(|failure| !failure.packages.is_empty())
        {
            ran.show_held(events);
        }
        let root = metadata.workspace_root.clone().into_std_path_buf();
        let mut built = Built {
            project: project_name(metadata, &root),
            artifacts: components
                .iter()
                .map(|component| component.built(metadata))
                .collect(),
            packages,
            failure,
            ports: self.ports.clone(),
            flags: self.flags.in_use(),
            foreign: native::foreign(&ran),
            unlinked: unlinked.iter().filter_map(Unlinked::module).collect(),
            root,
        };
        let wanted = Wanted {
            asked: &self.request.stubs,
            kept: &self.stubs,
        };
        stubbed::apply(&mut built.artifacts, &wanted, events)?;
        if let Some(directory) = &self.deliver_to {
            deliver(&mut built.artifacts, directory)?;
        }
        Ok(built)
    }

    fn failure(
        &self,
        ran: &Ran,
        unlinked: &[Unlinked],
        packages: &Packages,
    ) -> anyhow::Result<BuildFailure> {
        let mut said = failure::read(ran)?;
        let missing = unlinked::missing(&mut said, unlinked, packages)?;
        if self.is_published && said.failures.is_empty() && said.message.contains("--locked") {
            said.message = format!(
                "the lock file that the crate was published with does not fit it: {}",
                said.message
            );
        }
        // Where even the graph can't be had, the failure is true without it.
        let known = self.known().ok();
        diagnosis::diagnose(said, missing, known.as_ref(), &self.request.packages)
    }
}

/// Crates that were compiled before they had flags are compiled again.
pub(super) fn forget_unflagged(
    flags: &CrateFlags,
    metadata: &Metadata,
    target_dir: Option<&Path>,
) -> anyhow::Result<()> {
    let configured = metadata.build_directory.as_ref();
    let configured = configured.unwrap_or(&metadata.target_directory);
    // Cargo's metadata doesn't know of `--target-dir`, which moves everything unless the configuration
    // has a directory for what lies in between.
    for directory in [Some(configured.as_std_path()), target_dir]
        .into_iter()
        .flatten()
    {
        shim::forget(flags, directory)
            .context("failed to make cargo compile the crates with flags again")?;
    }
    Ok(())
}
