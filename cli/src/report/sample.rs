//! The one set of sample values that the snapshots of all renderers are taken of.

mod blocked;
mod checkup;
mod hosts;

use std::path::{Path, PathBuf};

use wasify_lints::facts::{
    Crate, Export, ImportedFunction, Interface, Kind, Memory, ModuleSummary, Producer, Role,
    Section, Surface,
};
use wasify_lints::finding::{Confidence, Finding, Frame, Level, Location, Package};
use wasify_lints::rule::Cause;
use wasify_lints::suggestion::{self, Applicability, Suggestion};
use wasify_lints::{Checked, Skipped};

use super::{Artifact, Binary, Project, Report};
use crate::ecosystem::{BuildFailure, Remedy};
use crate::levels::Levels;

pub(crate) use blocked::{failed, healthy, surveyed};
pub(crate) use hosts::hosts;

/// The sources the sample's locations point into, beside this file.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/snapshots/project")
}

pub(crate) fn package(name: &str, version: &str) -> Package {
    let version = (!version.is_empty()).then(|| version.to_owned());
    Package {
        name: name.to_owned(),
        version,
    }
}

pub(crate) fn location(file: &str, line: u32, column: u32) -> Location {
    let known = |number: u32| (number > 0).then_some(number);
    Location {
        file: file.to_owned(),
        line: known(line),
        column: known(column),
    }
}

fn frame(function: &str, owner: (&str, &str), at: Option<Location>, elided: u32) -> Frame {
    Frame {
        function: function.to_owned(),
        package: Some(package(owner.0, owner.1)),
        location: at,
        elided,
    }
}

/// A finding with nothing but a rule and a level.
pub(crate) fn finding(rule: &'static str, level: Level) -> Finding {
    Finding {
        confidence: Confidence::Possible,
        message: format!("a finding of {rule}"),
        effect: "trap: the program stops".to_owned(),
        ..Finding::bare(rule, level)
    }
}

fn suggestion(title: &str, kind: suggestion::Kind, flag: Option<&str>) -> Suggestion {
    Suggestion {
        title: title.to_owned(),
        applicability: Applicability::Costs,
        kind,
        flag: flag.map(str::to_owned),
        action: None,
        verified: false,
    }
}

/// Its source can be read, its path is short, and two other crates do the same.
fn temp_dir() -> Vec<Finding> {
    let own = ("finder", "1.2.0");
    let main = Finding {
        confidence: Confidence::Always,
        message: "`finder::cache` asks for the temporary directory, which stops the program"
            .to_owned(),
        effect: "trap: the program panics with \"no filesystem on wasm\" and is stopped".to_owned(),
        package: Some(package("finder", "1.2.0")),
        location: Some(location("src/main.rs", 9, 15)),
        call_path: vec![
            frame("main", own, Some(location("src/main.rs", 4, 5)), 0),
            frame(
                "finder::cache",
                own,
                Some(location("src/main.rs", 9, 15)),
                0,
            ),
            frame("std::env::temp_dir", ("std", ""), None, 0),
        ],
        suggestions: vec![suggestion(
            "create temporary files in a directory that the program is given",
            suggestion::Kind::Source,
            Some("tempfile::tempdir_in(dir)"),
        )],
        ..finding("std-temp-dir", Level::Deny)
    };
    let other = |name: &str, at: Location| Finding {
        package: Some(package(name, "0.4.1")),
        location: Some(at),
        call_path: Vec::new(),
        more_places: 2,
        places: Vec::new(),
        ..main.clone()
    };
    let registry = "/home/you/.cargo/registry/src/crates-io-1949cf8c6b5b557f";
    vec![
        other(
            "tempfile",
            location(&format!("{registry}/tempfile-0.4.1/src/dir.rs"), 31, 9),
        ),
        other("zip", location("/zip/src/lib.rs", 7, 0)),
        main,
    ]
}

