//! `wasify build --fix`: what is changed, what is noted, and that nothing else is touched.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::{program, project, target_dir};

/// A program that needs `home`, which has no code for WASI, and an old `url`, of which a later version has.
const MANIFEST: &str =
    "version = \"0.1.0\" # mine\n\n[dependencies]\nhome   = '0.5.9'\nurl = \"2.5\"\n";
const MAIN: &str = "fn main() {\n    let url = url::Url::parse(\"http://x/y\").unwrap();\n    \
                    println!(\"{:?} {}\", home::home_dir(), url.path());\n}\n";

fn scratch() -> tempfile::TempDir {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    project(scratch.path(), MANIFEST, "main.rs", MAIN);
    for words in [
        "generate-lockfile",
        "update home --precise 0.5.9",
        "update url --precise 2.5.0",
    ] {
        plain(scratch.path(), words);
    }
    scratch
}

#[expect(clippy::disallowed_methods, reason = "wasify has no part in it")]
fn plain(folder: &Path, words: &str) {
    let status = std::process::Command::new(env!("CARGO"))
        .args(words.split(' '))
        .current_dir(folder)
        .status()
        .expect("cargo starts");
    assert!(status.success(), "cargo {words}");
}

fn wasify(folder: &Path, words: &[&str]) -> Output {
    program(["build"])
        .args(words)
        .arg("--target-dir")
        .arg(target_dir("fixing"))
        .current_dir(folder)
        .output()
        .expect("wasify starts")
}

fn text(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap_or_default()
}

#[test]
fn it_stands_is_noted_and_stays_as_it_is() {
    let scratch = scratch();
    let folder = scratch.path();
    let (manifest, lock) = (text(folder, "Cargo.toml"), text(folder, "Cargo.lock"));
    assert!(
        lock.contains("name = \"url\"\nversion = \"2.5.0\""),
        "{lock}"
    );

    // What is planned is what is done, and planning does nothing.
    let planned = wasify(folder, &["--fix", "--dry-run"]);
    let planned = String::from_utf8_lossy(&planned.stdout).into_owned();
    assert!(planned.contains("(home-no-wasi)"), "{planned}");
    assert!(planned.contains("cargo update url --precise"), "{planned}");
    assert_eq!(text(folder, "Cargo.lock"), lock);
    assert_eq!(text(folder, "wasify.toml"), "");

    let fixed = wasify(folder, &["--fix"]);
    let said = String::from_utf8_lossy(&fixed.stderr).into_owned();
    assert_eq!(fixed.status.code(), Some(0), "{said}");
    assert!(said.contains("Fixed `home`: its port"), "{said}");
    let noted = text(folder, "wasify.toml");
    assert!(
        noted.contains("{ name = \"home\", for = \"home-no-wasi\" }"),
        "{noted}"
    );
    assert!(
        noted.contains("name = \"url\", from = \"2.5.0\""),
        "{noted}"
    );
    assert_eq!(text(folder, "Cargo.toml"), manifest);
    let locked = text(folder, "Cargo.lock");
    assert!(!locked.contains("version = \"2.5.0\""), "{locked}");
    let report = String::from_utf8_lossy(&fixed.stdout).into_owned();
    assert!(report.contains("Ported home 0.5.9"), "{report}");

    // A later build goes by what was noted, and there is nothing left to change.
    let again = wasify(folder, &["--fix"]);
    assert_eq!(again.status.code(), Some(0));
    assert_eq!(wasify(folder, &[]).status.code(), Some(0));
    assert_eq!(text(folder, "wasify.toml"), noted);
    assert_eq!(text(folder, "Cargo.lock"), locked);
}

#[test]
fn what_does_not_help_is_undone() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    // The program itself is what fails, and nobody can mend that with a flag.
    let main =
        "use std::os::unix::fs::MetadataExt;\nfn main() { let _ = url::Url::parse(\"x\"); }\n";
    project(
        folder,
        "version = \"0.1.0\"\n\n[dependencies]\nurl = \"2.5\"\n",
        "main.rs",
        main,
    );
    plain(folder, "generate-lockfile");
    // An update of this is tried, and helps nobody.
    plain(folder, "update url --precise 2.5.0");
    let lock = text(folder, "Cargo.lock");
    let fixed = wasify(folder, &["--fix=all"]);
    assert_eq!(fixed.status.code(), Some(1));
    let report = String::from_utf8_lossy(&fixed.stdout).into_owned();
    assert!(report.contains("#[cfg(target_os = \"wasi\")]"), "{report}");
    assert_eq!(text(folder, "Cargo.lock"), lock);
    assert!(!folder.join("wasify.toml").exists());
    assert_eq!(text(folder, "src/main.rs"), main);
}

#[test]
fn a_wrong_flag_in_the_file_is_told_with_its_line() {
    let scratch = scratch();
    fs::write(scratch.path().join("wasify.toml"), "[rust]\n\nport = []\n").expect("written");
    for words in [&["--fix"][..], &[]] {
        let refused = wasify(scratch.path(), words);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert!(
            said.contains("wasify.toml:3: there is no key `port`"),
            "{said}"
        );
        assert!(said.contains("did you mean `ports`?"), "{said}");
    }
}
