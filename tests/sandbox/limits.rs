//! Memory, time, the stack, and an output that nobody reads.

use std::io::Read as _;
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;
use wasify_runtime::{End, Frame, Limits, Permissions};

use crate::common::{Ran, Sandbox, attack, component, directory, sandbox, scratch, wasify};

/// How long a guest may run that would never stop.
const TIME: Duration = Duration::from_millis(300);

fn interruptible() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| Sandbox::new(true))
}

fn limited(sandbox: &Sandbox, args: &[&str], permissions: Permissions) -> Ran {
    let limits = Limits {
        timeout: Some(TIME),
        ..Limits::default()
    };
    sandbox.run(args, permissions, limits)
}

fn are_from(frames: &[Frame], function: &str) -> bool {
    let mut symbols = frames.iter().flat_map(|frame| &frame.symbol);
    symbols.any(|symbol| symbol.contains(function))
}

#[test]
fn memory() {
    let limits = Limits {
        memory: Some(64 << 20),
        ..Limits::default()
    };
    let ran = sandbox().run(&["eat"], Permissions::default(), limits);
    assert_eq!(ran.outcome.end, End::Success);
    let megabytes: u32 = ran
        .stdout
        .trim_start_matches("Ok(")
        .trim_end_matches(")\n")
        .parse()
        .unwrap();
    assert!((40..64).contains(&megabytes), "{megabytes}");
    assert!(ran.outcome.memory_limit_hit);
    let few = Limits {
        memory: Some(64 << 10),
        ..Limits::default()
    };
    let ran = sandbox().run(&["args"], Permissions::default(), few);
    assert!(
        matches!(ran.outcome.end, End::Trap { .. }) && ran.outcome.memory_limit_hit,
        "{:?}",
        ran.outcome
    );
    assert!(
        !attack(&["args"], Permissions::default())
            .outcome
            .memory_limit_hit
    );
}

#[test]
fn an_endless_loop() {
    let ran = limited(interruptible(), &["spin"], Permissions::default());
    let End::TimedOut { frames } = &ran.outcome.end else {
        panic!("{:?}", ran.outcome);
    };
    assert!(are_from(frames, "9computing4spin"), "{frames:?}");
}

#[test]
fn an_endless_wait() {
    for sandbox in [interruptible(), sandbox()] {
        let ran = limited(sandbox, &["sleep"], Permissions::default());
        assert!(
            matches!(ran.outcome.end, End::TimedOut { .. }),
            "{:?}",
            ran.outcome
        );
    }
}

/// A pipe in a given directory that nobody writes to: opening it blocks the host.
#[test]
fn an_endless_read() {
    let ground = TempDir::new().unwrap();
    fifo(&ground.path().join("pipe"));
    let path = ground.path().join("pipe");
    let given = directory(ground.path(), ".", false);
    let (ended, end) = std::sync::mpsc::channel::<()>();
    // Lets go whoever still waits for the pipe: the thread that the guest has left there, or, after a while,
    // the guest itself.
    let opener = std::thread::spawn(move || {
        let _ = end.recv_timeout(Duration::from_secs(30));
        let mut options = std::fs::File::options();
        options.read(true).write(true).open(path).unwrap()
    });
    let ran = limited(interruptible(), &["read", "pipe"], given);
    drop(ended);
    opener.join().unwrap();
    let end = &ran.outcome.end;
    assert!(matches!(end, End::TimedOut { .. }), "{end:?}");
}

#[expect(clippy::disallowed_methods, reason = "std can't make a named pipe")]
fn fifo(path: &std::path::Path) {
    let made = std::process::Command::new("mkfifo")
        .arg(path)
        .status()
        .unwrap();
    assert!(made.success());
}

#[test]
fn endless_recursion() {
    let ran = attack(&["recurse"], Permissions::default());
    let End::Trap { message, frames } = &ran.outcome.end else {
        panic!("{:?}", ran.outcome);
    };
    assert!(message.contains("stack"), "{message}");
    assert!(are_from(frames, "9computing7recurse"), "{frames:?}");
}

/// Its reader goes away: the guest is told, and wasify ends without a word about itself.
#[test]
fn a_closed_pipe() {
    let mut child = wasify()
        .arg("run")
        .arg(component())
        .args(["--", "flood"])
        .env("WASIFY_HOME", scratch("home"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut start = [0; 1000];
    stdout.read_exact(&mut start).unwrap();
    assert_eq!(start, [b'x'; 1000]);
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("panicked"), "{said}");
    assert!(output.status.code().is_some(), "{:?}", output.status);
}
