//! `wasify`: ports existing applications to WASI.
//!
//! The layers, from the user inwards: [`commands`] run one subcommand each; [`ecosystem`] finds a
//! project, plans its build and reads its failures; `execute` is the only place that
//! starts a process; `wasify_lints` judges what was built; [`report`] renders; [`terminal`] owns
//! stderr, colour and progress.

pub mod args;
pub mod commands;
pub mod ecosystem;
pub mod errors;
pub mod events;
pub mod execute;
pub mod fix;
pub mod fleet;
pub mod hosts;
pub mod init;
pub mod levels;
pub mod plan;
pub mod ratchet;
pub mod report;
pub mod runtime;
pub mod settings;
pub mod stub;
pub mod terminal;
pub mod testing;
pub mod toolchain;
pub mod version;
mod xml;

use std::ffi::OsString;
use std::process::ExitCode;

use args::{Cli, Command};
use clap::error::ErrorKind;
use terminal::Terminal;

/// The exit code when wasify could not do its work.
const FAILED: u8 = 2;

/// Runs the program: parse, run, error to exit code.
#[must_use]
pub fn main() -> ExitCode {
    // First of all: cargo starts wasify once for each crate, and each start counts.
    if let Some(code) = execute::shim::shim_main() {
        return code;
    }
    std::panic::set_hook(Box::new(report_bug));
    std::panic::catch_unwind(start).unwrap_or(ExitCode::from(FAILED))
}

fn start() -> ExitCode {
    let cli = match args::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let terminal = Terminal::new(&cli.global);
    match run(&cli, &terminal) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            terminal.error(&error);
            ExitCode::from(FAILED)
        }
    }
}

fn run(cli: &Cli, terminal: &Terminal) -> anyhow::Result<u8> {
    commands::recover(terminal);
    let status = match &cli.command {
        // The exit code is the program's own.
        Command::Run(args) => return commands::run::run(args, &cli.global, terminal),
        Command::Test(args) => commands::test::run(args, &cli.global, terminal),
        Command::Build(args) => commands::build::run(args, &cli.global, terminal),
        Command::Doctor(args) => commands::doctor::run(args, &cli.global, terminal),
        Command::Inspect(args) => commands::inspect::run(args, &cli.global, terminal),
        Command::Stub(args) => commands::stub::run(args, &cli.global, terminal),
        Command::Init(args) => commands::init::run(args, terminal),
        Command::Report(args) => commands::reports::run(args, terminal),
        Command::Eject(args) => commands::eject::run(args, terminal),
        Command::Explain(args) => commands::explain::run(args, terminal),
        Command::Rules(args) => commands::rules::run(args, terminal),
        Command::Ports(args) => commands::ports::run(args, terminal),
        Command::Hosts => commands::hosts::run(terminal),
        Command::Completions(args) => commands::pages::completions(args, terminal),
        Command::Man(args) => commands::pages::man(args, terminal),
    }?;
    Ok(status.code())
}

/// Help and version go to standard output and are no failure.
fn usage(error: &clap::Error) -> ExitCode {
    let terminal = Terminal::plain();
    let args: Vec<OsString> = std::env::args_os().collect();
    let text = match error.kind() {
        ErrorKind::DisplayVersion if version::is_verbose(&args) => version::verbose(),
        _ => Ok(error.render().ansi().to_string()),
    };
    let text = match text {
        Ok(text) => text,
        Err(error) => {
            terminal.error(&error);
            return ExitCode::from(FAILED);
        }
    };
    if error.use_stderr() {
        terminal.usage(&text);
        return ExitCode::from(FAILED);
    }
    match terminal.out(&text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(FAILED),
    }
}

fn report_bug(panic: &std::panic::PanicHookInfo<'_>) {
    let error = anyhow::anyhow!("{panic}").context("wasify has a bug, and stopped");
    let help = concat!(
        "please report it: ",
        env!("CARGO_PKG_REPOSITORY"),
        "/issues"
    );
    Terminal::plain().error(&errors::helped(error, help));
}
