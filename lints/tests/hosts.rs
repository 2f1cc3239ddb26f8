//! Holds the host files, their list and the page of hosts together.
//!
//! `BLESS=1 cargo test -p wasify-lints --test hosts` writes the page anew.

// A test may panic.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::fs;

use support::hosts_page;
use wasify_lints::host::{Host, Known, Status};
use wasify_lints::hosts::{self, FILES};

/// The interfaces of WASI 0.2.12 that a program can import (WebAssembly/WASI, and the copy in
/// wasmtime-wasi 48.0.8 and wasmtime-wasi-http 48.0.8).
const WASI: [&str; 30] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/timezone",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:http/outgoing-handler",
    "wasi:http/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
    "wasi:sockets/instance-network",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/network",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
];

/// What programs export, and drafts (wasmtime-wasi-config, -keyvalue, -tls and -nn 48.0.8).
const FURTHER: [&str; 7] = [
    "wasi:config/store",
    "wasi:http/incoming-handler",
    "wasi:keyvalue/atomics",
    "wasi:keyvalue/batch",
    "wasi:keyvalue/store",
    "wasi:nn/graph",
    "wasi:tls/types",
];

fn all() -> &'static [Host] {
    hosts::hosts().unwrap_or_else(|error| panic!("a host file does not follow the format: {error}"))
}

/// Gives every complaint at once, one a line.
fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_host_file_is_listed_once_and_in_order() {
    let listed: Vec<&str> = FILES.iter().map(|(file, _)| *file).collect();
    let mut complaints = Vec::new();
    for entry in fs::read_dir(support::manifest_dir().join("hosts")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if file.ends_with(".toml") && !listed.contains(&file.as_str()) {
            complaints.push(format!(
                "lints/src/hosts.rs: add the line `    \"{file}\",` to `host_files!`"
            ));
        }
    }
    for pair in listed.windows(2) {
        if pair[0] >= pair[1] {
            let [before, after] = [pair[1], pair[0]];
            complaints.push(format!(
                "lints/src/hosts.rs: put `{before}` before `{after}`"
            ));
        }
    }
    assert_none(&complaints);
}

#[test]
fn ids_are_file_names() {
    for (file, text) in FILES {
        let host: Host =
            toml::from_str(text).unwrap_or_else(|error| panic!("lints/hosts/{file}: {error}"));
        assert_eq!(*file, format!("{}.toml", host.id));
    }
}

#[test]
fn every_statement_says_from_where_it_is_known() {
    let mut complaints = Vec::new();
    for host in all() {
        let mut check = |what: &str, references: &[String]| {
            if references.is_empty() {
                complaints.push(format!("{}: add `references` to {what}", host.id));
            }
            for reference in references {
                if !is_source(reference) {
                    complaints.push(format!(
                        "{}: write `{reference}` as `owner/repo#n`, `owner/repo path`, `release \
                         file:line`, an address, or `tried: WHAT`",
                        host.id
                    ));
                }
            }
        };
        check("`component`", &host.component.references);
        check("`module`", &host.module.references);
        check("`others`", &host.others.references);
        if let Some(versions) = &host.versions {
            check("`versions`", &versions.references);
        }
        for start in &host.starts {
            check(&format!("the start `{}`", start.export), &start.references);
        }
        for row in &host.interfaces {
            check(&format!("the row of {:?}", row.names), &row.references);
        }
    }
    assert_none(&complaints);
}

/// A reference as rules have them, an address, or what was tried with the release in `checked`.
fn is_source(text: &str) -> bool {
    support::is_reference(text) || text.starts_with("https://") || text.starts_with("tried: ")
}

