//! One file a subcommand, with one `run` each.

pub mod build;
pub mod doctor;
pub mod eject;
pub mod explain;
mod fleet;
pub mod hosts;
pub mod init;
pub mod inspect;
pub mod pages;
pub mod ports;
mod ratcheting;
pub mod reports;
pub mod rules;
pub mod run;
pub mod stub;
pub mod test;

use std::path::{Path, PathBuf};

use anstream::adapter::strip_str;
use anyhow::{Context, Result};

use crate::args::GlobalArgs;
use crate::args::output::ReportFormat;
use crate::events::Events as _;
use crate::execute::surroundings::Surroundings;
use crate::fix::journal;
use crate::report::human::{FILE_WIDTH, Look};
use crate::report::output::{Outputs, append};
use crate::report::{Report, Sources, Status, github, gitlab, json, junit, markdown, sarif};
use crate::terminal::Terminal;

/// How a command writes its report for people.
type Human = fn(&Report, &Look) -> String;

/// Shows a report and writes its files, and says how the run ended. What standard output gets is shown
/// first: it is there also when a file can't be written.
fn show(
    report: &Report,
    outputs: &Outputs,
    global: &GlobalArgs,
    terminal: &Terminal,
    human: Human,
) -> Result<Status> {
    let look = Look {
        width: terminal.width(),
        wrap_titles: terminal.is_read(),
        verbose: global.verbose,
        sources: Sources::new(
            report
                .project
                .as_ref()
                .map(|project| project.root.as_path()),
        ),
    };
    summarize(report, outputs, terminal);
    deliver(outputs, terminal, |format, width| {
        let look = match width {
            Some(_) => look.for_file(),
            None => look.clone(),
        };
        render(report, format, &look, human)
    })?;
    Ok(report.status())
}

/// In a job of GitHub's CI, adds the summary to that of the job.
fn summarize(report: &Report, outputs: &Outputs, terminal: &Terminal) {
    if outputs.stdout == ReportFormat::Github
        && let Some(summary) = std::env::var_os("GITHUB_STEP_SUMMARY")
        && !summary.is_empty()
    {
        append(Path::new(&summary), &github::summary(report))
            .unwrap_or_else(|error| terminal.warning(&format!("{error:#}")));
    }
}

/// Writes what `render` makes: for standard output, or with the width of a file.
fn deliver(
    outputs: &Outputs,
    terminal: &Terminal,
    render: impl Fn(ReportFormat, Option<usize>) -> Result<String>,
) -> Result<()> {
    print(terminal, &render(outputs.stdout, None)?)?;
    let mut failed = None;
    for file in &outputs.files {
        let mut text = render(file.format, Some(FILE_WIDTH))?;
        if file.format == ReportFormat::Human {
            text = strip_str(&text).to_string();
        }
        match file.write(&text) {
            Ok(()) => terminal.status("Written", &file.shown.display().to_string()),
            // The others are written all the same.
            Err(error) => match &failed {
                None => failed = Some(error),
                Some(_) => terminal.error(&error),
            },
        }
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

fn render(report: &Report, format: ReportFormat, look: &Look, human: Human) -> Result<String> {
    match format {
        ReportFormat::Human => Ok(human(report, look)),
        ReportFormat::Json => json::render(report).context("failed to write the report as JSON"),
        ReportFormat::Sarif => sarif::render(report).context("failed to write the report as SARIF"),
        ReportFormat::Github => Ok(github::render(report)),
        ReportFormat::Gitlab => {
            gitlab::render(report).context("failed to write the report as JSON")
        }
        ReportFormat::Junit => Ok(junit::render(report)),
        ReportFormat::Markdown => Ok(markdown::render(report)),
    }
}

/// Puts right what a killed `--fix` has left, in whatever project. Where that can't be done, the command
/// that was asked for still can.
pub(crate) fn recover(terminal: &Terminal) {
    let home = Surroundings::of_process().map(|around| around.wasify_home());
    let Ok(Some(home)) = home else { return };
    match journal::recover(&home) {
        Ok(put_back) => {
            for lock in put_back {
                let what = format!(
                    "{}, which an interrupted `--fix` had changed",
                    lock.display()
                );
                terminal.status("Restored", &what);
            }
        }
        Err(error) => terminal.warning(&format!("{error:#}")),
    }
}

/// As the user would write it: relative where it is below the current directory.
fn near(path: &Path, cwd: &Path) -> PathBuf {
    path.strip_prefix(cwd).unwrap_or(path).to_owned()
}

fn print(terminal: &Terminal, text: &str) -> Result<()> {
    terminal
        .out(text)
        .context("failed to write to standard output")
}
