//! Cargo projects: from a request to components with their witnesses.

mod artifacts;
mod checkup;
mod command;
mod config;
mod diagnosis;
mod discover;
mod ejecting;
mod failure;
mod fixing;
mod graph;
mod host_paths;
mod job;
mod lines;
mod native;
mod nothing;
mod outline;
mod package_id;
mod profiles;
mod progress;
mod published;
mod relink;
mod run;
mod stale;
mod test;
mod unlinked;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cargo_metadata::Metadata;
use wasify_lints::facts::Packages;
use wasify_lints::finding::{Finding, Package};
use wasify_lints::preflight::{self, Survey};
use wasify_lints::rule::Cause;
use wasify_lints::tools::Machine;

use crate::ecosystem::trouble::Trouble;
use crate::ecosystem::{BuildFailure, BuildRequest, Built, BuiltArtifact, Examined};
use crate::events::Events;
use crate::execute::surroundings::Surroundings;
use crate::execute::{self, files};
use crate::fix::ports;
use crate::plan::{BuildPlan, Step};
use crate::settings;
use crate::toolchain::c;
use crate::toolchain::{self, Missing, tools};
use command::{Goal, Talk};
use discover::Place;
pub use ejecting::{Ejected, eject};
pub use fixing::{Fixed, Look, Planned, fix, planned};
use graph::Known;
use job::Job;
pub use outline::{Outline, members, outline};
pub use published::published_source;
use published::{Spec, Store};
pub use test::{TestPlan, test};

/// The steps that [`build`] would take, without taking any of them.
///
/// # Errors
/// A [`Trouble`]: there is no project to plan for.
pub fn plan(around: &Surroundings, request: &BuildRequest) -> anyhow::Result<BuildPlan> {
    let quiet = Talk {
        color: false,
        progress: false,
    };
    let mut steps = Vec::new();
    let job = match Spec::of(request)? {
        Some(spec) => {
            let store = Store::new(around)?;
            let (invocation, source) = store.planned(around, &spec, is_offline(request));
            steps.push(Step::Run {
                purpose: "find the crate and fetch its source",
                invocation,
            });
            steps.push(Step::CopySource {
                of: spec.to_string(),
                to: source.directory.clone(),
            });
            Job::published(around, request, &store, &source)
        }
        None => Job::local(around, request)?,
    };
    steps.push(Step::Run {
        purpose: "build the project",
        invocation: command::of(&job, Goal::Build, quiet)?,
    });
    let stubs = settings::read_stubs(&job.settings())?;
    let stubs = request.stubs.iter().chain(&stubs);
    let imports: Vec<String> = stubs.map(ToString::to_string).collect();
    steps.extend((!imports.is_empty()).then_some(Step::Stub { imports }));
    steps.extend(job.deliver_to.map(|to| Step::Deliver { to }));
    Ok(BuildPlan { steps })
}

/// Builds what the request asks for. A project that does not build is no error: it is in
/// [`Built::failure`].
///
/// # Errors
/// wasify or cargo could not do their work: a [`Trouble`] says what the user can do about it. A target
/// that is not installed and must not be, and a toolchain that is not there, are no errors: they are a
/// failed build with its remedy.
pub fn build(
    around: &Surroundings,
    request: &BuildRequest,
    events: &dyn Events,
) -> anyhow::Result<Built> {
    let mut job = Job::fetched(around, request, events)?;
    job.check_paths()?;
    // Neither waits for the other, and both wait for other programs.
    let (target, metadata) = std::thread::scope(|scope| {
        let metadata = scope.spawn(|| metadata(around, &job.place));
        let target = toolchain::ensure_target(
            around,
            &job.place.cwd,
            request.no_install,
            is_offline(request),
            events,
        );
        (target, metadata.join())
    });
    let metadata =
        metadata.map_err(|_| anyhow::anyhow!("reading the project's metadata panicked"))?;
    if let Err(error) = target {
        // The project is not to blame, and can't be built on this machine as it is: that is a finding.
        let missing: Missing = error.downcast()?;
        return Ok(without_tools(&job.place, &missing, metadata.ok().as_ref()));
    }
    let metadata = metadata?;
    job.c_compiler = native::compiler(around, &job.place, metadata.workspace_root.as_std_path());
    if job.is_published {
        let has_programs = published::check_builds_something(request, &metadata)?;
        job.request.all_bins &= has_programs;
    }
    if request.line_tables {
        let root = metadata.workspace_root.as_std_path();
        let options = lines::options(root, &job.request);
        job.request.passed_on.splice(0..0, options);
    }
    job.prepare_crates()?;
    job.run(&metadata, events)
}

/// Looks at a project's dependency graph, its settings and the machine's tools, and builds nothing. `machine` is
/// what was seen of the tools already, in the same directory.
///
/// # Errors
/// As [`build`]; that cargo can't resolve the project is a [`Trouble`] too.
pub fn examine(
    around: &Surroundings,
    request: &BuildRequest,
    machine: Option<&Machine>,
    events: &dyn Events,
) -> anyhow::Result<Examined> {
    let job = Job::fetched(around, request, events)?;
    let (known, machine) = match machine {
        Some(machine) => (job.known(), machine.clone()),
        // Cargo and the tools are asked at once: neither waits for the other.
        None => std::thread::scope(|scope| {
            let machine = scope.spawn(|| tools::look(around, &job.place.cwd));
            (job.known(), machine.join().unwrap_or_default())
        }),
    };
    let mut known = match known {
        Ok(known) => known,
        Err(error) => return without_graph(&job, &machine, error),
    };
    let c_search =
        preflight::wants_c_compiler(&known.graph()).then(|| c::find(around, &job.place.cwd));
    let compiler = c_search
        .as_ref()
        .and_then(|search| search.compiler.as_ref());
    known.tools.c_compiler = compiler.is_some_and(|compiler| compiler.fault.is_none());
    let root = known.metadata.workspace_root.clone().into_std_path_buf();
    let machine = tools::with_c(machine, c_search.as_ref());
    Ok(Examined {
        project: project_name(&known.metadata, &root),
        survey: Ok(survey(&known)?),
        checkup: checkup::checkup(&job, &machine, Some(&known))?,
        c_search,
        root,
    })
}

