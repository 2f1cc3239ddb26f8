//! rustup, when the target has to be installed: with a network, and without.
#![cfg(unix)]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Told, around, ended, program};

/// What of a toolchain is not needed to run it, and what the copy is to lack.
fn left_out(path: &Path) -> bool {
    path == Path::new("share")
        || path == Path::new("lib/rustlib/wasm32-wasip2")
        || path == Path::new("lib/rustlib/manifest-rust-std-wasm32-wasip2")
}

/// Copies a tree, where it can without using room.
fn copy(from: &Path, to: &Path, below: &Path) -> io::Result<()> {
    fs::create_dir_all(to.join(below))?;
    for entry in fs::read_dir(from.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if left_out(&path) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(from, to, &path)?;
        } else if path == Path::new("lib/rustlib/components") {
            let all = fs::read_to_string(entry.path())?;
            let others = all.lines().filter(|line| *line != "rust-std-wasm32-wasip2");
            fs::write(
                to.join(&path),
                others.map(|line| format!("{line}\n")).collect::<String>(),
            )?;
        } else {
            let to = to.join(&path);
            // What rustup itself may write into is not shared.
            let shared = below != Path::new("lib/rustlib");
            if !shared || fs::hard_link(entry.path(), &to).is_err() {
                fs::copy(entry.path(), &to)?;
            }
        }
    }
    Ok(())
}

/// The toolchain that runs this test, when rustup manages it.
fn toolchain() -> Option<PathBuf> {
    let toolchain = Path::new(env!("CARGO"))
        .parent()?
        .parent()?
        .canonicalize()
        .ok()?;
    let managed = toolchain.parent()?.file_name()? == "toolchains"
        && toolchain
            .join("lib/rustlib/multirust-channel-manifest.toml")
            .exists();
    managed.then_some(toolchain)
}

/// A toolchain from which the target's files are gone, as rustup's only one.
struct Copy {
    home: tempfile::TempDir,
    toolchain: PathBuf,
}

impl Copy {
    #[expect(clippy::print_stdout, reason = "a test that is left out says so")]
    fn new() -> Option<Copy> {
        let Some(toolchain) = toolchain() else {
            println!("skipped: rustup does not manage this toolchain");
            return None;
        };
        let _ = around();
        // On the disk of the build, where the toolchain's files can perhaps be shared.
        let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a scratch folder");
        let name = toolchain.file_name().expect("it has a name");
        let copied = home.path().join("toolchains").join(name);
        copy(&toolchain, &copied, Path::new("")).expect("copied");
        Some(Copy {
            home,
            toolchain: copied,
        })
    }

    /// rustup knows that the target's files are gone.
    fn forget_target(&self) {
        forget_target(&self.toolchain.join("lib/rustlib/multirust-config.toml"));
    }

    fn wasify<const N: usize>(&self, words: [&str; N]) -> Command {
        let home = self.home.path();
        let mut command = program(words);
        command
            .env("CARGO_TARGET_DIR", home.join("target"))
            .env("RUSTUP_HOME", home)
            .env(
                "RUSTUP_TOOLCHAIN",
                self.toolchain.file_name().expect("it has a name"),
            )
            .env("WASIFY_HOME", home.join("wasify"))
            .env_remove("CARGO")
            .env_remove("RUSTC")
            .env_remove("LD_LIBRARY_PATH");
        command
    }
}

#[test]
fn the_error_says_that_a_network_is_needed() {
    let Some(rustup) = Copy::new() else {
        return;
    };
    let build = || {
        let mut command = rustup.wasify(["build", "hello"]);
        // Nobody answers there.
        command
            .env("RUSTUP_DIST_SERVER", "http://127.0.0.1:9")
            .env("RUSTUP_MAX_RETRIES", "0");
        let (code, said) = ended(&mut command);
        assert_eq!(code, Some(2), "{said}");
        assert!(!said.contains("Compiling"), "{said}");
        said
    };
    // The files are gone, and rustup believes that they are there.
    let said = build();
    assert!(
        said.contains("help: if the installation is damaged: `rustup target remove"),
        "{said}"
    );

    rustup.forget_target();
    let said = build();
    assert!(
        said.contains("`rustup target add wasm32-wasip2` failed: "),
        "{said}"
    );
    assert!(
        said.contains("help: this needs a network once; behind a proxy, set `HTTPS_PROXY`"),
        "{said}"
    );
}

#[test]
fn the_doctor_installs_what_is_missing() {
    let Some(rustup) = Copy::new() else {
        return;
    };
    rustup.forget_target();
    let told = Told::of(&mut rustup.wasify(["doctor", "hello"]));
    told.reports("warning: `wasm32-wasip2` is not there");
    told.reports("rustup target add wasm32-wasip2");

    let told = Told::of(&mut rustup.wasify(["doctor", "hello", "--install"]));
    told.ended_with(0);
    told.says("Installing wasm32-wasip2");
    told.reports("Rust's standard library for wasm32-wasip2 is installed");
    assert!(
        rustup
            .toolchain
            .join("lib/rustlib/wasm32-wasip2/lib")
            .is_dir()
    );
    Told::of(&mut rustup.wasify(["build", "hello", "--no-install"])).ended_with(0);
}

/// Takes the target out of what rustup has noted as installed.
fn forget_target(notes: &Path) {
    let all = fs::read_to_string(notes).expect("readable");
    let blocks = all.split("[[components]]");
    let others: Vec<&str> = blocks
        .filter(|block| !block.contains("\"wasm32-wasip2\""))
        .collect();
    // Not into the file itself, which the toolchain may share.
    fs::remove_file(notes).expect("removed");
    fs::write(notes, others.join("[[components]]")).expect("written");
}
