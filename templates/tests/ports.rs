//! Holds the ports' files, their list and their page together. That each port works is the test `ports` of
//! the program.
//!
//! `BLESS=1 cargo test -p wasify-templates --test ports` writes the page anew.

// A test may panic.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use semver::{Op, Version};
use wasify_templates::port::{Edit, Operation, Port};
use wasify_templates::ports::{self, FILES};

/// The most characters of another crate that an anchor may have: it finds a place, and copies nothing.
const ANCHOR: usize = 160;

fn ports() -> &'static [Port] {
    ports::ports().unwrap_or_else(|error| panic!("a port file does not follow the format: {error}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Gives every complaint at once, one a line.
fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn files(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files(&entry.path(), &format!("{path}/"), found);
        } else {
            found.insert(path);
        }
    }
}

#[test]
fn every_file_is_listed_once_and_in_order() {
    let listed: Vec<&str> = FILES.iter().map(|(file, _)| *file).collect();
    let mut there = BTreeSet::new();
    files(&root().join("templates/ports"), "", &mut there);
    let mut complaints = Vec::new();
    for file in &there {
        if !listed.contains(&file.as_str()) {
            complaints.push(format!(
                "templates/src/ports.rs: add the line `    \"{file}\",` to `port_files!`"
            ));
        }
    }
    for pair in listed.windows(2).filter(|pair| pair[0] >= pair[1]) {
        complaints.push(format!(
            "templates/src/ports.rs: put `{}` before `{}`",
            pair[1], pair[0]
        ));
    }
    assert_none(&complaints);
}

#[test]
fn ports_say_what_they_are_for() {
    let rules = wasify_lints::registry::rules().unwrap();
    let mut complaints = Vec::new();
    for port in ports() {
        let mut complain = |what: String| complaints.push(format!("{}: {what}", port.name));
        if port.name != port.krate && !port.name.starts_with(&format!("{}-", port.krate)) {
            complain(format!("a port of `{}` is named after it", port.krate));
        }
        for cured in &port.cures {
            if !rules.iter().any(|rule| rule.id == *cured) {
                complain(format!("`cures`: no rule is named `{cured}`"));
            }
        }
        let is_of_std = |id: &String| {
            rules
                .iter()
                .any(|rule| rule.id == *id && rule.group == "std")
        };
        if port.application && !port.cures.iter().all(is_of_std) {
            complain(
                "only rules of `std` are about an application: `cures` has no others".to_owned(),
            );
        }
        if port.instead.is_empty() || port.references.is_empty() {
            complain("`instead` and `references` have something in them".to_owned());
        }
        for sentence in &port.instead {
            let begins = sentence.starts_with(|c: char| c.is_lowercase() || c == '`');
            if !begins || sentence.ends_with('.') || sentence.contains('\n') {
                complain("`instead` is lower case, one line, without a final period".to_owned());
            }
        }
        if port.proof.tried.is_empty() || !port.proof.tried.is_sorted() {
            complain("`proof.tried` has versions, ascending".to_owned());
        }
        if !begins_with(port, port.proof.tried.first()) {
            complain(
                "`versions` begins with the first that it was tried on: `>=1.2.3, <2`".to_owned(),
            );
        }
        for version in port.proof.tried.iter().filter(|tried| !port.is_for(tried)) {
            complain(format!("it was tried on {version}, and is not for that"));
        }
    }
    assert_none(&complaints);
}

fn begins_with(port: &Port, version: Option<&Version>) -> bool {
    let first = port.versions.comparators.first();
    first.is_some_and(|first| {
        let mut from = Version::new(
            first.major,
            first.minor.unwrap_or(0),
            first.patch.unwrap_or(0),
        );
        from.pre = first.pre.clone();
        first.op == Op::GreaterEq && version == Some(&from)
    })
}

#[test]
fn edits_add_only_our_own() {
    let mut complaints = Vec::new();
    for port in ports() {
        let mut used = BTreeSet::from(["port.toml".to_owned()]);
        for edit in &port.edits {
            complaints.extend(complaint(port, edit, &mut used));
        }
        let beside = format!("{}/", port.name);
        let beside = FILES
            .iter()
            .filter_map(|(file, _)| file.strip_prefix(&beside));
        for file in beside.filter(|file| !used.contains(*file)) {
            complaints.push(format!("{}: no edit uses `{file}`", port.name));
        }
    }
    assert_none(&complaints);
}

fn complaint(port: &Port, edit: &Edit, used: &mut BTreeSet<String>) -> Option<String> {
    let (name, file) = (&port.name, &edit.file);
    match &edit.operation {
        Operation::Add { from } | Operation::ReplaceFile { from } => {
            used.insert(from.clone());
            let there = port.file(from).is_some();
            (!there).then(|| format!("{name}: `{from}` for `{file}` is not there"))
        }
        Operation::InsertBefore { anchor, .. }
        | Operation::InsertAfter { anchor, .. }
        | Operation::Replace { anchor, .. } => {
            let fits = (1..=ANCHOR).contains(&anchor.chars().count());
            (!fits).then(|| format!("{name}: an anchor in `{file}` has up to {ANCHOR} characters"))
        }
    }
}

#[test]
fn no_version_has_two_ports() {
    for port in ports() {
        for version in &port.proof.tried {
            let all = ports()
                .iter()
                .filter(|other| other.krate == port.krate && other.is_for(version));
            assert_eq!(all.count(), 1, "{} {version}", port.krate);
        }
    }
}

#[test]
fn the_page_lists_every_port() {
    let path = root().join("docs/ports.md");
    let page = page();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        written, page,
        "docs/ports.md is not up to date: BLESS=1 writes it anew"
    );
}

fn page() -> String {
    let mut page = String::from(
        "# Ports\n\n\
        A port is a few edits of our own that give a dependency a WASI branch. wasify makes them in a copy of the\n\
        crate, in the version that the lock file names, and only for `wasm32-wasip2`: builds for other targets, the\n\
        lock file and cargo's own files stay as they are. What can't work on WASI returns an error.\n\n\
        `wasify ports` lists them, and `wasify ports show NAME` prints one as a patch that could be sent upstream.\n\n\
        <!-- Written by `BLESS=1 cargo test -p wasify-templates --test ports`. -->\n",
    );
    for port in ports() {
        let tried: Vec<String> = port.proof.tried.iter().map(ToString::to_string).collect();
        let cures: Vec<String> = port
            .cures
            .iter()
            .map(|rule| format!("[`{rule}`](rules.md#{rule})"))
            .collect();
        let what = if port.application {
            ": the application itself".to_owned()
        } else if cures.is_empty() {
            String::new()
        } else {
            format!(": cures {}", cures.join(" and "))
        };
        let (name, krate, versions) = (&port.name, &port.krate, &port.versions);
        let _ = write!(page, "\n## {name}\n\n`{krate}` {versions}{what}.\n\n");
        for sentence in &port.instead {
            let _ = writeln!(page, "- {sentence}");
        }
        let _ = write!(
            page,
            "\nBuilt and run: {} ({}). Since {}. References: {}\n",
            tried.join(", "),
            port.proof.seen_on,
            port.since,
            port.references.join(", ")
        );
    }
    page
}
