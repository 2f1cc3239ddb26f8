//! `wasify run`: runs a program, denied by default, and says what it was refused.

use anyhow::Context as _;
use wasify_runtime::{End, Invocation, Limits, Output, Permissions, Runtime, run as start};

use crate::args::run::RunArgs;
use crate::execute::surroundings::Surroundings;
use crate::terminal::Terminal;

/// Runs the program and gives the exit code that it would have had as a native one.
///
/// # Errors
/// The program can't be started.
pub fn run(args: &RunArgs, terminal: &Terminal) -> anyhow::Result<u8> {
    let around = Surroundings::of_process()?;
    let bytes = std::fs::read(&args.file)
        .with_context(|| format!("failed to read `{}`", args.file.display()))?;
    let runtime = Runtime::new(around.wasify_home(), false)?;
    let program = runtime
        .load(&bytes)
        .with_context(|| format!("failed to load `{}`", args.file.display()))?;
    let mut argv = vec![args.file.display().to_string()];
    argv.extend(args.args.iter().cloned());
    let outcome = start(
        &runtime,
        &program,
        &Invocation {
            args: argv,
            permissions: Permissions::default(),
            limits: Limits::default(),
            stdin: None,
            stdout: Output::Inherited,
            stderr: Output::Inherited,
        },
    )?;
    for denial in &outcome.denials {
        terminal.usage(&format!("{denial:?}\n"));
    }
    Ok(match outcome.end {
        End::Success => 0,
        End::Failure(code) => code,
        End::Trap { .. } => 134,
        End::TimedOut { .. } => 124,
    })
}
