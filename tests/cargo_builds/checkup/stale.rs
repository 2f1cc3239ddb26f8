//! Flags in `wasify.toml` whose reason is gone.

use std::path::Path;

use super::{HELLO, finds_nothing, plain, write};
use crate::common::{Told, project};

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
