//! `fixtures/crates/<rule>.toml`: projects that show when a crate can't be built, and when it can.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "case")]
    cases: Vec<Case>,
}

/// A project with the given dependencies, and what happens to it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Case {
    /// The lines below `[dependencies]`.
    pub dependencies: String,
    /// Exact versions of indirect dependencies: `name@version`.
    #[serde(default)]
    pub pins: Vec<String>,
    /// The crate that fails by itself. Either this or `builds`.
    pub fails: Option<Fails>,
    /// That it builds, and that the rule isn't found.
    #[serde(default)]
    pub builds: bool,
    /// What every rustc of the target is told.
    pub rustflags: Option<String>,
    /// What plain cargo checks it for, where it isn't for `wasm32-wasip2`.
    pub target: Option<String>,
    /// The packages that may use unstable features.
    #[serde(default)]
    pub open: Vec<String>,
    /// Whether it is shown with a C compiler for WebAssembly; without this there must be none.
    #[serde(default)]
    pub c_compiler: bool,
    /// Whether every test run shows it. Those that do are few and fail soon.
    #[serde(default)]
    pub always: bool,
}

/// A package, and a part of what is said of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fails {
    pub package: String,
    pub error: String,
}

pub fn folder() -> PathBuf {
    super::manifest_dir().join("../fixtures/crates")
}

/// The cases of every rule that has some, or what is wrong with its file.
pub fn all() -> BTreeMap<String, Result<Vec<Case>, String>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        all.insert(name, read(&fs::read_to_string(&path).unwrap()));
    }
    all
}

fn read(text: &str) -> Result<Vec<Case>, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    for case in &file.cases {
        let of = &case.dependencies;
        if case.fails.is_some() == case.builds {
            return Err(format!("{of}: has either `fails` or `builds`"));
        }
        if case.target.is_some() && case.fails.is_some() {
            return Err(format!("{of}: `target` is for what builds elsewhere"));
        }
        toml::from_str::<toml::Table>(of).map_err(|error| format!("{of}: {error}"))?;
    }
    Ok(file.cases)
}
