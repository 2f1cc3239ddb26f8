//! Links that fail: everything that is missing, whose it is, and what can be seen of the program.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;
use wasify::ecosystem::{BuildRequest, FailedPackage, MissingSymbols};
use wasify_lints::facts::build::Stage;
use wasify_lints::missing;

use crate::common::{build, program, project, request, target_dir};

/// `crate, its path: symbol (the objects that aren't rustc's), ...`, a line for each crate.
fn told(failed: &FailedPackage) -> Vec<String> {
    failed.missing.iter().map(told_of).collect()
}

fn told_of(missing: &MissingSymbols) -> String {
    let path: Vec<&str> = missing
        .dependency_path
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let symbols: Vec<String> = missing
        .symbols
        .iter()
        .map(|symbol| {
            let objects = symbol.objects.iter().map(|object| {
                let object = object.trim_end_matches(')');
                object.rsplit(['/', '\\', '(']).next().unwrap_or(object)
            });
            let foreign: Vec<&str> = objects.filter(|name| !name.ends_with(".rcgu.o")).collect();
            format!("{} {}", symbol.name, foreign.join(" "))
                .trim_end()
                .to_owned()
        })
        .collect();
    format!("{}: {}", path.join(" > "), symbols.join(", "))
}

/// The error that tells most.
fn error(failed: &FailedPackage) -> &str {
    &failed
        .failure
        .first()
        .expect("a failure has an error")
        .message
}

const MISSING: [&str; 3] = [
    "missing: getuid, nowhere_to_be_found",
    "missing > platform: flock, tcgetattr",
    "missing > platform > platform-sys: fork helper.o, getuid helper.o",
];

#[test]
fn every_crate_and_every_symbol_in_one_run() {
    for release in [false, true] {
        let (built, _) = build(&BuildRequest {
            release,
            // Whoever links there at the same time removes what this link left.
            target_dir: Some(target_dir("missing-twice")),
            ..request("missing")
        });
        let failure = built.failure.expect("it can't be linked");
        assert_eq!(failure.packages.len(), 1);
        let link = &failure.packages[0];
        assert_eq!(
            (link.failure.stage, link.failure.package.name.as_str()),
            (Stage::Link, "missing")
        );
        assert_eq!(
            error(link),
            "5 functions are missing: `flock`, `fork`, `getuid` and 2 more"
        );
        // Optimised code has no trace of whose function was inlined.
        if !release {
            assert_eq!(told(link), MISSING);
        }
        let flock = link
            .missing
            .iter()
            .flat_map(|of_crate| &of_crate.symbols)
            .find(|symbol| symbol.name == "flock")
            .expect("it is missing");
        assert_eq!(flock.reason, Some("WASI has no file locks"));
        assert!(built.artifacts.is_empty());
        assert_eq!(built.unlinked.len(), 1);
        assert!(built.unlinked[0].path.exists());
    }
}

/// From Rust 1.96 on rustc doesn't ask the linker to accept what is missing.
#[cfg(unix)]
#[test]
fn a_linker_that_accepts_nothing_missing() {
    use std::os::unix::fs::PermissionsExt as _;

    let scratch = tempfile::tempdir().expect("a scratch folder");
    let linker = scratch.path().join("wasm-component-ld");
    // The real one is found by name: rustc has its folder in `PATH`.
    let script = "#!/bin/sh\n\
                  case \" $* \" in *' --skip-wit-component'*) exec wasm-component-ld \"$@\";; esac\n\
                  for arg; do\n  shift\n  [ \"$arg\" = --allow-undefined ] || set -- \"$@\" \"$arg\"\ndone\n\
                  exec wasm-component-ld \"$@\"\n";
    std::fs::write(&linker, script).expect("written");
    std::fs::set_permissions(&linker, std::fs::Permissions::from_mode(0o755)).expect("set");
    let config = format!(
        "target.wasm32-wasip2.linker={:?}",
        linker.display().to_string()
    );
    let (built, events) = build(&BuildRequest {
        passed_on: vec!["--config".to_owned(), config],
        target_dir: Some(target_dir("missing-1.96")),
        ..request("missing")
    });
    assert!(
        events.said("undefined symbol: flock"),
        "{:?}",
        events.output
    );
    assert!(!events.said("failed to resolve import"));
    let failure = built.failure.expect("it can't be linked");
    assert_eq!(told(&failure.packages[0]), MISSING);
    assert_eq!(built.unlinked.len(), 1);
}

