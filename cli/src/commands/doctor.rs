//! `wasify doctor`: what is known of a project without building it.

use anyhow::{Context, Result};
use wasify_lints::registry;

use super::show;
use crate::args::{DoctorArgs, GlobalArgs};
use crate::ecosystem::{BuildRequest, cargo};
use crate::execute::surroundings::Surroundings;
use crate::levels::Levels;
use crate::report::output::Outputs;
use crate::report::{Project, Report, Status, Surveyed, human};
use crate::terminal::Terminal;
use crate::toolchain::c;

/// Examines the project and reports.
///
/// # Errors
/// A wrong name of a rule, no project, or a missing tool. That cargo can't resolve the project is no error:
/// it is in the report.
pub fn run(args: &DoctorArgs, global: &GlobalArgs, terminal: &Terminal) -> Result<Status> {
    let rules = registry::rules().context("failed to read the rules")?;
    let levels = args.levels.resolve(rules)?;
    let around = Surroundings::of_process()?;
    let outputs = Outputs::new(&args.output.outputs, &around.cwd, &[])?;
    let request = args.request();
    if args.install.is_some() {
        let offline = request.offline || request.frozen;
        c::install(&around, &around.cwd, offline, terminal)?;
    }
    if !args.workspace_roots.is_empty() {
        return super::fleet::run(args, &levels, &outputs, terminal);
    }
    let report = examined(&around, &request, &levels, terminal)?;
    show(&report, &outputs, global, terminal, human::doctor)
}

/// The report on one project.
pub(super) fn examined(
    around: &Surroundings,
    request: &BuildRequest,
    levels: &Levels,
    terminal: &Terminal,
) -> Result<Report> {
    let examined = cargo::examine(around, request, terminal)?;
    let (survey, failure) = match examined.survey {
        Ok(survey) => (Some(Surveyed::new(survey, levels)), None),
        Err(failure) => (None, Some(failure)),
    };
    Ok(Report {
        project: Some(Project::new(
            examined.project,
            examined.root,
            request.published.is_some(),
        )),
        artifacts: Vec::new(),
        failure,
        ports: Vec::new(),
        flags: Vec::new(),
        of_build: Vec::new(),
        c_search: examined.c_search,
        survey,
        lines_with: None,
        ratchet: None,
    })
}
