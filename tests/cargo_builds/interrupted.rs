//! Ctrl-C in the middle.
#![cfg(unix)]

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use crate::common::{around, ended, program, target_dir};

/// Starts wasify as a terminal would: in a process group of its own.
pub(crate) fn start(command: &mut Command) -> Child {
    command
        .process_group(0)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("wasify starts")
}

/// Sends what Ctrl-C sends, to the whole group.
#[expect(clippy::disallowed_methods, reason = "std sends no signals")]
pub(crate) fn interrupt(wasify: &mut Child) {
    let group = format!("-{}", wasify.id());
    let sent = Command::new("kill")
        .args(["-INT", "--", &group])
        .status()
        .expect("kill runs");
    assert!(sent.success());
    let since = Instant::now();
    let status = loop {
        if let Some(status) = wasify.try_wait().expect("it can be asked") {
            break status;
        }
        if since.elapsed() > Duration::from_secs(10) {
            wasify.kill().expect("it can be killed");
            panic!("it goes on after Ctrl-C");
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    assert_eq!(status.signal(), Some(2), "{status}");
}

/// Whether whoever started the tests made them, and what they start, deaf to Ctrl-C, as shells do with
/// what runs in the background.
pub(crate) fn is_deaf() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 0b10 != 0)
}

/// The files below a directory whose names say that they are not finished.
fn partial(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_name().to_string_lossy().contains("partial") {
            found.push(path);
        } else if path.is_dir() {
            found.extend(partial(&path));
        }
    }
    found
}

fn choose(home: &Path, out: &Path) -> Command {
    let mut command = program(["build", "--crate", "choose@1.3.7", "--out-dir"]);
    command.arg(out).env("WASIFY_HOME", home);
    command
}

#[test]
fn a_build_leaves_nothing_half_written() {
    if is_deaf() {
        println!("skipped: the tests were started with Ctrl-C ignored");
        return;
    }
    let out = tempfile::tempdir().expect("a scratch folder");
    let home = target_dir("interrupted-home");
    let _ = fs::remove_dir_all(&home);
    let mut wasify = start(&mut choose(&home, out.path()));
    let stderr = BufReader::new(wasify.stderr.take().expect("it is piped"));
    let mut lines = stderr.lines().map_while(Result::ok);
    assert!(
        lines.any(|line| line.contains("Compiling")),
        "it is in the middle"
    );
    interrupt(&mut wasify);
    // The children are gone with it: the pipe they share is closed.
    lines.for_each(drop);
    assert_eq!(fs::read_dir(out.path()).expect("readable").count(), 0);
    assert!(!home.join("target/wasm32-wasip2/debug/choose.wasm").exists());

    // What a run that was stopped while it copied would have left.
    let left = out.path().join(".choose.wasm.99999999.partial");
    let old = SystemTime::now() - Duration::from_secs(3600);
    let file = File::create(&left).expect("created");
    file.set_modified(old).expect("made old");
    let (code, said) = ended(&mut choose(&home, out.path()));
    assert_eq!(code, Some(0), "{said}");
    assert!(out.path().join("choose.wasm").exists());
    assert!(!left.exists());
    assert_eq!(partial(&home), [] as [PathBuf; 0]);
}

/// cargo's home with its registry, where one package's source never ends: reading it waits.
fn endless_registry(cargo_home: &Path) -> PathBuf {
    let real = around().cargo_home().expect("there is one");
    let registry = cargo_home.join("registry");
    fs::create_dir_all(&registry).expect("created");
    for name in ["index", "cache"] {
        std::os::unix::fs::symlink(real.join("registry").join(name), registry.join(name))
            .expect("linked");
    }
    let config = real.join("config.toml");
    if config.exists() {
        fs::copy(config, cargo_home.join("config.toml")).expect("copied");
    }
    let sources = fs::read_dir(real.join("registry/src")).expect("readable");
    let package = sources
        .flatten()
        .map(|source| source.path().join("choose-1.3.7"))
        .find(|package| package.exists())
        .expect("it was fetched before");
    let source = package
        .parent()
        .and_then(Path::file_name)
        .expect("it has one");
    let copy = registry.join("src").join(source).join("choose-1.3.7");
    run("cp", &["-r".as_ref(), &package, &copy]);
    copy.join("endless")
}

#[expect(clippy::disallowed_methods, reason = "std makes no pipes with a name")]
fn run(program: &str, args: &[&Path]) {
    if let Some(parent) = args.last().and_then(|path| path.parent()) {
        fs::create_dir_all(parent).expect("created");
    }
    let status = Command::new(program).args(args).status().expect("it runs");
    assert!(status.success());
}

#[test]
fn a_copy_of_a_crate_is_made_again() {
    if is_deaf() {
        println!("skipped: the tests were started with Ctrl-C ignored");
        return;
    }
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let out = scratch.path().join("out");
    fs::create_dir(&out).expect("created");
    // So that cargo has its source.
    let (code, said) = ended(&mut choose(&target_dir("home"), &out));
    assert_eq!(code, Some(0), "{said}");
    fs::remove_file(out.join("choose.wasm")).expect("removed");

    let cargo_home = scratch.path().join("cargo");
    let endless = endless_registry(&cargo_home);
    run("mkfifo", &[&endless]);
    let home = scratch.path().join("home");
    let mut command = choose(&home, &out);
    let mut wasify = start(command.env("CARGO_HOME", &cargo_home));
    let partial_copy = home.join("crates/.partial");
    let since = Instant::now();
    while !partial_copy.join("endless").exists() && !partial_copy.exists() {
        assert!(since.elapsed() < Duration::from_secs(60), "the copy begins");
        std::thread::sleep(Duration::from_millis(20));
    }
    interrupt(&mut wasify);
    assert!(partial_copy.exists() && !home.join("crates/choose-1.3.7").exists());
    assert_eq!(fs::read_dir(&out).expect("readable").count(), 0);

    fs::remove_file(endless).expect("removed");
    let mut again = choose(&home, &out);
    let kept = target_dir("interrupted");
    let again = again
        .env("CARGO_HOME", &cargo_home)
        .arg("--target-dir")
        .arg(kept);
    let (code, said) = ended(again);
    assert_eq!(code, Some(0), "{said}");
    assert!(out.join("choose.wasm").exists());
    assert!(!partial_copy.exists());
}
