//! Packages that don't build: of a build that failed, and of a project that was only looked at.

use wasify_lints::explain::{BUILD_FAILED, Explained};
use wasify_lints::facts::build::{BuildError, Failure, Stage};
use wasify_lints::facts::project::Dependent;
use wasify_lints::finding::{Finding, Level, Package};
use wasify_lints::preflight::Survey;
use wasify_lints::rule::Cause;
use wasify_lints::suggestion::{Action, Kind, Suggestion};

use super::super::{Report, Surveyed};
use super::checkup::{c_search, checkup};
use super::{clean, finding, location, package, suggestion};
use crate::ecosystem::{BuildFailure, Checked, Checkup, FailedPackage, Missing, MissingSymbols};
use crate::levels::Levels;

/// One of two programs could be built; three packages are to blame, and one more would be.
pub(crate) fn failed() -> Report {
    Report {
        failure: Some(BuildFailure {
            packages: vec![linked(), home(), script()],
            foreseen: vec![tokio()],
            cause: None,
            message: "could not compile `home` (lib) due to 1 previous error".to_owned(),
            remedy: None,
        }),
        ..clean()
    }
}

/// What `wasify doctor` finds where everything is as it should be.
pub(crate) fn healthy() -> Report {
    let survey = Survey {
        built: 3,
        ..Survey::default()
    };
    let sick = checkup();
    let (mut tools, named) = (sick.tools, Vec::new());
    tools.retain(|tool| !tool.is_trouble());
    Report {
        artifacts: Vec::new(),
        survey: Some(Surveyed::new(survey, &Levels::default())),
        checkup: Some(Checkup {
            tools,
            named,
            flags: 3,
            checked: Some(Checked {
                changes: 0,
                failure: None,
            }),
            ..Checkup::default()
        }),
        ..clean()
    }
}

/// What `wasify doctor` finds.
pub(crate) fn surveyed() -> Report {
    let survey = Survey {
        blocked: vec![home().explained.finding, tokio()],
        limited: vec![
            limited(
                "dirs-none",
                "dirs",
                "a program asks for a directory, and is told that there is none",
            ),
            limited(
                "rayon-spawn",
                "rayon-core",
                "a program starts a task on another thread",
            ),
            limited(
                "rayon-thread-pool",
                "rayon-core",
                "a program makes a pool of threads",
            ),
        ],
        unknown: vec![package("mystery-sys", "0.3.1"), package("odd", "2.0.0")],
        built: 212,
    };
    Report {
        artifacts: Vec::new(),
        survey: Some(Surveyed::new(survey, &Levels::default())),
        checkup: Some(checkup()),
        c_search: Some(c_search()),
        ..clean()
    }
}

fn limited(rule: &'static str, name: &str, message: &str) -> Finding {
    Finding {
        message: message.to_owned(),
        package: Some(package(name, "1.13.0")),
        dependency_path: vec![step("finder", "1.2.0", &[]), step(name, "1.13.0", &[])],
        ..finding(rule, Level::Note)
    }
}

fn step(name: &str, version: &str, features: &[&str]) -> Dependent {
    Dependent {
        package: package(name, version),
        features: features
            .iter()
            .map(|feature| (*feature).to_owned())
            .collect(),
    }
}

fn error(code: Option<&str>, message: &str) -> BuildError {
    BuildError {
        code: code.map(str::to_owned),
        message: message.to_owned(),
        location: Some(location("src/main.rs", 3, 4)),
    }
}

fn failed_with(
    package: Package,
    stage: Stage,
    (errors, cause): (Vec<BuildError>, Option<Cause>),
    finding: Finding,
) -> FailedPackage {
    FailedPackage {
        failure: Failure {
            package: package.clone(),
            stage,
            errors,
        },
        explained: Explained {
            finding: Finding {
                package: Some(package),
                ..finding
            },
            cause,
        },
        missing: Vec::new(),
    }
}

