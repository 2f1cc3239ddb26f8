//! What other programs read, held against the schemas that are published for it. The schemas come from
//! packages that carry them, so these tests need crates.io and PyPI, or what was kept of them.
//!
//! The documents are the snapshots, which another test compares with what is written today.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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
"#;

/// A file of one of the packages.
fn published(package: &str, file: &str) -> Result<PathBuf> {
    let folder = scratch("schemas")?;
    fs::write(folder.join("Cargo.toml"), PACKAGES)?;
    fs::write(folder.join("lib.rs"), "")?;
    let said = output(
        program(env!("CARGO"))
            .args(["metadata", "--format-version=1"])
            .current_dir(folder),
    )?;
    let metadata: serde_json::Value = serde_json::from_str(&said)?;
    let packages = metadata["packages"].as_array().ok_or("no packages")?;
    let found = packages.iter().find(|found| found["name"] == package);
    let manifest = found.and_then(|found| found["manifest_path"].as_str());
    let manifest = Path::new(manifest.ok_or("the package is not there")?);
    Ok(manifest.with_file_name("").join(file))
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
