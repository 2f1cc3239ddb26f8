//! Local projects of each shape.

use std::fs;

use wasify::ecosystem::{BuildRequest, cargo};

use crate::common::{Recorder, around, build, fixture, names, plain_cargo, request, target_dir};

#[test]
fn a_program_its_example_and_their_witnesses() {
    let (built, events) = build(&BuildRequest {
        all_bins: true,
        all_examples: true,
        ..request("hello")
    });
    assert!(built.failure.is_none());
    assert_eq!(built.project, "hello");
    assert_eq!(names(&built), ["wave", "hello"]);
    assert_eq!(events.warnings.borrow().as_slice(), [] as [String; 0]);
    for artifact in &built.artifacts {
        assert_eq!(artifact.package.version.as_deref(), Some("0.1.0"));
        let component = fs::read(&artifact.path).expect("the component is there");
        assert_eq!(component[4..8], [0x0d, 0, 1, 0], "a component");
        let witness = artifact.witness.as_ref().expect("there is a witness");
        let witness = fs::read(witness).expect("the witness is there");
        assert_eq!(witness[4..8], [1, 0, 0, 0], "a core module");
        assert!(contains(&witness, b"reloc.CODE"), "with relocations");
        let map = artifact.link_map.as_ref().expect("there is a map");
        let map = fs::read_to_string(map).expect("the map is text");
        // The objects in the map lead to the packages.
        let stem = map
            .lines()
            .find_map(|line| {
                Some(
                    line.split_once("/libhello-")?
                        .1
                        .split_once('.')?
                        .0
                        .to_owned(),
                )
            })
            .expect("the library is in the map");
        let package = built.packages.of_file(&format!("libhello-{stem}"));
        assert_eq!(package.map(|package| package.name.as_str()), Some("hello"));
    }
    assert!(built.packages.is_own("hello") && !built.packages.is_own("std"));
}

#[test]
fn every_member_of_a_workspace_or_the_one_that_is_named() {
    let all = BuildRequest {
        workspace: true,
        ..request("workspace")
    };
    let (built, _) = build(&all);
    assert_eq!(built.project, "workspace");
    assert_eq!(names(&built), ["app", "count", "list"]);
    let one = BuildRequest {
        packages: vec!["app".into()],
        ..request("workspace")
    };
    let (built, _) = build(&one);
    assert_eq!(names(&built), ["app"]);
    assert!(built.packages.is_own("shared_code"));
    let member = BuildRequest {
        path: Some(fixture("workspace/tools")),
        ..request("workspace")
    };
    assert_eq!(names(&build(&member).0), ["count", "list"]);
}

#[test]
fn a_reactor_is_a_component_too() {
    let (built, _) = build(&request("reactor"));
    assert_eq!(names(&built), ["reactor"]);
    assert!(built.artifacts[0].witness.is_some());
}

#[test]
fn a_program_and_a_library_of_one_name() {
    let dir = target_dir("both");
    let _ = fs::remove_dir_all(dir.join("wasm32-wasip2"));
    let program = BuildRequest {
        all_bins: true,
        ..request("both")
    };
    let (built, events) = build(&program);
    // The library is linked as a component as well, on the way to the program; nobody asked for it.
    assert_eq!(names(&built), ["both"]);
    assert!(built.artifacts[0].witness.is_some());
    assert!(events.warnings.borrow().is_empty());
    let library = BuildRequest {
        lib: true,
        ..request("both")
    };
    let (built, events) = build(&library);
    assert_eq!(names(&built), ["both"]);
    let map = built.artifacts[0]
        .link_map
        .as_ref()
        .expect("it is witnessed");
    let map = fs::read_to_string(map).expect("readable");
    assert!(!map.contains("both::main"), "the library's");
    assert!(events.warnings.borrow().is_empty());
    let (_, events) = build(&request("both"));
    let warnings = events.warnings.borrow();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].starts_with("`both.wasm` is the file of a program and of a library"));
}

#[test]
fn the_projects_own_rustflags_are_kept() {
    let (built, _) = build(&request("settings"));
    assert_eq!(names(&built), ["settings"]);
}

