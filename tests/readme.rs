//! Holds the README to what the program really does.
//!
//! `BLESS=1 cargo test --test readme` writes the transcript anew.

use std::error::Error;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What stands in the README for the folder that the commands are run in.
const FOLDER: &str = "/home/you/wasify";

type Outcome = Result<(), Box<dyn Error>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn readme() -> io::Result<String> {
    fs::read_to_string(root().join("README.md"))
}

/// The content of each fenced block of a language, in order.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    let after = text.split(fence.as_str()).skip(1);
    after.filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_transcript_is_what_the_program_prints() -> Outcome {
    let text = readme()?;
    let shown = *blocks(&text, "console")
        .first()
        .ok_or("README.md has no `console` block")?;
    let line = shown.lines().next().unwrap_or_default();
    let args = line
        .strip_prefix("$ wasify ")
        .ok_or("the transcript begins with `$ wasify `")?;
    let actual = format!("{line}\n{}", transcript(args)?);
    if std::env::var_os("BLESS").is_some() {
        fs::write(root().join("README.md"), text.replacen(shown, &actual, 1))?;
        return Ok(());
    }
    let (shown, actual) = (normalised(shown), normalised(&actual));
    assert!(
        shown == actual,
        "README.md differs (BLESS=1 writes it)\n--- README.md\n{shown}\n--- actual\n{actual}"
    );
    Ok(())
}

/// Runs the program on a copy of the fixture; both its streams, as they are seen on a terminal.
#[expect(
    clippy::disallowed_methods,
    reason = "the program itself is tested, as its users start it"
)]
fn transcript(args: &str) -> Result<String, Box<dyn Error>> {
    let scratch = tempfile::tempdir()?;
    let folder = scratch.path().canonicalize()?;
    let fixture = args.split_whitespace().last().unwrap_or_default();
    copy(&root().join(fixture), &folder.join(fixture))?;
    let (mut reader, writer) = io::pipe()?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_wasify"));
    command
        .args(args.split_whitespace())
        .current_dir(&folder)
        .stdout(writer.try_clone()?)
        .stderr(writer);
    for (name, _) in std::env::vars_os() {
        if is_a_setting(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    let mut child = command.spawn()?;
    // It holds the writing end too, and the pipe ends when nobody does.
    drop(command);
    let mut text = String::new();
    reader.read_to_string(&mut text)?;
    let status = child.wait()?;
    assert_eq!(status.code(), Some(1), "the README says so\n{text}");
    // The first build on a machine adds the target; a transcript of every other one doesn't show it.
    let lines = text
        .lines()
        .filter(|line| !line.contains("Installing wasm32"));
    let lines: Vec<&str> = lines.collect();
    let text = lines.join("\n") + "\n";
    Ok(text.replace(&folder.display().to_string(), FOLDER))
}

/// Whether a variable changes how cargo builds or how the report looks.
fn is_a_setting(name: &str) -> bool {
    let home = ["CARGO_HOME", "RUSTUP_HOME"].contains(&name);
    let prefixes = [
        "CARGO_",
        "RUSTC",
        "RUSTFLAGS",
        "WASIFY_",
        "COLUMNS",
        "CLICOLOR",
    ];
    !home && prefixes.iter().any(|prefix| name.starts_with(prefix))
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if !entry.file_type()?.is_dir() {
            fs::copy(entry.path(), to)?;
        } else if entry.file_name() != "target" {
            copy(&entry.path(), &to)?;
        }
    }
    Ok(())
}

/// Takes out what changes from run to run and from one compiler to the next: times, sizes, and the
/// version of WASI that the compiler's own library asks for.
fn normalised(text: &str) -> String {
    let mut lines = Vec::new();
    // Another cargo of this machine may be at work.
    let waits = |line: &&str| line.trim_start().starts_with("Blocking waiting for");
    for line in text.lines().filter(|line| !waits(line)) {
        let line = match line.split_once("target(s) in ") {
            Some((before, _)) => format!("{before}target(s) in TIME"),
            None => line.to_owned(),
        };
        lines.push(match line.rsplit_once(" (") {
            Some((before, about)) if about.contains("B, WASI ") => format!("{before} (ABOUT)"),
            _ => line,
        });
    }
    lines.join("\n")
}

#[test]
fn the_command_on_a_fresh_machine_makes_the_transcript() -> Outcome {
    let text = readme()?;
    let transcript = blocks(&text, "console");
    let args = transcript
        .first()
        .and_then(|block| block.lines().next())
        .and_then(|line| line.strip_prefix("$ wasify "))
        .ok_or("no transcript")?;
    let commands = blocks(&text, "sh");
    let run = format!("cargo run -- {args}\n");
    assert_eq!(commands.first(), Some(&run.as_str()));
    Ok(())
}

#[test]
fn the_test_command_is_the_one_that_ci_runs() -> Outcome {
    let text = readme()?;
    let commands = blocks(&text, "sh");
    let test = commands
        .iter()
        .find(|command| command.starts_with("cargo test"))
        .ok_or("README.md has no `sh` block with the test command")?;
    let ci = fs::read_to_string(root().join(".ci/run"))?;
    assert!(
        ci.lines().any(|line| line == test.trim_end()),
        ".ci/run does not run `{}`",
        test.trim_end()
    );
    Ok(())
}
