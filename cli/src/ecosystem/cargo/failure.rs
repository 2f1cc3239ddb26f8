//! Why a build failed: each package that failed by itself, once.

use std::collections::BTreeMap;

use cargo_metadata::CompilerMessage;
use wasify_lints::facts::build::{BuildError, Failure, Stage};
use wasify_lints::finding::{Location, Package};
use wasify_lints::rule::Cause;

use super::package_id;
use super::run::Ran;
use crate::ecosystem::trouble::Trouble;
use crate::ecosystem::{BuildFailure, Remedy};

/// Errors of one package that are kept; the first ones name the reason.
const MAX_ERRORS: usize = 100;

/// What cargo and the compiler said of a build that failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// Every package that failed by itself, in the order of their names. Empty when cargo stopped before
    /// compiling anything.
    pub(super) failures: Vec<Failure>,
    /// Cargo's own last error.
    pub(super) message: String,
}

/// Reads the failed packages out of what cargo and the compiler said.
///
/// # Errors
/// A [`Trouble`] when it was not the project that failed: a wrong flag, no network, a directory that
/// can't be written to.
pub(super) fn read(ran: &Ran) -> Result<Said, Trouble> {
    let mut failed: BTreeMap<Package, Failure> = BTreeMap::new();
    for message in &ran.errors {
        let package = package_id::package(&message.package_id);
        let (stage, error) = compiled(message);
        let failure = failed.entry(package.clone()).or_insert_with(|| Failure {
            package,
            stage,
            errors: Vec::new(),
        });
        if failure.errors.len() < MAX_ERRORS && !failure.errors.contains(&error) {
            failure.errors.push(error);
        }
    }
    for script in build_scripts(&ran.stderr) {
        failed.entry(script.package.clone()).or_insert(script);
    }
    for crashed in crashed(&ran.stderr) {
        if !failed
            .keys()
            .any(|package| package.name == crashed.package.name)
        {
            failed.insert(crashed.package.clone(), crashed);
        }
    }
    let message = last_error(&ran.stderr, failed.is_empty());
    if failed.is_empty()
        && let Some(help) = not_the_project(ran.code, &message)
    {
        return Err(help.into_iter().fold(Trouble::new(message), Trouble::help));
    }
    Ok(Said {
        failures: failed.into_values().collect(),
        message,
    })
}

fn compiled(message: &CompilerMessage) -> (Stage, BuildError) {
    let diagnostic = &message.message;
    let links = diagnostic.message.starts_with("linking with ");
    let notes = diagnostic
        .children
        .iter()
        .map(|child| child.message.as_str());
    let linker_said = links.then(|| linker_error(notes)).flatten();
    let one_line = |text: &str| text.lines().next().unwrap_or_default().trim().to_owned();
    let span = diagnostic.spans.iter().find(|span| span.is_primary);
    let error = BuildError {
        message: one_line(&linker_said.unwrap_or_else(|| diagnostic.message.clone())),
        code: diagnostic.code.as_ref().map(|code| code.code.clone()),
        location: span.map(|span| Location {
            file: span.file_name.clone(),
            line: u32::try_from(span.line_start).ok(),
            column: u32::try_from(span.column_start).ok(),
        }),
    };
    (if links { Stage::Link } else { Stage::Compile }, error)
}

/// What the linker itself said, in a note below rustc's whole command line: its first error, with
/// the import it is about.
fn linker_error<'a>(notes: impl Iterator<Item = &'a str>) -> Option<String> {
    let said = |line: &'a str| Some(line.split_once("error: ")?.1.trim());
    for note in notes {
        let Some(error) = note.lines().find_map(said) else {
            continue;
        };
        let import = note.lines().find_map(|line| {
            let at = line.find("failed to resolve import")?;
            Some(line[at..].trim())
        });
        return Some(match import {
            Some(import) => format!("{error}: {import}"),
            None => error.to_owned(),
        });
    }
    None
}

