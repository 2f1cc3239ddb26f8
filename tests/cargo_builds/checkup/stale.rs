//! Flags in `wasify.toml` whose reason is gone.

use std::path::Path;

use super::{HELLO, finds_nothing, plain, write};
use crate::common::{Told, project};
use crate::fixing::plain as cargo;

/// A project that depends on packages beside it.
fn with(folder: &Path, packages: &[(&str, &str)]) {
    let mut manifest = "[features]\nserve = []\n[dependencies]\n".to_owned();
    for (name, version) in packages {
        manifest.push_str(&format!("{name} = {{ path = \"vendor/{name}\" }}\n"));
        let own =
            format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n");
        write(folder, &format!("vendor/{name}/Cargo.toml"), &own);
        write(folder, &format!("vendor/{name}/src/lib.rs"), "");
    }
    project(folder, &manifest, "main.rs", HELLO);
    // The end of the manifest is the workspace's table, to which the packages do not belong.
    let text = std::fs::read_to_string(folder.join("Cargo.toml")).expect("it is there");
    write(
        folder,
        "Cargo.toml",
        &format!("{text}exclude = [\"vendor\"]\n"),
    );
}

const PORT: &str = "[rust]\nports = [\n    { name = \"home\", for = \"home-no-wasi\" },\n]\n";

#[test]
fn a_port_that_is_needed_and_one_that_is_not() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    write(folder, "wasify.toml", PORT);
    with(folder, &[("home", "0.5.9")]);
    let told = Told::of(&mut plain("doctor", folder));
    finds_nothing(&told);
    told.reports("1 flag in wasify.toml, and of none is it known that its reason is gone");
    with(folder, &[("home", "0.9.0")]);
    let told = Told::of(&mut plain("doctor", folder));
    told.ended_with(0);
    told.reports("`home` in `ports`: the port is for >=0.5.0, <0.6, and 0.9.0 is locked");
    told.reports("wasify.toml:3");
    with(folder, &[]);
    let told = Told::of(&mut plain("doctor", folder));
    told.reports("`home` in `ports`: no package `home` is in the project any more");
    told.reports("drop the flags whose reason is gone: wasify.toml, line 3");
}

#[test]
fn features_that_the_project_has_no_more() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    with(folder, &[]);
    let only = |feature: &str| {
        format!("[rust]\nfeatures = {{ only = [\"{feature}\"], for = \"build-failed\" }}\n")
    };
    write(folder, "wasify.toml", &only("serve"));
    finds_nothing(&Told::of(&mut plain("doctor", folder)));
    Told::of(&mut plain("build", folder)).ended_with(0);
    write(folder, "wasify.toml", &only("gone"));
    let told = Told::of(&mut plain("doctor", folder));
    told.ended_with(1);
    told.reports("`gone` in `features`: the project has no feature of that name");
    told.reports("wasify.toml:2");
    assert_ne!(Told::of(&mut plain("build", folder)).code, Some(0));
}

#[test]
fn what_was_fixed_upstream() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    let open = |rule: &str, name: &str| {
        format!(
            "[rust]\nopen = [{{ name = \"{name}\", features = [\"wasip2\"], for = \"{rule}\" }}]\n"
        )
    };
    write(
        folder,
        "wasify.toml",
        &open("tempfile-unstable-std", "tempfile"),
    );
    with(folder, &[("tempfile", "3.8.0")]);
    finds_nothing(&Told::of(&mut plain("doctor", folder)));
    with(folder, &[("tempfile", "3.99.0")]);
    let told = Told::of(&mut plain("doctor", folder));
    told.reports("`tempfile` in `open`: fixed upstream in tempfile 3.");
    told.reports("= help: drop this");
    // A reason that the graph can't tell is not called gone.
    write(folder, "wasify.toml", &open("std-temp-dir", "tempfile"));
    finds_nothing(&Told::of(&mut plain("doctor", folder)));
}

#[test]
fn updates_that_nobody_needs_and_one_that_was_undone() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    let update = "[rust]\nupdates = [\n    { name = \"url\", from = \"2.5.0\", to = \"2.5.4\", for = \"url-no-wasi\" },\n]\n";
    write(folder, "wasify.toml", update);
    let on = |requirement: &str, version: &str| {
        project(
            folder,
            &format!("[dependencies]\nurl = '{requirement}'\n"),
            "main.rs",
            HELLO,
        );
        let _ = std::fs::remove_file(folder.join("Cargo.lock"));
        cargo(folder, "generate-lockfile");
        cargo(folder, &format!("update url --precise {version}"));
        Told::of(&mut plain("doctor", folder))
    };
    finds_nothing(&on("2.5", "2.5.4"));
    finds_nothing(&on("2.5", "2.5.7"));
    let told = on("2.5", "2.5.2");
    told.reports("`url` in `updates`: the lock file has an older version than 2.5.4 again");
    told.reports("wasify.toml:3");
    let told = on("2.5.4", "2.5.4");
    told.ended_with(0);
    told.reports("`url` in `updates`: the manifests ask for ^2.5.4 anyway");
    with(folder, &[]);
    let told = Told::of(&mut plain("doctor", folder));
    told.reports("`url` in `updates`: no package `url` is in the project any more");
}

#[test]
fn a_cfg_whose_rule_no_longer_fires() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    let flag = "[rust]\nrustflags = [\n    { flag = \"--cfg tokio_unstable\", for = \"tokio-needs-unstable\" },\n]\n";
    write(folder, "wasify.toml", flag);
    let on = |features: &str| {
        let tokio =
            format!("[dependencies]\ntokio = {{ version = '1', features = [{features}] }}\n");
        project(folder, &tokio, "main.rs", HELLO);
        Told::of(&mut plain("doctor", folder))
    };
    let told = on("'net', 'rt'");
    told.ended_with(0);
    told.reports("1 flag in wasify.toml, and of none is it known that its reason is gone");
    let told = on("'rt'");
    told.ended_with(0);
    told.reports("`--cfg tokio_unstable` in `rustflags`: `tokio-needs-unstable` is not found without it either");
    told.reports("wasify.toml:3");
}
