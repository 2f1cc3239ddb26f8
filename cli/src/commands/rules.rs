//! `wasify rules`: the catalogue.

use anyhow::{Context, Result};
use wasify_lints::registry;

use super::print;
use crate::args::{Format, RulesArgs};
use crate::report::{Status, human, json};
use crate::terminal::Terminal;

/// Lists all rules.
///
/// # Errors
/// An embedded rule file is broken, or standard output can't be written.
pub fn run(args: &RulesArgs, terminal: &Terminal) -> Result<Status> {
    let rules = registry::rules().context("failed to read the rules")?;
    let text = match args.format {
        Format::Human => human::table(&rules.iter().collect::<Vec<_>>(), terminal.width()),
        Format::Json => json::rules(rules).context("failed to write the rules as JSON")?,
    };
    print(terminal, &text)?;
    Ok(Status::Clean)
}
