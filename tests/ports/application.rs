//! An application whose own source is ported: it does what its native program does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::MetadataCommand;
use cargo_metadata::semver::Version;
use serde::Deserialize;
use tempfile::TempDir;
use wasify::ecosystem::cargo::published_source;
use wasify::execute::copies;
use wasify::execute::surroundings::Surroundings;
use wasify::fix::ports;
use wasify::terminal::Terminal;
use wasify_templates::port::Port;

use crate::common;
use crate::network::{self, Echo, Served};
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
    /// Whether wasify builds it, with the versions, flags and tools that it finds to be missing.
    #[serde(default)]
    fixed: bool,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    folder: Folder,
    /// The arguments of each run. `{server}` is the address of one that answers with what it was asked.
    #[serde(default)]
    commands: Vec<Vec<String>>,
    /// Runs that print something else each time: how they end and what they ask is compared.
    #[serde(default)]
    counted: Vec<Vec<String>>,
    /// Runs that serve, with `{port}` for the port.
    #[serde(default)]
    servers: Vec<Served>,
}

/// Builds the port and the native program, and compares what they print and how they end.
pub(crate) fn works(port: &'static Port, version: &Version) -> Result<()> {
    let (golden, _) = proof::read::<Golden>(port)?;
    let source = source(port, version)?;
    let programs = Programs {
        native: golden.native(&source)?,
        ported: if golden.fixed {
            golden.fixed(port, version)?
        } else {
            golden.ported(port, version, &source)?
        },
        golden: &golden,
        echo: Echo::start()?,
    };
    let mut complaints = Vec::new();
    for arguments in &golden.commands {
        complaints.extend(programs.differ(arguments, true)?);
    }
    for arguments in &golden.counted {
        complaints.extend(programs.differ(arguments, false)?);
    }
    for served in &golden.servers {
        complaints.extend(programs.serve_differently(served)?);
    }
    if complaints.is_empty() {
        return Ok(());
    }
    Err(complaints.join("\n").into())
}

/// An application, natively and as a port.
struct Programs<'g> {
    native: PathBuf,
    ported: PathBuf,
    golden: &'g Golden,
    echo: Echo,
}

impl Programs<'_> {
    /// What a run does natively and as a port, if that differs.
    fn differ(&self, arguments: &[String], prints: bool) -> Result<Option<String>> {
        let server = self.echo.address.to_string();
        let put = |argument: &String| argument.replace(network::SERVER, &server);
        let arguments: Vec<String> = arguments.iter().map(put).collect();
        let run = |mut command: Command| -> Result<(Seen, usize)> {
            let seen = Seen::of(&mut command)?;
            Ok((seen, self.echo.asked()))
        };
        let folder = self.golden.folder.make()?;
        let (expected, asks) = run(self.native_run(&folder, &arguments))?;
        let folder = self.golden.folder.make()?;
        let (seen, asked) = run(self.ported_run(&folder, &arguments))?;
        let printed = !prints || seen.stdout == expected.stdout;
        Ok((!printed || (seen.end, asked) != (expected.end, asks)).then(|| {
            format!(
                "{arguments:?}: natively {expected:#?} with {asks} requests, ported {seen:#?} with {asked}"
            )
        }))
    }

    /// What is answered natively and by a port, if that differs.
    fn serve_differently(&self, served: &Served) -> Result<Option<String>> {
        let port = network::free_port()?;
        let put = |argument: &String| argument.replace(network::PORT, &port.to_string());
        let arguments: Vec<String> = served.arguments.iter().map(put).collect();
        let folder = self.golden.folder.make()?;
        let expected = served.answers(self.native_run(&folder, &arguments), port)?;
        let folder = self.golden.folder.make()?;
        let seen = served.answers(self.ported_run(&folder, &arguments), port)?;
        let mut pairs = expected.iter().zip(&seen);
        let differs = pairs.find(|(expected, seen)| expected != seen);
        Ok(differs
            .map(|(expected, seen)| format!("{arguments:?}: natively\n{expected}\nported\n{seen}")))
    }

    fn native_run(&self, folder: &TempDir, arguments: &[String]) -> Command {
        #[expect(
            clippy::disallowed_methods,
            reason = "the native program is what the port is compared with"
        )]
        let mut command = Command::new(&self.native);
        command
            .args(arguments)
            .current_dir(folder.path())
            .env_clear()
            .envs(&self.golden.environment);
        command
    }

    fn ported_run(&self, folder: &TempDir, arguments: &[String]) -> Command {
        let mut command = wasify_run(folder, &self.golden.environment);
        if self.golden.fixed {
            command.arg("--allow-net");
        }
        command.arg(&self.ported).arg("--").args(arguments);
        command
    }
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
        options.extend(patches.iter().map(String::as_str));
        cargo(&place, &self.build, &options)?;
        let program = format!("target/wasm32-wasip2/debug/{}.wasm", self.program);
        Ok(scratch().join(program))
    }

    /// As a user builds it.
    fn fixed(&self, port: &Port, version: &Version) -> Result<PathBuf> {
        let place = scratch().join("applications").join(&port.name);
        std::fs::create_dir_all(&place)?;
        let mut command = common::wasify(&place);
        command
            .args(["build", "--fix=all", "--crate"])
            .arg(format!("{}@{version}", port.krate))
            .args(["--out-dir", "."])
            .arg("--target-dir")
            .arg(scratch().join("target"))
            .env("WASIFY_HOME", scratch());
        let output = command.output()?;
        let program = place.join(format!("{}.wasm", self.program));
        if output.status.code().is_some_and(|code| code < 2) && program.is_file() {
            return Ok(program);
        }
        Err(String::from_utf8_lossy(&output.stderr).into())
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
        patches.extend(proof::options(port, &ported.directory));
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
