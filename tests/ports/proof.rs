//! What a port's fixture promises.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use wasify_templates::port::Port;

use crate::common;

/// `fixtures/ports/<port>/proof.toml`, beside the program `main.rs`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Proof {
    /// The crate's entry below `[dependencies]`, without its version: features, for example.
    #[serde(default)]
    pub(crate) dependency: toml::Table,
    /// The other entries.
    #[serde(default)]
    pub(crate) dependencies: toml::Table,
    /// What the program finds in its environment.
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// Files in the only directory that it may use, which is its working directory, with their content.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// All that it prints with the port, when it ends well.
    stdout: String,
    /// A part of the compiler's errors, or of what is printed, without the port.
    pub(crate) without: String,
    #[serde(skip)]
    pub(crate) folder: PathBuf,
}

/// What is seen when the program runs.
#[derive(Debug)]
pub(crate) struct Seen {
    end: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Proof {
    pub(crate) fn of(port: &Port) -> Result<Proof, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/ports");
        let folder = root.join(&port.name);
        let path = folder.join("proof.toml");
        let text =
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut proof: Proof = toml::from_str(&text).map_err(|error| error.to_string())?;
        proof.folder = folder;
        Ok(proof)
    }

    /// Runs it in a fresh directory and with nothing else.
    pub(crate) fn run(&self, program: &Path) -> Result<Seen, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        for (file, content) in &self.files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap_or(&path))?;
            fs::write(path, content)?;
        }
        let mut command = common::wasify(folder.path());
        command.args(["run", "--quiet", "--timeout", "60s", "--dir", "."]);
        for (name, value) in &self.environment {
            command.arg("--env").arg(format!("{name}={value}"));
        }
        let output = command.arg(program).output()?;
        Ok(Seen {
            end: output.status.code(),
            stdout: String::from_utf8(output.stdout)?,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Whether it ended well and printed what is promised.
    pub(crate) fn kept(&self, seen: &Seen) -> Result<(), String> {
        if seen.end == Some(0) && seen.stdout == self.stdout {
            return Ok(());
        }
        let expected = &self.stdout;
        Err(format!("expected\n{expected}\nand exit 0, seen {seen:#?}"))
    }
}
