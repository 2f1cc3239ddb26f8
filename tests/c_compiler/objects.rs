//! Objects for this machine where WebAssembly was wanted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasify::execute::objects::{ScriptOutput, foreign_objects};
use wasify_lints::finding::Package;

const SOURCE: &str = "int answer(void) { return 42; }";

#[expect(clippy::disallowed_methods, reason = "real objects are the subject")]
fn run(program: &str, args: &[&str], folder: &Path) {
    let mut command = Command::new(program);
    let output = command.args(args).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {args:?}: {said}");
}

/// An `OUT_DIR` with the machine's object, a WebAssembly object, and an archive of both.
fn out_dir(root: &Path, below: &str) -> PathBuf {
    let out = root.join(below).join("build/lib-sys-0123/out");
    let nested = out.join("build/obj");
    fs::create_dir_all(&nested).expect("created");
    fs::write(out.join("native.c"), SOURCE).expect("written");
    fs::write(
        out.join("wasm.rs"),
        "#![no_std] #[unsafe(no_mangle)] pub fn wasm() {}",
    )
    .expect("written");
    run("cc", &["-c", "native.c", "-o", "build/obj/native.o"], &out);
    let rustc = [
        "--edition=2024",
        "--crate-type=lib",
        "--emit=obj",
        "--target=wasm32-wasip2",
        "wasm.rs",
        "-o",
        "wasm.o",
    ];
    run("rustc", &rustc, &out);
    let members = ["rcs", "libboth.a", "build/obj/native.o", "wasm.o"];
    run("ar", &members, &out);
    run("ar", &["rcs", "libwasm.a", "wasm.o"], &out);
    // What only looks like objects says nothing, and a link that leads back is not followed for ever.
    fs::write(out.join("text.o"), "not an object").expect("written");
    fs::write(out.join("cut.a"), "!<arch>\nbroken").expect("written");
    fs::write(out.join("empty.a"), "").expect("written");
    std::os::unix::fs::symlink(&out, out.join("again")).expect("linked");
    out
}

fn script(out_dir: PathBuf) -> ScriptOutput {
    ScriptOutput {
        package: Package {
            name: "lib-sys".to_owned(),
            version: Some("1.0.0".to_owned()),
        },
        out_dir,
        linked_libs: vec!["static=both".to_owned(), "static=wasm".to_owned()],
    }
}

#[test]
fn this_machines_objects_alone_are_foreign() {
    let root = tempfile::tempdir().expect("a scratch folder");
    let out = out_dir(root.path(), "wasm32-wasip2/debug");
    let found = foreign_objects(&[script(out.clone())]);
    let seen: Vec<_> = found
        .iter()
        .map(|object| {
            let file = object.file.strip_prefix(&out).expect("below it");
            (
                file.to_str().expect("plain"),
                object.member.as_deref(),
                object.linked,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("build/obj/native.o", None, false),
            ("libboth.a", Some("native.o"), true),
        ]
    );
    let machine = match std::env::consts::ARCH {
        "x86_64" => "x86-64",
        "aarch64" => "ARM64",
        other => panic!("say how objects for {other} are called"),
    };
    let format = match std::env::consts::OS {
        "macos" => "a Mach-O",
        _ => "an ELF",
    };
    assert_eq!(found[0].what, format!("{format} object for {machine}"));
    assert_eq!(found[0].package.name, "lib-sys");
}

#[test]
fn build_scripts_of_the_hosts_packages_may_make_them() {
    let root = tempfile::tempdir().expect("a scratch folder");
    let out = out_dir(root.path(), "debug");
    assert_eq!(foreign_objects(&[script(out)]), []);
    let gone = root.path().join("wasm32-wasip2/debug/gone");
    assert_eq!(foreign_objects(&[script(gone)]), []);
}
