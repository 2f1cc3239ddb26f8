//! What tests of several kinds share: wasify as a user starts it.

// Each test file uses its own part of this; a test may panic.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The built program, about to start in a folder.
#[expect(clippy::disallowed_methods, reason = "the program is the subject")]
pub fn wasify(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wasify"));
    command.current_dir(folder);
    command
}

/// What it left, once it has done its work, with findings or without.
pub fn worked(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code().is_some_and(|code| code < 2),
        "{command:?}: {errors}"
    );
    output
}

/// Its report, asked for with `--format json`.
pub fn report(command: &mut Command) -> Value {
    let output = worked(command);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let errors = String::from_utf8_lossy(&output.stderr);
        panic!("{error}: {errors}")
    })
}

/// The date of today in UTC, without the time.
pub fn today() -> String {
    first_line("date", &["-u", "+%F"])
}

/// The compiler's name and version.
pub fn rustc() -> String {
    first_line("rustc", &["--version"])
}

#[expect(
    clippy::disallowed_methods,
    reason = "a page says what it was made with"
)]
fn first_line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim().to_owned()
}
