//! What it costs each crate of a build that the compiler is started through wasify.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::Rows;
use crate::inputs::{self, median, time};
use crate::inspecting::milliseconds;

/// Runs a side.
const RUNS: usize = 101;
/// The most that the wrapper may add to a crate.
const MOST: Duration = Duration::from_millis(5);

/// The smallest crate, compiled for the target as far as its metadata.
pub(crate) fn crates() -> Result<Rows> {
    let folder = inputs::folder().join("wrapped");
    std::fs::create_dir_all(&folder)?;
    let source = folder.join("lib.rs");
    std::fs::write(&source, "pub fn nothing() {}\n")?;
    let compile = |command: &mut Command| {
        command
            .args([
                "--crate-name",
                "nothing",
                "--crate-type",
                "lib",
                "--edition=2021",
            ])
            .args(["--emit=metadata", "--target", "wasm32-wasip2", "--out-dir"])
            .arg(&folder)
            .arg(&source);
        time(command)
    };
    let plain = || compile(&mut inputs::program("rustc"));
    let wrapped = || {
        let mut command = inputs::wasify();
        command.env("WASIFY_SHIM", "rustc").arg("rustc");
        compile(&mut command)
    };
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        theirs.push(plain()?);
        ours.push(wrapped()?);
    }
    let (theirs, ours) = (median(theirs), median(ours));
    let added = ours.saturating_sub(theirs);
    ensure!(added < MOST, "the wrapper adds {}", milliseconds(added));
    Ok(vec![[
        "compiling an empty crate through the wrapper".to_owned(),
        milliseconds(ours),
        format!("{} with plain rustc", milliseconds(theirs)),
        format!("+ {}", milliseconds(added)),
    ]])
}
