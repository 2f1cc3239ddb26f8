//! What wasify says of published applications: the trials of `applications.toml` that fail are
//! predicted, and nothing is too loud. Only those marked `always` are built here; the whole table, with
//! the runs, is the work of `table.py`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

#[derive(serde::Deserialize)]
struct Table {
    application: Vec<Application>,
}

#[derive(serde::Deserialize)]
struct Application {
    #[serde(rename = "crate")]
    name: String,
    version: String,
    binary: String,
    #[serde(default)]
    always: bool,
    nothing_above: Option<String>,
    trial: Vec<Trial>,
}

#[derive(serde::Deserialize)]
struct Trial {
    what: String,
    #[serde(default)]
    rules: Vec<String>,
}

const LEVELS: [&str; 4] = ["allow", "note", "warn", "deny"];

fn level(name: &str) -> usize {
    LEVELS
        .iter()
        .position(|level| *level == name)
        .unwrap_or_else(|| panic!("level {name}"))
}

fn table() -> Table {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/applications/applications.toml");
    toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// The report on an application, built in folders of the workspace's own target directory.
fn report(application: &Application, out: &Path) -> Value {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("applications");
    #[expect(clippy::disallowed_methods, reason = "the binary is the subject")]
    let output = Command::new(env!("CARGO_BIN_EXE_wasify"))
        .args(["build", "--release", "--format", "json", "--crate"])
        .arg(format!("{}@{}", application.name, application.version))
        .arg("--out-dir")
        .arg(out)
        .env("WASIFY_HOME", home)
        .current_dir(out)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code().is_some_and(|code| code < 2),
        "{errors}"
    );
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}\n{errors}"))
}

#[test]
fn what_fails_in_an_application_is_said_before() {
    for application in table()
        .application
        .iter()
        .filter(|application| application.always)
    {
        let out = tempfile::tempdir().unwrap();
        let report = report(application, out.path());
        assert!(
            out.path()
                .join(format!("{}.wasm", application.binary))
                .is_file()
        );
        assert_eq!(report["artifacts"][0]["kind"], "component");
        let findings = report["findings"].as_array().unwrap();
        let found: Vec<&str> = findings
            .iter()
            .map(|finding| finding["rule"].as_str().unwrap())
            .collect();
        for trial in application
            .trial
            .iter()
            .filter(|trial| !trial.rules.is_empty())
        {
            assert!(
                trial
                    .rules
                    .iter()
                    .any(|rule| found.contains(&rule.as_str())),
                "{}: {}: none of {:?} in {found:?}",
                application.name,
                trial.what,
                trial.rules
            );
        }
        let limit = level(application.nothing_above.as_deref().unwrap_or("deny"));
        for finding in findings {
            assert!(
                level(finding["level"].as_str().unwrap()) <= limit,
                "too loud: {finding}"
            );
        }
    }
}
