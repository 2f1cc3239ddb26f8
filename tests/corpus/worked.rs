//! Whether a port does what the native program does, command by command.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::golden::{Command, Golden};
use crate::table::Application;
use crate::{common, http, measured, sample, websocket};

/// Longer than any command takes, the compilation of a component included.
const PATIENCE: Duration = Duration::from_secs(300);
/// What a server prints may come after its answer.
const MOMENT: Duration = Duration::from_secs(2);

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Compared {
    /// The command, as typed.
    pub(crate) command: String,
    /// What WASI can't have, and why.
    pub(crate) limit: Option<String>,
    /// How the native program ended; nothing of a server, which was stopped.
    pub(crate) native: Option<bool>,
    /// Where the two runs differ; nothing where they agree.
    pub(crate) differs: Option<String>,
}

impl Compared {
    /// Whether the port does what the native program does, or nobody can.
    pub(crate) fn is_right(&self) -> bool {
        self.differs.is_none() || self.limit.is_some()
    }

    /// A limit of WASI's that is none any more.
    pub(crate) fn is_gone(&self) -> bool {
        self.differs.is_none() && self.limit.is_some()
    }
}

/// What a run printed, how it ended, and what it left.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    succeeded: Option<bool>,
    stdout: Vec<u8>,
    answers: Vec<String>,
    files: std::collections::BTreeMap<String, Option<Vec<u8>>>,
    /// Whether there are other files than before.
    changed: bool,
    /// Shown where something differs, and not compared: it has names and times in it.
    stderr: String,
}

/// Runs all commands of an application twice.
pub(crate) fn compare(native: &Path, component: &Path, golden: &Golden) -> Vec<Compared> {
    let place = tempfile::tempdir().unwrap();
    let place = place.path().canonicalize().unwrap();
    let compared = golden.command.iter().map(|command| {
        let trial = Trial::of(command, &place);
        let expected = trial.run(|folder| trial.native_run(native, folder));
        let seen = trial.run(|folder| trial.port_run(component, folder));
        Compared {
            command: format!("{} {}", golden.binary, command.shown()),
            limit: command.limit.clone(),
            native: expected.succeeded,
            differs: difference(command, &expected, &seen),
        }
    });
    compared.collect()
}

struct Trial<'a> {
    command: &'a Command,
    place: &'a Path,
    port: u16,
}

