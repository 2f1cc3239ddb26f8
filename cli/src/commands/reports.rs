//! `wasify report`: what becomes of reports.

use anyhow::{Context, Result};

use super::print;
use crate::args::Format;
use crate::args::reports::{MergeArgs, ReportsArgs, ReportsCommand};
use crate::fleet;
use crate::report::{Status, human};
use crate::terminal::Terminal;

/// Puts reports together.
///
/// # Errors
/// A file can't be read, is no report, or contradicts another.
pub fn run(args: &ReportsArgs, terminal: &Terminal) -> Result<Status> {
    match &args.command {
        ReportsCommand::Merge(args) => merge(args, terminal),
    }
}

fn merge(args: &MergeArgs, terminal: &Terminal) -> Result<Status> {
    let mut files = Vec::new();
    for file in &args.files {
        files.push((file.clone(), fleet::read(file)?));
    }
    let merged = fleet::merge(files)?;
    let text = match args.format {
        Format::Human => human::fleet(&merged, terminal.width()),
        Format::Json => fleet::render(&merged).context("failed to write the fleet as JSON")?,
    };
    print(terminal, &text)?;
    Ok(match merged.is_wrong() {
        true => Status::Found,
        false => Status::Clean,
    })
}
