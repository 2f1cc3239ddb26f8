//! A hostile guest, `fixtures/projects/hostile`, tries to get out of the sandbox: what it is refused, and what is
//! written down about it.

mod common;
mod network;