impl Trial<'_> {
    fn of<'a>(command: &'a Command, place: &'a Path) -> Trial<'a> {
        Trial {
            command,
            place,
            port: http::free_port(),
        }
    }

    fn filled(&self, text: &str) -> String {
        let folder = self.place.join("folder");
        let mut filled = text
            .replace("{folder}", folder.to_str().unwrap())
            .replace("{port}", &self.port.to_string())
            .replace("{server}", "http://{http}");
        for (name, value) in PEERS.into_iter().chain([("{user}", user as fn() -> _)]) {
            if filled.contains(name) {
                filled = filled.replace(name, value());
            }
        }
        filled
    }

    /// What a server answers.
    fn asked(&self, child: &mut Child) -> Vec<String> {
        let Some(stream) = http::connected(self.port, child) else {
            return Vec::new();
        };
        let command = self.command;
        if !command.say.is_empty() {
            return websocket::say(stream, &command.say, command.hear.unwrap_or_default());
        }
        if let Some(text) = &command.pour {
            return vec![http::pour(&stream, text)];
        }
        drop(stream);
        let answers = command.get.iter().map(|path| {
            let answer = without_codes(http::get(self.port, path).into_bytes());
            String::from_utf8_lossy(&answer).into_owned()
        });
        answers.collect()
    }

    fn run(&self, start: impl Fn(&Path) -> Process) -> Seen {
        let folder = sample::fresh(self.place);
        let before = sample::content(&folder, None);
        let with = |args: &[String]| {
            let mut process = start(&folder);
            process.args(args.iter().map(|arg| self.filled(arg)));
            process
        };
        for args in &self.command.first {
            self.finish(&mut self.spawn(&mut with(args)));
        }
        let mut child = self.spawn(&mut with(&self.command.args));
        let serves = self.command.serves();
        let mut answers = Vec::new();
        if serves {
            answers = self.asked(&mut child);
            if self.command.get.is_empty() {
                thread::sleep(MOMENT);
            }
            // It would go on for ever.
            let _ = child.kill();
        }
        let (succeeded, stdout, stderr) = self.finish(&mut child);
        Seen {
            succeeded: succeeded.filter(|_| !serves),
            stdout: match self.command.get.is_empty() {
                true => self.kept(stdout),
                // Who was asked when.
                false => Vec::new(),
            },
            answers,
            changed: sample::content(&folder, None) != before,
            files: sample::content(&folder, self.command.but.as_deref()),
            stderr,
        }
    }

    fn spawn(&self, process: &mut Process) -> Child {
        let file = |name: &str| self.place.join(name);
        process
            .stdin(self.stdin())
            .stdout(File::create(file("stdout")).unwrap())
            .stderr(File::create(file("stderr")).unwrap())
            .spawn()
            .unwrap()
    }

    /// A file where the command gets something, as with `<`; otherwise nothing.
    fn stdin(&self) -> Stdio {
        let input = match &self.command.stdin_from {
            Some(file) => fs::read(self.place.join("folder").join(file)).unwrap(),
            None => self.command.stdin.clone().into_bytes(),
        };
        if input.is_empty() {
            return Stdio::null();
        }
        let file = self.place.join("stdin");
        fs::write(&file, input).unwrap();
        File::open(file).unwrap().into()
    }

    /// How it ended, and what it printed; without an end when it had to be stopped.
    fn finish(&self, child: &mut Child) -> (Option<bool>, Vec<u8>, String) {
        let begun = Instant::now();
        let ended = loop {
            match child.try_wait().unwrap() {
                Some(status) => break Some(status.success()),
                None if begun.elapsed() > PATIENCE => {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    break None;
                }
                None => thread::sleep(Duration::from_millis(5)),
            }
        };
        let read = |name: &str| fs::read(self.place.join(name)).unwrap();
        let stderr = String::from_utf8_lossy(&read("stderr")).into_owned();
        (ended, read("stdout"), stderr)
    }

    /// The lines that are compared, in an order that doesn't change.
    fn kept(&self, stdout: Vec<u8>) -> Vec<u8> {
        if !self.command.unordered && self.command.only.is_none() {
            return stdout;
        }
        let text = String::from_utf8_lossy(&stdout).into_owned();
        let mut lines: Vec<&str> = text.lines().collect();
        if let Some(only) = &self.command.only {
            lines.retain(|line| line.contains(only.as_str()));
        }
        if self.command.unordered {
            lines.sort_unstable();
        }
        lines.join("\n").into_bytes()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the native program is what the port is compared with"
    )]
    fn native_run(&self, program: &Path, folder: &Path) -> Process {
        let mut process = Process::new(program);
        process.current_dir(folder).env_clear();
        process.env("TZ", "UTC").env("HOME", folder);
        for (name, value) in &self.command.env {
            process.env(name, self.filled(value));
        }
        process
    }

    /// `wasify run` of the component, with the folder under both of its names and with the command's
    /// environment.
    fn port_run(&self, component: &Path, folder: &Path) -> Process {
        let mut process = common::wasify(folder);
        process
            .env("WASIFY_HOME", measured::home())
            .args(["run", "--quiet", "--timeout", "280s", "--dir", ".", "--dir"])
            .arg(folder)
            .args(["--env", "TZ=UTC"]);
        if !self.command.env.contains_key("HOME") {
            process
                .arg("--env")
                .arg(format!("HOME={}", folder.display()));
        }
        for (name, value) in &self.command.env {
            process
                .arg("--env")
                .arg(format!("{name}={}", self.filled(value)));
        }
        if self.command.serves() {
            process.arg(format!("--allow-net=listen:127.0.0.1:{}", self.port));
        }
        let args = self.command.args.join(" ").replace("{server}", "{http}");
        for (_, address) in PEERS.iter().filter(|(name, _)| args.contains(name)) {
            process.arg(format!("--allow-net={}", address()));
        }
        process.arg(component).arg("--");
        process
    }
}

/// Starts the other side where it does not run yet, and gives its address.
type Peer = fn() -> &'static str;

/// Servers that clients are tried with: what stands for the address of each in a command.
const PEERS: [(&str, Peer); 3] = [
    ("{http}", || {
        static ADDRESS: OnceLock<String> = OnceLock::new();
        ADDRESS.get_or_init(|| format!("127.0.0.1:{}", http::serve()))
    }),
    ("{websocket}", || {
        static ADDRESS: OnceLock<String> = OnceLock::new();
        ADDRESS.get_or_init(|| format!("127.0.0.1:{}", websocket::echo()))
    }),
    ("{datagrams}", || {
        static ADDRESS: OnceLock<String> = OnceLock::new();
        ADDRESS.get_or_init(|| format!("127.0.0.1:{}", http::datagrams()))
    }),
];

