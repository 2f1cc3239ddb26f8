//! The fixtures built by wasify, once a profile, and what it says of them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use crate::{common, support};

/// How the workspace of the fixtures is built.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Profile {
    Dev,
    Release,
    Stripped,
    FatLto,
}

impl Profile {
    const ALL: [Profile; 4] = [
        Profile::Dev,
        Profile::Release,
        Profile::Stripped,
        Profile::FatLto,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Profile::Dev => "dev",
            Profile::Release => "release",
            Profile::Stripped => "stripped",
            Profile::FatLto => "fat-lto",
        }
    }

    /// The report on all fixtures that this profile is for; the first who asks has them built.
    pub(crate) fn report(self) -> &'static Value {
        static REPORTS: [OnceLock<Value>; 4] = [const { OnceLock::new() }; 4];
        REPORTS[self as usize].get_or_init(|| {
            let mut arguments = vec!["--profile", self.name()];
            let programs: Vec<String> = support::folders(&support::fixtures())
                .into_iter()
                .filter(|name| is_program(name))
                .collect();
            match self {
                Profile::Dev | Profile::Release => arguments.push("--workspace"),
                Profile::Stripped | Profile::FatLto => {
                    let alone = programs.iter().filter(|name| stands_alone(name));
                    arguments.extend(alone.flat_map(|name| ["-p", name.as_str()]));
                }
            }
            report(&arguments)
        })
    }
}

/// The profiles that a program is proved in. What an optimizer does beyond release concerns the
/// toolchain's own libraries.
pub(crate) fn profiles(fixture: &str) -> Vec<Profile> {
    let mut profiles = Profile::ALL.to_vec();
    if !stands_alone(fixture) {
        profiles.truncate(2);
    }
    profiles
}

pub(crate) fn is_program(fixture: &str) -> bool {
    manifest(fixture).is_file()
}

fn manifest(fixture: &str) -> PathBuf {
    support::fixtures().join(fixture).join("Cargo.toml")
}

/// Whether it is about the toolchain's own libraries, as wasify builds them.
fn stands_alone(fixture: &str) -> bool {
    if support::expectation(fixture).is_ok_and(|expectation| expectation.target.is_some()) {
        return false;
    }
    let manifest = std::fs::read_to_string(manifest(fixture)).unwrap();
    !manifest.contains("[dependencies]")
}

/// Where the fixtures are built, for the other tests that need them too.
pub(crate) fn target_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("rules")
}

/// The report of a build in the workspace of the fixtures.
pub(crate) fn report(arguments: &[&str]) -> Value {
    let target = target_dir();
    let mut words = vec!["build", "--locked", "--format", "json", "--target-dir"];
    let target = target.to_str().unwrap();
    words.push(target);
    words.extend(arguments);
    said(&words)
}

/// The findings in a file that wasify didn't build.
pub(crate) fn inspected(bytes: &[u8]) -> std::io::Result<Vec<Value>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("file.wasm");
    std::fs::write(&file, bytes)?;
    let report = said(&["inspect", "--format", "json", file.to_str().unwrap()]);
    Ok(report["findings"].as_array().unwrap().clone())
}

fn said(arguments: &[&str]) -> Value {
    common::report(common::wasify(&support::fixtures()).args(arguments))
}

/// The component that a fixture became.
pub(crate) fn artifact<'a>(report: &'a Value, fixture: &str) -> Result<&'a Path, String> {
    let artifacts = report["artifacts"].as_array().unwrap();
    let mut paths = artifacts
        .iter()
        .map(|artifact| Path::new(artifact["path"].as_str().unwrap()));
    paths
        .find(|path| is_of(path, fixture))
        .ok_or_else(|| format!("it was not built: {}", report["failures"]))
}

/// The findings in a fixture's component.
pub(crate) fn findings<'a>(report: &'a Value, fixture: &str) -> Vec<&'a Value> {
    let findings = report["findings"].as_array().unwrap();
    let is_its = |finding: &&Value| {
        let artifact = finding["artifact"].as_str();
        artifact.is_some_and(|path| is_of(Path::new(path), fixture))
    };
    findings.iter().filter(is_its).collect()
}

fn is_of(artifact: &Path, fixture: &str) -> bool {
    artifact.file_stem().is_some_and(|name| name == fixture)
}