/// The blocks `error: failed to run custom build command for ...` of cargo's standard error.
fn build_scripts(stderr: &[String]) -> Vec<Failure> {
    const START: &str = "error: failed to run custom build command for `";
    let mut failed = Vec::new();
    for (at, line) in stderr.iter().enumerate() {
        let Some(package) = line.strip_prefix(START).and_then(named) else {
            continue;
        };
        let block: Vec<&str> = stderr[at + 1..]
            .iter()
            .map(String::as_str)
            .take_while(|line| !is_outer(line))
            .collect();
        let (message, location) = script_error(&block);
        let error = |message, location| BuildError {
            code: None,
            message,
            location,
        };
        // The reason may be anywhere in what it said, and a rule may know it.
        let all = error(block.join("\n"), None);
        failed.push(Failure {
            package,
            stage: Stage::BuildScript,
            errors: vec![error(message, location), all],
        });
    }
    failed
}

/// What the build script died of: its panic, or the last thing it said that looks like an error.
fn script_error(block: &[&str]) -> (String, Option<Location>) {
    let said: Vec<&str> = block
        .iter()
        .skip_while(|line| line.trim() != "--- stderr")
        .skip(1)
        .map(|line| line.trim())
        .collect();
    let panic = said
        .iter()
        .position(|line| line.starts_with("thread '") && line.contains(" panicked at "));
    if let Some(at) = panic {
        let place = said[at]
            .split_once(" panicked at ")
            .map_or("", |(_, place)| place);
        let message = said[at + 1..].iter().find(|line| !line.is_empty());
        // Before Rust 1.73 the message stood in front of the place, on the same line.
        let message = message.map_or(place, |line| line);
        return (message.to_owned(), location(place.trim_end_matches(':')));
    }
    let error = said
        .iter()
        .find(|line| line.to_lowercase().contains("error"));
    let last = said.iter().rev().find(|line| !line.is_empty());
    let status = block
        .iter()
        .map(|line| line.trim())
        .find(|line| !line.is_empty() && *line != "Caused by:");
    let error = error.or(last).copied().or(status);
    (error.unwrap_or("the build script failed").to_owned(), None)
}

/// `build.rs:6:5`
fn location(place: &str) -> Option<Location> {
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some(Location {
        file: file.to_owned(),
        line: Some(line.parse().ok()?),
        column: Some(column.parse().ok()?),
    })
}

/// The packages whose compiler died without a word: `error: could not compile `x` (lib)`, followed by
/// the way it ended.
fn crashed(stderr: &[String]) -> Vec<Failure> {
    let mut failed = Vec::new();
    for (at, line) in stderr.iter().enumerate() {
        let Some(rest) = line.strip_prefix("error: could not compile `") else {
            continue;
        };
        let Some((name, _)) = rest.split_once('`') else {
            continue;
        };
        let package = Package {
            name: name.to_owned(),
            version: None,
        };
        let block = stderr[at + 1..].iter().take_while(|line| !is_outer(line));
        let why = block
            .map(|line| line.trim())
            .find(|line| !line.is_empty() && *line != "Caused by:");
        let message = why.unwrap_or("the compiler stopped without an error");
        failed.push(Failure {
            package,
            stage: Stage::Compile,
            errors: vec![BuildError {
                code: None,
                message: message.to_owned(),
                location: None,
            }],
        });
    }
    failed
}

/// `onig_sys v69.9.1 (/path)` and what follows.
fn named(text: &str) -> Option<Package> {
    let (name, rest) = text.split_once(" v")?;
    let version = rest.split(['`', ' ']).next()?;
    Some(Package {
        name: name.to_owned(),
        version: Some(version.to_owned()),
    })
}

/// Whether a line begins something new: cargo indents what belongs to an error.
fn is_outer(line: &str) -> bool {
    ["error: ", "error[", "warning: "]
        .iter()
        .any(|start| line.starts_with(start))
        || line.strip_prefix("   ").is_some_and(|line| {
            let verb = line.trim_start().split(' ').next().unwrap_or_default();
            matches!(
                verb,
                "Compiling" | "Finished" | "Building" | "Downloaded" | "Downloading"
            )
        })
}

