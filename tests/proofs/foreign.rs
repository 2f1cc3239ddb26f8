//! Fixtures for a target that wasify doesn't build for.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use crate::built::{self, Profile};
use crate::support;

/// rustup takes what it downloads away from another that downloads the same.
static RUSTUP: Mutex<()> = Mutex::new(());

/// Builds a fixture with plain cargo; rustup adds the target when it is missing.
pub(crate) fn build(fixture: &str, target: &str, profile: Profile) -> Result<PathBuf, String> {
    {
        let _alone = RUSTUP.lock();
        ran("rustup", &["target", "add", target])?;
    }
    let folder = built::target_dir();
    let out = folder.to_str().ok_or("the target directory is no text")?;
    let name = profile.name();
    ran(
        env!("CARGO"),
        &[
            "build",
            "--locked",
            "-p",
            fixture,
            "--target",
            target,
            "--profile",
            name,
            "--target-dir",
            out,
        ],
    )?;
    let profile_folder = if name == "dev" { "debug" } else { name };
    let file = format!("{target}/{profile_folder}/{fixture}.wasm");
    Ok(folder.join(file))
}

#[expect(clippy::disallowed_methods, reason = "wasify has no part in it")]
fn ran(program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(support::fixtures())
        .output()
        .map_err(|error| format!("failed to start {program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(format!("{program} {arguments:?}: {errors}"))
}
