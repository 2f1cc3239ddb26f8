//! Files and directories that can't be used: what is said, and that nothing panics.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use crate::common::{ended, fixture, program, project, target_dir};

/// The program can't do its work, and says so without a panic.
fn fails(command: &mut Command) -> String {
    let (code, said) = ended(command);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("error: "), "{said}");
    assert!(
        !said.contains("panicked") && !said.contains("wasify has a bug"),
        "{said}"
    );
    said
}

#[test]
fn target_directories_that_cant_be_written_to() {
    let file = fixture("hello/Cargo.toml");
    let mut places = vec![file.as_path()];
    // Not even root may write there.
    let system = Path::new("/sys/wasify");
    if cfg!(target_os = "linux") && system.parent().is_some_and(Path::is_dir) {
        places.push(system);
    }
    for place in places {
        let said = fails(program(["build", "hello", "--target-dir"]).arg(place));
        assert!(said.contains(" (os error "), "{said}");
        assert!(said.contains(&place.display().to_string()), "{said}");
        assert!(
            said.contains("help: the target directory must be writable"),
            "{said}"
        );
        assert_eq!(said.matches(" (os error ").count(), 1, "{said}");
    }
}

#[test]
fn places_where_nothing_can_be_kept() {
    let file = fixture("hello/Cargo.toml");
    let crates = |command: &mut Command| {
        let said = fails(command);
        assert!(said.contains("Cargo.toml"), "{said}");
        assert!(
            said.contains("ot a directory") || said.contains("xists"),
            "{said}"
        );
    };
    crates(program(["build", "--crate", "choose@1.3.7"]).env("WASIFY_HOME", &file));
    crates(
        program(["build", "--crate", "choose@1.3.7", "--out-dir"])
            .arg(&file)
            .env("WASIFY_HOME", target_dir("home")),
    );
}

#[test]
fn files_that_cant_be_read() {
    let through_a_file = fixture("hello/Cargo.toml/x.wasm");
    let said = fails(program(["inspect"]).arg(&through_a_file));
    assert!(said.contains("failed to read `"), "{said}");
    assert!(said.contains("Not a directory"), "{said}");
    // Its first page belongs to nobody, so reading fails for root too.
    if Path::new("/proc/self/mem").exists() {
        let said = fails(&mut program(["inspect", "/proc/self/mem"]));
        assert!(said.contains("failed to read `/proc/self/mem`"), "{said}");
    }
    let said = fails(program(["build", "--manifest-path"]).arg(through_a_file));
    assert!(said.contains("does not exist"), "{said}");
}

/// As somebody who may read nothing of it, when root runs the tests; a user's own tests take the
/// permission away from themselves.
#[test]
fn files_that_may_not_be_read() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let open = fs::Permissions::from_mode(0o755);
    fs::set_permissions(folder.path(), open.clone()).expect("opened");
    let secret = folder.path().join("secret.wasm");
    fs::write(&secret, b"\0asm\x01\0\0\0").expect("written");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).expect("closed");
    let closed = folder.path().join("closed");
    project(&closed, "", "main.rs", "fn main() {}");
    fs::set_permissions(closed.join("Cargo.toml"), fs::Permissions::from_mode(0o000))
        .expect("closed");
    // The build directory may be closed to others.
    let wasify = folder.path().join("wasify");
    fs::copy(env!("CARGO_BIN_EXE_wasify"), &wasify).expect("copied");
    fs::set_permissions(&wasify, open).expect("opened");
    let is_root = fs::metadata(folder.path()).expect("there").uid() == 0;
    let mut inspect = as_nobody(&wasify, folder.path(), is_root);
    let said = fails(inspect.arg("inspect").arg(&secret));
    assert!(said.contains("failed to read `"), "{said}");
    assert!(said.contains("Permission denied"), "{said}");
    if !is_root {
        let said = fails(program(["build"]).arg(&closed));
        assert!(said.contains("Cargo.toml`"), "{said}");
        assert!(said.contains("Permission denied"), "{said}");
    }
}

#[expect(clippy::disallowed_methods, reason = "the program is the subject")]
fn as_nobody(wasify: &Path, folder: &Path, is_root: bool) -> Command {
    let mut command = Command::new(wasify);
    command.current_dir(folder);
    if is_root {
        command.uid(65_534).gid(65_534);
    }
    command
}

#[test]
fn names_that_are_not_text() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path().join(OsStr::from_bytes(b"caf\xe9"));
    if let Err(error) = fs::create_dir(&folder) {
        println!("skipped: this file system refuses such names: {error}");
        return;
    }
    let file = folder.join(OsStr::from_bytes(b"x\xff.wasm"));
    fs::write(&file, b"\0asm\x01\0\0\0").expect("written");
    for format in ["--format=human", "--format=json"] {
        let (code, said) = ended(program(["inspect", format]).arg(&file));
        assert_eq!((code, said.as_str()), (Some(0), ""));
    }
    fs::write(&file, "text").expect("written");
    let said = fails(program(["inspect"]).arg(&file));
    assert!(said.contains("x\u{fffd}.wasm"), "{said}");

    project(&folder, "", "main.rs", "fn main() {}");
    for build in [
        program(["build"]).arg(&folder),
        program(["build"]).current_dir(&folder),
    ] {
        let said = fails(build);
        assert!(said.contains("not valid UTF-8"), "{said}");
        assert!(said.contains("caf\u{fffd}"), "{said}");
        assert!(said.contains("help: "), "{said}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn full_disks() {
    let full = fs::File::options()
        .write(true)
        .open("/dev/full")
        .expect("it is there");
    let said = fails(program(["rules"]).stdout(full));
    assert!(
        said.contains("failed to write to standard output"),
        "{said}"
    );
    assert!(said.contains("No space left on device"), "{said}");

    let scratch = tempfile::tempdir().expect("a scratch folder");
    if !mount(
        "mount",
        &["-t", "tmpfs", "-o", "size=256k", "none"],
        scratch.path(),
    ) {
        println!("skipped: only root may make a small disk to fill");
        return;
    }
    let out = program(["build", "--crate", "choose@1.3.7", "--out-dir"])
        .arg(scratch.path())
        .env("WASIFY_HOME", target_dir("home"))
        .output()
        .expect("wasify starts");
    let build =
        ended(program(["build", "hello", "--target-dir"]).arg(scratch.path().join("target")));
    let left: Vec<_> = fs::read_dir(scratch.path())
        .expect("readable")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    assert!(mount("umount", &[], scratch.path()));

    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(said.contains("failed to write `"), "{said}");
    assert!(said.contains("No space left on device"), "{said}");
    assert!(
        !left.iter().any(|path| path.extension().is_some()),
        "{left:?}"
    );
    let (code, said) = build;
    assert!(matches!(code, Some(1 | 2)), "{said}");
    assert!(said.contains("No space left on device"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[cfg(target_os = "linux")]
#[expect(
    clippy::disallowed_methods,
    reason = "a small disk comes from the system"
)]
fn mount(program: &str, args: &[&str], at: &Path) -> bool {
    let ended = Command::new(program).args(args).arg(at).output();
    ended.is_ok_and(|ended| ended.status.success())
}
