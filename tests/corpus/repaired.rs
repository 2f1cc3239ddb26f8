//! One application, repaired: what `--fix` came to, and what it then does.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::common;
use crate::golden::Golden;
use crate::measured::{self, Ran, name, wasify_to};
use crate::table::Application;
use crate::worked::{self, Compared};

/// A row of `docs/repaired.md`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Row {
    /// What it was made of. Another version, compiler or set of commands makes another row.
    key: u64,
    pub(crate) name: String,
    pub(crate) version: String,
    /// Whether it builds as it is.
    pub(crate) plain: bool,
    /// Whether it builds with `--fix=all`.
    pub(crate) stands: bool,
    /// The packages that are left, with their rules.
    pub(crate) left: Vec<String>,
    /// The ports in it.
    pub(crate) ports: Vec<String>,
    /// The features that it does without, in words.
    pub(crate) costs: Option<String>,
    /// Where `--dry-run` before it, or `--fix` after it, did not agree with it.
    pub(crate) unsteady: Vec<String>,
    /// Whether cargo builds the native program here.
    pub(crate) native: bool,
    /// Its commands, where both are there.
    pub(crate) compared: Vec<Compared>,
    pub(crate) no_use: Option<String>,
}

impl Row {
    /// Whether the port does what the application is for.
    pub(crate) fn works(&self) -> bool {
        self.stands && !self.compared.is_empty() && self.compared.iter().all(Compared::is_right)
    }

    /// What isn't as it has to be.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        if self.plain && !self.stands {
            complaints.push(format!(
                "{}: built without --fix, and not with it",
                self.name
            ));
        }
        let gone = self.compared.iter().filter(|it| it.is_gone());
        complaints.extend(gone.map(|it| format!("{}: no limit any more", it.command)));
        complaints.extend(self.unsteady.iter().cloned());
        complaints
    }
}

/// Repairs an application and tries it, or takes what an earlier run has found out.
pub(crate) fn row(application: &Application, golden: &Golden) -> Row {
    let key = key(application, golden);
    let kept = measured::home()
        .join("rows")
        .join(format!("{}.json", application.name));
    let earlier = fs::read(&kept)
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok());
    if let Some(row) = earlier.filter(|row: &Row| row.key == key) {
        return row;
    }
    let row = made(key, application, golden);
    fs::create_dir_all(kept.parent().unwrap()).unwrap();
    fs::write(&kept, serde_json::to_vec_pretty(&row).unwrap()).unwrap();
    row
}

fn key(application: &Application, golden: &Golden) -> u64 {
    let mut hasher = DefaultHasher::new();
    common::rustc().hash(&mut hasher);
    application.version.hash(&mut hasher);
    serde_json::to_string(golden).unwrap().hash(&mut hasher);
    hasher.finish()
}

fn made(key: u64, application: &Application, golden: &Golden) -> Row {
    let out = tempfile::tempdir().unwrap();
    let repair = Repair::of(application, out.path());
    repair.start_over();
    let planned = repair.run(&["--dry-run"]);
    let fixed = repair.run(&[]);
    let noted = repair.noted();
    let stands = stands(&fixed);
    let mut unsteady = Vec::new();
    if stands {
        unsteady.extend(
            disagreement(&planned.printed, &noted)
                .map(|line| format!("{}: --dry-run did not have `{line}`", application.name)),
        );
        repair.run(&[]);
        if repair.noted() != noted {
            unsteady.push(format!(
                "{}: a second --fix changed something",
                application.name
            ));
        }
    }
    let component = out.path().join(format!("{}.wasm", golden.binary));
    let native = (stands && golden.no_use.is_none())
        .then(|| worked::native(application, golden))
        .flatten();
    let compared = native
        .as_ref()
        .map(|native| worked::compare(native, &component, golden));
    Row {
        key,
        name: application.name.clone(),
        version: application.version.clone(),
        plain: application.builds(),
        stands,
        left: left(&fixed.report),
        ports: ports(&fixed.report),
        costs: costs(&noted),
        unsteady,
        native: native.is_some(),
        compared: compared.unwrap_or_default(),
        no_use: golden.no_use.clone(),
    }
}

/// An application in a home of its own, where nothing was decided before.
struct Repair {
    home: PathBuf,
    target: String,
    spec: String,
    copy: PathBuf,
    out: PathBuf,
}

impl Repair {
    fn of(application: &Application, out: &Path) -> Repair {
        let home = measured::home().join("fixed");
        let Application { name, version, .. } = application;
        Repair {
            target: home.join("target").to_str().unwrap().to_owned(),
            copy: home.join("ported").join(format!("{name}-{version}")),
            spec: format!("{name}@{version}"),
            home,
            out: out.to_owned(),
        }
    }

    /// Forgets what was decided; what was compiled stays, and is taken again where it is the same.
    fn start_over(&self) {
        if self.copy.exists() {
            fs::remove_dir_all(&self.copy).unwrap();
        }
    }

    fn run(&self, more: &[&str]) -> Ran {
        let mut args = vec!["build", "--fix=all", "--target-dir", &self.target];
        args.extend(["--crate", &self.spec]);
        args.extend(more);
        wasify_to(&self.out, &self.home, &[], &args)
    }

    /// The flags that were noted.
    fn noted(&self) -> String {
        fs::read_to_string(self.copy.join("wasify.toml")).unwrap_or_default()
    }
}

fn stands(fixed: &Ran) -> bool {
    !fixed.report["artifacts"]
        .as_array()
        .is_none_or(Vec::is_empty)
        && fixed.report["build"].is_null()
}

/// The first line that was noted, and was not in the edits that were printed before.
fn disagreement(planned: &str, noted: &str) -> Option<String> {
    let added: Vec<&str> = planned
        .lines()
        .filter_map(|line| line.strip_prefix('+'))
        .collect();
    let mut lines = noted.lines();
    lines.find(|line| !added.contains(line)).map(str::to_owned)
}

fn left(report: &Value) -> Vec<String> {
    let packages = report["build"]["packages"].as_array().into_iter().flatten();
    let named = packages.map(|failed| {
        let rule = failed["rule"].as_str().unwrap_or_default();
        format!("{} (`{rule}`)", name(failed))
    });
    named.collect()
}

fn ports(report: &Value) -> Vec<String> {
    let ports = report["ports"].as_array().into_iter().flatten();
    ports.map(name).collect()
}

fn costs(noted: &str) -> Option<String> {
    let table: toml::Table = noted.parse().ok()?;
    let costs = table.get("rust")?.get("features")?.get("costs")?;
    costs.as_str().map(str::to_owned)
}
