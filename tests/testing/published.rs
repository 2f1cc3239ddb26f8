//! Published libraries with their own tests: the same pass here as natively, less those that are named.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::{kept, program, text, wasify};

/// Tests of `semver`: its own and its documentation's. No rule stands in the way of any.
#[test]
fn semver_passes_as_natively() {
    let named = same_but_for_named("semver", "1.0.28", &[]);
    assert!(named.is_empty(), "{named:?}");
}

/// `slab` has tests that must panic, which can't be run. One catches a panic, and fails: whether it would
/// have failed anyway nobody can tell, so it is not taken for a known gap.
#[test]
fn slab_passes_as_natively_but_for_what_is_named() {
    let open = ["compact_handles_closure_panic"];
    let named = same_but_for_named("slab", "0.4.12", &open);
    assert!(
        named.len() >= 7 && named.iter().all(|(_, rule)| rule == "std-catch-unwind"),
        "{named:?}"
    );
}

/// Compares the tests that pass, by name; gives those that are named with a rule instead. `open` fail, and
/// are not named.
fn same_but_for_named(name: &str, version: &str, open: &[&str]) -> Vec<(String, String)> {
    let project = unpacked(name, version);
    let native = program("cargo", &project, &["test", "--no-fail-fast"]);
    let native = passed_natively(&text(&native.stdout));
    assert!(native.len() > 10, "{native:?}");
    let output = wasify(&project, &["--no-fail-fast", "--format", "json"]);
    let said = text(&output.stderr);
    let results: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    let mut passed = BTreeSet::new();
    let mut named = Vec::new();
    let programs = results["programs"].as_array().expect("a list");
    for test in programs
        .iter()
        .flat_map(|program| program["tests"].as_array().expect("a list"))
    {
        let name = test["name"].as_str().expect("a name").to_owned();
        match (test["result"].as_str(), test["rule"].as_str()) {
            (Some("passed"), _) => {
                passed.insert(name);
            }
            (_, Some(rule)) => named.push((name, rule.to_owned())),
            (Some("failed"), None) if open.contains(&name.as_str()) => {}
            (Some("ignored"), None) => {}
            _ => panic!("{test}\n{said}"),
        }
    }
    let mut missing = native.clone();
    missing.retain(|test| !passed.contains(test) && !named.iter().any(|(name, _)| name == test));
    missing.retain(|test| !open.contains(&test.as_str()));
    assert!(
        missing.is_empty(),
        "not passed, and not named: {missing:?}\n{said}"
    );
    assert!(
        passed.is_subset(&native),
        "only here: {:?}",
        passed.difference(&native)
    );
    assert_eq!(passed.len() + named.len() + open.len(), native.len());
    named
}

/// The names in `test NAME ... ok`, without what the harness adds to them.
fn passed_natively(said: &str) -> BTreeSet<String> {
    let names = said
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... ok"));
    let bare = |name: &str| {
        let modes = [" - should panic", " - compile fail", " - compile"];
        let bare = modes.iter().find_map(|mode| name.strip_suffix(mode));
        bare.unwrap_or(name).to_owned()
    };
    names.map(bare).collect()
}

/// A copy of a published package, in a workspace of its own.
fn unpacked(name: &str, version: &str) -> PathBuf {
    let to = kept("published").join(format!("{name}-{version}"));
    if to.join("Cargo.toml").exists() {
        return to;
    }
    let folder = tempfile::tempdir().expect("a scratch folder");
    // It downloads and unpacks what it tells about.
    let told = program(
        "cargo",
        folder.path(),
        &["info", "--quiet", &format!("{name}@{version}")],
    );
    assert!(told.status.success(), "{}", text(&told.stderr));
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home
        .or_else(|| Some(std::env::home_dir()?.join(".cargo")))
        .expect("cargo's home");
    let registries = fs::read_dir(home.join("registry/src")).expect("unpacked packages");
    let from = registries
        .flatten()
        .map(|registry| registry.path().join(format!("{name}-{version}")))
        .find(|source| source.is_dir())
        .expect("it is unpacked");
    copy(&from, &to);
    let manifest = to.join("Cargo.toml");
    let text = fs::read_to_string(from.join("Cargo.toml")).expect("it can be read");
    fs::write(manifest, text + "\n[workspace]\n").expect("it can be written");
    to
}

/// The manifest is left for last.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("it can be made");
    for entry in fs::read_dir(from).expect("it can be read").flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else if entry.file_name() != "Cargo.toml" {
            let content = fs::read(&source).expect("it can be read");
            fs::write(&target, content).expect("it can be written");
        }
    }
}
