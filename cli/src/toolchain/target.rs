//! Rust itself, and its standard library for the target.

use std::fs::File;
use std::io;
use std::path::Path;

use cargo_metadata::cargo_platform::Cfg;

use super::missing::Missing;
use crate::ecosystem::trouble::Trouble;
use crate::events::Events;
use crate::execute::shim::TARGET;
use crate::execute::surroundings::Surroundings;
use crate::execute::{self, Output};
use crate::plan::Invocation;

/// Makes sure that the Rust which cargo will use in `cwd` can compile for the target: one question
/// to rustc, and an installation when the answer is no.
///
/// # Errors
/// [`Missing`] with `no_install`, and when the directory asks for a toolchain that is not there; otherwise a
/// [`Trouble`] that names the missing tool, or says why the installation failed.
pub fn ensure_target(
    around: &Surroundings,
    cwd: &Path,
    no_install: bool,
    offline: bool,
    events: &dyn Events,
) -> anyhow::Result<()> {
    if is_installed(around, cwd)? {
        return Ok(());
    }
    if no_install {
        return Err(Missing::Target(TARGET).into());
    }
    let missing = format!("Rust's standard library for `{TARGET}` is not installed");
    if offline {
        return Err(
            Trouble::new(format!("{missing}, and `--offline` forbids downloading it"))
                .help(format!("with a network: `rustup target add {TARGET}`"))
                .into(),
        );
    }
    let _alone = alone(around);
    if is_installed(around, cwd)? {
        return Ok(());
    }
    events.status(
        "Installing",
        &format!("{TARGET}, Rust's standard library for WASI"),
    );
    let add = around
        .program("rustup")
        .cwd(cwd)
        .args(["target", "add", TARGET]);
    let added = start(&add, || {
        Trouble::new(format!("{missing}, and there is no `rustup` to install it"))
            .help("install it with the package manager that installed `rustc`")
            .help("or install Rust with rustup, from https://rustup.rs")
    })?;
    if !added.status.success() {
        return Err(install_failed(&missing, &added.stderr).into());
    }
    if is_installed(around, cwd)? {
        return Ok(());
    }
    Err(Trouble::new(format!(
        "{missing} for the `rustc` on `PATH`, although rustup has installed it for its own"
    ))
    .help("if `rustc` and `rustup` are of different installations, put rustup's directory (`~/.cargo/bin`) first in `PATH`")
    .help(format!("if the installation is damaged: `rustup target remove {TARGET}`, then try again"))
    .into())
}

/// Waits until no other wasify is installing: two runs of rustup at once get in each other's way. Where
/// wasify can't write, there is nothing to wait for.
fn alone(around: &Surroundings) -> Option<File> {
    let home = around.wasify_home()?;
    std::fs::create_dir_all(&home).ok()?;
    let file = File::create(home.join(".rustup-lock")).ok()?;
    file.lock().ok()?;
    Some(file)
}

/// Whether the standard library lies where the compiler looks for it.
pub(super) fn is_installed(around: &Surroundings, cwd: &Path) -> anyhow::Result<bool> {
    let rustc = around.var("RUSTC").unwrap_or_else(|| "rustc".into());
    let ask = around
        .program(rustc)
        .cwd(cwd)
        .args(["--print", "target-libdir", "--target", TARGET]);
    let answer = start(&ask, || no_rust("rustc"))?;
    if !answer.status.success() {
        return Err(rustc_failed(around, cwd, &answer.stderr));
    }
    let directory = Path::new(answer.stdout.trim());
    let Ok(files) = std::fs::read_dir(directory) else {
        return Ok(false);
    };
    // The directory alone may be what an interrupted installation left.
    let mut names = files.flatten().map(|file| file.file_name());
    Ok(names.any(|name| name.to_string_lossy().starts_with("libstd-")))
}

/// What rustc's `cfg` knows of the target, which decides on the dependencies of some targets only. The
/// standard library need not be installed for it.
///
/// # Errors
/// As [`ensure_target`], for a Rust that can't be asked.
pub fn target_cfgs(around: &Surroundings, cwd: &Path) -> anyhow::Result<Vec<Cfg>> {
    let rustc = around.var("RUSTC").unwrap_or_else(|| "rustc".into());
    let ask = around
        .program(rustc)
        .cwd(cwd)
        .args(["--print", "cfg", "--target", TARGET]);
    let answer = start(&ask, || no_rust("rustc"))?;
    if !answer.status.success() {
        return Err(rustc_failed(around, cwd, &answer.stderr));
    }
    Ok(answer
        .stdout
        .lines()
        .filter_map(|line| line.parse().ok())
        .collect())
}

