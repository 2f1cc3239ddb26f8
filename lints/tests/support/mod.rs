//! What the tests of rules share: where things lie, and what a fixture promises.

// Each test file uses its own part of this; a test may panic.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

pub mod cases;
pub mod hosts_page;
pub mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// `fixtures/rules/<id>/expect.toml`: what is seen when the fixture runs, and what is found in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expectation {
    /// How the run ends: `ok`, `exit N`, `trap`, `hang`, or `not-loaded`.
    pub exit: String,
    /// What the host takes a text fixture for: `component`, or what it is when this is left out.
    #[serde(default, rename = "as")]
    pub taken_for: Option<String>,
    /// What a program is built for, by plain cargo, where it isn't for wasify's own `wasm32-wasip2`. What is
    /// found in it is then what `wasify inspect` finds.
    #[serde(default)]
    pub target: Option<String>,
    /// A part of what it prints; an empty text stands for nothing at all.
    #[serde(default)]
    pub stdout: Option<String>,
    /// The same for what it prints as errors, or a part of the runtime's own message for `not-loaded`.
    #[serde(default)]
    pub stderr: Option<String>,
    /// Arguments the program gets.
    #[serde(default)]
    pub args: Vec<String>,
    /// The rules found in every build, where it isn't just the one of that name. Findings of level
    /// `note` count only for rules that the file names.
    #[serde(default)]
    pub rules: Option<Vec<String>>,
    /// The same for one profile (`dev`, `release`, `fat-lto`, `stripped`), where an optimizer makes
    /// a difference.
    #[serde(default)]
    pub profiles: BTreeMap<String, Vec<String>>,
}

impl Expectation {
    /// The rules to be found above `note` in a profile's build, and those that a profile names.
    pub fn rules_in<'a>(&'a self, fixture: &'a str, profile: &str) -> BTreeSet<&'a str> {
        match self.profiles.get(profile).or(self.rules.as_ref()) {
            Some(rules) => rules.iter().map(String::as_str).collect(),
            None => BTreeSet::from([fixture]),
        }
    }

    /// Every rule it names.
    pub fn all_rules(&self) -> impl Iterator<Item = &String> {
        self.rules
            .iter()
            .flatten()
            .chain(self.profiles.values().flatten())
    }
}

pub fn manifest_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn fixtures() -> PathBuf {
    manifest_dir().join("../fixtures/rules")
}

/// The sub-folders that hold something of ours, sorted.
pub fn folders(path: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() && name != "target" && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    names
}

pub fn expectation(fixture: &str) -> Result<Expectation, String> {
    let path = fixtures().join(fixture).join("expect.toml");
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let expectation: Expectation = toml::from_str(&text).map_err(|error| error.to_string())?;
    let exit = expectation.exit.as_str();
    let number = exit
        .strip_prefix("exit ")
        .is_some_and(|n| n.parse::<u8>().is_ok());
    if !number && !["ok", "trap", "hang", "not-loaded"].contains(&exit) {
        return Err(format!(
            "`exit = \"{exit}\"` is not one of ok, exit N, trap, hang, not-loaded"
        ));
    }
    Ok(expectation)
}

/// The name in the package's manifest.
pub fn manifest_name(folder: &Path) -> Option<String> {
    let text = fs::read_to_string(folder.join("Cargo.toml")).ok()?;
    let manifest: toml::Table = toml::from_str(&text).ok()?;
    Some(manifest.get("package")?.get("name")?.as_str()?.to_owned())
}

/// `owner/repo#n`, `owner/repo path`, or `crate-version file:line`.
pub fn is_reference(text: &str) -> bool {
    let words = |part: &str| !part.is_empty() && part.split('/').all(|word| !word.is_empty());
    if let Some((repository, number)) = text.split_once('#') {
        return is_repository(repository) && number.parse::<u32>().is_ok();
    }
    let Some((source, place)) = text.split_once(' ') else {
        return false;
    };
    if place.contains(' ') || !words(place) {
        return false;
    }
    // A whole file may say it: a build script, a list of modules.
    let lines = |place: &str| place.rsplit_once(':').is_none_or(|(_, n)| is_lines(n));
    is_repository(source) || (is_release(source) && lines(place))
}

fn is_repository(text: &str) -> bool {
    let legal = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    text.split_once('/')
        .is_some_and(|(owner, name)| legal(owner) && legal(name))
}

fn is_release(text: &str) -> bool {
    text.rsplit_once('-').is_some_and(|(name, version)| {
        !name.is_empty()
            && version.split('.').count() == 3
            && version.starts_with(|c: char| c.is_ascii_digit())
    })
}

fn is_lines(text: &str) -> bool {
    text.split('-').all(|number| number.parse::<u32>().is_ok())
}
