//! Starting a component whose code is compiled: `wasify run` against the bare library.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::Rows;
use crate::inputs::{self, median, time};
use crate::inspecting::{megabytes, milliseconds};
use crate::peers;

/// Starts a side.
const RUNS: usize = 61;

/// A small component, and a large one.
pub(crate) fn cached() -> Result<Rows> {
    let bare = peers::peer("bare_start")?;
    let small = peers::fixture("hello")?;
    let large = inputs::components()?.swap_remove(0);
    Ok(vec![
        row("a program that prints a line", &small, &bare)?,
        row(&format!("{} (`--version`)", large.name), &large.path, &bare)?,
    ])
}

/// A little more than the cache waits before it goes by a file's times.
const SETTLED: Duration = Duration::from_secs(4);

fn row(name: &str, component: &Path, bare: &Path) -> Result<[String; 4]> {
    let code = component.with_extension("bare.cwasm");
    let mut compile = crate::inputs::program(&bare.to_string_lossy());
    time(compile.arg("compile").arg(component).arg(&code))?;
    let ours = || {
        let mut command = inputs::wasify();
        time(command.arg("run").arg(component).args(["--", "--version"]))
    };
    let theirs = || {
        let mut command = inputs::program(&bare.to_string_lossy());
        time(command.arg("run").arg(&code).arg("--version"))
    };
    // The first start compiles. A file that changed within the last seconds is not yet trusted by its
    // times alone: the second, after a while, reads the entry and notes that it is sound.
    ours()?;
    std::thread::sleep(SETTLED);
    ours()?;
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        our_times.push(ours()?);
        their_times.push(theirs()?);
    }
    let (ours, theirs) = (median(our_times), median(their_times));
    Ok([
        format!("starting a cached component: {name}"),
        milliseconds(ours),
        format!("{} with the bare library", milliseconds(theirs)),
        format!("{:.2} ×", ours.as_secs_f64() / theirs.as_secs_f64()),
    ])
}

/// What embedding the runtime makes of the program's size.
pub(crate) fn size() -> Result<Rows> {
    let ours = std::fs::metadata(env!("CARGO_BIN_EXE_wasify"))?.len();
    let bare = std::fs::metadata(peers::peer("bare_start")?)?.len();
    Ok(vec![[
        "size of `wasify` itself".to_owned(),
        megabytes(ours),
        format!("{} of the bare library in a program", megabytes(bare)),
        format!("{:.2} ×", ours as f64 / bare as f64),
    ]])
}
