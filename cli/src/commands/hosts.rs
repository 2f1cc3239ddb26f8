//! `wasify hosts`: the hosts that `--host` knows.

use anyhow::{Context, Result};
use wasify_lints::hosts;

use super::print;
use crate::report::{Status, human};
use crate::terminal::Terminal;

/// Lists all hosts.
///
/// # Errors
/// An embedded host file is broken, or standard output can't be written.
pub fn run(terminal: &Terminal) -> Result<Status> {
    let hosts = hosts::hosts().context("failed to read the hosts")?;
    print(terminal, &human::hosts(hosts, terminal.width()))?;
    Ok(Status::Clean)
}
