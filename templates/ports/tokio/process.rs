//! Processes, which WASI doesn't have: a command can be described, and gives the error of starting it.

use std::convert::Infallible;
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::process::{Command as StdCommand, ExitStatus, Output, Stdio};
use std::task::{Context, Poll};

use crate::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A command that can't be started.
#[derive(Debug)]
pub struct Command {
    std: StdCommand,
    kill_on_drop: bool,
}

impl Command {
    /// The command of this program.
    pub fn new<S: AsRef<OsStr>>(program: S) -> Command {
        Command::from(StdCommand::new(program))
    }

    /// std's own.
    pub fn as_std(&self) -> &StdCommand {
        &self.std
    }

    /// std's own, to be changed.
    pub fn as_std_mut(&mut self) -> &mut StdCommand {
        &mut self.std
    }

    /// std's own.
    pub fn into_std(self) -> StdCommand {
        self.std
    }

    /// Adds an argument.
    pub fn arg<S: AsRef<OsStr>>(&mut self, arg: S) -> &mut Command {
        self.std.arg(arg);
        self
    }

    /// Adds arguments.
    pub fn args<I, S>(&mut self, args: I) -> &mut Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.std.args(args);
        self
    }

    /// Sets a variable.
    pub fn env<K: AsRef<OsStr>, V: AsRef<OsStr>>(&mut self, key: K, val: V) -> &mut Command {
        self.std.env(key, val);
        self
    }

    /// Sets variables.
    pub fn envs<I, K, V>(&mut self, vars: I) -> &mut Command
    where
        I: IntoIterator<Item = (K, V)>,
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        self.std.envs(vars);
        self
    }

    /// Removes a variable.
    pub fn env_remove<K: AsRef<OsStr>>(&mut self, key: K) -> &mut Command {
        self.std.env_remove(key);
        self
    }

    /// Removes all variables.
    pub fn env_clear(&mut self) -> &mut Command {
        self.std.env_clear();
        self
    }

    /// Sets the directory that it would start in.
    pub fn current_dir<P: AsRef<Path>>(&mut self, dir: P) -> &mut Command {
        self.std.current_dir(dir);
        self
    }

    /// Sets its standard input.
    pub fn stdin<T: Into<Stdio>>(&mut self, cfg: T) -> &mut Command {
        self.std.stdin(cfg);
        self
    }

    /// Sets its standard output.
    pub fn stdout<T: Into<Stdio>>(&mut self, cfg: T) -> &mut Command {
        self.std.stdout(cfg);
        self
    }

    /// Sets its standard error.
    pub fn stderr<T: Into<Stdio>>(&mut self, cfg: T) -> &mut Command {
        self.std.stderr(cfg);
        self
    }

    /// Whether it would be ended when its handle is dropped.
    pub fn kill_on_drop(&mut self, kill_on_drop: bool) -> &mut Command {
        self.kill_on_drop = kill_on_drop;
        self
    }

    /// What [`kill_on_drop`](Command::kill_on_drop) was told.
    pub fn get_kill_on_drop(&self) -> bool {
        self.kill_on_drop
    }

    /// Gives the error of std's own, of the kind `Unsupported`.
    pub fn spawn(&mut self) -> io::Result<Child> {
        match self.std.spawn() {
            Ok(_) => Err(io::ErrorKind::Unsupported.into()),
            Err(error) => Err(error),
        }
    }

    /// Gives the error of [`spawn`](Command::spawn).
    pub fn status(&mut self) -> impl std::future::Future<Output = io::Result<ExitStatus>> {
        let started = self.spawn();
        async move { started?.wait().await }
    }

    /// Gives the error of [`spawn`](Command::spawn).
    pub fn output(&mut self) -> impl std::future::Future<Output = io::Result<Output>> {
        let started = self.spawn();
        async move { started?.wait_with_output().await }
    }
}

impl From<StdCommand> for Command {
    fn from(std: StdCommand) -> Command {
        Command {
            std,
            kill_on_drop: false,
        }
    }
}

/// A process, of which there is none.
#[derive(Debug)]
pub struct Child {
    /// Its standard input.
    pub stdin: Option<ChildStdin>,
    /// Its standard output.
    pub stdout: Option<ChildStdout>,
    /// Its standard error.
    pub stderr: Option<ChildStderr>,
    never: Infallible,
}

impl Child {
    /// Its number.
    pub fn id(&self) -> Option<u32> {
        match self.never {}
    }

    /// Asks for its end.
    pub fn start_kill(&mut self) -> io::Result<()> {
        match self.never {}
    }

    /// Ends it.
    pub async fn kill(&mut self) -> io::Result<()> {
        match self.never {}
    }

    /// Waits for its end.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        match self.never {}
    }

    /// How it ended, if it did.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        match self.never {}
    }

    /// Waits for its end and for all that it prints.
    pub async fn wait_with_output(self) -> io::Result<Output> {
        match self.never {}
    }
}

/// The standard input of a process.
#[derive(Debug)]
pub struct ChildStdin(Infallible);

/// The standard output of a process.
#[derive(Debug)]
pub struct ChildStdout(Infallible);

/// The standard error of a process.
#[derive(Debug)]
pub struct ChildStderr(Infallible);

impl AsyncWrite for ChildStdin {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        match self.0 {}
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.0 {}
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.0 {}
    }
}

macro_rules! read {
    ($($name:ident)*) => {
        $(
            impl AsyncRead for $name {
                fn poll_read(
                    self: Pin<&mut Self>,
                    _: &mut Context<'_>,
                    _: &mut ReadBuf<'_>,
                ) -> Poll<io::Result<()>> {
                    match self.0 {}
                }
            }
        )*
    };
}

read! { ChildStdout ChildStderr }

macro_rules! stdio {
    ($($name:ident)*) => {
        $(
            impl TryInto<Stdio> for $name {
                type Error = io::Error;

                fn try_into(self) -> io::Result<Stdio> {
                    match self.0 {}
                }
            }
        )*
    };
}

stdio! { ChildStdin ChildStdout ChildStderr }
