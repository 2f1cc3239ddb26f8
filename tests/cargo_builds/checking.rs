//! `--check`: nothing is called verified that cargo has not checked with every change in place.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::{program, project, target_dir};
use crate::fixing::plain;

/// Needs a port, and is fine otherwise.
const DEPENDENCIES: &str = "\n\n[dependencies]\nhome = \"=0.5.9\"\n";
const FINE: &str = "fn main() {\n    println!(\"{:?}\", home::home_dir());\n}\n";
/// No change of flags makes this compile for WASI.
const OWN_FAULT: &str = "fn main() {\n    use std::os::unix::fs::PermissionsExt as _;\n    \
                         println!(\"{:?} {:?}\", home::home_dir(), std::fs::metadata(\".\").map(|it| it.permissions().mode()));\n}\n";

/// In one target directory cargo takes packages of one name and version for the same, wherever they are, and goes by
/// the time of their files: what fails has a version of its own.
fn scratch(main: &str) -> tempfile::TempDir {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let version = if main == OWN_FAULT { "0.2.0" } else { "0.1.0" };
    let manifest = format!("version = \"{version}\"{DEPENDENCIES}");
    project(scratch.path(), &manifest, "main.rs", main);
    plain(scratch.path(), "generate-lockfile");
    scratch
}

fn wasify(folder: &Path, words: &[&str]) -> Output {
    program([])
        .args(words)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target_dir("checking"))
        .output()
        .expect("wasify starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_plan_is_verified_when_cargo_checks_it() {
    let scratch = scratch(FINE);
    let words = ["build", "--fix", "--dry-run"];
    let unchecked = stdout(&wasify(scratch.path(), &words));
    assert!(unchecked.contains("(home-no-wasi)"), "{unchecked}");
    assert!(!unchecked.contains("verified"), "{unchecked}");

    let lock = fs::read_to_string(scratch.path().join("Cargo.lock")).expect("a lock file");
    let checked = wasify(scratch.path(), &[&words[..], &["--check"]].concat());
    let plan = stdout(&checked);
    assert!(
        plan.contains(
            "# verified: `cargo check` for wasm32-wasip2 passes with 1 change of this plan\n"
        ),
        "{plan}"
    );
    assert_eq!(checked.status.code(), Some(0));
    assert!(!scratch.path().join("wasify.toml").exists());
    assert_eq!(
        fs::read_to_string(scratch.path().join("Cargo.lock")).expect("still there"),
        lock
    );
}

#[test]
fn a_plan_that_does_not_compile_is_not_verified() {
    let scratch = scratch(OWN_FAULT);
    let checked = wasify(scratch.path(), &["build", "--fix", "--dry-run", "--check"]);
    let plan = stdout(&checked);
    assert!(plan.contains("(home-no-wasi)"), "{plan}");
    assert!(
        plan.contains(
            "# not verified: `cargo check` for wasm32-wasip2 fails with 1 change of this plan, for small 0.2.0"
        ),
        "{plan}"
    );
    assert_eq!(checked.status.code(), Some(1));
    // The compiler's own words are there.
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(said.contains("PermissionsExt"), "{said}");
}

#[test]
fn the_doctor_marks_what_was_verified() {
    let sound = scratch(FINE);
    let letter = stdout(&wasify(sound.path(), &["doctor"]));
    assert!(
        letter.contains("home-no-wasi") && !letter.contains("verified"),
        "{letter}"
    );

    let letter = stdout(&wasify(sound.path(), &["doctor", "--check"]));
    assert!(letter.contains("[verified]"), "{letter}");
    assert!(
        letter.contains("passes with 1 change of `wasify"),
        "{letter}"
    );

    let report = wasify(sound.path(), &["doctor", "--check", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).expect("JSON");
    assert_eq!(report["checked"]["passed"], true, "{report}");
    let suggestions = report["findings"][0]["suggestions"]
        .as_array()
        .expect("some");
    let verified = suggestions.iter().filter(|it| it["verified"] == true);
    let verified: Vec<&serde_json::Value> = verified.map(|it| &it["kind"]).collect();
    assert_eq!(verified, ["port"], "only what was in place");

    let faulty = scratch(OWN_FAULT);
    let checked = wasify(faulty.path(), &["doctor", "--check"]);
    let letter = stdout(&checked);
    assert!(!letter.contains("[verified]"), "{letter}");
    assert!(letter.contains("not verified: `cargo check`"), "{letter}");
    assert!(
        letter.contains("mend what the compiler says of small 0.2.0, then"),
        "{letter}"
    );
    // Of what fails nothing is called fine.
    assert!(!letter.contains("speaks against"), "{letter}");
    assert_eq!(checked.status.code(), Some(1));
}
