//! wasify resolves features by itself, since it has to say why each is on; this holds it to what cargo says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use wasify::ecosystem::{BuildRequest, cargo};
use wasify::execute::surroundings::Surroundings;
use wasify::terminal::Silent;

use crate::measured;
use crate::table::{self, Application};

/// One with optional dependencies, one for cargo's first resolver and with features that only its tests ask
/// for, and one with dependencies of other targets whose features are asked for.
const SOME: [&str; 3] = ["eza", "hyperfine", "xh"];

/// Packages, as `name version`, with their features.
type Packages = BTreeMap<String, BTreeSet<String>>;

#[test]
fn packages_and_features_are_those_of_cargo() {
    let all = table::all();
    let some = all
        .iter()
        .filter(|application| SOME.contains(&application.name.as_str()));
    assert_eq!(hold(some), SOME.len());
}

#[test]
#[ignore = "downloads what fifty applications are made of"]
fn those_of_fifty_applications_too() {
    let all = table::all();
    assert_eq!(
        hold(all.iter().filter(|one| !one.unresolved)),
        all.len() - 1
    );
}

fn hold<'a>(all: impl Iterator<Item = &'a Application>) -> usize {
    let mut differences = String::new();
    let mut compared = 0;
    for application in all {
        compared += 1;
        for flags in [&[][..], &["--no-default-features"], &["--all-features"]] {
            compare(application, flags, &mut differences);
        }
    }
    assert!(differences.is_empty(), "\n{differences}");
    compared
}

fn compare(application: &Application, flags: &[&str], differences: &mut String) {
    let spec = format!("{}@{}", application.name, application.version);
    let request = BuildRequest {
        published: Some(spec.clone()),
        no_default_features: flags.contains(&"--no-default-features"),
        all_features: flags.contains(&"--all-features"),
        ..BuildRequest::default()
    };
    let around = Surroundings {
        cwd: measured::home(),
        executable: env!("CARGO_BIN_EXE_wasify").into(),
        vars: [("WASIFY_HOME".into(), Some(measured::home().into()))].into(),
    };
    let ours = cargo::ingredients(&around, &request, &Silent)
        .unwrap_or_else(|error| panic!("{spec} {flags:?}: {error:#}"));
    let theirs = tree(&ours.root, flags);
    let ours: Packages = ours
        .packages
        .into_iter()
        .map(|(package, features)| {
            let version = package.version.unwrap_or_default();
            (format!("{} {version}", package.name), features)
        })
        .collect();
    let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    for name in names {
        let (our, their) = (ours.get(name), theirs.get(name));
        if our != their {
            let _ = writeln!(
                differences,
                "{spec} {flags:?}: {name}: cargo says {their:?}, wasify {our:?}"
            );
        }
    }
}

/// What `cargo tree` says that the target gets.
#[expect(
    clippy::disallowed_methods,
    reason = "the comparison must not go through wasify"
)]
fn tree(root: &Path, flags: &[&str]) -> Packages {
    let output = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["tree", "--locked", "--target", "wasm32-wasip2"])
        .args([
            "-e",
            "normal,no-proc-macro",
            "--prefix",
            "none",
            "-f",
            "{p}|{f}",
        ])
        .args(flags)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", root.display());
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty());
    lines.map(package).collect()
}

/// `name v1.2.3 (/where)|one,two (*)`
fn package(line: &str) -> (String, BTreeSet<String>) {
    let (package, features) = line.split_once('|').unwrap();
    let mut words = package.split(' ');
    let (name, version) = (words.next().unwrap(), words.next().unwrap());
    let version = version.strip_prefix('v').unwrap();
    let features = features.trim_end_matches("(*)").trim().split(',');
    let features = features.filter(|feature| !feature.is_empty());
    let features = features.map(str::to_owned).collect();
    (format!("{name} {version}"), features)
}
