//! What a port's fixture promises.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tempfile::TempDir;
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
    /// Crates whose ports are used too, beside those that go along with this one.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    /// What the program finds in its environment.
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// Whether a dependency beside the ported one declares unstable features, which wasify opens for it
    /// alone and the proof for all.
    #[serde(default)]
    pub(crate) unstable: bool,
    /// What it reads from standard input.
    #[serde(default)]
    stdin: String,
    /// Whether it gets the network.
    #[serde(default)]
    network: bool,
    /// The only directory that it may use, which is its working directory.
    #[serde(default)]
    folder: Folder,
    /// All that it prints with the port, when it ends well.
    stdout: String,
    /// A part of the compiler's errors, or of what is printed, without the port.
    pub(crate) without: String,
    /// Whether C code is compiled, which takes minutes.
    #[serde(default)]
    pub(crate) c_code: bool,
    /// Where `main.rs` is.
    #[serde(skip)]
    pub(crate) place: PathBuf,
}

/// What is in a program's directory.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Folder {
    /// Files with their content.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// Symbolic links with what they lead to.
    #[serde(default)]
    links: BTreeMap<String, String>,
}

impl Folder {
    /// A fresh one with all that.
    pub(crate) fn make(&self) -> std::io::Result<TempDir> {
        let folder = tempfile::tempdir()?;
        for (file, content) in &self.files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap_or(&path))?;
            fs::write(path, content)?;
        }
        for (link, to) in &self.links {
            std::os::unix::fs::symlink(to, folder.path().join(link))?;
        }
        Ok(folder)
    }
}

/// The paths in a folder, each with a file's content or with what a link leads to.
pub(crate) type Left = BTreeMap<PathBuf, String>;

/// All that is in a folder.
pub(crate) fn left(folder: &Path) -> std::io::Result<Left> {
    let mut left = Left::new();
    let mut directories = vec![folder.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let kind = fs::symlink_metadata(&path)?.file_type();
            let content = if kind.is_symlink() {
                format!("-> {}", fs::read_link(&path)?.display())
            } else if kind.is_dir() {
                directories.push(path.clone());
                "a directory".to_owned()
            } else {
                String::from_utf8_lossy(&fs::read(&path)?).into_owned()
            };
            let name = path.strip_prefix(folder).unwrap_or(&path).to_owned();
            left.insert(name, content);
        }
    }
    Ok(left)
}

/// A file to read `text` from.
pub(crate) fn input(text: &str) -> std::io::Result<fs::File> {
    let mut input = tempfile::tempfile()?;
    input.write_all(text.as_bytes())?;
    input.rewind()?;
    Ok(input)
}

/// What is seen when the program runs.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) end: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Seen {
    pub(crate) fn of(command: &mut Command) -> Result<Seen, Box<dyn std::error::Error>> {
        let output = command.output()?;
        Ok(Seen {
            end: output.status.code(),
            stdout: String::from_utf8(output.stdout)?,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

/// `wasify run` with a directory and an environment; the program is still to be named.
pub(crate) fn wasify_run(folder: &TempDir, environment: &BTreeMap<String, String>) -> Command {
    let mut command = common::wasify(folder.path());
    command.args(["run", "--quiet", "--timeout", "60s", "--dir", "."]);
    for (name, value) in environment {
        command.arg("--env").arg(format!("{name}={value}"));
    }
    command
}

/// cargo's options for a port's ported copy: it takes the crate's place, without its build script where the port
/// does without that.
pub(crate) fn options(port: &Port, directory: &Path) -> Vec<String> {
    let directory = directory.display().to_string();
    let patch = format!("patch.crates-io.{}.path={directory:?}", port.krate);
    let script = port.without_build_script.iter();
    let script = script.map(|links| format!("target.wasm32-wasip2.{links}.rustc-cfg=[]"));
    script
        .chain([patch])
        .flat_map(|setting| ["--config".to_owned(), setting])
        .collect()
}

/// A port's `proof.toml`, and the folder that it is in.
pub(crate) fn read<T: DeserializeOwned>(port: &Port) -> Result<(T, PathBuf), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/ports");
    let place = root.join(&port.name);
    let path = place.join("proof.toml");
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(&path).map_err(|error| wrong(&error))?;
    let proof = toml::from_str(&text).map_err(|error| wrong(&error))?;
    Ok((proof, place))
}

impl Proof {
    pub(crate) fn of(port: &Port) -> Result<Proof, String> {
        let (mut proof, place): (Proof, PathBuf) = read(port)?;
        proof.place = place;
        Ok(proof)
    }

    /// Runs it in a fresh directory and with nothing else.
    pub(crate) fn run(&self, program: &Path) -> Result<Seen, Box<dyn std::error::Error>> {
        let folder = self.folder.make()?;
        let mut command = wasify_run(&folder, &self.environment);
        if self.network {
            command.arg("--allow-net");
        }
        Seen::of(command.arg(program).stdin(input(&self.stdin)?))
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
