//! `wasify doctor`: what is known of a project without building it.

use anyhow::{Context, Result};
use wasify_lints::registry;
use wasify_lints::suggestion::Action;
use wasify_lints::tools::C_COMPILER;

use super::show;
use crate::args::doctor::Tool;
use crate::args::{DoctorArgs, GlobalArgs};
use crate::ecosystem::{BuildRequest, Checked, Examined, cargo};
use crate::events::Events as _;
use crate::execute::shim::TARGET;
use crate::execute::surroundings::Surroundings;
use crate::fix::choose::Reach;
use crate::levels::Levels;
use crate::report::output::Outputs;
use crate::report::{Project, Report, Status, Surveyed, human};
use crate::terminal::Terminal;
use crate::toolchain::{self, c};

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
    if !args.workspace_roots.is_empty() {
        return super::fleet::run(args, &levels, &outputs, terminal);
    }
    let mut examined = cargo::examine(&around, &request, None, terminal)?;
    if let Some(tool) = args.install
        && install(tool, &around, &request, &examined, terminal)?
    {
        examined = cargo::examine(&around, &request, None, terminal)?;
    }
    if args.check {
        check(&around, &request, &mut examined, terminal)?;
    }
    let report = reported(examined, &request, &levels);
    show(&report, &outputs, global, terminal, human::doctor)
}

/// Has cargo check the project with all that is suggested and that wasify can carry out.
fn check(
    around: &Surroundings,
    request: &BuildRequest,
    examined: &mut Examined,
    terminal: &Terminal,
) -> Result<()> {
    let Ok(survey) = &mut examined.survey else {
        // There is no graph, and cargo has said why.
        return Ok(());
    };
    let planned = cargo::planned(around, request, Reach::All, true, terminal)?;
    terminal.progress(None);
    if planned.checked.as_ref().is_some_and(Checked::passed) {
        let done = |action: &Action| {
            planned
                .changes
                .iter()
                .any(|change| change.action == *action)
        };
        let found = survey.blocked.iter_mut().chain(&mut survey.limited);
        for suggestion in found.flat_map(|finding| &mut finding.suggestions) {
            suggestion.verified = suggestion.action.as_ref().is_some_and(done);
        }
    }
    examined.checkup.checked = planned.checked;
    Ok(())
}

/// The report on one project.
pub(super) fn reported(examined: Examined, request: &BuildRequest, levels: &Levels) -> Report {
    let (survey, failure) = match examined.survey {
        Ok(survey) => (Some(Surveyed::new(survey, levels)), None),
        Err(failure) => (None, Some(failure)),
    };
    Report {
        project: Some(Project::new(
            examined.project,
            examined.root,
            request.published.is_some(),
        )),
        failure,
        c_search: examined.c_search,
        survey,
        checkup: Some(examined.checkup),
        ..Report::default()
    }
}

/// Installs what was asked for, or what is missing and needed. Gives whether anything was installed.
fn install(
    tool: Tool,
    around: &Surroundings,
    request: &BuildRequest,
    examined: &Examined,
    terminal: &Terminal,
) -> Result<bool> {
    let offline = request.offline || request.frozen;
    let cwd = request
        .path
        .as_deref()
        .map_or(around.cwd.clone(), |path| around.absolute(path));
    let missing = |name: &str| {
        let mut tools = examined.checkup.tools.iter();
        tools.any(|tool| {
            let safe = tool.remedy.as_ref().is_some_and(|remedy| remedy.safe);
            tool.name == name && tool.is_trouble() && safe
        })
    };
    let target = tool == Tool::Target || tool == Tool::Needed && missing(TARGET);
    let compiler = tool == Tool::CCompiler || tool == Tool::Needed && missing(C_COMPILER);
    if target {
        toolchain::ensure_target(around, &cwd, false, offline, terminal)
            .map_err(toolchain::Missing::or_trouble)?;
    }
    if compiler {
        c::install(around, &cwd, offline, terminal)?;
    }
    if tool == Tool::Needed && !target && !compiler {
        terminal.status(
            "Installed",
            "nothing: what the project needs and wasify can install is there",
        );
    }
    Ok(target || compiler)
}
