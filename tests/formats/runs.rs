//! Whole runs: one build that writes all the formats, and one whose report has no place left.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Result;
use crate::common::{wasify, worked};

/// A repository with a workspace in a folder of it, of which both packages do what WASI can't.
fn repository(root: &Path) -> Result<()> {
    let files = [
        (".git/HEAD", ""),
        (
            "port/Cargo.toml",
            "[workspace]\nmembers = [\"app\", \"dep\"]\nresolver = \"3\"\n",
        ),
        (
            "port/app/Cargo.toml",
            "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [dependencies]\ndep.path = \"../dep\"\n",
        ),
        (
            "port/app/src/main.rs",
            "fn main() {\n    println!(\"{:?}\", std::env::temp_dir());\n    dep::identify();\n}\n",
        ),
        (
            "port/dep/Cargo.toml",
            "[package]\nname = \"dep\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        ),
        (
            "port/dep/src/lib.rs",
            "pub fn identify() {\n    println!(\"{}\", std::process::id());\n}\n",
        ),
    ];
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        fs::write(path, text)?;
    }
    Ok(())
}

#[test]
fn one_build_writes_all_formats_with_paths_from_the_repository() -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let root = scratch.path().canonicalize()?;
    repository(&root)?;
    let mut command = wasify(&root);
    command.args(["build", "port", "--quiet", "--format", "github"]);
    for (format, file) in [
        ("json", "all.json"),
        ("sarif", "a.sarif"),
        ("gitlab", "gitlab.json"),
        ("junit", "a.xml"),
        ("markdown", "a.md"),
        ("human", "a.txt"),
    ] {
        command.arg("--format").arg(format!("{format}={file}"));
    }
    command.env("GITHUB_STEP_SUMMARY", root.join("summary.md"));
    let output = worked(&mut command);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout)?;
    let own = "port/app/src/main.rs";
    for file in [own, "port/dep/src/lib.rs"] {
        assert!(
            said.contains(&format!("::error file={file},line=2,col=")),
            "{said}"
        );
    }
    let read = |name: &str| fs::read_to_string(root.join(name));
    let all: Value = serde_json::from_str(&read("all.json")?)?;
    let found = all["findings"].as_array().map_or(0, Vec::len);
    let sarif: Value = serde_json::from_str(&read("a.sarif")?)?;
    let results = sarif["runs"][0]["results"].as_array().ok_or("no results")?;
    assert_eq!((found, results.len()), (2, 2));
    for result in results {
        let place = &result["locations"][0]["physicalLocation"];
        let file = place["artifactLocation"]["uri"]
            .as_str()
            .ok_or("no place")?;
        assert!(root.join(file).is_file(), "{file}");
    }
    for name in ["gitlab.json", "a.xml", "a.md", "a.txt", "summary.md"] {
        assert!(read(name)?.contains(own), "{name}");
    }
    // Nothing is left beside them.
    let hidden = |name: &str| name.starts_with('.') && name != ".git";
    for entry in fs::read_dir(&root)? {
        let name = entry?.file_name();
        assert!(!hidden(&name.to_string_lossy()), "{}", name.display());
    }
    Ok(())
}

/// The disk may be full when the build has ended.
#[cfg(target_os = "linux")]
#[test]
fn a_report_that_can_not_be_written_costs_no_other() -> Result<()> {
    let scratch = tempfile::tempdir()?;
    fs::write(scratch.path().join("a.wasm"), b"\0asm\x01\0\0\0")?;
    let mut command = wasify(scratch.path());
    command.args(["inspect", "a.wasm", "--format", "json=/dev/full"]);
    let output = command.args(["--format", "markdown=a.md"]).output()?;
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stdout)?.contains("Imports"));
    assert!(fs::read_to_string(scratch.path().join("a.md"))?.contains("wasify"));
    let said = String::from_utf8(output.stderr)?;
    assert!(
        said.contains("failed to write the json report to `/dev/full`"),
        "{said}"
    );
    Ok(())
}
