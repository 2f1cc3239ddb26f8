//! What happens when a tool or the target is missing.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use wasify::ecosystem::{BuildRequest, cargo};
use wasify::execute::surroundings::Surroundings;
use wasify::toolchain::ensure_target;
use wasify_lints::rule::Cause;

use crate::common::{Recorder, around, program, project, refusal, request};

/// Surroundings whose rustc looks for standard libraries in an empty directory.
fn without_target(scratch: &Path) -> Surroundings {
    let rustc = scratch.join("rustc-elsewhere");
    let real = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let script = format!(
        "#!/bin/sh\nexec {real} --sysroot '{}' \"$@\"\n",
        scratch.display()
    );
    fs::write(&rustc, script).expect("written");
    fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755)).expect("made executable");
    let mut around = around();
    around.vars.insert("RUSTC".into(), Some(rustc.into()));
    around
}

#[test]
fn the_users_rustc_wrapper_is_still_called() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let wrapper = scratch.path().join("wrapper");
    let log = scratch.path().join("log");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> '{}'\nexec \"$@\"\n",
        log.display()
    );
    fs::write(&wrapper, script).expect("written");
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).expect("made executable");
    let folder = scratch.path().join("project");
    project(&folder, "", "main.rs", "fn main() { println!(); }");
    fs::create_dir(folder.join(".cargo")).expect("created");
    let setting = format!("build.rustc-wrapper = '{}'\n", wrapper.display());
    fs::write(folder.join(".cargo/wrapper.toml"), &setting).expect("written");
    let environment = vec![("RUSTC_WRAPPER", wrapper.to_str().expect("plain"))];
    let argument = vec!["--config".to_owned(), setting];
    let ways = [
        (environment, Vec::new(), ""),
        (Vec::new(), argument, ""),
        (Vec::new(), Vec::new(), "include = ['wrapper.toml']"),
    ];
    for (vars, passed_on, file) in ways {
        let _ = fs::remove_dir_all(folder.join("target"));
        let _ = fs::remove_file(&log);
        fs::write(folder.join(".cargo/config.toml"), file).expect("written");
        let mut around = around();
        for name in ["RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER"] {
            around.vars.insert(name.into(), None);
        }
        for (name, value) in &vars {
            around.vars.insert(name.into(), Some(value.into()));
        }
        let build = BuildRequest {
            path: Some(folder.clone()),
            passed_on,
            ..BuildRequest::default()
        };
        let built = cargo::build(&around, &build, &Recorder::default()).expect("it can work");
        assert!(built.artifacts[0].witness.is_some());
        let log = fs::read_to_string(&log).unwrap_or_default();
        assert!(log.contains("--crate-name small "), "{build:?}: {log}");
    }
}

#[test]
fn a_missing_target_is_reported_and_not_installed_when_that_is_forbidden() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let around = without_target(scratch.path());
    let forbidden = BuildRequest {
        no_install: true,
        ..request("hello")
    };
    let built = cargo::build(&around, &forbidden, &Recorder::default()).expect("it is a finding");
    let failure = built.failure.expect("nothing was built");
    assert_eq!(
        failure.message,
        "Rust's standard library for `wasm32-wasip2` is not installed, and `--no-install` forbids \
         installing it"
    );
    let remedy = failure.remedy.expect("there is one");
    assert_eq!(remedy.command, "rustup target add wasm32-wasip2");

    let rustc = scratch.path().join("rustc-elsewhere");
    let mut program = program(["build", "hello", "--no-install", "--format=json"]);
    let output = program.env("RUSTC", &rustc).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    let finding = &report["findings"][0];
    assert_eq!(finding["rule"], "build-failed");
    assert_eq!(finding["suggestions"][0]["flag"], remedy.command.as_str());
    assert_eq!(
        (&report["summary"]["deny"], &report["exit_code"]),
        (&1.into(), &1.into())
    );

    let mut program = crate::common::program(["build", "hello", "--no-install"]);
    let output = program.env("RUSTC", &rustc).output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.starts_with("error[build-failed]: Rust's standard library"),
        "{text}"
    );
    assert!(text.contains("rustup target add wasm32-wasip2\n"), "{text}");

    let offline = BuildRequest {
        offline: true,
        ..request("hello")
    };
    assert_eq!(
        refusal(&around, &offline),
        "Rust's standard library for `wasm32-wasip2` is not installed, and `--offline` forbids \
         downloading it\nhelp: with a network: `rustup target add wasm32-wasip2`"
    );
}

