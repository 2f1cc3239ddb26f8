//! What is read out of small modules and components, from text.

// A test may panic.
#![allow(clippy::unwrap_used)]

use wasify_lints::Error;
use wasify_lints::check;
use wasify_lints::facts::{Facts, Input, Kind, Packages};
use wasify_lints::finding::Confidence;

fn with<T>(text: &str, look: impl FnOnce(&Facts<'_>) -> T) -> T {
    let binary = wat::parse_str(text).unwrap();
    let packages = Packages::default();
    let facts = Facts::read(&Input {
        artifact: &binary,
        witness: None,
        link_map: None,
        packages: &packages,
    });
    look(&facts.unwrap())
}

fn error(bytes: &[u8]) -> Error {
    let packages = Packages::default();
    Facts::read(&Input {
        artifact: bytes,
        witness: None,
        link_map: None,
        packages: &packages,
    })
    .unwrap_err()
}

#[test]
fn imports_are_called_or_only_there() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (memory (export "memory") 2 10)
        (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0))))
        (func $unused (drop (call $random (i32.const 0) (i32.const 0)))))"#;
    with(text, |facts| {
        let surface = &facts.surface;
        assert_eq!(surface.kind, Kind::Module);
        assert_eq!(surface.wasi.as_deref(), Some("preview1"));
        let import = &surface.imports[0];
        let called: Vec<(&str, bool)> = import
            .functions
            .iter()
            .map(|found| (found.name.as_str(), found.called))
            .collect();
        assert_eq!(called, [("fd_write", true), ("random_get", false)]);
        let memory = surface.memory.as_ref().unwrap();
        assert_eq!((memory.initial_pages, memory.maximum_pages), (2, Some(10)));
        assert_eq!((facts.functions, facts.reachable), (2, 1));
        assert!(!facts.exact);
    });
}

#[test]
fn a_function_in_a_table_is_reached_by_a_call_of_its_type_only() {
    let module = |ty: &str| {
        format!(
            r#"(module
                (type $none (func)) (type $one (func (param i32)))
                (import "env" "missing" (func $missing))
                (table funcref (elem $target))
                (func $target (type $none) (call $missing))
                (func (export "_start") (local i32)
                    {} (call_indirect (type {ty}) (i32.const 0))))"#,
            if ty == "$one" { "(local.get 0)" } else { "" }
        )
    };
    with(&module("$none"), |facts| {
        assert!(facts.surface.imports[0].functions[0].called)
    });
    with(&module("$one"), |facts| {
        assert!(!facts.surface.imports[0].functions[0].called)
    });
}

#[test]
fn nested_components_are_read_to_the_bottom() {
    let text = r#"(component
        (component
            (component
                (core module
                    (import "env" "missing" (func $missing))
                    (func (export "run") (call $missing))))
            (core module (func (export "other")))))"#;
    with(text, |facts| {
        let paths: Vec<&str> = facts
            .surface
            .modules
            .iter()
            .map(|module| module.path.as_str())
            .collect();
        assert_eq!(
            paths,
            [
                "component/component[0]/component[0]/module[0]",
                "component/component[0]/module[0]",
            ]
        );
        assert_eq!(facts.functions, 2);
        let checked = check(facts).unwrap();
        assert!(
            checked
                .findings
                .iter()
                .any(|finding| finding.rule == "wasm-env-import")
        );
    });
}

#[test]
fn the_highest_wasi_version_counts() {
    let text = r#"(component
        (import "wasi:cli/environment@0.2.9" (instance))
        (import "wasi:cli/exit@0.2.10" (instance))
        (import "other:thing/at@7.0.0" (instance)))"#;
    with(text, |facts| {
        assert_eq!(facts.surface.wasi.as_deref(), Some("0.2.10"))
    });
}

/// A program in the shape rustc gives it: C's main hands the user's over through a table.
fn program(body: &str) -> String {
    format!(
        r#"(module
            (table (export "t") 2 funcref)
            (elem (i32.const 1) $main)
            (func $temp (@name "_ZN3std3env8temp_dir17h0123456789abcdefE") unreachable)
            (func $main (@name "_ZN3app4main17h0123456789abcdefE") (param i32) {body})
            (func $start (@name "lang_start") (param i32) (call_indirect (param i32) (i32.const 0) (local.get 0)))
            (func (export "__main_void") (call $start (i32.const 1))))"#
    )
}

fn confidence(body: &str) -> Option<Confidence> {
    with(&program(body), |facts| {
        let findings = check(facts).unwrap().findings;
        findings
            .iter()
            .find(|found| found.rule == "std-temp-dir")
            .map(|found| found.confidence)
    })
}

#[test]
fn confidence_follows_the_control_flow_of_main() {
    assert_eq!(confidence("call $temp"), Some(Confidence::Always));
    assert_eq!(
        confidence("(if (local.get 0) (then call $temp))"),
        Some(Confidence::Possible)
    );
    assert_eq!(confidence("nop"), None);
}

#[test]
fn what_is_no_webassembly_is_told_apart() {
    assert!(matches!(error(b""), Error::Empty));
    assert!(matches!(error(b"#!/bin/sh"), Error::NotWasm { .. }));
    assert!(matches!(error(&[0; 64]), Error::NotWasm { .. }));
    assert!(matches!(error(b"\0as"), Error::Malformed { .. }));
    assert!(matches!(
        error(b"\0asm\x01\0\0\0\x0a\xff"),
        Error::Malformed { .. }
    ));
    let message = error(&[0; 64]).to_string();
    assert_eq!(
        message,
        "this is not WebAssembly: it starts with the bytes `00 00 00 00`, not with `\\0asm`"
    );
}