/// What a link found nowhere, in code of the program and in a dependency's C code.
fn missing(own: &Package) -> Vec<MissingSymbols> {
    let symbol = |name: &str, reason, object: &str| Missing {
        symbol: name.to_owned(),
        name: name.to_owned(),
        function: true,
        reason,
        objects: vec![object.to_owned()],
    };
    let users = Some("WASI has no users and groups");
    let owners = Some("WASI has no owners and no creation mask of files");
    let object = "/finder/target/wasm32-wasip2/debug/deps/finder-5c1d.1l1y.0jh7.rcgu.o";
    let library = "/finder/target/wasm32-wasip2/debug/deps/libplatform-90ab.rlib(name.o)";
    let platform = package("platform-sys", "0.3.1");
    vec![
        MissingSymbols {
            package: Some(own.clone()),
            dependency_path: vec![own.clone()],
            symbols: vec![
                symbol("chown", owners, object),
                symbol("getuid", users, object),
            ],
        },
        MissingSymbols {
            dependency_path: vec![own.clone(), package("platform", "2.0.0"), platform.clone()],
            package: Some(platform),
            symbols: vec![
                symbol("getuid", users, library),
                symbol("os_name", None, library),
            ],
        },
    ]
}

/// The program itself, which nobody else asked for.
fn linked() -> FailedPackage {
    let said = "3 functions are missing: `chown`, `getuid`, `os_name`";
    let own = package("finder", "1.2.0");
    let failed = failed_with(
        own.clone(),
        Stage::Link,
        (vec![error(None, said)], None),
        Finding {
            message: "`finder` can't be linked".to_owned(),
            dependency_path: vec![step("finder", "1.2.0", &[])],
            ..finding(BUILD_FAILED, Level::Deny)
        },
    );
    FailedPackage {
        missing: missing(&own),
        ..failed
    }
}

fn home() -> FailedPackage {
    let said = "cannot find function `home_dir_inner` in this scope";
    failed_with(
        package("home", "0.5.9"),
        Stage::Compile,
        (vec![error(Some("E0425"), said)], Some(Cause::NoWasi)),
        Finding {
            message: "`home` has no code for WASI and does not compile".to_owned(),
            location: Some(location("src/main.rs", 3, 4)),
            dependency_path: vec![
                step("finder", "1.2.0", &[]),
                step("etcetera", "0.8.0", &[]),
                step("home", "0.5.9", &[]),
            ],
            ..finding("home-no-wasi", Level::Deny)
        },
    )
}

/// A build script of which no rule knows anything.
fn script() -> FailedPackage {
    let said = "error occurred in cc-rs: failed to find tool \"clang\"";
    failed_with(
        package("onig_sys", "69.9.1"),
        Stage::BuildScript,
        (vec![error(None, said)], Some(Cause::NeedsC)),
        Finding {
            message: "`onig_sys` compiles C code, and that failed".to_owned(),
            dependency_path: vec![
                step("finder", "1.2.0", &["default", "highlight"]),
                step("onig_sys", "69.9.1", &[]),
            ],
            ..finding(BUILD_FAILED, Level::Deny)
        },
    )
}

fn tokio() -> Finding {
    let flag = "--cfg tokio_unstable";
    Finding {
        message: "`tokio` has its network for WASI only as an unstable feature".to_owned(),
        package: Some(package("tokio", "1.54.0")),
        dependency_path: vec![
            step("finder", "1.2.0", &["default", "serve"]),
            step("axum", "0.8.9", &["tokio"]),
            step("tokio", "1.54.0", &["net"]),
        ],
        suggestions: vec![
            Suggestion {
                action: Some(Action::Features {
                    package: "finder".to_owned(),
                    features: vec!["search".to_owned()],
                }),
                ..suggestion(
                    "leave out the feature `serve` of `finder`",
                    Kind::Feature,
                    Some("--no-default-features --features search"),
                )
            },
            Suggestion {
                action: Some(Action::Rustflag(flag.to_owned())),
                ..suggestion(
                    "build it with its unstable support for WASI",
                    Kind::Rustflag,
                    Some(flag),
                )
            },
        ],
        ..finding("tokio-net", Level::Deny)
    }
}
