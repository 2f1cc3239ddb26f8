//! The habits that a program can check. Clippy checks the others: see `Cargo.toml`, `clippy.toml`.

use std::fs;
use std::path::{Path, PathBuf};

/// The most lines a source file may have, unless a comment in it says why: `// long because ...`.
const FILE_LINES: usize = 500;
/// The same for the condition of a rule.
const RULE_LINES: usize = 150;
/// The same for `main.rs`.
const MAIN_LINES: usize = 80;

fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}

/// Every text file of the project, by its path from the root, sorted.
fn files() -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(&root(), "", &mut found);
    found.sort();
    assert!(
        found.len() > 100,
        "the project's files are not where they were"
    );
    found
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<(String, String)>) {
    let entries = fs::read_dir(folder).expect("the project's folders can be read");
    for entry in entries {
        let entry = entry.expect("the project's folders can be read");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            let hidden = name.starts_with('.') && name != ".ci" && name != ".github";
            if !hidden && name != "target" {
                collect(&entry.path(), &format!("{path}/"), found);
            }
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            found.push((path, text));
        }
    }
}

/// Gives every complaint at once, one a line.
fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn files_are_short_or_say_why_not() {
    let mut complaints = Vec::new();
    for (path, text) in files() {
        let limit = match path.as_str() {
            path if !path.ends_with(".rs") => continue,
            "cli/src/main.rs" => MAIN_LINES,
            path if path.starts_with("lints/src/rules/") => RULE_LINES,
            _ => FILE_LINES,
        };
        let lines = text.lines().count();
        if lines > limit && !text.contains("// long because ") {
            complaints.push(format!(
                "{path} has {lines} lines, more than {limit}: split it, or say `// long because ...`"
            ));
        }
    }
    assert_none(&complaints);
}

#[test]
fn no_file_names_this_machine() {
    // A blessed file easily takes along where it was blessed. Short paths, as in a container, would
    // be found in innocent text.
    let home = std::env::var("HOME").unwrap_or_default();
    let places = [
        root().display().to_string(),
        format!("{home}/.cargo"),
        format!("{home}/.rustup"),
    ];
    let mut complaints = Vec::new();
    for (path, text) in files() {
        for place in places.iter().filter(|place| place.len() > 8) {
            if text.contains(place.as_str()) {
                complaints.push(format!("{path} contains `{place}`"));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn nothing_is_left_for_later() {
    // In two pieces, or this file would be found.
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
    ];
    let mut complaints = Vec::new();
    for (path, text) in files() {
        for (number, line) in text.lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark)) {
                complaints.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut complaints = Vec::new();
    let mut seen = 0;
    for (path, text) in files() {
        // Some links of the sample lead nowhere, for a program that looks for such.
        if !path.ends_with(".md") || path.starts_with("tests/corpus/sample") {
            continue;
        }
        let folder = root().join(&path);
        let folder = folder.parent().map(Path::to_owned).unwrap_or_default();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = link.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            seen += 1;
            if !folder.join(file).exists() {
                complaints.push(format!("{path} links to `{link}`, which is not there"));
            }
        }
    }
    assert!(seen > 0, "no page links to another");
    assert_none(&complaints);
}

#[test]
fn the_changelog_has_a_place_for_what_is_new() {
    let text = fs::read_to_string(root().join("CHANGELOG.md")).expect("there is a changelog");
    let first = text.lines().find(|line| line.starts_with("## "));
    assert_eq!(first, Some("## [Unreleased]"));
}
