//! `wasify run`: runs a program, denied by default, and says what it was refused.

use std::sync::Arc;

use anyhow::Context as _;
use wasify_runtime::{
    End, Entry, Frame, Invocation, Limits, Output, Permissions, Runtime, Service, run as start,
};

use crate::args::run::RunArgs;
use crate::execute::surroundings::Surroundings;
use crate::runtime::serve::serve;
use crate::terminal::Terminal;

/// Runs the program and gives the exit code that it would have had as a native one.
///
/// # Errors
/// The program can't be started.
pub fn run(args: &RunArgs, terminal: &Terminal) -> anyhow::Result<u8> {
    let around = Surroundings::of_process()?;
    let bytes = std::fs::read(&args.file)
        .with_context(|| format!("failed to read `{}`", args.file.display()))?;
    // A server's guests take turns, so that one that computes for ever doesn't stop all others.
    let serves = Entry::of(&bytes) == Some(Entry::Http);
    let runtime = Arc::new(Runtime::new(around.wasify_home(), serves)?);
    let program = runtime
        .load(&bytes)
        .with_context(|| format!("failed to load `{}`", args.file.display()))?;
    if program.entry == Entry::Http {
        let service = Service {
            addr: args.addr,
            permissions: Permissions::default(),
            limits: Limits::default(),
            stdout: Output::Inherited,
            stderr: Output::Inherited,
        };
        let backtrace = |frames: &[Frame]| format!("{frames:?}");
        let outcome = serve(runtime, &program, &service, terminal, &backtrace)?;
        for denial in &outcome.denials {
            terminal.usage(&format!("{denial:?}\n"));
        }
        return Ok(0);
    }
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
