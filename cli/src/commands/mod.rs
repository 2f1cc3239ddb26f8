//! One file a subcommand, with one `run` each.

pub mod build;
pub mod doctor;
pub mod eject;
pub mod explain;
pub mod hosts;
pub mod inspect;
pub mod ports;
mod ratcheting;
pub mod rules;
pub mod run;
pub mod stub;
pub mod test;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::args::{Format, GlobalArgs};
use crate::events::Events as _;
use crate::execute::surroundings::Surroundings;
use crate::fix::journal;
use crate::report::human::Look;
use crate::report::{Report, Sources, Status, json};
use crate::terminal::Terminal;

/// Shows a report in the format asked for, and says how the run ended.
fn show(
    report: &Report,
    format: Format,
    global: &GlobalArgs,
    terminal: &Terminal,
    write: fn(&Report, &Look) -> String,
) -> Result<Status> {
    let text = match format {
        Format::Json => json::render(report).context("failed to write the report as JSON")?,
        Format::Human => {
            let root = report
                .project
                .as_ref()
                .map(|project| project.root.as_path());
            let look = Look {
                width: terminal.width(),
                wrap_titles: terminal.is_read(),
                verbose: global.verbose,
                sources: Sources::new(root),
            };
            write(report, &look)
        }
    };
    print(terminal, &text)?;
    Ok(report.status())
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
