//! `--crate`: published applications. These need crates.io, or what cargo has kept of it.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use wasify::ecosystem::{BuildRequest, cargo};
use wasify::execute::surroundings::Surroundings;

use crate::common::{Recorder, around, refusal, target_dir};

fn published(spec: &str) -> BuildRequest {
    BuildRequest {
        published: Some(spec.to_owned()),
        ..BuildRequest::default()
    }
}

/// In an empty folder, with a home that lies inside a workspace, as a careless user's may.
fn in_folder(folder: &tempfile::TempDir) -> Surroundings {
    let mut around = around();
    around.cwd = folder.path().to_owned();
    set(
        &mut around,
        "WASIFY_HOME",
        target_dir("home").into_os_string(),
    );
    around
}

fn set(around: &mut Surroundings, name: &str, value: impl Into<OsString>) {
    around.vars.insert(name.into(), Some(value.into()));
}

#[test]
fn an_application_from_the_registry_lands_in_the_current_folder() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let around = in_folder(&folder);
    let copy = target_dir("home").join("crates/choose-1.3.7");
    // A copy that lost a file is noticed and made again.
    let _ = fs::remove_file(copy.join("src/main.rs"));
    let events = Recorder::default();
    let built = cargo::build(&around, &published("choose@1.3.7"), &events).expect("it can work");
    assert!(built.failure.is_none(), "{:?}", built.failure);
    assert_eq!(
        events.statuses.borrow().as_slice(),
        ["Fetching choose v1.3.7"]
    );
    assert!(copy.join("src/main.rs").exists());
    assert_eq!(built.project, "choose");
    assert_eq!(built.artifacts.len(), 1);
    let artifact = &built.artifacts[0];
    assert_eq!(artifact.path, folder.path().join("choose.wasm"));
    assert!(artifact.path.exists() && artifact.witness.is_some());
    assert!(built.packages.is_own("choose"));
    let regex = built.packages.of_crate("regex").expect("a dependency");
    let locked = fs::read_to_string(copy.join("Cargo.lock")).expect("it has a lock file");
    let version = regex.version.as_deref().expect("with its version");
    assert!(locked.contains(&format!("name = \"regex\"\nversion = \"{version}\"")));
    let left: Vec<_> = fs::read_dir(folder.path())
        .expect("readable")
        .flatten()
        .collect();
    assert_eq!(left.len(), 1, "only the component: {left:?}");

    // The second time nobody is asked, and the place is the one that is named.
    let mut again = published("choose@1.3.7");
    again.offline = true;
    again.out_dir = Some(PathBuf::from("out"));
    let events = Recorder::default();
    let built = cargo::build(&around, &again, &events).expect("it can work");
    assert_eq!(
        built.artifacts[0].path,
        folder.path().join("out/choose.wasm")
    );
    assert!(!events.said("Compiling") && events.statuses.borrow().is_empty());
}

#[test]
fn names_and_versions_that_do_not_exist() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let around = in_folder(&folder);
    assert_eq!(
        refusal(&around, &published("no-such-crate-as-this-one")),
        "there is no crate named `no-such-crate-as-this-one` on crates.io\n\
         help: look for its name: `cargo search no-such-crate-as-this-one`\n\
         help: for a project in a directory: `wasify build no-such-crate-as-this-one`"
    );
    let said = refusal(&around, &published("choose@99.0.0"));
    assert!(
        said.starts_with("`choose` has no version 99.0.0\n"),
        "{said}"
    );
    assert!(
        said.contains("help: its newest version: `--crate choose@1."),
        "{said}"
    );
}

#[test]
fn a_library_has_no_program() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    assert_eq!(
        refusal(&in_folder(&folder), &published("itoa@1.0.18")),
        "`itoa@1.0.18` is a library: it has no program to build\n\
         help: `--crate` wants the name of an application, such as `ripgrep`"
    );
}

#[test]
fn without_a_network() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let mut around = in_folder(&folder);
    // A cargo that has never seen a registry, behind a proxy that nobody answers at.
    set(&mut around, "CARGO_HOME", folder.path().join("cargo-home"));
    set(&mut around, "WASIFY_HOME", folder.path().join("home"));
    for proxy in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        set(&mut around, proxy, "http://127.0.0.1:1");
    }
    set(&mut around, "CARGO_NET_RETRY", "0");
    let said = refusal(&around, &published("choose"));
    assert!(
        said.starts_with("`choose` can't be fetched: download of config.json failed"),
        "{said}"
    );
    assert!(
        said.contains("help: check the network, or the proxy in `HTTPS_PROXY`"),
        "{said}"
    );
    let offline = BuildRequest {
        offline: true,
        ..published("choose@1.3.7")
    };
    let said = refusal(&around, &offline);
    assert!(
        said.starts_with("`choose@1.3.7` was not fetched before"),
        "{said}"
    );
}

#[test]
fn a_crate_and_a_local_project_together() {
    let both = BuildRequest {
        path: Some(PathBuf::from(".")),
        ..published("choose")
    };
    assert_eq!(
        refusal(&around(), &both),
        "`--crate choose` builds a published crate, and a path names a local project\n\
         help: give one of them"
    );
}

#[test]
fn the_plan_names_every_step() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let mut around = in_folder(&folder);
    let home = folder.path().join("home");
    set(&mut around, "WASIFY_HOME", home.clone());
    set(&mut around, "CARGO", "cargo");
    for name in ["RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER"] {
        around.vars.insert(name.into(), None);
    }
    let release = BuildRequest {
        release: true,
        ..published("choose@1.3.7")
    };
    let plan = cargo::plan(&around, &release)
        .expect("it can be planned")
        .to_string();
    let (home, here) = (home.display(), folder.path().display());
    let lines: Vec<&str> = plan.lines().collect();
    assert_eq!(lines[0], "# find the crate and fetch its source");
    assert_eq!(lines[1], format!("cd {home}/crates"));
    assert!(
        lines[2].ends_with(" cargo info --color=never choose@1.3.7"),
        "{plan}"
    );
    assert_eq!(
        lines[3],
        format!(
            "# copy the source of choose@1.3.7 from cargo's cache to {home}/crates/choose-1.3.7"
        )
    );
    assert_eq!(
        lines[4..6],
        ["# build the project".to_owned(), format!("cd {here}")]
    );
    assert!(
        lines[6].ends_with(&format!(
            " cargo build --target wasm32-wasip2 --keep-going --message-format=json \
             --manifest-path {home}/crates/choose-1.3.7/Cargo.toml --bins --release --locked \
             --target-dir {home}/target"
        )),
        "{plan}"
    );
    assert_eq!(
        lines[7],
        format!("# copy each component that was built to {here}")
    );
    assert!(
        !folder.path().join("home").exists(),
        "planning writes nothing"
    );
}
