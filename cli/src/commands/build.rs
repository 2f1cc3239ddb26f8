//! `wasify build`: builds the project, looks into what came out, and reports.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use wasify_lints::explain;
use wasify_lints::facts::build::ForeignCode;
use wasify_lints::facts::{Facts, Input, Packages};
use wasify_lints::finding::Finding;
use wasify_lints::host::Host;
use wasify_lints::registry;

use super::ratcheting::Ratcheting;
use super::{near, print, show};
use crate::args::{BuildArgs, GlobalArgs};
use crate::ecosystem::cargo::{self, Planned};
use crate::ecosystem::{BuildFailure, BuildRequest, Built, BuiltArtifact};
use crate::events::Events;
use crate::execute::surroundings::Surroundings;
use crate::fix::choose::Reach;
use crate::fix::{diff, ports};
use crate::hosts;
use crate::levels::Levels;
use crate::report::output::Outputs;
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
    let outputs = Outputs::new(&args.report.output.outputs, &around.cwd, &[])?;
    let request = args.request(global.quiet);
    if args.dry_run {
        let mut failed = false;
        if let Some(reach) = args.fix {
            let planned = cargo::planned(&around, &request, reach, args.check, terminal)?;
            print(terminal, &changes(&planned))?;
            failed = planned.checked.is_some_and(|checked| !checked.passed());
        }
        let plan = cargo::plan(&around, &request)?;
        print(terminal, &format!("{plan}\n"))?;
        return Ok(if failed { Status::Found } else { Status::Clean });
    }
    let ratcheting = Ratcheting::new(args, &request, &around)?;
    let mut built = match args.fix {
        None => cargo::build(&around, &request, terminal)?,
        Some(reach) => fixed(&around, &request, reach, terminal)?,
    };
    terminal.progress(None);
    let of_packages = |failure: &BuildFailure| !failure.packages.is_empty();
    if built.failure.as_ref().is_some_and(of_packages) {
        // Between what the compiler says and what wasify makes of it.
        terminal.output("");
    }
    let mut artifacts = Vec::new();
    for artifact in built.artifacts.iter().chain(&built.unlinked) {
        artifacts.push(inspect(artifact, &built, &around.cwd, &against, terminal)?);
    }
    artifacts.sort_by(|a, b| a.path.cmp(&b.path));
    let mut report = reported(artifacts, &mut built, &request, &against.levels)?;
    ratcheting.turn(&mut report, &built, terminal)?;
    show(&report, &outputs, global, terminal, human::build)
}

/// What the build and its artifacts come to.
fn reported(
    artifacts: Vec<Artifact>,
    built: &mut Built,
    request: &BuildRequest,
    levels: &Levels,
) -> Result<Report> {
    Ok(Report {
        project: Some(Project::new(
            built.project.clone(),
            built.root.clone(),
            request.published.is_some(),
        )),
        lines_with: lines_with(request, &artifacts),
        artifacts,
        failure: built.failure.take(),
        ports: std::mem::take(&mut built.ports),
        flags: std::mem::take(&mut built.flags),
        of_build: of_build(&built.foreign, levels)?,
        ..Report::default()
    })
}

/// Builds, and changes flags until it stands.
fn fixed(
    around: &Surroundings,
    request: &BuildRequest,
    reach: Reach,
    terminal: &Terminal,
) -> Result<Built> {
    let mut look = |built: &Built| {
        let mut findings = Vec::new();
        for artifact in &built.artifacts {
            findings.extend(found(artifact, built)?);
        }
        Ok(findings)
    };
    let fixed = cargo::fix(around, request, reach, terminal, &mut look)?;
    for change in &fixed.changes {
        terminal.status("Fixed", &change.in_short());
    }
    if let Some(settings) = &fixed.settings {
        let settings = near(settings, &around.cwd);
        terminal.status("Noted", &format!("the flags in {}", settings.display()));
    }
    Ok(fixed.built)
}

/// What is found in an artifact, with the ports that cure it.
fn found(artifact: &BuiltArtifact, built: &Built) -> Result<Vec<Finding>> {
    let files = Files::read(artifact)?;
    let facts = files.facts(&built.packages, &artifact.path)?;
    let checked = wasify_lints::check(&facts).context("failed to check the rules")?;
    with_ports(checked.findings, built)
}

/// Findings as the build's ports leave them: what a port has cured is gone, and what one could cure says so.
fn with_ports(mut findings: Vec<Finding>, built: &Built) -> Result<Vec<Finding>> {
    let cured = |finding: &Finding| {
        let mut ports = built.ports.iter();
        ports.any(|port| ports::is_cure(&port.package.name, &port.cures, finding))
    };
    findings.retain(|finding| !cured(finding));
    for finding in &mut findings {
        ports::suggest(finding, |name| {
            built.packages.named(name)?.version.as_ref()?.parse().ok()
        })?;
    }
    Ok(findings)
}

/// The changes of `--dry-run --fix`, a comment and a line each, and the files that they make others.
fn changes(planned: &Planned) -> String {
    let mut text = String::new();
    for change in &planned.changes {
        let _ = writeln!(text, "# {} ({})", change.title, change.rule);
        if let Some(flag) = &change.flag {
            let _ = writeln!(text, "#   {flag}");
        }
    }
    text.push_str(&diff::render(&planned.edits));
    if let Some(checked) = &planned.checked {
        let _ = writeln!(text, "# {}", human::checked(checked, "of this plan"));
    }
    text
}

/// The bytes of an artifact and of its witness.
struct Files {
    bytes: Vec<u8>,
    witness: Option<Vec<u8>>,
    map: Option<String>,
}

impl Files {
    fn read(built: &BuiltArtifact) -> Result<Files> {
        let read = |path: &Path| {
            std::fs::read(path).with_context(|| format!("failed to read `{}`", path.display()))
        };
        let map = built.link_map.as_deref().map(read).transpose()?;
        Ok(Files {
            bytes: read(&built.path)?,
            witness: built.witness.as_deref().map(read).transpose()?,
            // Object paths need not be UTF-8; the lines that are not can't name a crate anyway.
            map: map.map(|map| String::from_utf8_lossy(&map).into_owned()),
        })
    }

    fn facts<'f>(&'f self, packages: &'f Packages, path: &Path) -> Result<Facts<'f>> {
        let input = Input {
            artifact: &self.bytes,
            witness: self.witness.as_deref(),
            link_map: self.map.as_deref(),
            packages,
        };
        Facts::read(&input).with_context(|| format!("failed to inspect `{}`", path.display()))
    }
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
    of: &Built,
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
    let files = Files::read(built)?;
    let facts = files.facts(&of.packages, &path)?;
    let mut checked = wasify_lints::check(&facts).context("failed to check the rules")?;
    checked.findings = with_ports(checked.findings, of)?;
    let fits = hosts::fits(&facts, &against.hosts);
    let artifact = Artifact::new(
        built.name.clone(),
        path,
        facts.into(),
        checked,
        &against.levels,
    );
    Ok(match built.linked {
        true => artifact
            .with_hosts(fits)
            .with_stubbed(built.stubbed.clone()),
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
