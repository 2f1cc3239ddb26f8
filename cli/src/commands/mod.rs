//! One file a subcommand, with one `run` each.

pub mod build;
pub mod doctor;
pub mod eject;
pub mod explain;
pub mod hosts;
pub mod inspect;
pub mod pages;
pub mod ports;
mod ratcheting;
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
use crate::report::human::Look;
use crate::report::output::Outputs;
use crate::report::{Report, Sources, Status, json};
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
    print(terminal, &render(report, outputs.stdout, &look, human)?)?;
    let mut failed = None;
    for file in &outputs.files {
        let mut text = render(report, file.format, &look.for_file(), human)?;
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
        None => Ok(report.status()),
    }
}

fn render(report: &Report, format: ReportFormat, look: &Look, human: Human) -> Result<String> {
    match format {
        ReportFormat::Human => Ok(human(report, look)),
        ReportFormat::Json => json::render(report).context("failed to write the report as JSON"),
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
