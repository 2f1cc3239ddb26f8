//! What other programs read, held against the schemas that are published for it. The schemas come from
//! packages that carry them, so these tests need crates.io and PyPI, or what was kept of them.
//!
//! The documents are the snapshots, which another test compares with what is written today.

#[path = "../common/mod.rs"]
mod common;
mod runs;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The packages with the schemas, of which no code is compiled.
const PACKAGES: &str = r#"
[package]
name = "schemas"
version = "0.0.0"
edition = "2024"

[workspace]

[lib]
path = "lib.rs"

[dependencies]
# OASIS's schema of SARIF 2.1.0: src/schema.json
serde-sarif = "=0.8.0"
# Jenkins's schema of JUnit's XML: tests/JUnit.xsd
junit-report = "=0.9.1"
"#;

/// A file of one of the packages.
fn published(package: &str, file: &str) -> Result<PathBuf> {
    // The tests run at the same time, and write one manifest.
    static METADATA: LazyLock<std::result::Result<String, String>> =
        LazyLock::new(|| metadata().map_err(|error| error.to_string()));
    let metadata: serde_json::Value =
        serde_json::from_str(METADATA.as_ref().map_err(String::as_str)?)?;
    let packages = metadata["packages"].as_array().ok_or("no packages")?;
    let found = packages.iter().find(|found| found["name"] == package);
    let manifest = found.and_then(|found| found["manifest_path"].as_str());
    let manifest = Path::new(manifest.ok_or("the package is not there")?);
    Ok(manifest.with_file_name("").join(file))
}

/// What cargo says of the packages, after fetching them.
fn metadata() -> Result<String> {
    let folder = scratch("schemas")?;
    fs::write(folder.join("Cargo.toml"), PACKAGES)?;
    fs::write(folder.join("lib.rs"), "")?;
    let mut cargo = program(env!("CARGO"));
    output(
        cargo
            .args(["metadata", "--format-version=1"])
            .current_dir(folder),
    )
}

fn scratch(name: &str) -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("formats")
        .join(name);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

#[expect(clippy::disallowed_methods, reason = "wasify has no part in it")]
fn program(name: &str) -> Command {
    Command::new(name)
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The snapshots with this ending.
fn snapshots(ending: &str) -> Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/snapshots");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    assert!(found.len() > 5, "the snapshots are not where they were");
    Ok(found)
}

#[test]
fn sarif_follows_the_published_schema() -> Result<()> {
    let schema = fs::read_to_string(published("serde-sarif", "src/schema.json")?)?;
    let mut schema: serde_json::Value = serde_json::from_str(&schema)?;
    // Both are no regular expression (`]` without its `[`), and wasify writes no language.
    for part in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][part]["properties"]["language"];
        let language = language.as_object_mut().ok_or("no language")?;
        language.remove("pattern").ok_or("no pattern")?;
    }
    let id = schema["$id"].as_str().unwrap_or_default();
    assert!(
        id.ends_with("oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json"),
        "{id}"
    );
    let validator = jsonschema::validator_for(&schema)?;
    for path in snapshots(".sarif")? {
        let mut document: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
        document["runs"][0]["tool"]["driver"]["name"] = serde_json::Value::Null;
        assert!(!validator.is_valid(&document));
    }
    Ok(())
}

/// What the schema can't say, and consumers rely on.
#[test]
fn sarif_results_fit_together() -> Result<()> {
    for path in snapshots(".sarif")? {
        let document: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        let run = &document["runs"][0];
        let mut seen = std::collections::BTreeSet::new();
        for result in run["results"].as_array().ok_or("no results")? {
            let index = result["ruleIndex"].as_u64().ok_or("no index")?;
            let rule = &run["tool"]["driver"]["rules"][usize::try_from(index)?];
            assert_eq!(rule["id"], result["ruleId"]);
            let print = &result["partialFingerprints"]["wasifyFinding/v1"];
            assert!(seen.insert(print.as_str().ok_or("no fingerprint")?));
            let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
            let uri = place["uri"].as_str().ok_or("no place")?;
            assert!(!uri.starts_with('/') && !uri.contains(".."), "{uri}");
        }
    }
    Ok(())
}

/// Prints what of each file does not follow a schema, and that something broken doesn't.
const CHECK: &str = r#"
import sys, xmlschema
schema = xmlschema.XMLSchema(sys.argv[1])
for path in sys.argv[2:]:
    for error in schema.iter_errors(path):
        print(path, error.path, error.reason)
assert not schema.is_valid("<testsuites><testsuite/></testsuites>")
"#;

#[test]
fn junit_follows_the_schema_of_jenkins() -> Result<()> {
    let schema = published("junit-report", "tests/JUnit.xsd")?;
    let packages = scratch("python")?;
    if !packages.join("xmlschema").exists() {
        let wanted = ["xmlschema==4.3.2", "elementpath==5.1.4"];
        let mut pip = program("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--target"]);
        output(pip.arg(&packages).args(wanted))?;
    }
    let mut check = program("python3");
    check.args(["-c", CHECK]).arg(schema);
    check.args(snapshots(".junit.xml")?);
    let said = output(check.env("PYTHONPATH", packages))?;
    assert!(said.is_empty(), "{said}");
    Ok(())
}

/// GitLab documents the members in words.
#[test]
fn gitlab_gets_what_it_asks_for() -> Result<()> {
    for path in snapshots(".gitlab.json")? {
        let document: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        let mut seen = std::collections::BTreeSet::new();
        for issue in document.as_array().ok_or("no array")? {
            for name in ["description", "check_name", "fingerprint"] {
                assert!(!issue[name].as_str().ok_or(name)?.is_empty());
            }
            assert!(seen.insert(issue["fingerprint"].to_string()), "{issue}");
            let severity = issue["severity"].as_str().ok_or("no severity")?;
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
            let file = issue["location"]["path"].as_str().ok_or("no path")?;
            assert!(!file.starts_with(['/', '.']), "{file}");
            assert!(issue["location"]["lines"]["begin"].as_u64() > Some(0));
        }
    }
    Ok(())
}
