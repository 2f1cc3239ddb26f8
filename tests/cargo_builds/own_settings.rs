//! Projects with settings of their own: their failures are explained as those of others.
#![cfg(unix)]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::common::{Told, in_folder, project};

fn script(path: &Path, lines: &str) {
    fs::write(path, format!("#!/bin/sh\n{lines}\n")).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("made executable");
}

fn config(folder: &Path, text: &str) {
    fs::create_dir_all(folder.join(".cargo")).expect("created");
    fs::write(folder.join(".cargo/config.toml"), text).expect("written");
}

/// A project with a copy of `home` as it fails, of which a rule knows.
fn failing(folder: &Path, manifest: &str) {
    project(
        folder,
        manifest,
        "main.rs",
        "fn main() { println!(\"here\"); }",
    );
    // The end of the manifest is the workspace's table, to which the copy does not belong.
    let mut file = fs::File::options()
        .append(true)
        .open(folder.join("Cargo.toml"))
        .expect("it is there");
    file.write_all(b"exclude = [\"vendor\"]\n")
        .expect("written");
    let copy = folder.join("vendor/home");
    fs::create_dir_all(copy.join("src")).expect("created");
    let manifest = "[package]\nname = \"home\"\nversion = \"0.5.9\"\nedition = \"2021\"\n";
    fs::write(copy.join("Cargo.toml"), manifest).expect("written");
    let source = "pub fn home_dir() {\n    home_dir_inner()\n}\n";
    fs::write(copy.join("src/lib.rs"), source).expect("written");
}

const BY_PATH: &str = "[dependencies]\nhome = { path = \"vendor/home\" }\n";

/// The report names the package, its rule, its place, and who wanted it.
#[track_caller]
fn is_explained(told: &Told) {
    told.ended_with(1);
    told.reports("home-no-wasi");
    told.reports("cannot find function `home_dir_inner`");
    told.reports("vendor/home/src/lib.rs:2:5");
}

fn logging(scratch: &Path) -> (PathBuf, PathBuf) {
    let (wrapper, log) = (scratch.join("wrapper"), scratch.join("log"));
    let lines = format!("echo \"$@\" >> '{}'\nexec \"$@\"", log.display());
    script(&wrapper, &lines);
    (wrapper, log)
}

#[test]
fn a_wrapper_of_rustc() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path().join("project");
    failing(&folder, BY_PATH);
    let (wrapper, log) = logging(scratch.path());
    let is_called = || {
        let called = fs::read_to_string(&log).unwrap_or_default();
        let _ = fs::remove_file(&log);
        called.contains("--crate-name home")
    };
    is_explained(&Told::of(
        in_folder("build", &folder).env("RUSTC_WRAPPER", &wrapper),
    ));
    assert!(is_called());
    config(&folder, &format!("[build]\nrustc-wrapper = {wrapper:?}\n"));
    is_explained(&Told::of(
        in_folder("build", &folder).env_remove("RUSTC_WRAPPER"),
    ));
    assert!(is_called());
    let told = Told::of(in_folder("doctor", &folder).env("RUSTC_WRAPPER", &wrapper));
    told.ended_with(1);
    told.reports("home-no-wasi");
}

#[test]
fn a_package_in_place_of_a_published_one() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    let manifest = "[dependencies]\nhome = \"0.5\"\n\
                    [patch.crates-io]\nhome = { path = \"vendor/home\" }\n";
    failing(folder, manifest);
    is_explained(&Told::of(&mut in_folder("build", folder)));
    let told = Told::of(&mut in_folder("doctor", folder));
    told.ended_with(1);
    told.reports("home-no-wasi");
    told.reports("small 0.0.0 > home 0.5.9");
}

#[test]
fn a_linker_that_fails() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    project(folder, "", "main.rs", "fn main() { println!(\"here\"); }");
    let lines = "echo 'own-linker: error: it is not to my liking' >&2\nexit 1";
    script(&folder.join("own-linker"), lines);
    config(
        folder,
        "[target.wasm32-wasip2]\nlinker = \"./own-linker\"\n",
    );
    let told = Told::of(&mut in_folder("build", folder));
    told.ended_with(1);
    told.reports("`small` can't be linked");
    told.reports("it is not to my liking");
    Told::of(&mut in_folder("doctor", folder)).ended_with(0);
}

/// A stable cargo doesn't listen to them.
#[test]
fn settings_of_an_unstable_cargo() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    project(folder, "", "main.rs", "fn main() { println!(\"here\"); }");
    config(
        folder,
        "[unstable]\nbuild-std = [\"std\"]\nno-such = true\n",
    );
    for subcommand in ["build", "doctor"] {
        Told::of(&mut in_folder(subcommand, folder)).ended_with(0);
    }
    failing(folder, BY_PATH);
    is_explained(&Told::of(&mut in_folder("build", folder)));
}
