//! What deploys a component has the permissions of `wasify.toml`.

use std::path::Path;

use crate::project::{Project, Ran, program};

const PERMISSIONS: &str = "[permissions]\ndirs = [\"data:ro\", \"out\"]\nenv = [\"EDITOR\", \"MODE=a b\"]\n\
                           net = [\"example.com:443\", \"listen:127.0.0.1:8080\"]\nmax-memory = \"512M\"\n";

#[test]
fn each_permission_is_given_or_said_to_be_missing() {
    let project = Project::new();
    project.write("wasify.toml", PERMISSIONS);
    let ran = project.wasify("init --with spin,wadm,dockerfile");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    // What is there stays.
    assert_eq!(project.text("wasify.toml"), PERMISSIONS);

    let spin: toml::Table = project.text("spin.toml").parse().unwrap();
    let component = &spin["component"]["notes"];
    assert_eq!(
        component["source"].as_str(),
        Some("target/wasm32-wasip2/release/notes.wasm")
    );
    assert_eq!(
        component["allowed_outbound_hosts"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(component["files"].as_array().unwrap().len(), 2);
    assert_eq!(component["environment"]["MODE"].as_str(), Some("a b"));
    assert!(
        project
            .text("spin.toml")
            .contains("# Spin lets no program listen")
    );
    assert_eq!(
        spin["trigger"]["http"][0]["component"].as_str(),
        Some("notes")
    );

    let wadm = project.text("wadm.yaml");
    for line in [
        "# `data`: wasmCloud gives a component no directories",
        "# `listen:127.0.0.1:8080`: what a component reaches are the providers",
        "              MODE: \"a b\"",
        "        image: file://./target/wasm32-wasip2/release/notes.wasm",
    ] {
        assert!(wadm.contains(line), "{line}\n{wadm}");
    }

    let docker = project.text("Dockerfile.wasi");
    for part in [
        "--volume=./data:/data:ro",
        "--volume=./out:/out ",
        "--env=EDITOR '--env=MODE=a b'",
        "--publish=127.0.0.1:8080:8080",
        "--memory=536870912",
        "# `example.com:443`: an image's network",
    ] {
        assert!(docker.contains(part), "{part}\n{docker}");
    }
    let last: Vec<&str> = docker.lines().rev().take(3).collect();
    assert_eq!(
        last,
        [
            "ENTRYPOINT [\"/notes.wasm\"]",
            "COPY --from=build /out/notes.wasm /notes.wasm",
            "FROM scratch"
        ]
    );
}

#[test]
fn nothing_of_the_users_is_written_over() {
    let project = Project::new();
    project.write("spin.toml", "mine");
    project.write(".gitlab-ci.yml", "mine: {script: [\"true\"]}\n");
    let ran = project.wasify("init --with spin --ci gitlab");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(project.text("spin.toml"), "mine");
    assert!(ran.stderr.contains("Kept spin.toml"), "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("include: [{ local: .gitlab/wasify.yml }]"),
        "{}",
        ran.stderr
    );
    assert!(project.path(".gitlab/wasify.yml").exists());

    let ran = project.wasify("init --ci github --dry-run");
    assert!(ran.stdout.contains("+++ b/.github/workflows/wasify.yml"));
    assert!(!project.path(".github").exists());

    for (words, expected) in [
        ("init --with spin --bin other", "has no program `other`"),
        ("init --ci travis", "invalid value 'travis'"),
        ("init nowhere", "`nowhere` does not exist"),
    ] {
        let ran = project.wasify(words);
        assert_eq!(ran.code, Some(2), "{words}");
        assert!(ran.stderr.contains(expected), "{words}: {}", ran.stderr);
    }
}

/// What wadm itself says of a manifest: that of wasmCloud's own crate.
fn wadm(file: &Path) -> Ran {
    let peer = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/peers/wadm/Cargo.toml");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pipeline-wadm");
    let output = program(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "--manifest-path"])
        .arg(peer)
        .arg("--target-dir")
        .arg(target)
        .arg("--")
        .arg(file)
        .output()
        .unwrap();
    Ran::of(output)
}

#[test]
fn wadm_takes_its_manifest() {
    let project = Project::new();
    project.write("wasify.toml", PERMISSIONS);
    assert_eq!(project.wasify("init --with wadm").code, Some(0));
    let manifest = project.path("wadm.yaml");
    let ran = wadm(&manifest);
    assert_eq!(
        (ran.code, &*ran.stdout),
        (Some(0), "notes 1\n"),
        "{}",
        ran.stderr
    );

    // A component that serves comes with the server.
    let served = Project::new();
    let manifest_of = served.text("Cargo.toml");
    served.write(
        "Cargo.toml",
        &format!("{manifest_of}[lib]\ncrate-type = [\"cdylib\"]\n"),
    );
    std::fs::rename(served.path("src/main.rs"), served.path("src/lib.rs")).unwrap();
    assert_eq!(served.wasify("init --with wadm").code, Some(0));
    let ran = wadm(&served.path("wadm.yaml"));
    assert_eq!(
        (ran.code, &*ran.stdout),
        (Some(0), "notes 2\n"),
        "{}",
        ran.stderr
    );

    // And it would say so.
    project.edit("wadm.yaml", "image: file://", "picture: file://");
    assert_ne!(wadm(&manifest).code, Some(0));
}
