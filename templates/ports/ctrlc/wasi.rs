//! WASI has no signals: a handler can be set, and nothing ever calls it.

use std::fmt;

/// There is no signal that could be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {}

/// What can go wrong when a handler is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// A handler is set already. Nobody else can have set one, so it is never returned.
    #[allow(dead_code)]
    EEXIST,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a handler is set already")
    }
}

impl std::error::Error for Error {}

/// There is nothing to be told of.
pub unsafe fn init_os_handler(_overwrite: bool) -> Result<(), Error> {
    Ok(())
}
