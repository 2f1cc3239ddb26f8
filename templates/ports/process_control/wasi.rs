//! WASI has no processes, so that there is never a child to control.

use std::fmt;
use std::fmt::Display;
use std::fmt::Formatter;
use std::io;
use std::marker::PhantomData;
use std::process;
use std::process::Child;
use std::process::ChildStderr;
use std::process::ChildStdout;
use std::time::Duration;

use super::control::Pipe;
use super::WaitResult;

#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub(super) struct ExitStatus(process::ExitStatus);

impl ExitStatus {
    pub(super) fn success(self) -> bool {
        self.0.success()
    }

    pub(super) fn code(self) -> Option<i32> {
        self.0.code()
    }
}

impl Display for ExitStatus {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<process::ExitStatus> for ExitStatus {
    fn from(value: process::ExitStatus) -> Self {
        Self(value)
    }
}

/// A pipe of a child.
pub(super) enum OwnedFd {
    Stdout(ChildStdout),
    Stderr(ChildStderr),
}

impl From<ChildStdout> for OwnedFd {
    fn from(value: ChildStdout) -> Self {
        Self::Stdout(value)
    }
}

impl From<ChildStderr> for OwnedFd {
    fn from(value: ChildStderr) -> Self {
        Self::Stderr(value)
    }
}

impl From<OwnedFd> for ChildStdout {
    fn from(value: OwnedFd) -> Self {
        match value {
            OwnedFd::Stdout(pipe) => pipe,
            OwnedFd::Stderr(_) => unreachable!("there are no processes"),
        }
    }
}

#[derive(Debug)]
pub(super) struct Process<'a>(PhantomData<&'a ()>);

impl<'a> Process<'a> {
    pub(super) fn new(_process: &'a mut Child) -> Self {
        Self(PhantomData)
    }

    pub(super) fn wait(&mut self, _limit: Option<Duration>) -> WaitResult<ExitStatus> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

pub(super) fn read2(_pipes: [Option<Pipe>; 2]) -> io::Result<[Vec<u8>; 2]> {
    Err(io::ErrorKind::Unsupported.into())
}
