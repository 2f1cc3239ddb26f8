//! An application whose own source is ported: it does what its native program does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::MetadataCommand;
use cargo_metadata::semver::Version;
use serde::Deserialize;
use wasify::ecosystem::cargo::published_source;
use wasify::execute::copies;
use wasify::execute::surroundings::Surroundings;
use wasify::fix::ports;
use wasify::terminal::Terminal;
use wasify_templates::port::Port;

use crate::project::scratch;
use crate::proof::{self, Folder, Seen, wasify_run};

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
    /// The arguments of each run.
    commands: Vec<Vec<String>>,
}

/// Builds the port and the native program, and compares what they print and how they end.
pub(crate) fn works(port: &'static Port, version: &Version) -> Result<()> {
    let (golden, _) = proof::read::<Golden>(port)?;
    let source = source(port, version)?;
    let native = golden.native(&source)?;
    let ported = golden.ported(port, version, &source)?;
    let mut complaints = Vec::new();
    for arguments in &golden.commands {
        let expected = golden.run_native(&native, arguments)?;
        let folder = golden.folder.make()?;
        let mut command = wasify_run(&folder, &ported, &golden.environment);
        let seen = Seen::of(command.arg("--").args(arguments))?;
        if (&seen.stdout, seen.end) != (&expected.stdout, expected.end) {
            complaints.push(format!(
                "{arguments:?}: natively {expected:#?}, ported {seen:#?}"
            ));
        }
    }
    if complaints.is_empty() {
        return Ok(());
    }
    Err(complaints.join("\n").into())
}

/// wasify's own copy of the source, below a directory of the tests.
fn source(port: &Port, version: &Version) -> Result<PathBuf> {
    let mut around = Surroundings::of_process()?;
    let home = scratch().into_os_string();
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
    fn native(&self, source: &Path) -> Result<PathBuf> {
        cargo(source, &self.build, &["--locked"])?;
        Ok(scratch().join("target/debug").join(&self.program))
    }

    fn ported(&self, port: &'static Port, version: &Version, source: &Path) -> Result<PathBuf> {
        let application = ports::make(&scratch(), port, version, source)?;
        // A copy to build in: a patch changes the lock file.
        let place = scratch().join("applications").join(&port.name);
        match std::fs::remove_dir_all(&place) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        copies::copy(&application.directory, &place, |_| Ok(()))?;
        let patches = patches(source)?;
        let mut options = vec!["--target", "wasm32-wasip2"];
        options.extend(
            patches
                .iter()
                .flat_map(|patch| ["--config", patch.as_str()]),
        );
        cargo(&place, &self.build, &options)?;
        let program = format!("target/wasm32-wasip2/debug/{}.wasm", self.program);
        Ok(scratch().join(program))
    }

    fn run_native(&self, program: &Path, arguments: &[String]) -> Result<Seen> {
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
            .envs(&self.environment);
        Seen::of(&mut command)
    }
}

/// cargo's settings that put the ported copies of the dependencies in place.
fn patches(source: &Path) -> Result<Vec<String>> {
    let metadata = MetadataCommand::new()
        .current_dir(source)
        .other_options(["--locked", "--filter-platform", "wasm32-wasip2"].map(str::to_owned))
        .exec()?;
    let mut patches = Vec::new();
    for package in metadata
        .packages
        .iter()
        .filter(|package| package.source.is_some())
    {
        let Some(port) = ports::find(&package.name, &package.version)? else {
            continue;
        };
        let manifest = package.manifest_path.as_std_path();
        let source = manifest.parent().unwrap_or(manifest);
        let ported = ports::make(&scratch(), port, &package.version, source)?;
        let directory = ported.directory.display().to_string();
        patches.push(format!("patch.crates-io.{}.path={directory:?}", port.krate));
    }
    Ok(patches)
}

#[expect(clippy::disallowed_methods, reason = "the ports alone are the subject")]
fn cargo(place: &Path, build: &[String], options: &[&str]) -> Result<()> {
    let output = Command::new(env!("CARGO"))
        .arg("build")
        .args(build)
        .args(options)
        .arg("--target-dir")
        .arg(scratch().join("target"))
        .current_dir(place)
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into())
}