/// Cargo's last error: its first line, or all of it when there is nothing else to tell.
fn last_error(stderr: &[String], whole: bool) -> String {
    let is_error = |line: &String| line.starts_with("error: ");
    let at = if whole {
        stderr.iter().position(is_error)
    } else {
        stderr.iter().rposition(is_error)
    };
    let Some(at) = at else {
        return stderr
            .last()
            .cloned()
            .unwrap_or_else(|| "cargo stopped without a word".to_owned());
    };
    let end = if whole { stderr.len() } else { at + 1 };
    let text = stderr[at..end].join("\n");
    text.trim_start_matches("error: ").trim_end().to_owned()
}

/// Signs that cargo could not work, as opposed to a project that can't be built, each with the way
/// out. The order matters: a failed download mentions files too.
pub(super) fn not_the_project(code: Option<i32>, message: &str) -> Option<Vec<String>> {
    const NETWORK: [&str; 6] = [
        "failed to download",
        "download of config.json failed",
        "unable to update registry",
        "failed to fetch",
        "network failure",
        "Could not resolve host",
    ];
    const FLAGS: [&str; 10] = [
        "no bin target named",
        "no example target named",
        "no library targets found",
        "does not contain this feature",
        "did not match any packages",
        "not found in workspace",
        "jobs may not be",
        "` is not defined",
        "cannot be used with",
        "is not a member of the workspace",
    ];
    let has = |signs: &[&str]| signs.iter().any(|sign| message.contains(sign));
    if has(&NETWORK) {
        return Some(vec![
            "a package has to be downloaded: check the network, or the proxy in `HTTPS_PROXY`"
                .into(),
        ]);
    }
    if message.contains("--offline") {
        return Some(vec![
            "without `--offline` cargo may download what is missing".into(),
        ]);
    }
    if message.contains("(os error ") {
        return Some(vec![
            "the target directory must be writable: `--target-dir DIR` names another".into(),
        ]);
    }
    if message.starts_with("unexpected argument") {
        return Some(vec![
            "what follows `--` goes to `cargo build`, whose arguments `cargo build --help` lists"
                .into(),
        ]);
    }
    // Cargo's command line parser has an exit code of its own.
    (has(&FLAGS) || code == Some(1)).then(Vec::new)
}

/// A project of which cargo says, before it compiles anything, that it can't be built.
pub(super) fn before_anything(message: String) -> BuildFailure {
    let unresolved = message.starts_with("failed to select a version");
    BuildFailure {
        packages: Vec::new(),
        foreseen: Vec::new(),
        cause: unresolved.then_some(Cause::Unresolved),
        remedy: remedy(&message),
        message,
    }
}

/// The command that mends what cargo stopped at.
fn remedy(message: &str) -> Option<Remedy> {
    if is_of_the_lock(message) {
        return Some(Remedy {
            title: "restore the lock file from version control, or have every version chosen anew"
                .to_owned(),
            command: "cargo generate-lockfile".to_owned(),
        });
    }
    // What a lock file names may have been yanked since, or be on another registry.
    let (_, rest) = message.split_once("failed to select a version for the requirement `")?;
    let (requirement, rest) = rest.split_once('`')?;
    let locked = rest.trim_start().strip_prefix("(locked to ")?;
    let version = locked.split(')').next()?;
    let name = requirement.split(' ').next()?;
    Some(Remedy {
        title: format!("lock another version of `{name}`: the registry doesn't offer {version}"),
        command: format!("cargo update {name}"),
    })
}

