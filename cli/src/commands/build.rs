//! `wasify build`: builds the project, looks into what came out, and reports.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasify_lints::explain;
use wasify_lints::facts::build::ForeignCode;
use wasify_lints::facts::{Facts, Input, Packages};
use wasify_lints::host::Host;
use wasify_lints::registry;

use super::{print, show};
use crate::args::{BuildArgs, GlobalArgs};
use crate::ecosystem::{BuildFailure, BuildRequest, BuiltArtifact, cargo};
use crate::events::Events;
use crate::execute::surroundings::Surroundings;
use crate::hosts;
use crate::levels::Levels;
use crate::report::{self, Artifact, Judged, Project, Report, Status, human};
use crate::terminal::Terminal;

/// Builds, inspects and reports. With `--dry-run`, prints the plan instead.
///
/// # Errors
/// A wrong name of a rule or a host, no project, a missing tool, or an artifact that can't be read. A project that
/// does not build is no error: it is in the report.
pub fn run(args: &BuildArgs, global: &GlobalArgs, terminal: &Terminal) -> Result<Status> {
    let rules = registry::rules().context("failed to read the rules")?;
    let levels = args.report.levels.resolve(rules)?;
    let against = Against {
        levels,
        hosts: hosts::named(&args.report.hosts)?,
    };
    let around = Surroundings::of_process()?;
    let request = args.request(global.quiet);
    if args.dry_run {
        let plan = cargo::plan(&around, &request)?;
        print(terminal, &format!("{plan}\n"))?;
        return Ok(Status::Clean);
    }
    let built = cargo::build(&around, &request, terminal)?;
    terminal.progress(None);
    let of_packages = |failure: &BuildFailure| !failure.packages.is_empty();
    if built.failure.as_ref().is_some_and(of_packages) {
        // Between what the compiler says and what wasify makes of it.
        terminal.output("");
    }
    let mut artifacts = Vec::new();
    for artifact in built.artifacts.iter().chain(&built.unlinked) {
        artifacts.push(inspect(
            artifact,
            &built.packages,
            &around.cwd,
            &against,
            terminal,
        )?);
    }
    artifacts.sort_by(|a, b| a.path.cmp(&b.path));
    let report = Report {
        project: Some(Project {
            name: built.project,
            root: built.root,
        }),
        lines_with: lines_with(&request, &artifacts),
        artifacts,
        failure: built.failure,
        of_build: of_build(&built.foreign, &against.levels)?,
        c_search: None,
        survey: None,
    };
    show(&report, args.report.format, global, terminal, human::build)
}

/// What is known of the build beside what failed.
fn of_build(foreign: &[ForeignCode], levels: &Levels) -> Result<Vec<Judged>> {
    let mut findings = Vec::new();
    for code in foreign {
        findings.extend(explain::foreign(code).context("failed to check the rules")?);
    }
    Ok(report::judged(findings, levels))
}

/// What artifacts are judged by.
struct Against {
    levels: Levels,
    hosts: Vec<&'static Host>,
}

/// Reads one artifact with its witness, and checks it.
fn inspect(
    built: &BuiltArtifact,
    packages: &Packages,
    cwd: &Path,
    against: &Against,
    terminal: &Terminal,
) -> Result<Artifact> {
    let path = near(&built.path, cwd);
    let mut status = match built.linked {
        true => file_name(&path),
        false => format!("{} (not linked)", built.name),
    };
    if built.witness.is_none() {
        let _ = write!(status, " (from the file alone)");
    }
    terminal.status("Inspecting", &status);
    let read = |path: &Path| {
        std::fs::read(path).with_context(|| format!("failed to read `{}`", path.display()))
    };
    let bytes = read(&built.path)?;
    let witness = built.witness.as_deref().map(read).transpose()?;
    let map = built.link_map.as_deref().map(read).transpose()?;
    // Object paths need not be UTF-8; the lines that are not can't name a crate anyway.
    let map = map.as_deref().map(String::from_utf8_lossy);
    let input = Input {
        artifact: &bytes,
        witness: witness.as_deref(),
        link_map: map.as_deref(),
        packages,
    };
    let facts =
        Facts::read(&input).with_context(|| format!("failed to inspect `{}`", path.display()))?;
    let checked = wasify_lints::check(&facts).context("failed to check the rules")?;
    let fits = hosts::fits(&facts, &against.hosts);
    let artifact = Artifact::new(
        built.name.clone(),
        path,
        facts.into(),
        checked,
        &against.levels,
    );
    Ok(match built.linked {
        true => artifact.with_hosts(fits),
        false => artifact.unlinked(),
    })
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The arguments that would give the findings source lines, when none has one: cargo's release profile
/// keeps nothing that leads from code to source.
fn lines_with(request: &BuildRequest, artifacts: &[Artifact]) -> Option<String> {
    let mut findings = artifacts
        .iter()
        .flat_map(|artifact| &artifact.findings)
        .map(|judged| &judged.finding)
        // Without a path it is about the whole file, or about a crate that is there.
        .filter(|finding| !finding.call_path.is_empty())
        .peekable();
    findings.peek()?;
    if findings.any(|finding| finding.location.is_some()) {
        return None;
    }
    let profile = match request.profile.as_deref() {
        Some(profile) => profile,
        None if request.release => "release",
        None => "dev",
    };
    let dashes = if request.passed_on.is_empty() {
        "-- "
    } else {
        ""
    };
    Some(format!(
        "{dashes}--config 'profile.{profile}.debug=\"line-tables-only\"'"
    ))
}

/// As the user would write it: relative where it is below the current directory.
fn near(path: &Path, cwd: &Path) -> PathBuf {
    path.strip_prefix(cwd).unwrap_or(path).to_owned()
}
