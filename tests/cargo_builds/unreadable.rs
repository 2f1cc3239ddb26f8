//! Compilers and build scripts whose words are no text.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::common::{Told, in_folder, project};

/// A project whose build script says bytes that are no text, and ends with a code.
fn noisy(folder: &Path, code: u8) {
    project(folder, "", "main.rs", "fn main() { println!(\"here\"); }");
    let script = format!(
        "use std::io::Write as _;\n\
         fn main() {{\n    \
             std::io::stderr().write_all(b\"caf\\xe9 error: no \\xff\\n\").unwrap();\n    \
             std::io::stdout().write_all(b\"cargo:warning=caf\\xe9\\n\").unwrap();\n    \
             std::process::exit({code});\n}}\n"
    );
    fs::write(folder.join("build.rs"), script).expect("written");
}

#[test]
fn a_build_script() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    noisy(scratch.path(), 1);
    let told = Told::of(&mut in_folder("build", scratch.path()));
    told.ended_with(1);
    // Cargo itself drops what it can't read, and keeps how the script ended.
    told.reports("`small` has a build script that fails");
    told.reports("process didn't exit successfully");
    told.says("warning: small@0.0.0: caf\u{fffd}");
    Told::of(&mut in_folder("doctor", scratch.path())).ended_with(0);

    noisy(scratch.path(), 0);
    Told::of(&mut in_folder("build", scratch.path())).ended_with(0);
}

/// What stands in front of the compiler may say anything, in the middle of its messages.
#[test]
fn a_compiler() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path().join("project");
    project(&folder, "", "main.rs", "fn main() { missing() }");
    let wrapper = scratch.path().join("wrapper");
    let noise = "printf 'caf\\351\\n' >&2; printf 'caf\\351\\n'";
    let script = format!("#!/bin/sh\ncase \"$*\" in *' small '*) {noise};; esac\nexec \"$@\"\n");
    fs::write(&wrapper, script).expect("written");
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).expect("made executable");
    let mut build = in_folder("build", &folder);
    let told = Told::of(build.env("RUSTC_WRAPPER", &wrapper));
    told.ended_with(1);
    told.reports("cannot find function `missing` in this scope");
    told.reports("src/main.rs:1:13");
}
