//! `wasify eject`: the port's flags in cargo's own files.

use anyhow::Result;

use super::print;
use crate::args::eject::EjectArgs;
use crate::ecosystem::cargo::{self, Ejected};
use crate::events::Events as _;
use crate::execute::surroundings::Surroundings;
use crate::report::Status;
use crate::terminal::Terminal;

/// Writes the flags; with `--dry-run`, shows what would be written.
///
/// # Errors
/// There is no project, it has no flags, a setting says otherwise, or the files can't be written. Nothing
/// is changed then.
pub fn run(args: &EjectArgs, terminal: &Terminal) -> Result<Status> {
    let around = Surroundings::of_process()?;
    let ejected = cargo::eject(&around, &args.request(), args.dry_run, terminal)?;
    if args.dry_run {
        print(terminal, &shown(&ejected))?;
    } else {
        for copy in &ejected.copies {
            terminal.status("Copied", &format!("{copy}, with a WASI branch"));
        }
        match ejected.diff.is_empty() {
            true => terminal.status("Unchanged", &ejected.config),
            false => terminal.status("Written", &ejected.config),
        }
        if ejected.locks {
            terminal.status("Written", "Cargo.lock: the copies are what is locked");
        }
        terminal.status("Ejected", "`cargo wasi-build` builds the port");
    }
    for note in &ejected.notes {
        terminal.warning(note);
    }
    Ok(Status::Clean)
}

/// What would be written, as comments and a diff.
fn shown(ejected: &Ejected) -> String {
    let mut text = String::new();
    for copy in &ejected.copies {
        text.push_str(&format!("# write {copy}, a copy with a WASI branch\n"));
    }
    if ejected.locks {
        text.push_str("# change Cargo.lock: the copies are what is locked\n");
    }
    if ejected.diff.is_empty() {
        text.push_str(&format!("# leave {} as it is\n", ejected.config));
    }
    text.push_str(&ejected.diff);
    text
}
