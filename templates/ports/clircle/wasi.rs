//! What identifies a file on WASI is not stable in Rust's standard library: there are no identifiers.

use crate::{Clircle, Stdio};

use std::convert::TryFrom;
use std::fs::File;
use std::io;

/// There is none.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) enum Identifier {}

fn unsupported() -> io::Error {
    io::Error::new(
        io::ErrorKind::Unsupported,
        "files can't be told apart on WASI",
    )
}

impl Clircle for Identifier {
    fn into_inner(self) -> Option<File> {
        match self {}
    }
}

impl TryFrom<Stdio> for Identifier {
    type Error = io::Error;

    fn try_from(_: Stdio) -> Result<Self, Self::Error> {
        Err(unsupported())
    }
}

impl TryFrom<File> for Identifier {
    type Error = io::Error;

    fn try_from(_: File) -> Result<Self, Self::Error> {
        Err(unsupported())
    }
}
