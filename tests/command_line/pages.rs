//! What is made of the command line's own definition: completions, manual pages, and the long version.

use std::path::Path;
use std::process::{Command, Output};

use super::Result;

type Test = fn() -> Result<()>;

/// The tests, by name.
pub(crate) const ALL: [(&str, Test); 3] = [
    ("completions-are-scripts", completions),
    ("man-pages-are-complete", pages),
    ("version-verbose", version),
];

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];
const SUBCOMMANDS: [&str; 15] = [
    "build",
    "completions",
    "doctor",
    "eject",
    "explain",
    "hosts",
    "init",
    "inspect",
    "man",
    "ports",
    "report",
    "rules",
    "run",
    "stub",
    "test",
];

#[expect(clippy::disallowed_methods, reason = "the program is the subject")]
fn wasify(args: &[&str]) -> Result<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_wasify"))
        .args(args)
        .output()?;
    if !output.status.success() {
        return Err(format!("{args:?}: {output:?}").into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// A shell that reads a script without running it; `None` where there is no such shell.
#[expect(clippy::disallowed_methods, reason = "the shell judges the script")]
fn read_by(shell: &str, script: &Path) -> Option<Output> {
    Command::new(shell).arg("-n").arg(script).output().ok()
}

fn completions() -> Result<()> {
    let scratch = tempfile::tempdir()?;
    for shell in SHELLS {
        let text = wasify(&["completions", shell])?;
        for word in SUBCOMMANDS {
            if !text.contains(word) {
                return Err(format!("{shell}: nothing completes `{word}`").into());
            }
        }
        let file = scratch.path().join(shell);
        std::fs::write(&file, &text)?;
        let checks = ["bash", "fish", "zsh"].contains(&shell);
        let read = checks.then(|| read_by(shell, &file)).flatten();
        match read {
            Some(read) if !read.status.success() => return Err(format!("{shell}: {read:?}").into()),
            // The one that every machine of the project has.
            None if shell == "bash" && cfg!(unix) => return Err("there is no bash".into()),
            _ => {}
        }
    }
    Ok(())
}

fn pages() -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let directory = scratch.path().join("man1");
    let to = directory.to_str().ok_or("a path that is text")?;
    wasify(&["man", "--out-dir", to])?;
    let first = std::fs::read_to_string(directory.join("wasify.1"))?;
    if first != wasify(&["man"])? {
        return Err("the page that is printed is another than the one that is written".into());
    }
    for name in SUBCOMMANDS {
        if !first.contains(&format!("wasify\\-{name}(1)")) {
            return Err(format!("`{name}` is not on the page").into());
        }
        let own = std::fs::read_to_string(directory.join(format!("wasify-{name}.1")))?;
        if !own.contains(&format!("\\fBwasify {name}\\fR")) {
            return Err(format!("the page of `{name}` does not say how it is called").into());
        }
    }
    Ok(())
}

fn version() -> Result<()> {
    let long = wasify(&["--version", "--verbose"])?;
    if long != wasify(&["-vV"])? || long != wasify(&["-Vv"])? {
        return Err("`-vV` says something else".into());
    }
    let value = |key: &str| long.lines().find_map(|line| line.strip_prefix(key));
    let revision = value("rules: ").and_then(|rules| rules.split("revision ").nth(1));
    let revision = revision.ok_or_else(|| format!("no revision in {long}"))?;
    if revision.len() != 16 || !revision.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(format!("`{revision}` is no revision").into());
    }
    let known = value("runtime: Wasmtime ").is_some() && value("ports: ").is_some();
    if !known || !long.starts_with(&wasify(&["--version"])?) {
        return Err(format!("it lacks something: {long}").into());
    }
    Ok(())
}