/// Its path is long and generic, and there is no source to read.
fn walker() -> Finding {
    let ignore = ("ignore", "0.4.23");
    Finding {
        message: "`ignore::walk::WalkParallel` finds nothing when it walks directories".to_owned(),
        effect:
            "wrong result: the walker's entry type is a stub on WASI, so every directory looks \
                 empty; the program prints a total of 0 and exits as if nothing were wrong"
                .to_owned(),
        package: Some(package("ignore", "0.4.23")),
        location: Some(location("src/search.rs", 214, 22)),
        call_path: vec![
            frame("main", ("finder", "1.2.0"), None, 2),
            frame("finder::run", ("finder", "1.2.0"), None, 0),
            frame(
                "finder::search_parallel::<alloc::vec::Vec<u8>>",
                ("finder", "1.2.0"),
                None,
                0,
            ),
            frame(
                "<finder::Walker as core::iter::Iterator>::next",
                ("finder", "1.2.0"),
                None,
                1,
            ),
            frame(
                "crossbeam::scope::<(), fn() -> ()>",
                ("crossbeam", "0.8.4"),
                None,
                4,
            ),
            frame("ignore::walk::WalkParallel::visit", ignore, None, 0),
            frame("ignore::walk::Worker::run", ignore, None, 0),
            frame("ignore::walk::DirEntryRaw::from_entry", ignore, None, 0),
        ],
        more_places: 1,
        places: Vec::new(),
        notes: vec![
            "`available_parallelism` gives an error on WASI, so one thread is the default"
                .to_owned(),
        ],
        suggestions: vec![
            Suggestion {
                verified: true,
                ..suggestion(
                    "search on one thread, which uses the walker that works",
                    suggestion::Kind::ProgramArgument,
                    Some("-j1"),
                )
            },
            suggestion(
                "say where the data is",
                suggestion::Kind::Environment,
                Some("FINDER_DATA=/data"),
            ),
        ],
        ..finding("ignore-parallel-walker", Level::Warn)
    }
}

/// Hostile names, no location.
fn note() -> Finding {
    Finding {
        confidence: Confidence::Indirect,
        message: "`evil\u{1b}[2J` asks for the process's id".to_owned(),
        package: Some(package("evil\u{1b}[2J", "")),
        ..finding("std-process-id", Level::Note)
    }
}

fn interface(name: &str, functions: &[(&str, bool)]) -> Interface {
    Interface {
        name: name.to_owned(),
        version: Some("0.2.6".to_owned()),
        functions: functions
            .iter()
            .map(|(name, called)| ImportedFunction {
                name: (*name).to_owned(),
                called: *called,
            })
            .collect(),
    }
}

fn crates() -> Vec<Crate> {
    let code = |name: &str, version: &str, role, functions, bytes| Crate {
        package: package(name, version),
        role,
        functions,
        bytes,
    };
    vec![
        code("regex-automata", "0.4.13", Role::Dependency, 2_100, 900_000),
        code("std", "", Role::Toolchain, 4_000, 700_000),
        code("finder", "1.2.0", Role::Own, 3_000, 350_000),
        code("wasi-libc", "", Role::Toolchain, 312, 50_000),
    ]
}

fn imports() -> Vec<Interface> {
    vec![
        interface(
            "wasi:cli/environment",
            &[("get-arguments", true), ("initial-cwd", false)],
        ),
        interface(
            "wasi:filesystem/types",
            &[
                ("[method]descriptor.create-directory-at", true),
                ("[method]descriptor.get-type", true),
                ("[method]descriptor.open-at", true),
                ("[method]descriptor.read-directory", true),
                ("[method]descriptor.rename-at", false),
                ("[method]descriptor.sync", false),
            ],
        ),
        interface(
            "wasi:sockets/tcp",
            &[("[method]tcp-socket.start-connect", true)],
        ),
    ]
}

