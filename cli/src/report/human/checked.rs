//! What `cargo check` says of a project with the changes of `--fix`, in a sentence.

use super::text::{clean, count};
use crate::ecosystem::{CheckFailure, Checked};
use crate::execute::shim::TARGET;

/// Which changes `wasify doctor --check` has made.
pub const OF_DOCTOR: &str = "of `wasify build --fix=all`";

/// `verified: ...` or `not verified: ...`. `of` says which changes these are.
#[must_use]
pub fn checked(checked: &Checked, of: &str) -> String {
    let with = match checked.changes {
        0 => String::new(),
        some => format!(" with {} {of}", count(some as u64, "change")),
    };
    match &checked.failure {
        None => format!("verified: `cargo check` for {TARGET} passes{with}"),
        Some(CheckFailure::Packages(packages)) => {
            let names: Vec<String> = packages.iter().map(super::crate_name).collect();
            let names = names.join(", ");
            format!("not verified: `cargo check` for {TARGET} fails{with}, for {names}")
        }
        Some(CheckFailure::Cargo(said)) => {
            let said = clean(said);
            format!("not verified: `cargo check` for {TARGET} does not begin{with}: {said}")
        }
    }
}
