//! Many projects: shared out over machines, and put together again.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::common;
use crate::project::Ran;

/// Projects right below a directory: one that builds, one that doesn't, one that can't be read, and a workspace.
fn fleet() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, content: &str| {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    let package = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n{rest}")
    };
    for (directory, manifest) in [
        ("good", package("good", "")),
        ("bad", package("bad", "[dependencies]\nhome = \"=0.5.9\"\n")),
        ("unreadable", "[package\n".to_owned()),
        (
            "many",
            "[workspace]\nmembers = [\"one\", \"two\"]\nresolver = \"3\"\n".to_owned(),
        ),
        ("many/one", package("one", "")),
        ("many/two", package("two", "")),
    ] {
        write(&format!("{directory}/Cargo.toml"), &manifest);
        write(&format!("{directory}/src/main.rs"), "fn main() {}\n");
    }
    write("no-project/notes.txt", "");
    folder
}

fn wasify(folder: &Path, words: &str) -> Ran {
    let mut command = common::wasify(folder);
    Ran::of(command.args(words.split_whitespace()).output().unwrap())
}

#[test]
fn parts_put_together_are_the_whole() {
    let folder = fleet();
    let folder = folder.path();
    let whole = wasify(
        folder,
        "doctor -q --workspace-root . --format json=whole.json",
    );
    assert_eq!(whole.code, Some(1), "{}", whole.stderr);
    let names = |table: &str| -> Vec<String> {
        let rows = table.lines().skip(1).take_while(|line| !line.is_empty());
        let first = rows.filter(|row| !row.starts_with(' '));
        first
            .filter_map(|row| row.split_whitespace().next().map(str::to_owned))
            .collect()
    };
    // Worst first.
    assert_eq!(
        names(&whole.stdout),
        ["bad", "unreadable", "good", "one", "two"]
    );
    for told in ["does not build", "nothing known against it", "home-no-wasi"] {
        assert!(whole.stdout.contains(told), "{told}: {}", whole.stdout);
    }
    let mut parts = Vec::new();
    for part in 1..=3 {
        let words = format!(
            "doctor -q --workspace-root . --partition {part}/3 --format json=part-{part}.json"
        );
        wasify(folder, &words);
        parts.push(format!("part-{part}.json"));
    }
    let merged = wasify(
        folder,
        &format!("report merge {} --format json", parts.join(" ")),
    );
    assert_eq!(merged.code, Some(1), "{}", merged.stderr);
    assert_eq!(
        merged.stdout,
        fs::read_to_string(folder.join("whole.json")).unwrap()
    );
    let document: Value = serde_json::from_str(&merged.stdout).unwrap();
    assert_eq!(document["schema"], "wasify-fleet/1");
    let unreadable = &document["projects"][1]["report"]["build"];
    let message = unreadable["message"].as_str().unwrap();
    assert!(message.contains("unclosed table"), "{message}");

    // The same file twice is no contradiction, a changed one is.
    let twice = wasify(folder, "report merge part-1.json part-1.json whole.json");
    assert_eq!(twice.code, Some(1), "{}", twice.stderr);
    let changed = fs::read_to_string(folder.join("whole.json")).unwrap();
    fs::write(
        folder.join("changed.json"),
        changed.replace("\"fine\": 1", "\"fine\": 9"),
    )
    .unwrap();
    let conflict = wasify(folder, "report merge whole.json changed.json");
    assert_eq!(conflict.code, Some(2));
    assert!(
        conflict
            .stderr
            .contains("`whole.json` and `changed.json` say different things of"),
        "{}",
        conflict.stderr
    );
}

#[test]
fn what_cannot_be_shared_out_or_merged_is_told() {
    let folder = fleet();
    let folder = folder.path();
    fs::write(folder.join("cut.json"), "{\"schema\": \"wasify-report/1\"").unwrap();
    fs::write(
        folder.join("newer.json"),
        "{\"schema\": \"wasify-report/2\"}",
    )
    .unwrap();
    fs::write(
        folder.join("bare.json"),
        "{\"schema\": \"wasify-report/1\"}",
    )
    .unwrap();
    fs::write(folder.join("other.json"), "{}").unwrap();
    for (words, expected) in [
        (
            "doctor --workspace-root . --partition 4/3",
            "numbered from 1 to 3",
        ),
        ("doctor --partition 1/3", "--workspace-root"),
        (
            "doctor --workspace-root no-project",
            "no project in `no-project`",
        ),
        ("doctor --workspace-root nowhere", "`nowhere` can't be read"),
        (
            "doctor --workspace-root . --format sarif",
            "`sarif` is for one project",
        ),
        ("report merge cut.json", "is no JSON, or not all of it"),
        ("report merge newer.json", "install the newest wasify"),
        (
            "report merge bare.json",
            "is not a whole report: missing field",
        ),
        ("report merge other.json", "is no report of wasify"),
        ("report merge missing.json", "failed to read `missing.json`"),
        ("report merge", "required"),
    ] {
        let ran = wasify(folder, words);
        assert_eq!(ran.code, Some(2), "{words}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(expected), "{words}: {}", ran.stderr);
    }
    // More machines than work: the last has nothing to do, and says so.
    let idle = wasify(folder, "doctor -q --workspace-root . --partition 9/9");
    assert_eq!(idle.code, Some(0), "{}", idle.stderr);
    assert!(
        idle.stdout.contains("there is no project of the part 9/9"),
        "{}",
        idle.stdout
    );
}