/// What the graph tells, with the ports that cure it.
fn survey(known: &Known) -> anyhow::Result<Survey> {
    let mut survey = preflight::survey(&known.graph()).context("failed to check the rules")?;
    add_ports(&mut survey.blocked, known)?;
    Ok(survey)
}

/// Adds to findings the ports that cure them.
fn add_ports(findings: &mut [Finding], known: &Known) -> anyhow::Result<()> {
    let packages = &known.project.packages;
    for finding in findings {
        ports::suggest(finding, |name| {
            let mut built = known.resolved.packages().map(|index| &packages[index]);
            built
                .find(|package| package.name == name)
                .map(|package| package.version.clone())
        })?;
    }
    Ok(())
}

/// What a project is built of for the target.
#[derive(Debug)]
pub struct Ingredients {
    /// The project's root directory.
    pub root: PathBuf,
    /// Every package that the target gets, with the features of each that are on.
    pub packages: BTreeMap<Package, BTreeSet<String>>,
}

/// The packages and features that the rules judge, without the rules.
///
/// # Errors
/// There is no graph to be had, for whatever reason.
pub fn ingredients(
    around: &Surroundings,
    request: &BuildRequest,
    events: &dyn Events,
) -> anyhow::Result<Ingredients> {
    let job = Job::fetched(around, request, events)?;
    let known = graph::known(around, &job.place, &job.request)?;
    Ok(Ingredients {
        packages: known.packages(),
        root: known.metadata.workspace_root.into_std_path_buf(),
    })
}

/// What is told of a project whose graph can't be had: that it is so is a finding, unless cargo could not
/// do its work.
fn without_graph(
    job: &Job<'_>,
    machine: &Machine,
    error: anyhow::Error,
) -> anyhow::Result<Examined> {
    let failure = match error.downcast::<Missing>() {
        Ok(missing) => not_installed(&missing),
        Err(error) => {
            let unresolved: graph::Unresolved = error.downcast()?;
            if let Some(help) = failure::not_the_project(unresolved.code, &unresolved.message) {
                let trouble = Trouble::new(unresolved.message);
                return Err(help.into_iter().fold(trouble, Trouble::help).into());
            }
            failure::before_anything(unresolved.message)
        }
    };
    let (project, root) = unread(&job.place);
    Ok(Examined {
        project,
        survey: Err(failure),
        c_search: None,
        checkup: checkup::checkup(job, machine, None)?,
        root,
    })
}

/// The name and the root of a project that cargo can't read.
fn unread(place: &Place) -> (String, PathBuf) {
    let manifest = place.manifest.as_deref().and_then(Path::parent);
    let root = manifest.unwrap_or(&place.cwd).to_owned();
    let name = root.file_name().unwrap_or_default().to_string_lossy();
    (name.into_owned(), root)
}

/// What is told of a build without the Rust that it needs.
fn without_tools(place: &Place, missing: &Missing, metadata: Option<&Metadata>) -> Built {
    let (project, root) = match metadata {
        Some(metadata) => {
            let root = metadata.workspace_root.clone().into_std_path_buf();
            (project_name(metadata, &root), root)
        }
        None => unread(place),
    };
    Built {
        project,
        artifacts: Vec::new(),
        packages: Packages::default(),
        failure: Some(not_installed(missing)),
        ports: Vec::new(),
        flags: Vec::new(),
        foreign: Vec::new(),
        unlinked: Vec::new(),
        root,
    }
}

fn not_installed(missing: &Missing) -> BuildFailure {
    BuildFailure {
        packages: Vec::new(),
        foreseen: Vec::new(),
        cause: Some(Cause::Toolchain),
        message: missing.to_string(),
        remedy: Some(missing.remedy()),
    }
}

fn is_offline(request: &BuildRequest) -> bool {
    request.offline || request.frozen
}

/// Copies the components to where the user looks for them, and names them there.
fn deliver(artifacts: &mut [BuiltArtifact], directory: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(directory)
        .with_context(|| format!("failed to create `{}`", directory.display()))?;
    for artifact in artifacts {
        let to = directory.join(artifact.path.file_name().unwrap_or_default());
        files::copy_whole(&artifact.path, &to)
            .with_context(|| format!("failed to write `{}`", to.display()))?;
        artifact.path = to;
    }
    Ok(())
}

fn project_name(metadata: &Metadata, root: &Path) -> String {
    match metadata.root_package() {
        Some(package) => package.name.to_string(),
        None => root
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
    }
}

/// The project as its manifests describe it, without resolving its dependencies.
fn metadata(around: &Surroundings, place: &Place) -> anyhow::Result<Metadata> {
    let mut cargo = around.cargo().cwd(&place.cwd).args([
        "metadata",
        "--no-deps",
        "--format-version=1",
        "--color=never",
    ]);
    if let Some(manifest) = &place.manifest {
        cargo = cargo.arg("--manifest-path").arg(manifest);
    }
    let output = execute::capture(&cargo).map_err(toolchain::without_cargo)?;
    if !output.status.success() {
        let said = output.stderr.trim();
        let said = said.strip_prefix("error: ").unwrap_or(said);
        return Err(Trouble::new(said).into());
    }
    serde_json::from_str(&output.stdout).context("failed to read what `cargo metadata` said")
}
