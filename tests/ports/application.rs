//! An application whose own source is ported: it does what its native program does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::semver::Version;
use serde::Deserialize;
use wasify::ecosystem::cargo::published_source;
use wasify::execute::surroundings::Surroundings;
use wasify::terminal::Terminal;
use wasify_templates::port::Port;

use crate::common;
use crate::project::scratch;
use crate::proof::{self, Folder, Left, Seen, input, wasify_run};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// `fixtures/ports/<port>/proof.toml` of an application.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Golden {
    /// The program's name.
    program: String,
    /// Arguments for cargo, for both builds.
    #[serde(default)]
    build: Vec<String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    folder: Folder,
    /// What each run reads from standard input.
    #[serde(default)]
    stdin: String,
    /// The arguments of each run.
    commands: Vec<Vec<String>>,
}

/// Builds the port and the native program, and compares what they print, how they end, and what they make of
/// their folder.
pub(crate) fn works(port: &'static Port, version: &Version) -> Result<()> {
    let (golden, _) = proof::read::<Golden>(port)?;
    let source = source(port, version)?;
    let ported = golden.ported(port, version)?;
    let native = golden.native(&source, &format!("{}-{version}", port.krate))?;
    let mut complaints = Vec::new();
    for arguments in &golden.commands {
        let (expected, expected_left) = golden.run_native(&native, arguments)?;
        let folder = golden.folder.make()?;
        let mut command = wasify_run(&folder, &ported, &golden.environment);
        command
            .arg("--")
            .args(arguments)
            .stdin(input(&golden.stdin)?);
        let seen = Seen::of(&mut command)?;
        if (&seen.stdout, seen.end) != (&expected.stdout, expected.end) {
            complaints.push(format!(
                "{arguments:?}: natively {expected:#?}, ported {seen:#?}"
            ));
        }
        let left = proof::left(folder.path())?;
        if left != expected_left {
            complaints.push(format!(
                "{arguments:?}: natively leaves {expected_left:#?}, ported {left:#?}"
            ));
        }
    }
    if complaints.is_empty() {
        return Ok(());
    }
    Err(complaints.join("\n").into())
}

/// wasify's directory: it keeps the application's source there, and the copies that it changes.
fn home() -> PathBuf {
    scratch().join("home")
}

/// wasify's own copy of the source.
fn source(port: &Port, version: &Version) -> Result<PathBuf> {
    let mut around = Surroundings::of_process()?;
    let home = home().into_os_string();
    around.vars.insert("WASIFY_HOME".into(), Some(home));
    Ok(published_source(
        &around,
        &port.krate,
        version,
        false,
        &Terminal::plain(),
    )?)
}

impl Golden {
    /// With the lock file that it was published with, or with the repaired one where that can't be used.
    fn native(&self, source: &Path, version: &str) -> Result<PathBuf> {
        if let Err(error) = cargo(source, &self.build) {
            let repaired = home().join("ported").join(version);
            cargo(&repaired, &self.build).map_err(|again| format!("{error}\n{again}"))?;
        }
        Ok(scratch().join("target/debug").join(&self.program))
    }

    /// Built as a user does it: wasify finds the ports by itself.
    fn ported(&self, port: &Port, version: &Version) -> Result<PathBuf> {
        let name = format!("{}-{version}", port.krate);
        let place = scratch().join("applications").join(&name);
        for stale in [&place, &home().join("ported").join(&name)] {
            match std::fs::remove_dir_all(stale) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
        std::fs::create_dir_all(&place)?;
        let mut command = common::wasify(&place);
        command
            .env("WASIFY_HOME", home())
            .args(["build", "--fix=all", "--crate"])
            .arg(format!("{}@{version}", port.krate))
            .args(&self.build)
            .arg("--target-dir")
            .arg(scratch().join("target"));
        let output = command.output()?;
        let program = place.join(&self.program).with_extension("wasm");
        if program.is_file() {
            return Ok(program);
        }
        Err(String::from_utf8_lossy(&output.stderr).into())
    }

    fn run_native(&self, program: &Path, arguments: &[String]) -> Result<(Seen, Left)> {
        let folder = self.folder.make()?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the native program is what the port is compared with"
        )]
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(folder.path())
            .env_clear()
            .envs(&self.environment)
            .stdin(input(&self.stdin)?);
        Ok((Seen::of(&mut command)?, proof::left(folder.path())?))
    }
}

#[expect(clippy::disallowed_methods, reason = "the native program is cargo's")]
fn cargo(place: &Path, build: &[String]) -> Result<()> {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--locked"])
        .args(build)
        .arg("--target-dir")
        .arg(scratch().join("target"))
        .current_dir(place)
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into())
}
