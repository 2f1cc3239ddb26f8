//! `applications.toml`, and how an application is built: natively by cargo, as a port by wasify.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

use crate::common;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    application: Vec<Application>,
}

/// A published application, and what it is tried with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Application {
    #[serde(rename = "crate")]
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) binary: String,
    /// Whether each test run tries it.
    #[serde(default)]
    pub(crate) always: bool,
    /// The highest level that a finding may have.
    pub(crate) nothing_above: Option<String>,
    pub(crate) trial: Vec<Trial>,
}

/// One use of it. `{folder}` in arguments and variables is the folder that it is started in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trial {
    /// The use, in words.
    pub(crate) what: String,
    pub(crate) arguments: Vec<String>,
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    /// Its standard input.
    #[serde(default)]
    pub(crate) input: String,
    /// How the port ends: `ok`, `exit N`, `trap` or `hang`.
    pub(crate) end: String,
    /// A part of what the port prints.
    #[serde(default)]
    pub(crate) output: String,
    /// Whether the port prints nothing at all.
    #[serde(default)]
    pub(crate) silent: bool,
    /// The rules of which one predicts the failure; none where the port does what the program does.
    #[serde(default)]
    pub(crate) rules: Vec<String>,
}

/// All of them, as they stand in the file.
pub(crate) fn all() -> Vec<Application> {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/applications/applications.toml");
    let table: Table = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    table.application
}

/// A folder that stays, so that a run after the first is fast.
fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Where wasify keeps what it fetches and compiles here.
pub(crate) fn home() -> PathBuf {
    kept("applications")
}

impl Application {
    /// Builds the native program from the published source and its lock file. What it does is compared, not
    /// how fast: a development build has the same answers.
    pub(crate) fn native(&self) -> PathBuf {
        let root = kept("applications-native");
        #[expect(
            clippy::disallowed_methods,
            reason = "the comparison must not go through wasify"
        )]
        let output = Command::new(env!("CARGO"))
            .args(["install", "--debug", "--locked", "--bin", &self.binary])
            .arg(format!("{}@{}", self.name, self.version))
            .arg("--root")
            .arg(&root)
            .arg("--target-dir")
            .arg(root.join("target"))
            // Line tables would be most of what is written.
            .env("CARGO_PROFILE_DEV_DEBUG", "none")
            .current_dir(env!("CARGO_TARGET_TMPDIR"))
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {errors}", self.name);
        root.join("bin")
            .join(format!("{}{}", self.binary, std::env::consts::EXE_SUFFIX))
    }

    /// Builds the port into a folder; the report on it.
    pub(crate) fn port(&self, out: &Path) -> (PathBuf, Value) {
        let report = common::report(
            common::wasify(out)
                .args(["build", "--release", "--format", "json", "--crate"])
                .arg(format!("{}@{}", self.name, self.version))
                .arg("--out-dir")
                .arg(out)
                .env("WASIFY_HOME", home()),
        );
        let component = out.join(format!("{}.wasm", self.binary));
        assert!(component.is_file(), "{report}");
        (component, report)
    }
}
