//! The programs that the embedded runtime is measured against: examples of the runtime's own crate, which
//! use nothing but the libraries.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::inputs;

/// The peer of a name, built like wasify itself.
pub(crate) fn peer(name: &str) -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    // target/release/deps/speed-HASH
    let release = this.ancestors().nth(2).context("no target directory")?;
    let target = release.parent().context("no target directory")?;
    let status = inputs::program("cargo")
        .args(["build", "--quiet", "--workspace", "--examples", "--release"])
        .arg("--target-dir")
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()?;
    let path = release.join("examples").join(name);
    ensure!(status.success() && path.exists(), "cargo made no {name}");
    Ok(path)
}

/// The component of one of the fixtures' projects, optimised.
pub(crate) fn fixture(name: &str) -> Result<PathBuf> {
    let target = inputs::folder().join("fixtures");
    let status = inputs::wasify()
        .args(["build", "--release", "--locked", "--target-dir"])
        .arg(&target)
        .arg(format!(
            "{}/../fixtures/projects/{name}",
            env!("CARGO_MANIFEST_DIR")
        ))
        .stderr(std::process::Stdio::null())
        .status()?;
    let path = target
        .join("wasm32-wasip2/release")
        .join(format!("{name}.wasm"));
    ensure!(
        status.code().is_some_and(|code| code < 2) && path.exists(),
        "wasify made no {name}"
    );
    Ok(path)
}
