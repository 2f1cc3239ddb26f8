//! A port in a pipeline: the ratchet, what `wasify init` writes, and a team's day with both.

// A test may panic.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod deployed;
mod fleet;
mod image;
mod linted;
mod page;
mod project;
mod ratchet;
mod team;
