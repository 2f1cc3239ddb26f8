//! Locks: WASI has none, so that each is told to be unsupported.

use super::LockState;
use std::{
    fs::File,
    io::{Error, ErrorKind},
    time::Duration,
};

type Result = std::io::Result<()>;

#[inline]
pub(super) fn open_opts(exclusive: bool) -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.read(true);
    if exclusive {
        options.write(true).create(true);
    }
    options
}

#[inline]
pub(super) fn try_lock(_file: &File, _state: LockState) -> Result {
    Err(ErrorKind::Unsupported.into())
}

#[inline]
pub(super) fn lock(file: &File, state: LockState, _timeout: Option<Duration>) -> Result {
    try_lock(file, state)
}

#[inline]
pub(super) fn unlock(_file: &File) -> Result {
    Err(ErrorKind::Unsupported.into())
}

#[inline]
pub(super) fn is_unsupported(err: &Error) -> bool {
    err.kind() == ErrorKind::Unsupported
}

#[inline]
pub(super) fn is_contended(_err: &Error) -> bool {
    false
}

#[inline]
pub(super) fn is_timed_out(_err: &Error) -> bool {
    false
}
