//! The fixture: every kind of end, in every format.

use std::path::Path;

use serde_json::Value;

use crate::common::{compare, kept, program, suite, text, wasify};

/// All but the documentation tests, whose order is rustdoc's.
const ALL: [&str; 9] = [
    "--no-fail-fast",
    "--lib",
    "--test",
    "crash",
    "--test",
    "files",
    "--test",
    "own_harness",
    "--target-dir",
];

fn run(more: &[&str]) -> std::process::Output {
    let target = kept("suite");
    let args = [&ALL[..], &[target.to_str().expect("plain")], more].concat();
    wasify(&suite(), &args)
}

/// Without what differs from run to run, and from one release of Rust to the next.
fn settled(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        for (start, end) in [
            ("finished in ", "s"),
            ("time=\"", "\""),
            ("\"seconds\": ", ""),
        ] {
            let mut from = 0;
            while let Some(at) = line[from..].find(start).map(|at| from + at + start.len()) {
                let digits = line[at..]
                    .bytes()
                    .take_while(|byte| byte.is_ascii_digit() || b".e-".contains(byte));
                let length = digits.count();
                if line[at + length..].starts_with(end) {
                    line.replace_range(at..at + length, "0.0");
                }
                from = at;
            }
        }
        if let Some((before, rest)) = line.split_once("/rustc/")
            && let Some((_, file)) = rest.split_once("/library/")
        {
            let place = file.split_once(".rs:").map_or(file, |(file, _)| file);
            line = format!("{before}[library]/{place}.rs");
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}

#[test]
fn results_are_shown_as_cargo_test_shows_them_with_the_reasons() {
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    compare("human.txt", &settled(&text(&output.stdout)));
    let said = text(&output.stderr);
    let summary = said.find("     Summary ").expect("there is a summary");
    compare("summary.txt", &said[summary..]);
    assert!(said.contains("Running tests/crash.rs"), "{said}");
}

#[test]
fn the_json_document_says_it_all_and_follows_its_schema() {
    let output = run(&["--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let document = text(&output.stdout);
    let value: Value = serde_json::from_str(&document).expect("it is JSON");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/wasify-tests-1.schema.json");
    let schema =
        serde_json::to_string_pretty(&wasify::testing::json::schema()).expect("it is JSON") + "\n";
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &schema).expect("it can be written");
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), schema);
    let schema = serde_json::from_str(&schema).expect("it is JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let complaints: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| error.to_string())
        .collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    compare("results.json", &settled(&document));
}

/// Python's own parser reads it, and finds in it what CI services look for.
#[test]
fn junit_is_well_formed_and_counts_right() {
    let output = run(&["--format", "junit"]);
    let document = text(&output.stdout);
    let folder = tempfile::tempdir().expect("a scratch folder");
    std::fs::write(folder.path().join("results.xml"), &document).expect("it can be written");
    const CHECK: &str = "
import xml.etree.ElementTree as tree
root = tree.parse('results.xml').getroot()
assert root.tag == 'testsuites', root.tag
whole = [0, 0, 0]
for suite in root:
    assert suite.tag == 'testsuite' and suite.get('name') and float(suite.get('time')) >= 0
    cases = list(suite)
    assert all(case.tag == 'testcase' and case.get('name') and case.get('classname') for case in cases)
    assert all([child.tag for child in case] in ([], ['failure'], ['skipped']) for case in cases)
    counts = [len(cases), len(suite.findall('.//failure')), len(suite.findall('.//skipped'))]
    assert counts == [int(suite.get(name)) for name in ('tests', 'failures', 'skipped')], suite.attrib
    whole = [one + other for one, other in zip(whole, counts)]
assert whole == [int(root.get(name)) for name in ('tests', 'failures', 'skipped')], root.attrib
";
    let python = if cfg!(windows) { "python" } else { "python3" };
    let checked = program(python, folder.path(), &["-c", CHECK]);
    assert!(
        checked.status.success(),
        "{}{document}",
        text(&checked.stderr)
    );
    compare("results.xml", &settled(&document));
}

#[test]
fn documentation_tests_run_too() {
    let target = kept("suite");
    let target = target.to_str().expect("plain");
    let output = wasify(
        &suite(),
        &["--doc", "--format", "json", "--target-dir", target],
    );
    let value: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let tests = value["programs"][0]["tests"].as_array().expect("a program");
    let results: Vec<(&str, &str, &str)> = tests
        .iter()
        .map(|test| {
            let text = |key: &str| test[key].as_str().unwrap_or_default();
            (text("name"), text("result"), text("rule"))
        })
        .collect();
    let expected = [
        ("src/lib.rs - double (line 14)", "passed", ""),
        ("src/lib.rs - double (line 5)", "passed", ""),
        ("src/lib.rs - double (line 9)", "failed", "std-thread-spawn"),
    ];
    assert_eq!(results, expected, "{}", text(&output.stderr));
}

#[test]
fn a_flag_opens_the_directory_that_was_named() {
    let target = kept("suite");
    let target = target.to_str().expect("plain");
    let args = [
        "--test",
        "files",
        "--target-dir",
        target,
        "--dir",
        "tests/data:ro",
        "--",
        "reads_a_file",
    ];
    let output = wasify(&suite(), &args);
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}{}", text(&output.stderr));
    assert!(
        said.contains("test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 2 filtered out"),
        "{said}"
    );
}