#[test]
fn interfaces_exist_and_are_named_once() {
    let known: BTreeSet<&str> = WASI.iter().chain(&FURTHER).copied().collect();
    let packages: BTreeSet<&str> = known
        .iter()
        .filter_map(|name| Some(name.split_once('/')?.0))
        .collect();
    let mut complaints = Vec::new();
    for host in all() {
        let mut seen = BTreeSet::new();
        for name in host.interfaces.iter().flat_map(|row| &row.names) {
            if !seen.insert(name) {
                complaints.push(format!("{}: `{name}` has two rows", host.id));
            }
            let interface = name.split('#').next().unwrap();
            let exists = known.contains(interface) || packages.contains(interface);
            if interface.starts_with("wasi:") && !exists {
                complaints.push(format!("{}: WASI has no `{name}`", host.id));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn a_host_of_components_says_something_about_all_of_wasi() {
    let mut complaints = Vec::new();
    for host in all() {
        let components = host.component.loads == Known::Yes;
        if components != host.versions.is_some() {
            complaints.push(format!("{}: `versions` goes with components", host.id));
        }
        for name in WASI.iter().filter(|_| components) {
            if host.row(name, None).is_none() {
                complaints.push(format!("{}: add a row for `{name}`", host.id));
            }
        }
        let modules = host.module.loads != Known::No;
        if modules && host.row("wasi_snapshot_preview1", None).is_none() {
            complaints.push(format!(
                "{}: add a row for `wasi_snapshot_preview1`",
                host.id
            ));
        }
    }
    assert_none(&complaints);
}

#[test]
fn keys_that_belong_together_are_there() {
    let mut complaints = Vec::new();
    for host in all() {
        let mut complain = |what: String| complaints.push(format!("{}: {what}", host.id));
        for (kind, loading) in [("component", &host.component), ("module", &host.module)] {
            if loading.loads != Known::Yes && loading.note.is_none() {
                complain(format!("`{kind}.note` says what to do instead"));
            }
        }
        for row in &host.interfaces {
            let told = row.add.is_some() || row.allow.is_some();
            if told && row.status != Status::Provided {
                complain(format!(
                    "{:?} is not provided, whatever it is told",
                    row.names
                ));
            }
            if !row.calls.is_empty() && row.allow.is_none() {
                complain(format!("`calls` of {:?} need an `allow`", row.names));
            }
            if row.status == Status::Unknown && row.note.is_none() && row.references.is_empty() {
                complain(format!("{:?} says why it is unknown", row.names));
            }
        }
        if !matches!(host.others.status, Status::Missing | Status::Unknown) {
            complain("`others` are missing or unknown".to_owned());
        }
        for note in notes(host) {
            if note.ends_with(['.', ' ']) || note.contains('\n') {
                complain(format!("`{note}` is one line without a final period"));
            }
        }
    }
    assert_none(&complaints);
}

fn notes(host: &Host) -> impl Iterator<Item = &String> {
    let of_rows = host.interfaces.iter().filter_map(|row| row.note.as_ref());
    let of_starts = host.starts.iter().filter_map(|start| start.note.as_ref());
    of_rows
        .chain(of_starts)
        .chain(&host.component.note)
        .chain(&host.module.note)
        .chain(&host.others.note)
        .chain([&host.about])
}

#[test]
fn providers_are_named_with_and_without_a_version() {
    let ids = |interface| -> Vec<&str> {
        let hosts = hosts::providing(interface).unwrap();
        hosts.iter().map(|host| host.id.as_str()).collect()
    };
    assert_eq!(
        ids("wasi:keyvalue/store@0.2.0-draft"),
        ["spin", "wasmcloud", "wasmtime", "wasmtime-serve"]
    );
    assert_eq!(
        ids("wasi:keyvalue/store"),
        ids("wasi:keyvalue/store@0.2.0-draft")
    );
    // It is there in a browser, and every call of it fails.
    assert!(!ids("wasi:sockets/tcp").contains(&"jco-browser"));
    assert_eq!(ids("fastly:compute/geo@0.1.0"), ["fastly"]);
    assert_eq!(ids("wasix_32v1"), ["wasmer"]);
    assert!(ids("my:own/interface").is_empty());
}

#[test]
fn the_page_is_up_to_date() {
    let path = support::manifest_dir().join("../docs/hosts.md");
    let expected = hosts_page::render(all());
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &expected).unwrap();
        return;
    }
    let present = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        present == expected,
        "docs/hosts.md is out of date: run `BLESS=1 cargo test -p wasify-lints --test hosts`"
    );
}