/// The report, for programs; and the one for people.
fn reports(folder: &Path, target: &str) -> (Value, String) {
    let run = |format: &str| {
        let mut command = program(["build", format, "--target-dir"]);
        let output = command.arg(target_dir(target)).arg(folder).output();
        let output = output.expect("it starts");
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let json = serde_json::from_str(&run("--format=json")).expect("JSON");
    (json, run("--format=human"))
}

#[test]
fn the_program_is_looked_into_and_not_offered() {
    let (json, human) = reports(Path::new("missing"), "missing");
    let artifact = &json["artifacts"][0];
    assert_eq!(artifact["linked"], false);
    assert_eq!(artifact["run"], Value::Null);
    assert_eq!(artifact["exact"], true);
    let findings = json["findings"].as_array().expect("a list");
    let found = findings
        .iter()
        .find(|finding| finding["rule"] == "wasm-env-import")
        .expect("it imports what is missing");
    let path = found["call_path"].as_array().expect("a list");
    let functions: Vec<&str> = path
        .iter()
        .filter_map(|frame| frame["function"].as_str())
        .collect();
    assert_eq!(functions.first(), Some(&"missing::main"), "{found}");
    assert!(
        functions
            .last()
            .is_some_and(|last| last.starts_with("env#")),
        "{found}"
    );
    let missing = &json["build"]["packages"][0]["missing"];
    assert_eq!(missing[1]["package"]["name"], "platform", "{missing}");
    assert_eq!(missing[1]["symbols"][0]["reason"], "WASI has no file locks");

    assert!(
        human.contains("`missing` can't be linked") && human.contains("5 functions are missing"),
        "{human}"
    );
    assert!(human.contains("WASI has no file locks"), "{human}");
    assert!(human.contains("in helper.o"), "{human}");
    for line in ["   Module ", "Component ", "      Run "] {
        assert!(!human.contains(line), "{human}");
    }
}

/// The table of what no library has, against the libraries that rustup installs.
#[test]
fn what_the_table_says_is_missing_is() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let symbols: Vec<&str> = missing::families()
        .expect("the table can be read")
        .iter()
        .flat_map(|family| &family.symbols)
        .filter(|symbol| !symbol.ends_with('*'))
        .map(String::as_str)
        .collect();
    let mut source = "unsafe extern \"C\" {\n".to_owned();
    for symbol in &symbols {
        let _ = writeln!(source, "    fn {symbol}();");
    }
    source.push_str("}\nfn main() {\n");
    for symbol in &symbols {
        let _ = writeln!(source, "    unsafe {{ {symbol}() }};");
    }
    source.push_str("}\n");
    project(scratch.path(), "", "main.rs", &source);
    let (built, _) = build(&BuildRequest {
        path: Some(scratch.path().to_owned()),
        target_dir: Some(target_dir("table")),
        ..BuildRequest::default()
    });
    let failure = built.failure.expect("it can't be linked");
    let mut found: Vec<&str> = failure.packages[0]
        .missing
        .iter()
        .flat_map(|of_crate| &of_crate.symbols)
        .map(|symbol| symbol.symbol.as_str())
        .collect();
    found.sort_unstable();
    let mut wanted = symbols.clone();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}

/// `instant` before 0.1.5 takes every WebAssembly for a browser's, and asks JavaScript for the time.
#[test]
fn a_published_crate_that_wants_what_only_a_browser_has() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let source = "fn main() {\n    println!(\"{:?}\", instant::Instant::now().elapsed());\n}\n";
    let manifest = "[dependencies]\ninstant = \"=0.1.4\"";
    project(scratch.path(), manifest, "main.rs", source);
    let (json, _) = reports(scratch.path(), "instant");
    let missing = &json["build"]["packages"][0]["missing"];
    assert_eq!(missing[0]["package"]["name"], "instant", "{missing}");
    assert_eq!(missing[0]["dependency_path"][0]["name"], "small");
    assert_eq!(missing[0]["symbols"][0]["symbol"], "now");
    let path = json["findings"]
        .as_array()
        .and_then(|findings| {
            findings
                .iter()
                .find(|finding| finding["rule"] == "wasm-env-import")
        })
        .map(|finding| &finding["call_path"]);
    let path = path.and_then(Value::as_array).expect("a finding");
    assert_eq!(path[0]["function"], "small::main");
    assert_eq!(path[path.len() - 1]["function"], "env#now");
}

#[test]
fn a_link_that_fails_for_another_reason_is_told_as_it_is() {
    let flags = "target.wasm32-wasip2.rustflags=['-Clink-arg=nowhere.o']";
    let (built, _) = build(&BuildRequest {
        passed_on: vec!["--config".to_owned(), flags.to_owned()],
        target_dir: Some(target_dir("no-object")),
        ..request("missing")
    });
    let failure = built.failure.expect("it can't be linked");
    let link = &failure.packages[0];
    assert_eq!(link.failure.stage, Stage::Link);
    assert!(error(link).contains("nowhere.o"), "{}", error(link));
    assert!(link.missing.is_empty() && built.unlinked.is_empty());
}

/// Data becomes no import: only the linker knows of it, and by itself it stops at the twentieth error.
#[test]
fn data_is_missing_too_however_much() {
    const COUNT: usize = 30;
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let mut source = "unsafe extern \"C\" {\n    fn absent();\n".to_owned();
    let mut main = "fn main() {\n    unsafe { absent() };\n".to_owned();
    for number in 0..COUNT {
        let _ = writeln!(source, "    static datum_{number}: i32;");
        let _ = writeln!(main, "    println!(\"{{}}\", unsafe {{ datum_{number} }});");
    }
    let source = format!("{source}}}\n{main}}}\n");
    project(scratch.path(), "", "main.rs", &source);
    let (built, _) = build(&BuildRequest {
        path: Some(scratch.path().to_owned()),
        target_dir: Some(target_dir("data")),
        ..BuildRequest::default()
    });
    let failure = built.failure.expect("it can't be linked");
    let link = &failure.packages[0];
    assert!(
        error(link).starts_with("31 symbols are missing: `absent`, "),
        "{}",
        error(link)
    );
    let symbols = &link.missing[0].symbols;
    let data = symbols.iter().filter(|symbol| !symbol.function).count();
    assert_eq!((symbols.len(), data), (COUNT + 1, COUNT));
}