#[test]
fn known_gaps_alone_can_be_allowed() {
    let target = kept("suite");
    let target = target.to_str().expect("plain");
    let gap = ["--lib", "--target-dir", target, "starts_a_thread"];
    assert_eq!(wasify(&suite(), &gap).status.code(), Some(1));
    let allowed = [&gap[..], &["--allow-gaps"]].concat();
    let output = wasify(&suite(), &allowed);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("known gap: std-thread-spawn"));
    // What only looks like one is none.
    let own = [
        "--lib",
        "--target-dir",
        target,
        "--allow-gaps",
        "looks_like_a_gap",
    ];
    let said = text(&wasify(&suite(), &own).stdout);
    assert!(
        said.contains("0 passed; 4 failed") && !said.contains("known gap"),
        "{said}"
    );
}

#[test]
fn an_endless_test_is_stopped_and_the_next_one_runs() {
    let target = kept("suite");
    let target = target.to_str().expect("plain");
    let args = [
        "--test",
        "endless",
        "--timeout",
        "500ms",
        "--target-dir",
        target,
    ];
    let output = wasify(&suite(), &args);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    for part in [
        "test a_endless ... FAILED",
        "test b_after ... ok",
        "it begins\nstopped: it took longer",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn arguments_for_the_harness_keep_their_meaning() {
    let target = kept("suite");
    let target = target.to_str().expect("plain");
    let lib = |args: &[&str]| {
        let output = wasify(
            &suite(),
            &[&["--lib", "--target-dir", target, "--"], args].concat(),
        );
        text(&output.stdout) + &text(&output.stderr)
    };
    let listed = lib(&["--list", "passes"]);
    assert!(
        listed.contains("tests::passes: test\n\n1 test, 0 benchmarks"),
        "{listed}"
    );
    let shown = lib(&[
        "--exact",
        "tests::passes",
        "--nocapture",
        "--test-threads",
        "4",
    ]);
    assert!(
        shown.contains("test tests::passes ... nobody sees this\nok\n"),
        "{shown}"
    );
    let shown = lib(&["--exact", "tests::passes", "--show-output"]);
    assert!(
        shown.contains("---- tests::passes stdout ----\nnobody sees this\n"),
        "{shown}"
    );
    let ignored = lib(&["--ignored"]);
    assert!(
        ignored.contains("test tests::takes_long ... ok") && ignored.contains("11 filtered out"),
        "{ignored}"
    );
    let skipped = lib(&[
        "--skip", "gap", "--skip", "fails", "--skip", "starts", "--skip", "asks",
    ]);
    assert!(
        skipped.contains("1 passed; 0 failed; 2 ignored"),
        "{skipped}"
    );
    let refused = lib(&["--frob"]);
    assert!(
        refused.contains("error: Unrecognized option: 'frob'"),
        "{refused}"
    );
}

/// The runner is no part of what cargo builds by.
#[test]
fn nothing_is_built_again_after_plain_cargo() {
    let target = kept("suite");
    let target = target.to_str().expect("plain");
    let args = [
        "test",
        "--no-run",
        "--target",
        "wasm32-wasip2",
        "--lib",
        "--target-dir",
        target,
    ];
    let first = program("cargo", &suite(), &args);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let second = wasify(&suite(), &["--lib", "--target-dir", target, "passes"]);
    let said = text(&second.stderr);
    assert!(
        second.status.success() && !said.contains("Compiling"),
        "{said}"
    );
    let third = program("cargo", &suite(), &args);
    assert!(
        !text(&third.stderr).contains("Compiling"),
        "{}",
        text(&third.stderr)
    );
}
