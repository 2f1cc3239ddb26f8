//! The components that are measured, and how commands are run.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// A component to inspect.
pub(crate) struct Input {
    /// For the table: `ripgrep 15.2.0, release`.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

/// Where everything that a benchmark makes is kept, for the next run to use.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("speed")
}

/// The release and dev components of two applications.
pub(crate) fn components() -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for (name, version, binary) in [
        ("ripgrep", "15.2.0", "rg"),
        ("coreutils", "0.12.0", "coreutils"),
    ] {
        for profile in ["release", "dev"] {
            let out = folder().join(format!("{name}-{profile}"));
            let path = out.join(format!("{binary}.wasm"));
            if !path.exists() {
                std::fs::create_dir_all(&out)?;
                let mut build = wasify();
                build.args(["build", "--profile", profile, "--crate"]);
                build
                    .arg(format!("{name}@{version}"))
                    .arg("--out-dir")
                    .arg(&out);
                // Findings at deny level are no failure here.
                build.status().context("failed to run wasify")?;
                ensure!(path.exists(), "wasify made no {}", path.display());
            }
            inputs.push(Input {
                name: format!("{name} {version}, {profile}"),
                path,
            });
        }
    }
    Ok(inputs)
}

/// The wasify under measurement, with a home of its own.
pub(crate) fn wasify() -> Command {
    let mut command = program(env!("CARGO_BIN_EXE_wasify"));
    command.env("WASIFY_HOME", folder().join("home"));
    command
}

/// A command without what the benchmark's own cargo has set.
#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark starts what it measures"
)]
pub(crate) fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    for (variable, _) in std::env::vars_os() {
        let name = variable.to_string_lossy();
        if name.starts_with("CARGO") && name != "CARGO_HOME" || name == "RUSTFLAGS" {
            command.env_remove(&variable);
        }
    }
    command
}

/// How long a command takes. Its output is thrown away.
pub(crate) fn time(command: &mut Command) -> Result<Duration> {
    let start = Instant::now();
    let status = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    let took = start.elapsed();
    ensure!(
        status.code().is_some_and(|code| code < 2),
        "{command:?} ended with {status}"
    );
    Ok(took)
}

/// The middle of the times.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
