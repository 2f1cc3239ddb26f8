//! Builds that fail: each package once, with its error, its place and the way to it.

use wasify::ecosystem::{BuildRequest, FailedPackage, cargo};
use wasify_lints::finding::Location;

use crate::common::{Recorder, around, build, refusal, request};

fn path(failed: &FailedPackage) -> String {
    let names: Vec<String> = failed
        .dependency_path
        .iter()
        .map(|package| {
            format!(
                "{} {}",
                package.name,
                package.version.as_deref().unwrap_or_default()
            )
        })
        .collect();
    names.join(" > ")
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
    assert_eq!(script.error, "no C compiler for wasm32-wasip2");
    assert_eq!(script.location, location("no-script/build.rs", 6, 5));
    assert_eq!((script.stage, &script.code), ("build-script", &None));

    let compile = &failure.packages[1];
    assert_eq!(
        path(compile),
        "failing 0.1.0 > middle 0.2.0 > no-wasi 0.5.9"
    );
    assert_eq!(
        compile.error,
        "cannot find module or crate `system` in this scope"
    );
    assert_eq!(compile.location, location("no-wasi/src/lib.rs", 11, 5));
    assert_eq!(
        (compile.stage, compile.code.as_deref()),
        ("compile", Some("E0433"))
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
        (link.stage, path(link).as_str()),
        ("link", "unlinked 0.1.0")
    );
    assert_eq!(link.error, "a function is missing: `nowhere_to_be_found`");
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
