//! The fixtures of all rules, built for real and judged by every rule: each gives the rules that its
//! `expect.toml` names, and nothing else above a note.
//!
//! The optimized builds with and without symbols, and with link-time optimization, are compared in the
//! same way: `expect.toml` says rule by rule where they differ.

// A test may panic.
#![allow(clippy::unwrap_used)]

#[path = "../../lints/tests/support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The report of a build in the workspace of the fixtures.
#[expect(clippy::disallowed_methods, reason = "the program is what is tested")]
fn report(arguments: &[&str]) -> Value {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rules");
    let output = Command::new(env!("CARGO_BIN_EXE_wasify"))
        .current_dir(support::fixtures())
        .args(["build", "--locked", "--format", "json", "--target-dir"])
        .arg(target)
        .args(arguments)
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// The fixtures that are programs.
fn programs() -> Vec<String> {
    let folder = support::fixtures();
    let mut programs = support::folders(&folder);
    programs.retain(|name| folder.join(name).join("Cargo.toml").is_file());
    programs
}

/// Findings by the fixture they are about: the rule, and whether it is above a note.
fn findings(report: &Value) -> BTreeMap<String, BTreeSet<(String, bool)>> {
    let mut found: BTreeMap<String, BTreeSet<(String, bool)>> = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        let artifact = Path::new(finding["artifact"].as_str().unwrap());
        let fixture = artifact.file_stem().unwrap().to_str().unwrap().to_owned();
        let rule = finding["rule"].as_str().unwrap().to_owned();
        found
            .entry(fixture)
            .or_default()
            .insert((rule, finding["level"] != "note"));
    }
    found
}

/// Compares what was found in these fixtures with what they promise for a profile.
fn compare(fixtures: &[String], profile: &str, report: &Value) {
    assert_eq!(
        report["artifacts"].as_array().unwrap().len(),
        fixtures.len(),
        "not all were built"
    );
    let all = findings(report);
    let mut complaints = Vec::new();
    for fixture in fixtures {
        let expectation = support::expectation(fixture).unwrap();
        let named: BTreeSet<&str> = expectation
            .all_rules()
            .map(String::as_str)
            .chain([fixture.as_str()])
            .collect();
        let found: BTreeSet<&str> = all
            .get(fixture)
            .into_iter()
            .flatten()
            .filter(|(rule, loud)| *loud || named.contains(rule.as_str()))
            .map(|(rule, _)| rule.as_str())
            .collect();
        let expected = expectation.rules_in(fixture, profile);
        if found != expected {
            complaints.push(format!("{fixture}: expected {expected:?}, found {found:?}"));
        }
    }
    assert!(
        complaints.is_empty(),
        "{profile}:\n{}\n",
        complaints.join("\n")
    );
}

#[test]
fn development_builds_give_exactly_the_rules_they_promise() {
    compare(&programs(), "dev", &report(&["--workspace"]));
}

#[test]
fn release_builds_give_exactly_the_rules_they_promise() {
    compare(
        &programs(),
        "release",
        &report(&["--workspace", "--release"]),
    );
}

/// Of the fixtures without dependencies, which are those about the toolchain's own libraries.
fn optimized(profile: &str) {
    let folder = support::fixtures();
    let mut alone = programs();
    alone.retain(|name| {
        let manifest = std::fs::read_to_string(folder.join(name).join("Cargo.toml")).unwrap();
        !manifest.contains("[dependencies]")
    });
    let mut arguments = vec!["--profile", profile];
    arguments.extend(alone.iter().flat_map(|name| ["-p", name.as_str()]));
    compare(&alone, profile, &report(&arguments));
}

#[test]
fn stripped_builds_give_the_rules_of_the_release_build() {
    for fixture in programs() {
        let profiles = support::expectation(&fixture).unwrap().profiles;
        assert!(
            !profiles.contains_key("stripped"),
            "{fixture}: stripping makes no difference"
        );
    }
    optimized("stripped");
}

#[test]
fn link_time_optimization_makes_only_the_differences_that_are_written_down() {
    optimized("fat-lto");
}

#[test]
fn a_package_that_leaves_nothing_is_found_by_the_build_alone() {
    let together = report(&["-p", "dirs-none", "-p", "std-temp-dir", "--release"]);
    let skipped = together["skipped"].as_array().unwrap();
    assert!(
        skipped.iter().any(|skipped| skipped["rule"] == "dirs-none"),
        "{skipped:?}"
    );
    assert!(
        !findings(&together)
            .values()
            .flatten()
            .any(|(rule, _)| rule == "dirs-none")
    );

    let alone = report(&["-p", "dirs-none", "--release"]);
    let found = alone["findings"].as_array().unwrap();
    let found = found
        .iter()
        .find(|finding| finding["rule"] == "dirs-none")
        .unwrap();
    assert_eq!(found["confidence"], "possible");
    assert_eq!(found["package"]["version"], "6.0.0");
}
