//! Builds that fail: each package once, with its error, its place and the way to it.

use wasify::ecosystem::{BuildRequest, FailedPackage, cargo};
use wasify_lints::explain::BUILD_FAILED;
use wasify_lints::facts::build::Stage;
use wasify_lints::finding::Location;
use wasify_lints::rule::Cause;

use crate::common::{Recorder, around, build, refusal, request};

fn path(failed: &FailedPackage) -> String {
    let path = &failed.explained.finding.dependency_path;
    let names: Vec<String> = path
        .iter()
        .map(|step| {
            let version = step.package.version.as_deref().unwrap_or_default();
            format!("{} {version}", step.package.name)
        })
        .collect();
    names.join(" > ")
}

/// The error that tells most: its code and its text.
fn first(failed: &FailedPackage) -> (Option<&str>, &str) {
    let error = failed.failure.first().expect("a failure has an error");
    (error.code.as_deref(), &error.message)
}

fn location(file: &str, line: u32, column: u32) -> Option<Location> {
    Some(Location {
        file: file.to_owned(),
        line: Some(line),
        column: Some(column),
    })
}

#[test]
fn two_dependencies_fail_and_both_are_told() {
    let (built, events) = build(&request("failing"));
    let failure = built.failure.expect("it can't be built");
    assert!(built.artifacts.is_empty());
    assert_eq!(failure.packages.len(), 2);

    let script = &failure.packages[0];
    assert_eq!(
        path(script),
        "failing 0.1.0 > middle 0.2.0 > no-script 69.9.1"
    );
    assert_eq!(first(script), (None, "no C compiler for wasm32-wasip2"));
    let finding = &script.explained.finding;
    assert_eq!(finding.location, location("no-script/build.rs", 6, 5));
    assert_eq!(script.failure.stage, Stage::BuildScript);

    let compile = &failure.packages[1];
    assert_eq!(
        path(compile),
        "failing 0.1.0 > middle 0.2.0 > no-wasi 0.5.9"
    );
    let said = "cannot find module or crate `system` in this scope";
    assert_eq!(first(compile), (Some("E0433"), said));
    // Every error is kept, for rules to look into.
    assert!(compile.failure.says("cannot find function `also_missing`"));
    let finding = &compile.explained.finding;
    assert_eq!(finding.location, location("no-wasi/src/lib.rs", 11, 5));
    assert_eq!(compile.failure.stage, Stage::Compile);
    // No rule knows the two made-up packages; what kind of failure it is can be told all the same.
    assert_eq!(
        (finding.rule, compile.explained.cause),
        (BUILD_FAILED, Some(Cause::NoWasi))
    );

    // The compiler's own words were shown as well, and cargo's progress was counted.
    assert!(events.said("error[E0425]: cannot find function `also_missing`"));
    assert!(events.said("Compiling middle") || events.said("Compiling no-wasi"));
    assert!(!events.said("Building ["));
    assert!(!events.progress.borrow().is_empty());
}

#[test]
fn a_link_that_fails_says_what_is_missing() {
    let (built, events) = build(&request("unlinked"));
    let failure = built.failure.expect("it can't be linked");
    assert_eq!(failure.packages.len(), 1);
    let link = &failure.packages[0];
    assert_eq!(
        (link.failure.stage, path(link).as_str()),
        (Stage::Link, "unlinked 0.1.0")
    );
    assert_eq!(
        first(link).1,
        "a function is missing: `nowhere_to_be_found`"
    );
    assert!(events.said("error: linking with `wasm-component-ld` failed"));
    assert_eq!(
        failure.message,
        "could not compile `unlinked` (bin \"unlinked\") due to 1 previous error"
    );
}

#[test]
fn a_wrong_flag_is_no_failed_build() {
    let flags = BuildRequest {
        bins: vec!["nope".into()],
        ..request("hello")
    };
    // Cargo's own error is told once, by wasify.
    let events = Recorder::default();
    cargo::build(&around(), &flags, &events).expect_err("there is none");
    assert!(!events.said("no bin target"), "{:?}", events.output);
    assert_eq!(
        refusal(&around(), &flags),
        "no bin target named `nope` in default-run packages\n\
         help: available bin targets:\n    hello"
    );
    let package = BuildRequest {
        packages: vec!["nope".into()],
        ..request("workspace")
    };
    let said = refusal(&around(), &package);
    assert!(said.contains("`nope`"), "{said}");
    let passed_on = BuildRequest {
        passed_on: vec!["--nope".into()],
        ..request("hello")
    };
    let said = refusal(&around(), &passed_on);
    assert!(
        said.starts_with("unexpected argument '--nope' found"),
        "{said}"
    );
    assert!(
        said.contains("\nhelp: what follows `--` goes to `cargo build`"),
        "{said}"
    );
}

#[test]
fn a_library_is_nothing_to_run() {
    let said = refusal(&around(), &request("library"));
    assert_eq!(
        said,
        "the build made no component: only a Rust library (`library`), which other Rust code links\n\
         help: build an example (`show`): `wasify build --example show`\n\
         help: add a program (`src/main.rs`), or `crate-type = [\"cdylib\"]` to `[lib]` in `Cargo.toml`"
    );
}