#[test]
fn two_builds_at_once_install_the_target_once() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let mut around = without_target(scratch.path());
    // Like the real one, it can't stand another beside it.
    let rustup = scratch.path().join("rustup");
    let script = "#!/bin/sh\nset -e\ncd \"$(dirname \"$0\")\"\nmkdir busy\nsleep 1\n\
                  mkdir -p lib/rustlib/wasm32-wasip2/lib\n\
                  touch lib/rustlib/wasm32-wasip2/lib/libstd-1.rlib\necho \"$@\" >> log\n\
                  rmdir busy\n";
    fs::write(&rustup, script).expect("written");
    fs::set_permissions(&rustup, fs::Permissions::from_mode(0o755)).expect("made executable");
    let path = std::env::var("PATH").expect("set");
    let path = format!("{}:{path}", scratch.path().display());
    around.vars.insert("PATH".into(), Some(path.into()));
    let home = scratch.path().join("home");
    around.vars.insert("WASIFY_HOME".into(), Some(home.into()));
    let install = || {
        let events = Recorder::default();
        ensure_target(&around, scratch.path(), false, false, &events).expect("installed");
    };
    std::thread::scope(|scope| {
        scope.spawn(install);
        scope.spawn(install);
    });
    let log = fs::read_to_string(scratch.path().join("log")).expect("rustup was called");
    assert_eq!(log, "target add wasm32-wasip2\n");
}

#[test]
fn a_missing_target_and_no_rustup() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let mut around = without_target(scratch.path());
    // The real rustc by its path, because `PATH` leads to nothing but the shell.
    let bin = Path::new(env!("CARGO")).with_file_name("rustc");
    let script = scratch.path().join("rustc-elsewhere");
    let text = fs::read_to_string(&script).expect("readable");
    fs::write(
        &script,
        text.replace("exec rustc ", &format!("exec {} ", bin.display())),
    )
    .expect("written");
    around
        .vars
        .insert("PATH".into(), Some(scratch.path().into()));
    assert_eq!(
        refusal(&around, &request("hello")),
        "Rust's standard library for `wasm32-wasip2` is not installed, and there is no `rustup` to \
         install it\n\
         help: install it with the package manager that installed `rustc`\n\
         help: or install Rust with rustup, from https://rustup.rs"
    );
}

#[test]
fn rustc_without_cargo() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let real = Path::new(env!("CARGO")).with_file_name("rustc");
    std::os::unix::fs::symlink(real, scratch.path().join("rustc")).expect("linked");
    let mut around = around();
    around
        .vars
        .insert("PATH".into(), Some(scratch.path().into()));
    for name in ["CARGO", "RUSTC"] {
        around.vars.insert(name.into(), None);
    }
    let published = BuildRequest {
        published: Some("choose".into()),
        ..BuildRequest::default()
    };
    for request in [request("hello"), published] {
        assert_eq!(
            refusal(&around, &request),
            "`cargo` was not found: building a Cargo project needs Rust\n\
             help: install Rust with rustup, from https://rustup.rs, then try again"
        );
    }
}

#[test]
fn no_rust_at_all() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let mut around = around();
    around
        .vars
        .insert("PATH".into(), Some(scratch.path().into()));
    for name in ["CARGO", "RUSTC"] {
        around.vars.insert(name.into(), None);
    }
    assert_eq!(
        refusal(&around, &request("hello")),
        "`rustc` was not found: building a Cargo project needs Rust\n\
         help: install Rust with rustup, from https://rustup.rs, then try again"
    );
}

#[test]
fn a_toolchain_that_the_project_asks_for_and_nobody_has() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    fs::create_dir(scratch.path().join("src")).expect("created");
    fs::write(scratch.path().join("src/main.rs"), "fn main() {}").expect("written");
    fs::write(scratch.path().join("Cargo.toml"), "[package]\nname = \"x\"").expect("written");
    fs::write(
        scratch.path().join("rust-toolchain.toml"),
        "[toolchain]\nchannel = \"wasify-has-no-such\"\n",
    )
    .expect("written");
    let mut around = around();
    for name in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN"] {
        around.vars.insert(name.into(), None);
    }
    let here = BuildRequest {
        path: Some(scratch.path().to_owned()),
        ..BuildRequest::default()
    };
    let file = scratch.path().join("rust-toolchain.toml");
    let expected = format!(
        "the Rust toolchain `wasify-has-no-such`, which `{}` asks for, is not installed",
        file.display()
    );
    let events = Recorder::default();
    let built = cargo::build(&around, &here, &events).expect("wasify can work");
    let examined = cargo::examine(&around, &here, None, &events).expect("wasify can work");
    for failure in [
        built.failure.expect("it can't be built"),
        examined.survey.expect_err("it can't be read"),
    ] {
        assert_eq!(failure.message, expected);
        assert_eq!(failure.cause, Some(Cause::Toolchain));
        let remedy = failure.remedy.expect("there is a way out");
        assert!(remedy.title.ends_with("or remove `rust-toolchain.toml`"));
        assert_eq!(
            remedy.command,
            "rustup toolchain link wasify-has-no-such PATH"
        );
    }
}
