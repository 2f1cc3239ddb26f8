//! Loading a file, told to the user when it can't be started.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use wasify_lints::hosts;
use wasify_runtime::{Entry, LoadError, Program, Runtime};

use super::symbols::Subject;
use crate::ecosystem::trouble::Trouble;

/// More names than this are only counted.
const MOST: usize = 8;

/// How a program would be started, if that can be told.
///
/// # Errors
/// Its file can't be read.
pub fn entry(subject: &Subject, shown: &str) -> Result<Option<Entry>> {
    match &subject.file {
        Some(file) => Entry::of_file(file).with_context(|| unreadable(shown)),
        None => Ok(Entry::of(subject.bytes())),
    }
}

/// Compiles a program, or takes it from the cache. A file that is known there is not read.
///
/// # Errors
/// Its file can't be read. A [`Trouble`]: it can't be started here; it says why, and where it could be.
pub fn load(runtime: &Runtime, subject: &Subject, shown: &str) -> Result<Program> {
    let loaded = match &subject.file {
        Some(file) => runtime.load_file(file).with_context(|| unreadable(shown))?,
        None => runtime.load(subject.bytes()),
    };
    loaded
        .map_err(|error| trouble(error, shown))
        .with_context(|| format!("failed to start `{shown}`"))
}

fn unreadable(shown: &str) -> String {
    format!("failed to read `{shown}`")
}

fn trouble(error: LoadError, shown: &str) -> anyhow::Error {
    let trouble = match error {
        LoadError::NotWasm => Trouble::new("it is neither a component nor a core module"),
        LoadError::Invalid(error) => {
            let reason = format!("{error:#}");
            let trouble = Trouble::new(format!("it is not valid: {reason}"));
            if reason.contains("unexpected end") || reason.contains("out of bounds") {
                trouble.help("the file is cut off or damaged; copy or build it again")
            } else {
                trouble.help(format!("`wasify inspect {shown}` looks into it"))
            }
        }
        LoadError::NotAdaptable(error) => Trouble::new(format!(
            "it is a core module, and not one made for WASI preview1: {error:#}"
        ))
        .help(format!("`wasify inspect {shown}` shows what it imports")),
        LoadError::NoEntry(exports) => no_entry(&exports),
        LoadError::UnknownImports(names) => unknown(&names),
    };
    trouble.into()
}

fn no_entry(exports: &[String]) -> Trouble {
    let what = match exports.len() {
        0 => "it exports nothing".to_owned(),
        _ => format!("it exports {}", listed(exports)),
    };
    Trouble::new(format!(
        "it is a library, and has nothing that can be started: {what}"
    ))
    .help("a program exports `wasi:cli/run`, or `wasi:http/incoming-handler` to answer requests")
    .help("a host calls what a library exports, such as `jco transpile` for JavaScript")
}

fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(MOST)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len().checked_sub(MOST).filter(|rest| *rest > 0) {
        Some(rest) => format!("{} and {rest} more", shown.join(", ")),
        None => shown.join(", "),
    }
}

/// Imports that nobody provides here, each with those who do.
fn unknown(names: &[String]) -> Trouble {
    let mut trouble = Trouble::new(format!(
        "it imports what nobody provides here: {}",
        listed(names)
    ));
    let mut by_hosts: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
    for name in names {
        let hosts = hosts::providing(name).unwrap_or_default();
        let hosts = hosts.iter().map(|host| host.title.as_str()).collect();
        by_hosts.entry(hosts).or_default().push(name);
    }
    for (hosts, names) in by_hosts {
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        trouble = trouble.help(if hosts.is_empty() {
            format!("no host that wasify knows has {}", listed(&names))
        } else {
            format!("{} is provided by {}", listed(&names), hosts.join(", "))
        });
    }
    trouble
}
