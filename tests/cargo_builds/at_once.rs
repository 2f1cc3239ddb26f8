//! Several wasify processes at the same time.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::common::{program, target_dir};

fn both(mut start: impl FnMut() -> Command) {
    let children: Vec<Child> = (0..2)
        .map(|_| {
            start()
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("wasify starts")
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}");
        let text = String::from_utf8_lossy(&output.stdout);
        let report: serde_json::Value = serde_json::from_str(&text).expect("a report");
        // With its witness: the references are exact.
        assert_eq!(report["artifacts"][0]["exact"], true, "{said}");
    }
}

/// Nothing but the witness of what was built, its map, and no temporary file.
fn only_whole(witnesses: &Path) {
    let names: Vec<String> = fs::read_dir(witnesses)
        .expect("readable")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(
        !names.iter().any(|name| name.contains("partial")),
        "{names:?}"
    );
}

#[test]
fn of_one_project() {
    let dir = target_dir("at-once");
    let _ = fs::remove_dir_all(&dir);
    both(|| {
        let mut command = program(["build", "hello", "--format=json", "--target-dir"]);
        command.arg(&dir);
        command
    });
    only_whole(&dir.join("wasm32-wasip2/debug/wasify"));
}

#[test]
fn of_one_published_crate() {
    let home = target_dir("at-once-home");
    let _ = fs::remove_dir_all(&home);
    let folder = tempfile::tempdir().expect("a scratch folder");
    both(|| {
        let mut command = program(["build", "--crate", "choose@1.3.7", "--format=json"]);
        command.env("WASIFY_HOME", &home).current_dir(folder.path());
        command
    });
    only_whole(&home.join("target/wasm32-wasip2/debug/wasify"));
    let left: Vec<_> = fs::read_dir(folder.path()).expect("readable").collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(!home.join("crates/.partial").exists());
}

/// Two versions of an application make a file of one name in one directory: whoever comes second waits
/// until the first has taken its component away.
#[test]
fn a_build_waits_for_another_in_the_same_home() {
    let home = tempfile::tempdir().expect("a scratch folder");
    let lock = File::create(home.path().join(".build-lock")).expect("created");
    lock.lock().expect("nobody has it");
    let folder = tempfile::tempdir().expect("a scratch folder");
    let mut command = program(["build", "--crate", "choose@1.3.7", "--target-dir"]);
    let mut waiting = command
        .arg(target_dir("interrupted"))
        .env("WASIFY_HOME", home.path())
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("wasify starts");
    let said = BufReader::new(waiting.stderr.take().expect("it is piped"));
    let mut lines = said.lines().map_while(Result::ok);
    let blocked = "    Blocking waiting for another wasify that builds here";
    assert!(lines.any(|line| line == blocked), "it says that it waits");
    drop(lock);
    let rest: Vec<String> = lines.collect();
    assert!(waiting.wait().expect("it ends").success(), "{rest:?}");
    assert!(folder.path().join("choose.wasm").exists());
}
