//! A hostile guest, `fixtures/projects/hostile`, tries to get out of the sandbox: what it is refused, and what is
//! written down about it.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;
mod files;
mod limits;
mod network;
mod plain;
