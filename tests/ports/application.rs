//! An application whose own source is ported: it does what its native program does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::semver::Version;
use serde::Deserialize;
use tempfile::TempDir;
use wasify::ecosystem::cargo::published_source;
use wasify::execute::surroundings::Surroundings;
use wasify::terminal::Terminal;
use wasify_templates::port::Port;

use crate::common;
use crate::network::{self, Echo, Served};
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

impl Golden {
    fn is_on_the_net(&self) -> bool {
        let asks =
            |arguments: &Vec<String>| arguments.iter().any(|it| it.contains(network::SERVER));
        !self.servers.is_empty() || self.commands.iter().chain(&self.counted).any(asks)
    }
}

/// Builds the port and the native program, and compares what they print, how they end, and what they make of
/// their folder.
pub(crate) fn works(port: &'static Port, version: &Version) -> Result<()> {
    let (golden, _) = proof::read::<Golden>(port)?;
    let source = source(port, version)?;
    let programs = Programs {
        native: golden.native(&source, &format!("{}-{version}", port.krate))?,
        ported: golden.ported(port, version)?,
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

/// A run: what it printed, what it left in its folder, and how often it asked the server.
type Ran = (Seen, Left, usize);

impl Programs<'_> {
    /// What a run does natively and as a port, if that differs.
    fn differ(&self, arguments: &[String], prints: bool) -> Result<Option<String>> {
        let server = self.echo.address.to_string();
        let put = |argument: &String| argument.replace(network::SERVER, &server);
        let arguments: Vec<String> = arguments.iter().map(put).collect();
        let folder = self.golden.folder.make()?;
        let (expected, kept, asks) = self.run(self.native_run(&folder, &arguments), &folder)?;
        let folder = self.golden.folder.make()?;
        let (seen, left, asked) = self.run(self.ported_run(&folder, &arguments), &folder)?;
        let printed = !prints || seen.stdout == expected.stdout;
        if printed && (seen.end, asked) == (expected.end, asks) && left == kept {
            return Ok(None);
        }
        Ok(Some(format!(
            "{arguments:?}: natively {expected:#?} with {asks} requests, leaves {kept:#?}; \
             ported {seen:#?} with {asked}, leaves {left:#?}"
        )))
    }

    fn run(&self, mut command: Command, folder: &TempDir) -> Result<Ran> {
        let seen = Seen::of(command.stdin(input(&self.golden.stdin)?))?;
        Ok((seen, proof::left(folder.path())?, self.echo.asked()))
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
        if self.golden.is_on_the_net() {
            command.arg("--allow-net");
        }
        command.arg(&self.ported).arg("--").args(arguments);
        command
    }
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