/// Whether cargo can't read the lock file. One that a newer cargo wrote is not damaged.
fn is_of_the_lock(message: &str) -> bool {
    let starts = ["failed to parse lock file at", "failed to read file"];
    let first = message.lines().next().unwrap_or_default();
    starts.iter().any(|start| first.starts_with(start))
        && first.ends_with("Cargo.lock")
        && !message.contains("does not understand this lock file")
        && !message.contains("(os error ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(stderr: &str) -> Ran {
        let stderr = stderr.lines().map(str::to_owned).collect();
        Ran {
            code: Some(101),
            stderr,
            ..Ran::default()
        }
    }

    #[test]
    fn a_build_script_without_a_panic() {
        let failure = read(&ran(
            "   Compiling onig_sys v69.9.1\n\
             error: failed to run custom build command for `onig_sys v69.9.1`\n\n\
             Caused by:\n  process didn't exit successfully: `build-script-build` (exit status: 1)\n  \
             --- stdout\n  TARGET = Some(wasm32-wasip2)\n\n  --- stderr\n\n\n  \
             error occurred in cc-rs: failed to find tool \"clang\"\n\n\n\
             warning: build failed, waiting for other jobs to finish...",
        ))
        .expect("the project failed");
        assert_eq!(failure.failures.len(), 1);
        let script = &failure.failures[0];
        assert_eq!(script.package.name, "onig_sys");
        assert_eq!(script.package.version.as_deref(), Some("69.9.1"));
        assert_eq!(
            script.errors[0].message,
            "error occurred in cc-rs: failed to find tool \"clang\""
        );
        assert_eq!(script.stage, Stage::BuildScript);
        assert!(script.says("TARGET = Some(wasm32-wasip2)"));
    }

    #[test]
    fn a_compiler_that_was_killed() {
        let failure = read(&ran(
            "error: could not compile `big` (lib)\n\nCaused by:\n  \
             process didn't exit successfully: `rustc` (signal: 9, SIGKILL: kill)",
        ))
        .expect("the project failed");
        assert_eq!(failure.failures[0].package.name, "big");
        assert!(failure.failures[0].says("SIGKILL"));
    }

    #[test]
    fn before_anything_is_compiled() {
        let resolver = "error: failed to select a version for the requirement `anyhow = \"^99\"`\n\
                        required by package `hello v0.1.0 (/tmp/hello)`";
        let failure =
            read(&ran(&format!("    Updating index\n{resolver}"))).expect("it is the project");
        assert!(failure.failures.is_empty());
        assert_eq!(failure.message, resolver.trim_start_matches("error: "));
        let elsewhere = [
            "error: no bin target named `nope` in default-run packages",
            "error: failed to create directory `/x/debug`\n\nCaused by:\n  Not a directory (os error 20)",
            "error: failed to get `x` as a dependency\n\nCaused by:\n  download of config.json failed",
        ];
        for text in elsewhere {
            assert!(read(&ran(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_locked_version_that_is_not_there_any_more() {
        let said = "failed to select a version for the requirement `webpki-roots = \"^1.0.10\"` (locked to \
                    1.0.11)\ncandidate versions found which didn't match: 1.0.10, ...";
        let failure = before_anything(said.to_owned());
        assert_eq!(failure.cause, Some(Cause::Unresolved));
        let remedy = failure.remedy.expect("there is a way out");
        assert_eq!(remedy.command, "cargo update webpki-roots");
        let damaged = before_anything(
            "failed to parse lock file at: /x/Cargo.lock\n\nCaused by:\n  TOML parse error"
                .to_owned(),
        );
        let remedy = damaged.remedy.expect("there is a way out");
        assert_eq!(remedy.command, "cargo generate-lockfile");
        let newer = "failed to parse lock file at: /x/Cargo.lock\n\nCaused by:\n  lock file version `5` was \
                     found, but this version of Cargo does not understand this lock file";
        assert_eq!(before_anything(newer.to_owned()).remedy, None);
        let never = "failed to select a version for the requirement `anyhow = \"^99\"`";
        assert_eq!(before_anything(never.to_owned()).remedy, None);
    }
}
