//! Running `wasify test`, and comparing with what is expected.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A directory that stays, so that a test run after the first is fast.
pub(crate) fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("testing")
        .join(name)
}

/// The fixture.
pub(crate) fn suite() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/projects/suite")
}

/// `wasify test` with these arguments, in a directory.
#[expect(clippy::disallowed_methods, reason = "the program is what is tested")]
pub(crate) fn wasify(directory: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wasify"));
    command.arg("test").args(args).current_dir(directory);
    command.env("WASIFY_HOME", kept("home"));
    clean(&mut command).output().expect("wasify starts")
}

/// Cargo, or another program, in a directory.
#[expect(clippy::disallowed_methods, reason = "what wasify is compared with")]
pub(crate) fn program(name: &str, directory: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(name);
    command.args(args).current_dir(directory);
    clean(&mut command).output().expect("it starts")
}

/// Without what the cargo that runs these tests has set.
fn clean(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let own = text.starts_with("CARGO_") && text != "CARGO_HOME";
        if own || text.starts_with("RUST_") {
            command.env_remove(&name);
        }
    }
    command
        .env("CARGO_TERM_COLOR", "never")
        .env("NO_COLOR", "1")
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Compares with an expected file; `BLESS=1` writes it.
pub(crate) fn compare(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/testing/expected")
        .join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, text).expect("it can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{name} is not as expected, but:\n{text}");
}
