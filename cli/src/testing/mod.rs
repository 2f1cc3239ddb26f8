//! `wasify test`: a project's own tests in the embedded runtime.
//!
//! Cargo builds and starts the test programs as always; wasify is the runner that it starts them with.
//! [`runner`] is that side: it drives one test program ([`drive`]), which the first failing test ends on
//! WASI, until every test has a result, says why each failed ([`verdict`]), shows it as the test program
//! itself would ([`show`]), and leaves a [`record`]. The other side gathers the records ([`results`]).

pub mod docs;
pub mod drive;
pub mod guest;
pub mod harness;
pub mod json;
pub mod junit;
pub mod live;
pub mod permissions;
pub mod record;
pub mod results;
pub mod runner;
pub mod settings;
pub mod show;
pub mod transcript;
pub mod verdict;
