//! Lock files that cargo can't use: what is said, and that they are left as they are.

use std::fs;
use std::path::Path;

use crate::common::{Told, in_folder, project};

/// What both ways to look at a project say of one with this lock file, which stays as it is.
fn told(folder: &Path, dependencies: &str, lock: &[u8]) -> [Told; 2] {
    project(folder, dependencies, "main.rs", "fn main() {}");
    let file = folder.join("Cargo.lock");
    fs::write(&file, lock).expect("written");
    ["build", "doctor"].map(|subcommand| {
        let told = Told::of(&mut in_folder(subcommand, folder));
        assert_eq!(fs::read(&file).expect("readable"), lock, "{told:?}");
        told
    })
}

#[test]
fn a_damaged_lock_file() {
    let conflict: &[u8] = b"<<<<<<< HEAD\nversion = 4\n=======\nversion = 3\n>>>>>>> other\n";
    let cases = [
        (conflict, "failed to parse lock file at: "),
        (&b"\xff\xfeversion = 4"[..], "failed to read file: "),
    ];
    for (lock, said) in cases {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        for told in told(scratch.path(), "", lock) {
            told.ended_with(1);
            told.reports(said);
            told.reports(&scratch.path().join("Cargo.lock").display().to_string());
            told.reports(
                "restore the lock file from version control, or have every version chosen anew",
            );
            told.reports("cargo generate-lockfile");
        }
    }
}

/// The help is no help where the file isn't damaged.
#[test]
fn a_lock_file_of_a_newer_cargo() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    for told in told(scratch.path(), "", b"version = 99\n") {
        told.ended_with(1);
        told.reports("perhaps Cargo needs to be updated?");
        assert!(!told.report.contains("generate-lockfile"), "{told:?}");
    }
}

#[test]
fn a_locked_version_that_nobody_offers() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let lock = "version = 4\n\n\
                [[package]]\nname = \"cfg-if\"\nversion = \"1.0.99999\"\n\
                source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
                checksum = \"4e7648175b45a9a48536d676f68d918270699102aa8dab5496df06904c914600\"\n\n\
                [[package]]\nname = \"small\"\nversion = \"0.0.0\"\ndependencies = [\"cfg-if\"]\n";
    let dependencies = "[dependencies]\ncfg-if = \"1\"\n";
    for told in told(scratch.path(), dependencies, lock.as_bytes()) {
        told.ended_with(1);
        told.reports("failed to select a version for the requirement `cfg-if = \"^1\"` (locked to 1.0.99999)");
        told.reports("lock another version of `cfg-if`: the registry doesn't offer 1.0.99999");
        told.reports("cargo update cfg-if");
    }
}