pub(crate) fn surface(export: &str) -> Surface {
    let section = |name: &str, bytes| Section {
        name: name.to_owned(),
        bytes,
    };
    Surface {
        kind: Kind::Component,
        bytes: 3_141_592,
        wasi: Some("0.2.6".to_owned()),
        imports: imports(),
        exports: vec![Export {
            name: export.to_owned(),
            kind: "instance".to_owned(),
        }],
        producers: vec![
            Producer {
                field: "language".to_owned(),
                name: "Rust".to_owned(),
                version: String::new(),
            },
            Producer {
                field: "processed-by".to_owned(),
                name: "rustc".to_owned(),
                version: "1.95.0 (59807616e 2026-04-14)".to_owned(),
            },
        ],
        memory: Some(Memory {
            initial_pages: 17,
            maximum_pages: None,
            shared: false,
            memory64: false,
        }),
        sections: vec![
            section("code", 2_000_000),
            section("data", 900_000),
            section("custom name", 240_000),
            section("custom producers", 153),
        ],
        modules: vec![ModuleSummary {
            path: "component/module[0]".to_owned(),
            bytes: 3_140_153,
            functions: 9_412,
        }],
        legacy_exceptions: 0,
    }
}

fn artifact(name: &str, export: &str, findings: Vec<Finding>) -> Artifact {
    let mut findings = findings;
    findings.sort_by(Finding::order);
    Artifact::new(
        name.to_owned(),
        format!("target/wasm32-wasip2/release/{name}.wasm").into(),
        Binary {
            surface: surface(export),
            crates: crates(),
            exact: true,
            functions: 9_412,
            reachable: 8_007,
        },
        Checked {
            findings,
            skipped: Vec::new(),
        },
        &Levels::default(),
    )
}

fn project() -> Option<Project> {
    Some(Project {
        name: "finder".to_owned(),
        root: root(),
        repository: Some(root()),
    })
}

/// A build with findings of every level.
pub(crate) fn found() -> Report {
    let mut findings = temp_dir();
    findings.extend([walker(), note()]);
    let mut finder = artifact("finder", "wasi:cli/run@0.2.6", findings);
    finder.skipped = vec![Skipped {
        rule: "rust-empty-main",
        reason: "the program's `main` is not named in the file".to_owned(),
    }];
    Report {
        project: project(),
        artifacts: vec![finder],
        ..Report::default()
    }
}

/// The same against a baseline that has some of it.
pub(crate) fn ratcheted() -> Report {
    let mut was = found();
    let finder = &mut was.artifacts[0];
    finder
        .findings
        .retain(|judged| judged.finding.rule != "ignore-parallel-walker");
    finder.binary.surface.imports.pop();
    let baseline = crate::ratchet::measure(&was, "release");
    let mut report = found();
    let file = PathBuf::from(crate::ratchet::FILE);
    report.ratchet = Some(crate::ratchet::compare(&mut report, Some(&baseline), file));
    report
}

/// Two programs and a library with one finding in common.
pub(crate) fn several() -> Report {
    Report {
        project: project(),
        artifacts: vec![
            artifact("finder", "wasi:cli/run@0.2.6", vec![walker()]),
            artifact("library", "docs:adder/add@0.1.0", temp_dir()),
            artifact("server", "wasi:http/incoming-handler@0.2.6", vec![walker()]),
        ],
        ..Report::default()
    }
}

/// Nothing is wrong.
pub(crate) fn clean() -> Report {
    Report {
        project: project(),
        artifacts: vec![artifact("finder", "wasi:cli/run@0.2.6", Vec::new())],
        ..Report::default()
    }
}

/// Cargo stopped before compiling anything.
pub(crate) fn not_started() -> Report {
    Report {
        project: project(),
        failure: Some(BuildFailure {
            packages: Vec::new(),
            foreseen: Vec::new(),
            cause: Some(Cause::Unresolved),
            message: "failed to select a version for `home`".to_owned(),
            remedy: Some(Remedy {
                title: "take the version that fits".to_owned(),
                command: "cargo update home".to_owned(),
            }),
        }),
        ..Report::default()
    }
}
