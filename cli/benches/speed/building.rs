//! `wasify build` against `cargo build` with the same flags.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::Rows;
use crate::inputs::{self, median, time};
use crate::inspecting::{megabytes, milliseconds};

/// Cold builds a side.
const COLD: usize = 3;
/// Builds with nothing to do a side.
const WARM: usize = 11;

/// ripgrep's sources, as `wasify build --crate` has them.
fn sources() -> Result<PathBuf> {
    inputs::components()?;
    Ok(inputs::folder().join("home/crates/ripgrep-15.2.0"))
}

fn plain(target: &Path) -> Command {
    let mut command = inputs::program("cargo");
    command.args([
        "build",
        "--release",
        "--locked",
        "--keep-going",
        "--target",
        "wasm32-wasip2",
    ]);
    command.arg("--target-dir").arg(target);
    command
}

fn ours(target: &Path) -> Command {
    let mut command = inputs::wasify();
    command
        .args(["build", "--release", "--locked"])
        .arg("--target-dir")
        .arg(target);
    command
}

/// What wasify adds to a cold build, and to one with nothing to do.
pub(crate) fn overhead() -> Result<Rows> {
    let sources = sources()?;
    let (first, second) = (
        inputs::folder().join("plain"),
        inputs::folder().join("ours"),
    );
    let (mut cold_plain, mut cold_ours) = (Vec::new(), Vec::new());
    for _ in 0..COLD {
        cold_plain.push(cold(plain(&first), &first, &sources)?);
        cold_ours.push(cold(ours(&second), &second, &sources)?);
    }
    let (mut warm_plain, mut warm_ours) = (Vec::new(), Vec::new());
    for _ in 0..WARM {
        warm_plain.push(time(plain(&first).current_dir(&sources))?);
        warm_ours.push(time(ours(&second).current_dir(&sources))?);
    }
    let (cold_plain, cold_ours) = (median(cold_plain), median(cold_ours));
    let (warm_plain, warm_ours) = (median(warm_plain), median(warm_ours));
    let added = warm_ours.saturating_sub(warm_plain);
    Ok(vec![
        row(
            "`wasify build --release` of ripgrep, cold",
            cold_ours,
            cold_plain,
            {
                let ratio = cold_ours.as_secs_f64() / cold_plain.as_secs_f64();
                format!("{ratio:.3} ×")
            },
        ),
        row("the same with nothing to do", warm_ours, warm_plain, {
            format!("+ {}", milliseconds(added))
        }),
    ])
}

/// What source lines in a release build would cost.
pub(crate) fn line_tables() -> Result<Rows> {
    let sources = sources()?;
    let (without, with) = (
        inputs::folder().join("without"),
        inputs::folder().join("with"),
    );
    let (mut times_without, mut times_with) = (Vec::new(), Vec::new());
    let debug = |target: &Path, level: &str| {
        let mut command = plain(target);
        command.env("CARGO_PROFILE_RELEASE_DEBUG", level);
        command
    };
    for _ in 0..COLD {
        times_without.push(cold(debug(&without, "none"), &without, &sources)?);
        times_with.push(cold(debug(&with, "line-tables-only"), &with, &sources)?);
    }
    let size = |target: &Path| {
        let file = target.join("wasm32-wasip2/release/rg.wasm");
        Ok::<u64, anyhow::Error>(std::fs::metadata(file)?.len())
    };
    let (without_size, with_size) = (size(&without)?, size(&with)?);
    let (without, with) = (median(times_without), median(times_with));
    Ok(vec![
        row(
            "ripgrep with `debug = \"line-tables-only\"`, cold",
            with,
            without,
            format!("{:.3} ×", with.as_secs_f64() / without.as_secs_f64()),
        ),
        [
            "size of its component".to_owned(),
            megabytes(with_size),
            format!("{} with `debug = \"none\"`", megabytes(without_size)),
            format!("{:.1} ×", with_size as f64 / without_size as f64),
        ],
    ])
}

fn cold(mut command: Command, target: &Path, sources: &Path) -> Result<Duration> {
    if target.exists() {
        std::fs::remove_dir_all(target).context("failed to clean a target directory")?;
    }
    time(command.current_dir(sources))
}

fn row(what: &str, ours: Duration, theirs: Duration, figure: String) -> [String; 4] {
    let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
    [
        what.to_owned(),
        seconds(ours),
        format!("{} with plain cargo", seconds(theirs)),
        figure,
    ]
}
