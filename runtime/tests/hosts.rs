//! The rows of the hosts `wasmtime` and `wasmtime-serve`, held against the linkers that those commands
//! are made of: every interface of WASI 0.2 is looked up in each.

// A test may panic.
#![allow(clippy::unwrap_used)]

use wasify_lints::host::{Host, Status};
use wasify_lints::hosts;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};
use wasmtime_wasi::{WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtxView, WasiHttpView};

/// What no guest ever gets to: nothing is run here.
struct Nobody;

impl WasiView for Nobody {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        unreachable!("nothing is run")
    }
}

impl WasiHttpView for Nobody {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        unreachable!("nothing is run")
    }
}

/// Every interface of WASI 0.2 that is imported, with a function of it, or a resource after `type `.
const INTERFACES: [(&str, &str); 30] = [
    ("wasi:cli/environment", "get-arguments"),
    ("wasi:cli/exit", "exit"),
    ("wasi:cli/stderr", "get-stderr"),
    ("wasi:cli/stdin", "get-stdin"),
    ("wasi:cli/stdout", "get-stdout"),
    ("wasi:cli/terminal-input", "type terminal-input"),
    ("wasi:cli/terminal-output", "type terminal-output"),
    ("wasi:cli/terminal-stderr", "get-terminal-stderr"),
    ("wasi:cli/terminal-stdin", "get-terminal-stdin"),
    ("wasi:cli/terminal-stdout", "get-terminal-stdout"),
    ("wasi:clocks/monotonic-clock", "now"),
    ("wasi:clocks/timezone", "display"),
    ("wasi:clocks/wall-clock", "now"),
    ("wasi:filesystem/preopens", "get-directories"),
    ("wasi:filesystem/types", "type descriptor"),
    ("wasi:http/outgoing-handler", "handle"),
    ("wasi:http/types", "type fields"),
    ("wasi:io/error", "type error"),
    ("wasi:io/poll", "type pollable"),
    ("wasi:io/streams", "type input-stream"),
    ("wasi:random/insecure", "get-insecure-random-bytes"),
    ("wasi:random/insecure-seed", "insecure-seed"),
    ("wasi:random/random", "get-random-bytes"),
    ("wasi:sockets/instance-network", "instance-network"),
    ("wasi:sockets/ip-name-lookup", "resolve-addresses"),
    ("wasi:sockets/network", "type network"),
    ("wasi:sockets/tcp", "type tcp-socket"),
    ("wasi:sockets/tcp-create-socket", "create-tcp-socket"),
    ("wasi:sockets/udp", "type udp-socket"),
    ("wasi:sockets/udp-create-socket", "create-udp-socket"),
];

/// Whether a linker has an interface under a version: what is imported of it is found, whatever its type.
fn has(linker: &Linker<Nobody>, interface: &str, item: &str, version: &str) -> bool {
    let export = match item.strip_prefix("type ") {
        Some(resource) => format!(r#"(export "{resource}" (type (sub resource)))"#),
        None => format!(r#"(export "{item}" (func))"#),
    };
    let text = format!(r#"(component (import "{interface}@{version}" (instance {export})))"#);
    let bytes = wat::parse_str(text).unwrap();
    let component = Component::new(linker.engine(), bytes).unwrap();
    match linker.instantiate_pre(&component) {
        Ok(_) => true,
        // Found, and of another type than the simplest one.
        Err(error) => !format!("{error:#}").contains("implementation is missing"),
    }
}

/// Holds the linker of a command, with these options, against what the host's rows say.
fn compare(id: &str, options: &[&str], linker: &Linker<Nobody>) {
    let host: &Host = hosts::host(id).unwrap().unwrap();
    let mut wrong = Vec::new();
    for (interface, item) in INTERFACES {
        let expected = host.row(interface, None).is_some_and(|row| {
            let added = row.add.as_deref().is_none_or(|add| options.contains(&add));
            row.status == Status::Provided && added
        });
        let found = has(linker, interface, item, "0.2.6");
        if found != expected {
            wrong.push(format!(
                "{interface}: the row says {expected}, the linker {found}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{id} {options:?}\n{}", wrong.join("\n"));
}

fn all_of_wasi() -> Linker<Nobody> {
    let mut linker = Linker::new(&Engine::default());
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
    linker
}

#[test]
fn wasmtime_run_has_what_its_rows_say() {
    let mut linker = all_of_wasi();
    compare("wasmtime", &[], &linker);
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker).unwrap();
    compare("wasmtime", &["-Shttp"], &linker);
}

#[test]
fn wasmtime_serve_has_what_its_rows_say() {
    let mut linker = Linker::new(&Engine::default());
    wasmtime_wasi_http::p2::add_to_linker_async(&mut linker).unwrap();
    compare("wasmtime-serve", &[], &linker);
    let mut linker = all_of_wasi();
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker).unwrap();
    compare("wasmtime-serve", &["-Scli"], &linker);
}

#[test]
fn any_0_2_is_taken_for_any_other_and_drafts_are_not() {
    let linker = all_of_wasi();
    let has = |version| has(&linker, "wasi:cli/environment", "get-arguments", version);
    for version in ["0.2.0", "0.2.6", "0.2.12", "0.2.99"] {
        assert!(has(version), "{version}");
    }
    for version in ["0.2.0-rc-2023-11-10", "0.1.0", "0.4.0"] {
        assert!(!has(version), "{version}");
    }
}
