//! Inspecting a component against validating it.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use wasify_lints::facts::{Facts, Input as Binary, Packages};
use wasmparser::{Validator, WasmFeatures};

use crate::inputs::{self, Input};

const RUNS: usize = 21;

/// The time to read and judge a component, against that of wasmparser's validator.
pub(crate) fn time(input: &Input) -> Result<[String; 4]> {
    let bytes = without_lines(std::fs::read(&input.path)?);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(clock(|| inspect(&bytes))?);
        theirs.push(clock(|| {
            Validator::new_with_features(WasmFeatures::all()).validate_all(&bytes)?;
            Ok(())
        })?);
    }
    let (ours, theirs) = (inputs::median(ours), inputs::median(theirs));
    Ok([
        format!("inspecting {}", input.name),
        milliseconds(ours),
        format!("{} validating with `wasmparser`", milliseconds(theirs)),
        format!("{:.2} ×", ours.as_secs_f64() / theirs.as_secs_f64()),
    ])
}

fn inspect(bytes: &[u8]) -> Result<()> {
    let packages = Packages::default();
    let input = Binary {
        artifact: bytes,
        witness: None,
        link_map: None,
        packages: &packages,
    };
    let facts = Facts::read(&input)?;
    black_box(wasify_lints::check(&facts)?);
    Ok(())
}

/// DWARF lookups are no part of the comparison: the validator has nothing like them. A file whose line
/// tables have another name has none.
fn without_lines(mut bytes: Vec<u8>) -> Vec<u8> {
    let name = b".debug_line";
    let mut at = 0;
    while let Some(found) = bytes[at..]
        .windows(name.len())
        .position(|window| window == name)
    {
        bytes[at + found + 1] = b'D';
        at += found + name.len();
    }
    bytes
}

fn clock(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}

/// The peak memory of inspecting a file, against the file's size. A process of its own does it.
pub(crate) fn memory(input: &Input) -> Result<[String; 4]> {
    let this = std::env::current_exe()?;
    let this = this.to_str().context("the benchmark's path is not UTF-8")?;
    let output = inputs::program(this)
        .arg("peak-memory-of")
        .arg(&input.path)
        .output()?;
    let peak: u64 = String::from_utf8_lossy(&output.stdout).trim().parse()?;
    let size = std::fs::metadata(&input.path)?.len();
    let limit = 4 * size + 64 * 1024 * 1024;
    Ok([
        format!("peak memory, {}", input.name),
        megabytes(peak),
        format!("{}, the file's size", megabytes(size)),
        format!("{:.2} of 4 × size + 64 MiB", peak as f64 / limit as f64),
    ])
}

/// Inspects a file and prints the most memory this process ever had, in bytes.
pub(crate) fn print_peak_memory(file: &Path) -> Result<()> {
    inspect(&std::fs::read(file)?)?;
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes: u64 = line
        .and_then(|line| line.split_whitespace().nth(1))
        .context("no VmHWM in /proc/self/status")?
        .parse()?;
    crate::table::line(&(kilobytes * 1024).to_string());
    Ok(())
}

pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