/// The name of who runs this.
fn user() -> &'static str {
    static USER: OnceLock<String> = OnceLock::new();
    #[expect(clippy::disallowed_methods, reason = "std does not know it")]
    USER.get_or_init(|| {
        let output = Process::new("id").arg("-un").output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    })
}

/// Where two runs differ, in words.
fn difference(command: &Command, native: &Seen, port: &Seen) -> Option<String> {
    let said = || last_line(&port.stderr);
    if native.succeeded != port.succeeded {
        let end = |seen: &Seen| match seen.succeeded {
            Some(true) => "succeeds",
            Some(false) => "fails",
            None => "does not end",
        };
        return Some(format!(
            "natively it {}, the port {}: {}",
            end(native),
            end(port),
            said()
        ));
    }
    if is_nothing(command, native) {
        return Some(format!(
            "nothing to compare: the native program says `{}`",
            last_line(&native.stderr)
        ));
    }
    if native.answers != port.answers {
        return Some(format!(
            "other answers: {:?}",
            first_other(&native.answers, &port.answers)
        ));
    }
    if native.stdout != port.stdout {
        let lines = |bytes: &[u8]| -> Vec<String> {
            let text = String::from_utf8_lossy(bytes).into_owned();
            text.lines().map(str::to_owned).collect()
        };
        let other = first_other(&lines(&native.stdout), &lines(&port.stdout));
        return Some(format!("prints something else: {other:?} {}", said()));
    }
    if native.files != port.files {
        let names = native.files.keys().chain(port.files.keys());
        let other = names.filter(|name| native.files.get(*name) != port.files.get(*name));
        let mut other: Vec<&String> = other.collect();
        other.dedup();
        return Some(format!("leaves other files: {other:?}"));
    }
    None
}

/// Text without the numbers of the operating system's errors: they are others on each.
fn without_codes(text: Vec<u8>) -> Vec<u8> {
    const BEFORE: &str = "(os error ";
    let Ok(text) = String::from_utf8(text.clone()) else {
        return text;
    };
    let mut parts = text.split(BEFORE);
    let mut without = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        without.push_str(BEFORE);
        without.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    without.into_bytes()
}

/// Whether the native program did nothing that could be compared: its golden command is wrong then.
fn is_nothing(command: &Command, native: &Seen) -> bool {
    let silent = native.stdout.is_empty() && native.answers.is_empty();
    let idle = silent && native.stderr.is_empty() && !native.changed;
    silent && command.only.is_some()
        || idle
        || !command.get.is_empty() && command.get.len() != native.answers.len()
        || native
            .answers
            .iter()
            .any(|answer| answer.starts_with("no answer"))
}

fn last_line(text: &str) -> String {
    let last = text.lines().rfind(|line| !line.trim().is_empty());
    last.unwrap_or_default().trim().chars().take(160).collect()
}

/// The first two that are not the same.
fn first_other(native: &[String], port: &[String]) -> (Option<String>, Option<String>) {
    let count = native.len().max(port.len());
    let place = (0..count).find(|at| native.get(*at) != port.get(*at));
    let short = |all: &[String]| Some(all.get(place?)?.chars().take(160).collect());
    (short(native), short(port))
}

/// The native program, from the published source with its lock file. What it does is compared, not how fast: a
/// development build has the same answers. `None` when cargo can't build it here.
pub(crate) fn native(application: &Application, golden: &Golden) -> Option<PathBuf> {
    let root = measured::home().join("native");
    let program = root.join("bin").join(&golden.binary);
    if program.exists() {
        return Some(program);
    }
    // Where the published lock file names what isn't there any more, cargo chooses.
    let built = ["--locked", "--quiet"].iter().any(|lock| {
        #[expect(
            clippy::disallowed_methods,
            reason = "the comparison must not go through wasify"
        )]
        let output = Process::new(env!("CARGO"))
            .args(["install", "--debug", lock, &application.name])
            .arg(format!("--version={}", application.version))
            .arg("--root")
            .arg(&root)
            .arg("--target-dir")
            .arg(root.join("target"))
            .env("CARGO_PROFILE_DEV_DEBUG", "none")
            .current_dir(env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        output.status.success()
    });
    built.then_some(program)
}