/// Starts a program and keeps what it says; a missing one is the given trouble.
fn start(invocation: &Invocation, missing: impl FnOnce() -> Trouble) -> anyhow::Result<Output> {
    execute::capture(invocation).map_err(|error| or_missing(error, missing))
}

/// Why cargo could not be started.
pub(crate) fn without_cargo(error: anyhow::Error) -> anyhow::Error {
    or_missing(error, || no_rust("cargo"))
}

/// Why a program could not be started; that there is none is the given trouble.
fn or_missing(error: anyhow::Error, missing: impl FnOnce() -> Trouble) -> anyhow::Error {
    if is_missing(&error) {
        missing().into()
    } else {
        error
    }
}

/// Whether a program could not be started because there is none of that name.
pub(crate) fn is_missing(error: &anyhow::Error) -> bool {
    let cause = error.root_cause().downcast_ref::<io::Error>();
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::NotFound)
}

/// The trouble of a machine without Rust.
pub(crate) fn no_rust(program: &str) -> Trouble {
    Trouble::new(format!(
        "`{program}` was not found: building a Cargo project needs Rust"
    ))
    .help("install Rust with rustup, from https://rustup.rs, then try again")
}

fn rustc_failed(around: &Surroundings, cwd: &Path, stderr: &str) -> anyhow::Error {
    let said = first_error(stderr);
    match Missing::toolchain(around, cwd, &said) {
        Some(missing) => missing.into(),
        None => unusable(&said).into(),
    }
}

/// A Rust that is there and does not work.
fn unusable(said: &str) -> Trouble {
    if said.contains("target specification") || said.contains("specification for target") {
        return Trouble::new(format!(
            "this Rust is too old: it does not know the target `{TARGET}`"
        ))
        .help("`rustup update`; Rust 1.82 is the first that knows it");
    }
    if said.contains("is not installed") || said.contains("toolchain") {
        return Trouble::new(format!(
            "the Rust toolchain that this directory asks for can't be used: {said}"
        ))
        .help("install it with `rustup toolchain install`, in that directory")
        .help("or choose another with `RUSTUP_TOOLCHAIN=stable`");
    }
    Trouble::new(format!("`rustc` does not work: {said}"))
}

fn install_failed(missing: &str, stderr: &str) -> Trouble {
    let said = first_error(stderr);
    let trouble = Trouble::new(format!(
        "{missing}, and `rustup target add {TARGET}` failed: {said}"
    ));
    let network = [
        "could not download",
        "dns error",
        "error sending request",
        "Could not resolve",
    ];
    if network.iter().any(|sign| stderr.contains(sign)) {
        trouble.help("this needs a network once; behind a proxy, set `HTTPS_PROXY`")
    } else {
        trouble.help(format!(
            "run `rustup target add {TARGET}` by hand to see more"
        ))
    }
}

/// The text after the first `error:`, or the last line there is.
fn first_error(stderr: &str) -> String {
    let error = stderr
        .lines()
        .find_map(|line| line.trim().strip_prefix("error:"));
    let line = error.or_else(|| stderr.lines().rev().find(|line| !line.trim().is_empty()));
    line.unwrap_or("it said nothing").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_without_a_network() {
        let rustup = "info: downloading component rust-std\n\
                      error: component download failed for rust-std-wasm32-wasip2\n\n\
                      Caused by:\n    0: could not download file from 'https://x'\n    \
                      1: error sending request for url (https://x)\n";
        assert_eq!(
            install_failed("the standard library is missing", rustup).to_string(),
            "the standard library is missing, and `rustup target add wasm32-wasip2` failed: \
             component download failed for rust-std-wasm32-wasip2\n\
             help: this needs a network once; behind a proxy, set `HTTPS_PROXY`"
        );
    }

    #[test]
    fn a_rust_that_does_not_know_the_target() {
        let rustc = "error: Error loading target specification: Could not find specification for \
                     target \"wasm32-wasip2\". Run `rustc --print target-list`";
        let said = unusable(&first_error(rustc)).to_string();
        assert!(said.starts_with("this Rust is too old"), "{said}");
    }
}
