//! Files against hosts: what comes of it, and why.

// A test may panic.
#![allow(clippy::unwrap_used)]

use wasify_lints::facts::{Facts, Input, Packages};
use wasify_lints::fit::{Fit, ObstacleKind, Purpose, Used, Verdict, fit};
use wasify_lints::hosts;

/// Judges a text file against a host.
fn on(host: &str, text: &str) -> Fit {
    let bytes = wat::parse_str(text).unwrap();
    let packages = Packages::default();
    let input = Input {
        artifact: &bytes,
        witness: None,
        link_map: None,
        packages: &packages,
    };
    let facts = Facts::read(&input).unwrap();
    fit(&facts, hosts::host(host).unwrap().unwrap())
}

/// A component that exports `export` and imports a function of `interface`, which is called when the
/// export is or not at all.
fn component(export: &str, interface: &str, function: &str, called: bool) -> String {
    let call = if called { "call $f" } else { "" };
    format!(
        r#"(component
  (import "{interface}" (instance $e (export "{function}" (func))))
  (core func $f (canon lower (func $e "{function}")))
  (core module $m
    (import "{interface}" "{function}" (func $f))
    (func (export "run") (result i32) {call} i32.const 0)
    (func $unused call $f))
  (core instance $i (instantiate $m
    (with "{interface}" (instance (export "{function}" (func $f))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (component $c (import "f" (func $f (result (result)))) (export "run" (func $f)))
  (instance $o (instantiate $c (with "f" (func $run))))
  (export "{export}" (instance $o)))"#
    )
}

const RUN: &str = "wasi:cli/run@0.2.6";
const HANDLER: &str = "wasi:http/incoming-handler@0.2.6";

fn messages(fit: &Fit) -> Vec<&str> {
    fit.obstacles
        .iter()
        .map(|one| one.message.as_str())
        .collect()
}

fn words(fit: &Fit) -> String {
    fit.command().unwrap_or_default().join(" ")
}

#[test]
fn a_program_runs_as_it_is_or_with_what_it_needs() {
    let clock = component(RUN, "wasi:clocks/monotonic-clock@0.2.6", "now", true);
    let plain = on("wasmtime", &clock);
    assert_eq!(
        (plain.verdict, words(&plain).as_str()),
        (Verdict::Runs, "wasmtime run")
    );

    let http = component(RUN, "wasi:http/outgoing-handler@0.2.6", "handle", true);
    let added = on("wasmtime", &http);
    assert_eq!(added.verdict, Verdict::RunsWhenTold);
    assert_eq!(words(&added), "wasmtime run -Shttp");
    assert_eq!(added.told[0].purpose, Purpose::Add);
    assert_eq!(
        added.told[0].interfaces,
        ["wasi:http/outgoing-handler@0.2.6"]
    );

    // A door is opened only for what is called; what has to be added, also for what is only linked.
    let names = |called| {
        component(
            RUN,
            "wasi:sockets/ip-name-lookup@0.2.6",
            "resolve-addresses",
            called,
        )
    };
    assert_eq!(
        words(&on("wasmtime", &names(true))),
        "wasmtime run -Sallow-ip-name-lookup"
    );
    assert_eq!(words(&on("wasmtime", &names(false))), "wasmtime run");
    let linked = component(RUN, "wasi:http/outgoing-handler@0.2.6", "handle", false);
    assert_eq!(words(&on("wasmtime", &linked)), "wasmtime run -Shttp");
}

#[test]
fn the_export_has_to_be_one_that_the_host_starts() {
    let program = component(RUN, "wasi:cli/stdout@0.2.6", "get-stdout", true);
    let served = on("wasmtime-serve", &program);
    assert_eq!(served.verdict, Verdict::Refused);
    assert_eq!(served.obstacles[0].kind, ObstacleKind::Start);
    assert!(
        served.obstacles[0].helps[0].contains("wasmtime"),
        "{:?}",
        served.obstacles
    );
    assert!(served.command().is_none());

    let handler = component(
        HANDLER,
        "wasi:random/insecure-seed@0.2.6",
        "insecure-seed",
        true,
    );
    let served = on("wasmtime-serve", &handler);
    assert_eq!(words(&served), "wasmtime serve -Scli");
    assert_eq!(on("jco-node", &handler).verdict, Verdict::Runs);
    assert_eq!(words(&on("jco-node", &handler)), "jco serve");
}

#[test]
fn a_missing_import_is_in_the_way_whether_it_is_called_or_not() {
    let of = |called| component(HANDLER, "wasi:tls/types@0.2.0-draft", "connect", called);
    let called = on("wasmtime-serve", &of(true));
    assert_eq!(called.verdict, Verdict::Refused);
    assert_eq!(called.obstacles[0].used, Some(Used::Called));
    assert!(!called.obstacles[0].call_path.is_empty());
    assert!(!messages(&called)[0].contains("nothing leads"));

    let linked = on("wasmtime-serve", &of(false));
    assert_eq!(linked.verdict, Verdict::Refused);
    assert_eq!(linked.obstacles[0].used, Some(Used::Linked));
    assert!(linked.obstacles[0].call_path.is_empty());
    assert!(messages(&linked)[0].contains("linked, but nothing leads to a call of it"));
}

#[test]
fn what_nothing_calls_can_be_stubbed_where_the_host_does_that() {
    let of = |called| component(RUN, "my:own/interface", "f", called);
    let linked = on("wasmtime", &of(false));
    assert_eq!(linked.verdict, Verdict::RunsWhenTold);
    assert_eq!(words(&linked), "wasmtime run -Wunknown-imports-trap");
    assert_eq!(linked.told[0].purpose, Purpose::Stub);
    assert_eq!(on("wasmtime", &of(true)).verdict, Verdict::Refused);
    // jco needs it as soon as code refers to it.
    assert_eq!(on("jco-node", &of(false)).verdict, Verdict::Refused);
    // Who knows what plug-ins there are.
    assert_eq!(on("wasmcloud", &of(true)).verdict, Verdict::Unknown);
}

#[test]
fn calls_that_always_fail_are_told_when_the_program_gets_there() {
    let of = |called| {
        component(
            RUN,
            "wasi:sockets/tcp-create-socket@0.2.6",
            "create-tcp-socket",
            called,
        )
    };
    let called = on("jco-browser", &of(true));
    assert_eq!(called.verdict, Verdict::Partly);
    assert_eq!(called.obstacles[0].kind, ObstacleKind::Calls);
    assert_eq!(on("jco-browser", &of(false)).verdict, Verdict::Runs);
}

#[test]
fn one_function_can_fail_where_the_others_work() {
    let listen = "[method]tcp-socket.start-bind";
    // A method needs its resource in text; the function's name is what counts here.
    let text = component(RUN, "wasi:sockets/tcp@0.2.6", "start-bind", true);
    let module = text.replace(
        r#"(import "wasi:sockets/tcp@0.2.6" "start-bind" (func $f))"#,
        &format!(r#"(import "wasi:sockets/tcp@0.2.6" "{listen}" (func $f))"#),
    );
    let module = module.replace(
        r#"(instance (export "start-bind" (func $f)))"#,
        &format!(r#"(instance (export "{listen}" (func $f)))"#),
    );
    let spin = on("spin", &module);
    assert_eq!(spin.verdict, Verdict::Partly);
    assert!(
        spin.obstacles[0].interfaces[0].ends_with(listen),
        "{:?}",
        spin.obstacles
    );
    assert_eq!(on("jco-node", &module).verdict, Verdict::Runs);
}

#[test]
fn versions_count_where_hosts_look_at_them() {
    let of = |version: &str| {
        let interface = format!("wasi:cli/environment@{version}");
        component(
            "fastly:compute/http-incoming@0.1.0",
            &interface,
            "get-arguments",
            true,
        )
    };
    assert_eq!(on("fastly", &of("0.2.6")).verdict, Verdict::Runs);
    let newer = on("fastly", &of("0.2.12"));
    assert_eq!(newer.verdict, Verdict::Unknown);
    assert_eq!(newer.obstacles[0].kind, ObstacleKind::Version);
    assert_eq!(
        newer.obstacles[0].interfaces,
        ["wasi:cli/environment@0.2.12"]
    );

    let program = |version: &str| {
        let interface = format!("wasi:cli/environment@{version}");
        component(RUN, &interface, "get-arguments", true)
    };
    let newest = on("wasmtime", &program("0.2.40"));
    assert_eq!(newest.verdict, Verdict::Runs);
    assert!(newest.notes[0].contains("0.2.40"), "{:?}", newest.notes);
    assert!(on("jco-node", &program("0.2.40")).notes.is_empty());
    assert_eq!(on("wasmtime", &program("0.3.0")).verdict, Verdict::Unknown);
}

#[test]
fn drafts_are_matched_exactly() {
    let of = |version: &str| {
        let interface = format!("wasi:keyvalue/store@{version}");
        component(RUN, &interface, "open", true)
    };
    assert_eq!(
        words(&on("wasmtime", &of("0.2.0-draft"))),
        "wasmtime run -Skeyvalue"
    );
    let other = on("wasmtime", &of("0.2.0-draft2"));
    assert_eq!(other.verdict, Verdict::Refused);
    assert!(messages(&other)[0].contains("only the draft `0.2.0-draft`"));
}

#[test]
fn the_kind_of_file_decides_first() {
    let program = component(RUN, "wasi:sockets/tcp@0.2.6", "connect", true);
    for host in ["wazero", "wasmer"] {
        let refused = on(host, &program);
        assert_eq!(refused.verdict, Verdict::Refused);
        assert_eq!(refused.obstacles[0].kind, ObstacleKind::FileKind);
        assert!(refused.obstacles[0].helps[0].contains("preview1"));
        assert!(refused.obstacles[0].helps[1].contains("no sockets"));
    }
    for host in ["wamr", "wasmedge"] {
        assert_eq!(on(host, &program).verdict, Verdict::Unknown);
    }
}

#[test]
fn a_module_goes_where_modules_go() {
    let of = |called| {
        let call = if called { "call $open" } else { "" };
        format!(
            r#"(module
  (import "wasi_snapshot_preview1" "path_open" (func $open))
  (func (export "_start") {call})
  (func $unused call $open))"#
        )
    };
    for (host, expected) in [
        ("wasmtime", "wasmtime run --dir=."),
        ("wazero", "wazero run -mount=.:/"),
        ("wamr", "iwasm --dir=."),
    ] {
        assert_eq!(words(&on(host, &of(true))), expected);
        assert_eq!(on(host, &of(true)).verdict, Verdict::RunsWhenTold);
        assert_eq!(on(host, &of(false)).verdict, Verdict::Runs);
    }
    for host in ["wasmtime-serve", "jco-node", "wasmcloud"] {
        let refused = on(host, &of(true));
        assert_eq!(refused.verdict, Verdict::Refused);
        assert!(!refused.obstacles[0].helps.is_empty(), "{host}");
    }
    let strange = r#"(module (import "env" "f" (func $f)) (func (export "_start") call $f))"#;
    assert_eq!(on("wazero", strange).verdict, Verdict::Refused);
}

#[test]
fn every_host_says_something_of_every_kind_of_file() {
    let files = [
        component(RUN, "wasi:cli/stdout@0.2.6", "get-stdout", true),
        component(HANDLER, "wasi:http/types@0.2.6", "f", false),
        "(component)".to_owned(),
        "(module)".to_owned(),
    ];
    for host in hosts::hosts().unwrap() {
        for file in &files {
            let fit = on(&host.id, file);
            let fine = fit.verdict <= Verdict::RunsWhenTold;
            assert_eq!(fine, fit.obstacles.is_empty(), "{}: {fit:?}", host.id);
            assert_eq!(
                fine,
                fit.start.is_some() && fit.obstacles.is_empty(),
                "{}",
                host.id
            );
        }
    }
}
