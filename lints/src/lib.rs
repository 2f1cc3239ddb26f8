//! What wasify knows: facts about a WebAssembly binary and the build that made it, and the rules
//! that judge them.
//!
//! The flow is one way. [`facts`] reads bytes and gives plain values, once. [`check`] runs every
//! rule of the [`registry`] over those values and gives [`finding::Finding`]s, plain data in a
//! stable order, and [`fit::fit`] judges them against a host of [`hosts`]. Where there is no binary,
//! [`preflight::survey`] judges a dependency graph, and [`explain::explain`] a failure. This crate starts no
//! process, touches no file of the user's and prints nothing; deciding exit codes and wording the report is
//! the caller's work.

mod callers;
mod certain;
mod check;
mod error;
pub mod explain;
pub mod facts;
pub mod finding;
pub mod fit;
pub mod foretold;
pub mod host;
pub mod hosts;
mod judge;
mod matcher;
pub mod missing;
pub mod preflight;
pub mod registry;
pub mod rule;
mod rules;
pub mod rustflags;
pub mod suggestion;
pub mod tools;
mod trace;

pub use check::{Checked, Skipped, check};
pub use error::Error;
