//! The machine's tools.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{finds_nothing, plain, program};
use crate::common::Told;

fn script(file: &Path, lines: &str) {
    fs::write(file, format!("#!/bin/sh\n{lines}\n")).expect("written");
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("made executable");
}

/// `PATH` with a folder in front.
fn path_with(folder: &Path) -> std::ffi::OsString {
    let own = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&own));
    std::env::join_paths(all).expect("a path")
}

/// The `rustc` that cargo would start here.
fn rustc() -> PathBuf {
    let own = std::env::var_os("PATH").unwrap_or_default();
    let mut all = std::env::split_paths(&own).map(|folder| folder.join("rustc"));
    all.find(|file| file.is_file()).expect("there is a rustc")
}

fn tool(told: &Told, name: &str) -> Value {
    let report: Value = serde_json::from_str(&told.report).expect("a report");
    let tools = report["tools"].as_array().expect("a list").iter();
    let mut tools = tools.filter(|tool| tool["name"] == name);
    tools.next().cloned().unwrap_or_default()
}

#[test]
fn a_sysroot_without_target_and_linker() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path().join("project");
    program(&folder, "fn main() {}");
    let (bin, empty) = (scratch.path().join("bin"), scratch.path().join("empty"));
    fs::create_dir_all(&bin).expect("created");
    let lines = format!(
        "case \"$*\" in '--print sysroot --print target-libdir'*) echo '{0}'; echo '{0}/lib';; \
         *) exec '{1}' \"$@\";; esac",
        empty.display(),
        rustc().display()
    );
    script(&bin.join("rustc"), &lines);
    let told = Told::of(plain("doctor", &folder).env("PATH", path_with(&bin)));
    told.ended_with(1);
    told.reports("warning: `wasm32-wasip2` is not there");
    told.reports("rustup target add wasm32-wasip2");
    told.reports("error: `wasm-component-ld` is not there");
    told.reports("cargo install wasm-component-ld");
    assert!(
        !told
            .report
            .contains("Rust's standard library for wasm32-wasip2 is installed")
    );
    // One in `PATH` is found as well: rustc looks there too.
    script(
        &bin.join("wasm-component-ld"),
        "echo wasm-component-ld 9.8.7",
    );
    let told = Told::of(plain("doctor", &folder).env("PATH", path_with(&bin)));
    told.ended_with(0);
    told.reports("wasm-component-ld 9.8.7");
}

#[test]
fn programs_that_hang_or_lie_hold_nothing_up() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path().join("project");
    program(&folder, "fn main() {}");
    let bin = scratch.path().join("bin");
    fs::create_dir_all(&bin).expect("created");
    script(&bin.join("wasmtime"), "exec sleep 600");
    script(&bin.join("wasmer"), "sleep 600 & echo wasmer 1.0");
    script(&bin.join("jco"), "printf '\\033[2J\\n'; exit 3");
    script(&bin.join("spin"), "echo spin 3.1.4");
    let begun = Instant::now();
    let mut command = plain("doctor", &folder);
    command
        .env("PATH", path_with(&bin))
        .args(["--format", "json"]);
    let told = Told::of(&mut command);
    assert!(begun.elapsed() < Duration::from_secs(30));
    told.ended_with(0);
    assert_eq!(
        tool(&told, "wasmtime")["fault"],
        "it does not answer within 2 seconds"
    );
    assert_eq!(tool(&told, "wasmer")["state"], "broken");
    assert_eq!(tool(&told, "spin")["version"], "3.1.4");
    assert_eq!(tool(&told, "spin")["needed_for"], Value::Null);
    assert_eq!(tool(&told, "C compiler")["state"], "not-looked-at");
    let letter = Told::of(
        plain("doctor", &folder)
            .env("PATH", path_with(&bin))
            .arg("-v"),
    );
    finds_nothing(&letter);
    letter.reports("- spin: 3.1.4");
    assert!(!letter.report.contains("\u{1b}[2J"));
}

#[test]
fn nothing_to_install() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    program(scratch.path(), "fn main() {}");
    let told = Told::of(plain("doctor", scratch.path()).args(["--offline", "--install"]));
    finds_nothing(&told);
    told.says("Installed nothing");
}
