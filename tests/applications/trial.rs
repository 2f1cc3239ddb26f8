//! A trial run: the native program and the port, each in a fresh folder of the same name.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::application::{self, Trial};
use crate::common;

/// What a run left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    /// `ok`, `exit N`, `trap` or `hang`.
    pub(crate) end: String,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Long enough for each trial, on a busy machine.
const PATIENCE: &str = "120s";

/// How `wasify run` tells a program that was stopped, and one that took too long.
const STOPPED: i32 = 134;
const TOO_LONG: i32 = 124;

/// Runs the native program with nothing but a path for other programs and what the trial gives it.
pub(crate) fn native(program: &Path, trial: &Trial, place: &Path) -> Ran {
    let folder = fresh(place);
    #[expect(
        clippy::disallowed_methods,
        reason = "the native program is what the port is compared with"
    )]
    let mut command = Command::new(program);
    command
        .current_dir(&folder)
        .env_clear()
        .env("PATH", path(&folder))
        .args(filled(&trial.arguments, &folder));
    for (name, value) in &trial.environment {
        command.env(name, fill(value, &folder));
    }
    let output = fed(&mut command, &trial.input);
    ran(&output, &folder, |code| match code {
        Some(0) => "ok".to_owned(),
        Some(code) => format!("exit {code}"),
        None => "signal".to_owned(),
    })
}

/// Runs the port with `wasify run`, and gives it the folder under both of its names.
pub(crate) fn port(component: &Path, trial: &Trial, place: &Path) -> Ran {
    let folder = fresh(place);
    let mut command = common::wasify(&folder);
    command
        .env("WASIFY_HOME", application::home())
        .args(["run", "--timeout", PATIENCE, "--dir", ".", "--dir"])
        .arg(&folder);
    for (name, value) in &trial.environment {
        command.arg("--env");
        command.arg(format!("{name}={}", fill(value, &folder)));
    }
    command
        .arg(component)
        .arg("--")
        .args(filled(&trial.arguments, &folder));
    let output = fed(&mut command, &trial.input);
    ran(&output, &folder, |code| match code {
        Some(0) => "ok".to_owned(),
        Some(STOPPED) => "trap".to_owned(),
        Some(TOO_LONG) => "hang".to_owned(),
        Some(code) => format!("exit {code}"),
        None => "signal".to_owned(),
    })
}

/// The folder of a trial, as it is before one. `bin` has stand-ins for programs that an application looks
/// for in the path and that few machines have.
fn fresh(place: &Path) -> PathBuf {
    let folder = place.join("folder");
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("hello.txt"), "hello\n").unwrap();
    fs::write(folder.join("template.txt"), "Hello {{ name }}\n").unwrap();
    let programs = place.join("bin");
    fs::create_dir_all(&programs).unwrap();
    let chosen = format!("printf '   1.0 {}\\n'", folder.display());
    let picked = "case $1 in --version) echo Gpick 0.3;; *) echo '#ff0000';; esac";
    script(&programs.join("fzf"), &chosen);
    script(&programs.join("gpick"), picked);
    folder
}

fn script(file: &Path, text: &str) {
    fs::write(file, format!("#!/bin/sh\n{text}\n")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// The path of the native program: the stand-ins, and the machine's own.
fn path(folder: &Path) -> std::ffi::OsString {
    let own = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.with_file_name("bin"));
    std::env::join_paths(folders.chain(std::env::split_paths(&own))).unwrap()
}

fn fill(text: &str, folder: &Path) -> String {
    text.replace("{folder}", folder.to_str().unwrap())
}

fn filled(texts: &[String], folder: &Path) -> Vec<String> {
    texts.iter().map(|text| fill(text, folder)).collect()
}

/// Runs a command with an input, which it need not read.
fn fed(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().unwrap()
}

fn ran(output: &Output, folder: &Path, end: impl Fn(Option<i32>) -> String) -> Ran {
    // Its name is another one each time.
    let name = folder.to_str().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(name, "{folder}");
    Ran {
        end: end(output.status.code()),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    }
}
