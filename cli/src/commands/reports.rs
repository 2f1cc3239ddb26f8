//! `wasify report`: what becomes of reports.

use anyhow::{Context, Result};

use super::print;
use crate::args::Format;
use crate::args::reports::{HtmlArgs, MergeArgs, ReportsArgs, ReportsCommand};
use crate::events::Events as _;
use crate::execute::files;
use crate::fleet;
use crate::report::{Status, html, human};
use crate::terminal::Terminal;

/// Puts reports together.
///
/// # Errors
/// A file can't be read, is no report, or contradicts another.
pub fn run(args: &ReportsArgs, terminal: &Terminal) -> Result<Status> {
    match &args.command {
        ReportsCommand::Merge(args) => merge(args, terminal),
        ReportsCommand::Html(args) => page(args, terminal),
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

/// Writes a page. What is wrong is in it, and no failure of writing it.
fn page(args: &HtmlArgs, terminal: &Terminal) -> Result<Status> {
    let page = html::page(&fleet::read(&args.file)?);
    match &args.output {
        None => print(terminal, &page)?,
        Some(file) => {
            files::write_whole(file, page.as_bytes())
                .with_context(|| format!("failed to write `{}`", file.display()))?;
            terminal.status("Written", &file.display().to_string());
        }
    }
    Ok(Status::Clean)
}
