//! A wasify that serves `fixtures/projects/web`, and goes away with the test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

/// Longer than anything here takes, on the slowest machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A program.
#[expect(clippy::disallowed_methods, reason = "the program is the subject")]
fn command(name: &str) -> Command {
    Command::new(name)
}

fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve")
}

/// The component, built once by wasify itself, which adds the target where it is missing.
pub(crate) fn component() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let target = scratch().join("web");
        let output = command(env!("CARGO_BIN_EXE_wasify"))
            .args(["build", "--release", "--locked", "--target-dir"])
            .arg(&target)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/projects/web"))
            .output()
            .expect("wasify starts");
        let path = target.join("wasm32-wasip2/release/web.wasm");
        // It panics on purpose, which is found.
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() != Some(2) && path.exists(), "{said}");
        path
    })
}

/// wasify with the home that all of these tests share, so that the component is compiled once.
pub(crate) fn wasify() -> Command {
    let mut wasify = command(env!("CARGO_BIN_EXE_wasify"));
    wasify
        .env("WASIFY_HOME", scratch().join("home"))
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .stdin(Stdio::null());
    wasify
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    lines: Mutex<Receiver<String>>,
    said: Mutex<String>,
    /// `127.0.0.1:PORT`.
    pub(crate) addr: String,
}

impl Server {
    pub(crate) fn start(args: &[&str]) -> Server {
        let mut child = wasify()
            .args(["run", "--addr", "127.0.0.1:0"])
            .args(args)
            .arg(component())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("wasify starts");
        let (tell, lines) = channel();
        let stderr = child.stderr.take().expect("piped");
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    break;
                }
            }
        });
        let mut server = Server {
            child,
            lines: Mutex::new(lines),
            said: Mutex::default(),
            addr: String::new(),
        };
        let line = server.says("Serving http://");
        let rest = line.split_once("http://").map_or("", |(_, rest)| rest);
        server.addr = rest.split('/').next().unwrap_or_default().to_owned();
        server
    }

    /// Waits for a line with this text on standard error.
    pub(crate) fn says(&self, text: &str) -> String {
        let lines = self.lines.lock().expect("no test thread panicked");
        let mut said = self.said.lock().expect("no test thread panicked");
        if let Some(line) = said.lines().find(|line| line.contains(text)) {
            return line.to_owned();
        }
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(line) = lines.recv_timeout(left) else {
                panic!("it never said `{text}`:\n{said}");
            };
            said.push_str(&line);
            said.push('\n');
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Sends it a signal: `INT`, `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let status = command("kill")
            .args(["-s", name])
            .arg(self.child.id().to_string())
            .status()
            .expect("kill starts");
        assert!(status.success());
    }

    /// Waits until it has ended.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                return status;
            }
            assert!(Instant::now() < end, "it never ended");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("it is ours").is_none()
    }

    /// Stops it, and gives all that it said on standard error.
    pub(crate) fn stop(mut self) -> String {
        self.signal("INT");
        self.ended();
        self.all_said()
    }

    /// All that it said on standard error; it has ended.
    pub(crate) fn all_said(&self) -> String {
        let lines = self.lines.lock().expect("no test thread panicked");
        let mut said = self.said.lock().expect("no test thread panicked").clone();
        said.extend(lines.iter().map(|line| line + "\n"));
        said
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
