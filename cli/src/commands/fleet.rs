//! `wasify doctor --workspace-root`: many projects, or a part of them.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use wasify_lints::tools::Machine;

use super::deliver;
use crate::args::DoctorArgs;
use crate::args::output::ReportFormat;
use crate::ecosystem::trouble::Trouble;
use crate::ecosystem::{BuildRequest, cargo};
use crate::errors;
use crate::events::Events as _;
use crate::execute::surroundings::Surroundings;
use crate::fleet::{self, Fleet, Project, Unit};
use crate::levels::Levels;
use crate::report::output::Outputs;
use crate::report::{Status, human, json};
use crate::terminal::Terminal;
use crate::toolchain::tools;

/// Looks at every package of the part, and reports on all of them together.
///
/// # Errors
/// There is no project, or a report can't be written. A package that can't be looked at is no error: it is in
/// the report.
pub(super) fn run(
    args: &DoctorArgs,
    levels: &Levels,
    outputs: &Outputs,
    terminal: &Terminal,
) -> Result<Status> {
    check(outputs)?;
    let around = Surroundings::of_process()?;
    let mut units = fleet::units(&around, &args.workspace_roots)?;
    if let Some(partition) = args.partition {
        units = partition.of(units);
    }
    let all = units.len();
    let mut projects = Vec::new();
    // The packages of a workspace are neighbours, and have the same tools.
    let mut machines = Machines::default();
    for (at, unit) in units.iter().enumerate() {
        let name = name(unit);
        terminal.status("Examining", &format!("{name} ({} of {all})", at + 1));
        projects.push(
            match examine(args, unit, levels, &around, &mut machines, terminal) {
                Ok(project) => project,
                Err(error) => Project {
                    name,
                    root: unit.root.display().to_string(),
                    report: None,
                    error: Some(errors::message(error.as_ref())),
                },
            },
        );
    }
    let fleet = Fleet::new(projects, args.partition.map(|part| part.to_string()));
    deliver(outputs, terminal, |format, width| match format {
        ReportFormat::Json => fleet::render(&fleet).context("failed to write the fleet as JSON"),
        _ => Ok(human::fleet(&fleet, width.unwrap_or(terminal.width()))),
    })?;
    Ok(match fleet.is_wrong() {
        true => Status::Found,
        false => Status::Clean,
    })
}

/// The other formats are about one project, and what reads them knows no other.
fn check(outputs: &Outputs) -> Result<(), Trouble> {
    let mut formats = outputs.files.iter().map(|file| file.format);
    let of_one =
        |format: &ReportFormat| !matches!(format, ReportFormat::Human | ReportFormat::Json);
    let found = formats.find(of_one).or(Some(outputs.stdout).filter(of_one));
    match found {
        None => Ok(()),
        Some(format) => Err(Trouble::new(format!(
            "the format `{}` is for one project, and these are several",
            format.name()
        ))
        .help("write `--format json=FILE`, and see `wasify report`")),
    }
}

fn name(unit: &Unit) -> String {
    let directory = || unit.root.file_name().unwrap_or_default().to_string_lossy();
    match &unit.package {
        Some(package) => package.clone(),
        None => directory().into_owned(),
    }
}

/// The tools in the last directory that was looked at.
#[derive(Default)]
struct Machines {
    last: Option<(PathBuf, Machine)>,
}

impl Machines {
    fn of(&mut self, around: &Surroundings, root: &Path) -> &Machine {
        if self.last.as_ref().is_some_and(|(last, _)| last != root) {
            self.last = None;
        }
        let look = || (root.to_owned(), tools::look(around, root));
        &self.last.get_or_insert_with(look).1
    }
}

fn examine(
    args: &DoctorArgs,
    unit: &Unit,
    levels: &Levels,
    around: &Surroundings,
    machines: &mut Machines,
    terminal: &Terminal,
) -> Result<Project> {
    let request = BuildRequest {
        path: Some(unit.root.clone()),
        packages: unit.package.iter().cloned().collect(),
        workspace: false,
        ..args.request()
    };
    let machine = machines.of(around, &unit.root);
    let examined = cargo::examine(around, &request, Some(machine), terminal)?;
    let report = super::doctor::reported(examined, &request, levels);
    Ok(Project {
        name: name(unit),
        root: unit.root.display().to_string(),
        report: Some(json::document(&report)),
        error: None,
    })
}
