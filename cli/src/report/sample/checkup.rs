//! What `wasify doctor` saw beside the packages, with every odd case.

use std::path::PathBuf;

use wasify_lints::finding::Package;
use wasify_lints::tools::{Found, Machine, Needs, judge};

use super::root;
use crate::ecosystem::{CheckFailure, Checked, Checkup, Setting, SettingPlace, Stale};
use crate::toolchain::c::{CSearch, Rejected};

fn found(version: &str, fault: Option<&str>) -> Option<Found> {
    Some(Found {
        path: PathBuf::from("/tools/program"),
        version: version.to_owned(),
        fault: fault.map(str::to_owned),
    })
}

/// The target and a C compiler are missing, the linker does not work, and of the others one is there, one lies
/// about itself, and one is not there.
pub(crate) fn checkup() -> Checkup {
    let machine = Machine {
        cargo: found("1.95.0", None),
        rustc: found("1.95.0", None),
        toolchain: Some("stable-x86_64-unknown-linux-gnu".to_owned()),
        rustup: true,
        target: Some(None),
        linker: Some(found("", Some("it ends with signal: 11"))),
        c_compiler: Some(None),
        runtime: "48.0.8".to_owned(),
        others: vec![
            ("wasmtime", "a host", found("48.0.8", None)),
            ("jco", "a host", found("", Some("evil\u{1b}[2J"))),
            ("node", "runs what jco makes", None),
        ],
    };
    let needs = Needs {
        c_compiler: true,
        own_linker: false,
    };
    Checkup {
        tools: judge(&machine, needs),
        toolchain: machine.toolchain,
        settings: settings(),
        stale: stale(),
        unseen: vec![
            "whether the linker `mine` makes components: only a build can tell".to_owned(),
        ],
        flags: 3,
        flags_of_rustc: 2,
        named: vec!["apps/finder of mine".to_owned()],
        checked: Some(Checked {
            changes: 2,
            failure: Some(CheckFailure::Packages(vec![Package {
                name: "nix".to_owned(),
                version: Some("0.29.0".to_owned()),
            }])),
        }),
    }
}

fn settings() -> Vec<Setting> {
    let file = root().join(".cargo/config.toml");
    vec![
        Setting {
            what: "-C link-arg=-fuse-ld=lld".to_owned(),
            place: SettingPlace::File(file, Some(3)),
            why: "chooses a linker for gcc or clang, and here the linker is started without them"
                .to_owned(),
            instead: "leave it out for WASI".to_owned(),
            breaks: true,
        },
        Setting {
            what: "build.rustflags".to_owned(),
            place: SettingPlace::Variable("CARGO_BUILD_RUSTFLAGS".to_owned()),
            why: "does not count".to_owned(),
            instead: "put them elsewhere".to_owned(),
            breaks: false,
        },
    ]
}

fn stale() -> Vec<Stale> {
    vec![Stale {
        list: "ports",
        what: "cvt".to_owned(),
        file: root().join("wasify.toml"),
        line: Some(7),
        why: "fixed upstream in cvt 1.2.0".to_owned(),
        breaks: false,
    }]
}

/// A compiler that will not do.
pub(crate) fn c_search() -> CSearch {
    CSearch {
        compiler: None,
        rejected: vec![Rejected {
            what: "/usr/bin/clang-14".to_owned(),
            why: "it is version 14, and 17 is the oldest that is used".to_owned(),
        }],
    }
}
