//! `wasify completions` and `wasify man`: scripts and pages made of the command line's own definition.

use std::fs;

use anyhow::{Context, Result};
use clap::CommandFactory as _;
use clap_mangen::Man;

use super::print;
use crate::args::Cli;
use crate::args::pages::{CompletionsArgs, ManArgs};
use crate::events::Events as _;
use crate::report::Status;
use crate::terminal::Terminal;

const NAME: &str = "wasify";

/// Prints the completions for a shell.
///
/// # Errors
/// Standard output can't be written.
pub fn completions(args: &CompletionsArgs, terminal: &Terminal) -> Result<Status> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), NAME, &mut text);
    print(terminal, &String::from_utf8_lossy(&text))?;
    Ok(Status::Clean)
}

/// Prints the manual page, or writes all of them.
///
/// # Errors
/// Standard output or the directory can't be written.
pub fn man(args: &ManArgs, terminal: &Terminal) -> Result<Status> {
    let mut command = Cli::command().name(NAME);
    command.build();
    let Some(directory) = &args.out_dir else {
        print(terminal, &page(command)?)?;
        return Ok(Status::Clean);
    };
    let failed = || format!("failed to write to `{}`", directory.display());
    fs::create_dir_all(directory).with_context(failed)?;
    let mut written = 0;
    for (name, text) in pages(&command, NAME)? {
        fs::write(directory.join(name), text).with_context(failed)?;
        written += 1;
    }
    let what = format!("{written} pages to {}", directory.display());
    terminal.status("Written", &what);
    Ok(Status::Clean)
}

/// The pages of a command and of those below it, by file name.
fn pages(command: &clap::Command, name: &str) -> Result<Vec<(String, String)>> {
    let own = command.clone().name(name.to_owned());
    let mut all = vec![(format!("{name}.1"), page(own)?)];
    let below = command.get_subcommands();
    for command in below.filter(|below| below.get_name() != "help") {
        all.extend(pages(command, &format!("{name}-{}", command.get_name()))?);
    }
    Ok(all)
}

fn page(command: clap::Command) -> Result<String> {
    let mut text = Vec::new();
    Man::new(command)
        .render(&mut text)
        .context("failed to write a page")?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
