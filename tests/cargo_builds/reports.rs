//! What the program reports of small projects, in each profile.

use std::path::Path;

use serde_json::Value;

use crate::common::{fixture, program, project, target_dir};

/// The report on a project, for programs.
fn report(folder: &Path, args: &[&str]) -> Value {
    let mut command = program(["build", "--format=json"]);
    let output = command.arg(folder).args(args).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
}

fn found<'a>(report: &'a Value, rule: &str) -> Vec<&'a Value> {
    let findings = report["findings"].as_array().expect("a list");
    findings
        .iter()
        .filter(|finding| finding["rule"] == rule)
        .collect()
}

#[test]
fn only_an_empty_main_is_one() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let (program, reactor) = (
        scratch.path().join("program"),
        scratch.path().join("reactor"),
    );
    project(&program, "", "main.rs", "fn main() {}");
    project(
        &reactor,
        "[lib]\ncrate-type = [\"cdylib\"]",
        "lib.rs",
        "#[unsafe(no_mangle)]\npub extern \"C\" fn nothing() {}",
    );
    for args in [&[][..], &["--release"]] {
        let report = report(&program, args);
        assert_eq!(
            found(&report, "rust-empty-main").len(),
            1,
            "{args:?}: {report}"
        );
        let report = self::report(&reactor, args);
        assert_eq!(report["artifacts"].as_array().map(Vec::len), Some(1));
        assert_eq!(
            found(&report, "rust-empty-main").len(),
            0,
            "{args:?}: {report}"
        );
    }
}

#[test]
fn source_lines_in_a_release_build() {
    let dir = target_dir("lines");
    let dir = dir.to_str().expect("plain");
    let human = |args: &[&str]| {
        let mut command = program(["build", "notes", "--release", "--target-dir", dir]);
        let output = command.args(args).output().expect("it starts");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let advice = "-- --config 'profile.release.debug=\"line-tables-only\"'";
    let without = human(&[]);
    assert_eq!(without.matches(advice).count(), 1, "{without}");
    assert!(!without.contains(".rs:"), "{without}");
    // As a shell splits it.
    let with = human(&[
        "--",
        "--config",
        "profile.release.debug=\"line-tables-only\"",
    ]);
    assert!(with.contains("notes/src/lock.rs:9:16"), "{with}");
    assert!(!with.contains("--config"), "{with}");
}

/// Opening an editor is one of several commands, also where the others were inlined into `main`.
#[test]
fn one_command_of_several_is_not_every_run() {
    let dir = target_dir("lines");
    let dir = dir.to_str().expect("plain");
    for args in [&[][..], &["--release"]] {
        let args = [args, &["--target-dir", dir]].concat();
        let report = report(&fixture("notes"), &args);
        for (rule, level, confidence) in [
            ("std-process-command", "warn", "possible"),
            ("std-temp-dir", "deny", "always"),
        ] {
            let found = found(&report, rule);
            assert_eq!(found.len(), 1, "{args:?}: {report}");
            assert_eq!(found[0]["level"], level, "{args:?}");
            assert_eq!(found[0]["confidence"], confidence, "{args:?}");
        }
    }
}
