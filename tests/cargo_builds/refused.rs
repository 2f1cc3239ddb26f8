//! What can't be built at all: each error names the reason and the way out.

use std::fs;
use std::path::PathBuf;

use wasify::ecosystem::BuildRequest;

use crate::common::{around, build, refusal, request};

fn at(path: &str) -> BuildRequest {
    BuildRequest {
        path: Some(PathBuf::from(path)),
        ..BuildRequest::default()
    }
}

#[test]
fn places_without_a_project() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let mut around = around();
    around.cwd = scratch.path().to_owned();
    fs::create_dir(scratch.path().join("empty")).expect("created");
    fs::write(scratch.path().join("app.wasm"), b"\0asm").expect("written");
    let here = scratch.path().display();
    let cases = [
        (
            at("empty"),
            format!(
                "no `Cargo.toml` in `{here}/empty` or in a directory above it\n\
                 help: name the project's directory: `wasify build PATH`\n\
                 help: or build a published application: `wasify build --crate ripgrep`"
            ),
        ),
        (
            at("ripgrep"),
            "`ripgrep` does not exist\n\
             help: for the published crate of that name: `wasify build --crate ripgrep`"
                .to_owned(),
        ),
        (
            at("app.wasm"),
            "`app.wasm` is a file, not a project's directory\n\
             help: to look inside a component: `wasify inspect app.wasm`"
                .to_owned(),
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(refusal(&around, &request), expected);
    }
}

#[test]
fn a_broken_manifest_is_shown_as_cargo_shows_it() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    fs::write(scratch.path().join("Cargo.toml"), "[package\nname = 1").expect("written");
    let request = BuildRequest {
        path: Some(scratch.path().to_owned()),
        ..BuildRequest::default()
    };
    let said = refusal(&around(), &request);
    assert!(said.contains("Cargo.toml:1:9"), "{said}");
    assert!(said.contains("unclosed table"), "{said}");
}

#[test]
fn what_follows_the_dashes_goes_to_cargo() {
    let verbose = BuildRequest {
        passed_on: vec!["--verbose".into()],
        ..request("settings")
    };
    let (built, events) = build(&verbose);
    assert!(built.failure.is_none());
    assert!(
        events.said("Fresh settings") || events.said("Running `"),
        "{:?}",
        events.output
    );
}
