//! A build script that never ends.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::{Told, in_folder, project};
use crate::interrupted::{interrupt, is_deaf, start};

/// It starts a program that doesn't end either, says who both are, and waits.
const ENDLESS: &str = r#"
fn main() {
    let child = std::process::Command::new("sleep").arg("1000").spawn().unwrap();
    std::fs::write("pids.new", format!("{} {}", std::process::id(), child.id())).unwrap();
    std::fs::rename("pids.new", "pids").unwrap();
    loop {
        std::thread::park();
    }
}
"#;

/// Whether a process is there and more than the trace of one.
fn is_alive(pid: &str) -> bool {
    let stat = fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest);
    state.is_some_and(|state| !state.starts_with(['Z', 'X']))
}

#[test]
fn ctrl_c_ends_a_build_script_and_what_it_started() {
    if is_deaf() {
        println!("skipped: the tests were started with Ctrl-C ignored");
        return;
    }
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    project(folder, "", "main.rs", "fn main() {}");
    fs::write(folder.join("build.rs"), ENDLESS).expect("written");
    // Looking at it runs nothing.
    Told::of(&mut in_folder("doctor", folder)).ended_with(0);
    assert!(!folder.join("pids").exists());

    let mut wasify = start(&mut in_folder("build", folder));
    let since = Instant::now();
    let pids = loop {
        if let Ok(pids) = fs::read_to_string(folder.join("pids")) {
            break pids;
        }
        assert!(
            since.elapsed() < Duration::from_secs(120),
            "the script runs"
        );
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(pids.split(' ').all(is_alive), "{pids}");
    interrupt(&mut wasify);
    // The last who holds the other end of the pipe is gone when it is closed.
    let mut rest = Vec::new();
    let mut stderr = wasify.stderr.take().expect("it is piped");
    stderr.read_to_end(&mut rest).expect("readable");
    let since = Instant::now();
    while pids.split(' ').any(is_alive) {
        assert!(since.elapsed() < Duration::from_secs(10), "{pids} are left");
        std::thread::sleep(Duration::from_millis(20));
    }
}