#[test]
fn the_component_is_byte_for_byte_plain_cargos() {
    let release = BuildRequest {
        release: true,
        ..request("hello")
    };
    let fat = BuildRequest {
        profile: Some("fat".into()),
        ..request("hello")
    };
    let cases = [
        (request("hello"), "debug", vec![]),
        (release, "release", vec!["--release"]),
        (fat, "fat", vec!["--profile", "fat"]),
    ];
    // The same directory, because the path is part of what is compiled.
    for (mut request, profile, mut args) in cases {
        let shared = target_dir("same");
        let path = shared
            .join("wasm32-wasip2")
            .join(profile)
            .join("hello.wasm");
        let _ = fs::remove_dir_all(shared.join("wasm32-wasip2").join(profile));
        request.target_dir = Some(shared.clone());
        let (built, _) = build(&request);
        let ours = fs::read(&built.artifacts[0].path).expect("readable");
        assert!(built.artifacts[0].witness.is_some());
        fs::remove_dir_all(shared.join("wasm32-wasip2").join(profile)).expect("removed");
        let shared = shared.to_str().expect("a plain path").to_owned();
        args.extend(["--target-dir", &shared]);
        plain_cargo("hello", &args);
        let theirs = fs::read(&path).expect("readable");
        assert!(
            ours == theirs,
            "{profile}: {} and {} bytes",
            ours.len(),
            theirs.len()
        );
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

#[test]
fn what_plain_cargo_built_is_linked_again_and_only_once() {
    let dir = target_dir("again");
    let _ = fs::remove_dir_all(dir.join("wasm32-wasip2"));
    plain_cargo(
        "workspace",
        &["--workspace", "--target-dir", dir.to_str().expect("plain")],
    );
    let all = BuildRequest {
        workspace: true,
        target_dir: Some(dir),
        ..request("workspace")
    };
    let (built, events) = build(&all);
    assert!(
        built
            .artifacts
            .iter()
            .all(|artifact| artifact.witness.is_some())
    );
    assert!(events.said("Compiling app") && !events.said("Compiling shared-code"));
    let (again, events) = build(&all);
    assert_eq!(again.artifacts, built.artifacts);
    assert!(!events.said("Compiling"));
}

#[test]
fn arguments_that_come_in_a_file() {
    let _ = fs::remove_dir_all(target_dir("many-arguments").join("wasm32-wasip2"));
    let (built, events) = build(&request("many-arguments"));
    assert!(built.failure.is_none(), "{:?}", events.output);
    let witness = built.artifacts[0]
        .witness
        .as_ref()
        .expect("it is witnessed");
    let beside = fs::read_dir(witness.parent().expect("it has one")).expect("readable");
    assert_eq!(
        beside.count(),
        2,
        "the module and the map, and nothing half done"
    );
}

#[test]
fn a_witness_link_that_fails_fails_nothing_else() {
    let dir = target_dir("unwitnessed");
    let _ = fs::remove_dir_all(dir.join("wasm32-wasip2"));
    let mut around = around();
    // The linker refuses this flag without a strip, and the witness link strips nothing.
    around.vars.insert(
        "CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS".into(),
        Some("-Cstrip=symbols -Clink-arg=--compress-relocations".into()),
    );
    for run in ["first", "second"] {
        let events = Recorder::default();
        let hello = BuildRequest {
            target_dir: Some(dir.clone()),
            ..request("hello")
        };
        let built = cargo::build(&around, &hello, &events).expect("it can work");
        assert!(built.failure.is_none() && built.artifacts[0].path.exists());
        assert_eq!(built.artifacts[0].witness, None);
        let warnings = events.warnings.borrow();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains("less exact: "), "{warnings:?}");
        assert!(
            warnings[0].contains("--compress-relocations"),
            "{warnings:?}"
        );
        assert_eq!(events.said("Compiling"), run == "first");
    }
}

#[test]
fn a_linker_of_the_projects_own_is_left_alone() {
    let dir = target_dir("linker");
    let _ = fs::remove_dir_all(dir.join("wasm32-wasip2"));
    for run in ["first", "second"] {
        let (built, events) = build(&request("linker"));
        assert_eq!(names(&built), ["linker"], "{run}");
        assert_eq!(built.artifacts[0].witness, None);
        let warnings = events.warnings.borrow();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains("linker of its own"), "{warnings:?}");
        // Looking for a witness in vain must not rebuild it each time.
        assert_eq!(events.said("Compiling"), run == "first");
    }
}
