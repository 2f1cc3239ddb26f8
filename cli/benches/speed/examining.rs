//! `wasify doctor` against `cargo metadata`, which is the least that anybody needs who wants to know the
//! dependency graph.

use anyhow::Result;

use crate::Rows;
use crate::inputs::{self, median, time};
use crate::inspecting::milliseconds;

/// Runs a side.
const RUNS: usize = 21;
/// The largest application of the corpus: 1100 packages are locked, and 440 built for the target.
const LARGEST: (&str, &str) = ("nu", "0.115.1");

/// Knowing what will not build, without building it.
pub(crate) fn preflight() -> Result<Rows> {
    let (name, version) = LARGEST;
    let spec = format!("{name}@{version}");
    let ours = || {
        let mut command = inputs::wasify();
        time(command.args(["doctor", "--format", "json", "--crate", &spec]))
    };
    // The first run fetches its source.
    ours()?;
    let manifest = inputs::folder().join(format!("home/crates/{name}-{version}/Cargo.toml"));
    let theirs = || {
        let mut command = inputs::program("cargo");
        command.args([
            "metadata",
            "--format-version=1",
            "--locked",
            "--manifest-path",
        ]);
        time(command.arg(&manifest))
    };
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        our_times.push(ours()?);
        their_times.push(theirs()?);
    }
    let (ours, theirs) = (median(our_times), median(their_times));
    Ok(vec![[
        format!("`wasify doctor` of {name} {version}"),
        milliseconds(ours),
        format!("{} with `cargo metadata`", milliseconds(theirs)),
        format!("{:.2} ×", ours.as_secs_f64() / theirs.as_secs_f64()),
    ]])
}
