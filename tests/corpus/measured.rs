//! One application: what wasify says of it, beside what cargo says and what is known.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common;
use crate::table::Application;

/// What was said of an application.
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Packages that are known to fail, with their causes.
    pub(crate) expected: BTreeMap<String, String>,
    pub(crate) unresolved: bool,
    /// Packages that wasify names, with the rule and the cause.
    pub(crate) found: BTreeMap<String, (String, String)>,
    /// Packages of which cargo itself says that they failed.
    pub(crate) failed: BTreeSet<String>,
    /// Packages that the report adds from the graph, as the build did not come to them.
    pub(crate) foreseen: BTreeSet<String>,
    /// Packages of which `wasify doctor` says without a build that they will fail.
    pub(crate) foretold: BTreeSet<String>,
    /// Exit codes of `build` and `doctor`.
    pub(crate) exits: [Option<i32>; 2],
}

/// Counts over several applications.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    pub(crate) expected: usize,
    /// Of the expected, those that were named.
    pub(crate) named: usize,
    /// Of those, the ones with the right cause.
    pub(crate) right: usize,
    /// All that were named.
    pub(crate) found: usize,
    /// Of all that were named, those that cargo says have failed.
    pub(crate) true_found: usize,
    /// Of all that were named, those that a rule knows.
    pub(crate) by_rule: usize,
    /// Of the expected, those that `doctor` foretells.
    pub(crate) foretold: usize,
}

impl Sums {
    pub(crate) fn of(all: &[Measured]) -> Sums {
        let mut sums = Sums::default();
        for measured in all {
            for (package, cause) in &measured.expected {
                sums.expected += 1;
                if let Some((_, found)) = measured.found.get(package) {
                    sums.named += 1;
                    sums.right += usize::from(is_right(cause, found));
                }
                sums.foretold += usize::from(measured.foretold.contains(package));
            }
            for (package, (rule, _)) in &measured.found {
                sums.found += 1;
                sums.true_found += usize::from(measured.failed.contains(package));
                sums.by_rule += usize::from(rule != "build-failed");
            }
        }
        sums
    }
}

/// The application's own source has no cause of its own.
fn is_right(expected: &str, found: &str) -> bool {
    expected == "own" || expected == found
}

impl Measured {
    /// What isn't as it has to be.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        let mut complain = |what: String| complaints.push(format!("{}: {what}", self.name));
        for (package, cause) in &self.expected {
            match self.found.get(package) {
                None => complain(format!("`{package}` fails, and is not named")),
                Some((_, found)) if !is_right(cause, found) => {
                    complain(format!(
                        "`{package}` fails for `{cause}`, not for `{found}`"
                    ));
                }
                Some(_) => {}
            }
        }
        for package in self
            .found
            .keys()
            .filter(|found| !self.failed.contains(*found))
        {
            complain(format!(
                "`{package}` is named, and cargo does not say that it failed"
            ));
        }
        for package in self
            .failed
            .iter()
            .filter(|failed| !self.found.contains_key(*failed))
        {
            complain(format!(
                "cargo says that `{package}` failed, and it is not named"
            ));
        }
        let builds = self.expected.is_empty() && !self.unresolved;
        if builds {
            for package in &self.foretold {
                complain(format!(
                    "it builds, and doctor says that `{package}` will not"
                ));
            }
        } else if self.exits[0] != Some(1) {
            complain(format!("`wasify build` ended with {:?}", self.exits[0]));
        }
        if self.exits[0] == Some(2) {
            complain("wasify could not do its work".to_owned());
        }
        complaints
    }
}

/// A folder that stays, so that a run after the first is fast.
pub(crate) fn home() -> PathBuf {
    match std::env::var_os("WASIFY_CORPUS_HOME") {
        Some(home) => home.into(),
        None => PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("corpus"),
    }
}

/// Builds an application, and has it examined.
pub(crate) fn measure(application: &Application) -> Measured {
    let spec = format!("{}@{}", application.name, application.version);
    // The applications are known without a C compiler for WebAssembly; what the machine has doesn't count.
    let none = [("CC_wasm32_wasip2", "/nowhere/clang")];
    let build = wasify_in(&home(), &none, &["build", "--crate", &spec]);
    let doctor = wasify_in(&home(), &none, &["doctor", "--crate", &spec]);
    let names = |list: &Value| -> BTreeSet<String> {
        list.as_array().into_iter().flatten().map(name).collect()
    };
    let packages = build.report["build"]["packages"].as_array();
    let found = packages.into_iter().flatten().map(|failed| {
        let text = |key: &str| failed[key].as_str().unwrap_or_default().to_owned();
        (name(failed), (text("rule"), text("cause")))
    });
    let blocked = doctor.report["findings"].as_array();
    let blocked = blocked.into_iter().flatten();
    let blocked = blocked.filter(|finding| finding["outcome"] == "not-built");
    Measured {
        name: application.name.clone(),
        version: application.version.clone(),
        expected: application.fails.clone(),
        unresolved: application.unresolved,
        found: found.collect(),
        failed: failed(&build.said),
        foreseen: names(&build.report["build"]["foreseen"]),
        foretold: blocked.map(name).collect(),
        exits: [build.exit, doctor.exit],
    }
}

pub(crate) fn name(value: &Value) -> String {
    value["package"]["name"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// The packages that cargo's own last words on each name.
fn failed(said: &str) -> BTreeSet<String> {
    let named = |line: &str| {
        let line = line.trim();
        let rest = line
            .strip_prefix("error: could not compile `")
            .or(line.strip_prefix("error: failed to run custom build command for `"))?;
        let name = rest.split(['`', ' ']).next()?;
        Some(name.to_owned())
    };
    said.lines().filter_map(named).collect()
}

/// A run of wasify.
pub(crate) struct Ran {
    pub(crate) exit: Option<i32>,
    /// Its report; nothing when it printed something else.
    pub(crate) report: Value,
    pub(crate) printed: String,
    pub(crate) said: String,
}

fn wasify_in(home: &Path, environment: &[(&str, &str)], args: &[&str]) -> Ran {
    let out = tempfile::tempdir().unwrap();
    wasify_to(out.path(), home, environment, args)
}

/// Runs it with a directory for what it builds.
pub(crate) fn wasify_to(
    out: &Path,
    home: &Path,
    environment: &[(&str, &str)],
    args: &[&str],
) -> Ran {
    std::fs::create_dir_all(home).unwrap();
    let output = common::wasify(out)
        .args(args)
        .args(["--format", "json"])
        .env("WASIFY_HOME", home)
        .envs(environment.iter().copied())
        // Half the space on disk for all of them, and the same errors.
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .unwrap();
    Ran {
        exit: output.status.code(),
        report: serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
        printed: String::from_utf8_lossy(&output.stdout).into_owned(),
        said: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
