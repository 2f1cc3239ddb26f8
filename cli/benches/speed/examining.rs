//! `wasify doctor` against `cargo metadata`, which is the least that anybody needs who wants to know the
//! dependency graph.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::Rows;
use crate::inputs::{self, median, time};
use crate::inspecting::milliseconds;

/// Runs a side.
const RUNS: usize = 21;
/// The largest application of the corpus: 1100 packages are locked, and 440 built for the target.
const LARGEST: (&str, &str) = ("nu", "0.115.1");

/// Those that it is built of.
const PACKAGES: u32 = 440;
/// The most that `wasify doctor` may need for 200 packages once cargo's metadata is there.
const MOST: Duration = Duration::from_secs(1);

fn ratio(ours: Duration, theirs: Duration) -> String {
    format!("{:.2} ×", ours.as_secs_f64() / theirs.as_secs_f64())
}

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
    let own = ours.saturating_sub(theirs);
    ensure!(own < MOST, "{} of its own", milliseconds(own));
    Ok(vec![
        [
            format!("`wasify doctor` of {name} {version}"),
            milliseconds(ours),
            format!("{} with `cargo metadata`", milliseconds(theirs)),
            ratio(ours, theirs),
        ],
        [
            format!("of that, beyond what cargo needs, for {PACKAGES} packages"),
            milliseconds(own),
            format!("{}, the most that it may take", milliseconds(MOST)),
            ratio(own, MOST),
        ],
    ])
}
