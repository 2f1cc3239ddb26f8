//! The only place that starts a process.
//!
//! Children stay in wasify's process group, so that Ctrl-C ends them with it.

pub mod copies;
pub mod files;
pub mod lines;
pub mod objects;
mod patience;
pub mod shim;
pub mod surroundings;

use std::fs::File;
use std::io::{self, Read};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc;

use anyhow::Context as _;

use crate::plan::Invocation;
use lines::{Ending, Splitter};
pub use patience::capture_within;

/// What a finished process left.
#[derive(Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output; bytes that are not UTF-8 are replaced.
    pub stdout: String,
    /// Its standard error, likewise.
    pub stderr: String,
}

/// A piece of what a running process says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A line of standard output.
    Stdout(String),
    /// A line of standard error, and whether it is there to stay.
    Stderr(String, Ending),
}

/// Runs a program to its end and keeps what it wrote.
///
/// # Errors
/// The [`io::Error`] of the start, with the program's name as context.
pub fn capture(invocation: &Invocation) -> anyhow::Result<Output> {
    let output = command(invocation)
        .stdin(Stdio::null())
        .output()
        .with_context(|| start_failed(invocation))?;
    Ok(Output {
        status: output.status,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Starts a program that reads nothing and whose streams are read.
fn started(invocation: &Invocation) -> anyhow::Result<Child> {
    command(invocation)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| start_failed(invocation))
}

/// Runs a program and hands on each line as it comes, on the calling thread.
///
/// # Errors
/// The [`io::Error`] of the start, with the program's name as context.
pub fn follow(invocation: &Invocation, mut on: impl FnMut(Said)) -> anyhow::Result<ExitStatus> {
    let mut child = started(invocation)?;
    let (send, receive) = mpsc::channel();
    let readers = [
        child
            .stdout
            .take()
            .map(|pipe| reader(pipe, send.clone(), |line, _| Said::Stdout(line))),
        child
            .stderr
            .take()
            .map(|pipe| reader(pipe, send.clone(), Said::Stderr)),
    ];
    // The readers hold the other senders: the loop ends when both pipes are closed.
    drop(send);
    for said in receive {
        on(said);
    }
    for thread in readers.into_iter().flatten() {
        // A reader has nothing to say about its end; a panic in it would be a bug in the splitter.
        let _ = thread.join();
    }
    child
        .wait()
        .with_context(|| format!("failed to wait for `{}`", name(invocation)))
}

/// Runs a program to its end with wasify's own standard streams.
///
/// # Errors
/// The [`io::Error`] of the start, with the program's name as context.
pub fn run(invocation: &Invocation) -> anyhow::Result<ExitStatus> {
    let mut child = spawn(invocation, Streams::Inherited)?;
    child
        .wait()
        .with_context(|| format!("failed to wait for `{}`", name(invocation)))
}

/// Where a child's output goes.
#[derive(Debug)]
pub(crate) enum Streams {
    /// To wasify's own.
    Inherited,
    /// Both into one file.
    To(File),
}

/// Starts a program that works beside this one.
pub(crate) fn spawn(invocation: &Invocation, streams: Streams) -> anyhow::Result<Child> {
    let mut command = command(invocation);
    if let Streams::To(file) = streams {
        let second = file.try_clone().context("failed to share a log file")?;
        command.stdin(Stdio::null()).stdout(file).stderr(second);
    }
    command.spawn().with_context(|| start_failed(invocation))
}

/// Replaces this process by another, or, where that is impossible, runs it and takes its exit code.
pub(crate) fn become_process(invocation: &Invocation) -> anyhow::Result<ExitCode> {
    let mut command = command(invocation);
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        // It only returns when it failed.
        Err(command.exec()).with_context(|| start_failed(invocation))
    }
    #[cfg(not(unix))]
    {
        let status = command.status().with_context(|| start_failed(invocation))?;
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        Ok(ExitCode::from(code.unwrap_or(1)))
    }
}

fn reader(
    mut pipe: impl Read + Send + 'static,
    send: mpsc::Sender<Said>,
    said: impl Fn(String, Ending) -> Said + Send + 'static,
) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let mut splitter = Splitter::default();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match pipe.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => splitter.push(&buffer[..read], |line, ending| {
                    // A closed channel means that nobody listens any more; the pipe is still
                    // drained, so that the child is not stopped by it.
                    let _ = send.send(said(line, ending));
                }),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        splitter.finish(|line, ending| {
            let _ = send.send(said(line, ending));
        });
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is where processes are started"
)]
fn command(invocation: &Invocation) -> Command {
    let mut command = Command::new(&invocation.program);
    command.args(&invocation.args);
    for (name, value) in &invocation.env {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(cwd) = &invocation.cwd {
        command.current_dir(cwd);
    }
    command
}

fn name(invocation: &Invocation) -> String {
    invocation.program.to_string_lossy().into_owned()
}

fn start_failed(invocation: &Invocation) -> String {
    format!("failed to start `{}`", name(invocation))
}
