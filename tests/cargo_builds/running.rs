//! `wasify run`, as a user meets it: the program of a fixture that knocks at doors.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::common::{fixture, program, target_dir};

/// `wasify run OPTIONS -- WORDS` on the fixture, in its directory.
fn run(options: &str, words: &str) -> Command {
    let mut command = program(["run", "--target-dir"]);
    command
        .arg(target_dir("knocker"))
        .args(options.split_whitespace())
        .arg("--")
        .args(words.split_whitespace())
        .env_remove("COLUMNS")
        .current_dir(fixture("knocker"));
    command
}

/// What it said and how it ended.
fn ended(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("wasify starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.code(), text(stdout), text(stderr))
}

/// The component, built.
fn built() -> PathBuf {
    let (code, _, said) = ended(&mut run("", ""));
    assert_eq!(code, Some(0), "{said}");
    target_dir("knocker").join("wasm32-wasip2/debug/knocker.wasm")
}

fn assert_says(said: &str, expected: &[&str]) {
    for part in expected {
        assert!(said.contains(part), "no `{part}` in\n{said}");
    }
}

#[test]
fn a_refusal_names_the_door_the_place_and_the_flag() {
    let words = "read=data/greeting.txt list=data write=out/x.txt";
    let (code, out, said) = ended(&mut run("", words));
    // WASI tells that it failed, not that it was with 3.
    assert_eq!(code, Some(1));
    assert!(!out.contains("hello from a file"), "{out}");
    let flag = "  = help: --dir data:ro";
    assert_says(
        &said,
        &[
            "warning: the program was not allowed to read `data/greeting.txt`, read `data`\n",
            "src/doors.rs:9:8 in `knocker::doors::read`",
            flag,
            "wasify run --dir data:ro --target-dir",
        ],
    );
    assert!(
        !said.contains("`out/x.txt`"),
        "natively there is no `out` either\n{said}"
    );
    // And the flag does open it.
    let (code, out, said) = ended(&mut run(
        "-q --dir data:ro",
        "read=data/greeting.txt list=data",
    ));
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert_says(&out, &["hello from a file", "list=data: greeting.txt"]);
}

#[test]
fn the_readmes_example_is_what_is_said() {
    let (_, out, said) = ended(&mut run("", "read=data/greeting.txt"));
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(readme).expect("it is there");
    let from = said.find("warning: ").expect("it was refused something");
    let lines = said[from..].lines().chain(out.lines());
    for line in lines.filter(|line| !line.contains("--target-dir")) {
        assert!(
            readme.lines().any(|known| known == line),
            "no `{line}` in the README"
        );
    }
    for key in ["dirs", "net", "env", "timeout"] {
        assert!(readme.contains(&format!("\n{key} = ")), "{key}");
    }
}

#[test]
fn nothing_is_said_of_what_natively_is_not_there_either() {
    let (code, _, said) = ended(&mut run("", "read=none.txt"));
    assert_eq!(code, Some(1));
    assert!(!said.contains("warning"), "{said}");
    let (_, _, said) = ended(&mut run("-q", "read=data/greeting.txt"));
    assert_eq!(said, "");
}

#[test]
fn a_trap_is_told_with_its_lines_and_the_rule_that_knew() {
    let (code, _, said) = ended(&mut run("", "temporary"));
    assert_eq!(code, Some(134));
    assert_says(
        &said,
        &[
            "error: the program was stopped: it panicked\n",
            "knocker::ends::end  src/ends.rs:9",
            "knocker::main  src/main.rs:22",
            "= predicted by: std-temp-dir: ",
            "wasify explain std-temp-dir",
        ],
    );
    assert!(!said.contains("__main_void"), "{said}");
    let (code, _, said) = ended(&mut run("", "panic=abc"));
    assert_eq!(code, Some(134));
    assert_says(&said, &["knocker::ends::stumble  src/ends.rs:20"]);
    assert!(!said.contains("predicted"), "{said}");
}

#[test]
fn limits_stop_a_program() {
    let (code, _, said) = ended(&mut run("--timeout 300ms", "forever"));
    assert_eq!(code, Some(124));
    assert_says(
        &said,
        &["it took longer than 300 ms", "knocker::ends::forever"],
    );
    let (code, _, said) = ended(&mut run("--max-memory 20M", "memory"));
    assert_eq!(code, Some(134));
    assert_says(
        &said,
        &["more memory than it may have", "`--max-memory 20M`"],
    );
}

#[test]
fn what_a_run_needed_is_saved_and_taken_from_there() {
    let component = built();
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    fs::create_dir(folder.join("in")).expect("created");
    fs::write(folder.join("in/a"), "found").expect("written");
    fs::write(folder.join("wasify.toml"), "# mine\n").expect("written");
    let in_folder = |options: &[&str]| {
        let mut command = program(["run"]);
        command.args(options).arg(&component);
        command
            .args(["--", "read=in/a", "write=b", "env=PATH"])
            .current_dir(folder);
        ended(&mut command)
    };
    let (code, _, said) = in_folder(&["--save"]);
    assert_eq!(code, Some(1));
    assert_says(&said, &["Saved wasify.toml: dirs += \".\""]);
    let (code, out, said) = in_folder(&["--env", "PATH"]);
    assert_eq!((code, said.as_str()), (Some(0), ""), "{out}");
    assert_says(&out, &["read=in/a: found", "write=b: written"]);
    let settings = fs::read_to_string(folder.join("wasify.toml")).expect("it is there");
    assert_eq!(settings, "# mine\n[permissions]\ndirs = [\".\"]\n");
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(folder), ["b", "in", "wasify.toml"]);
}

#[test]
fn everything_is_allowed_for_trying_and_what_was_used_is_learned() {
    let component = built();
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    fs::create_dir(folder.join("in")).expect("created");
    fs::write(folder.join("in/a"), "found").expect("written");
    let mut command = program(["run", "--allow-all", "--save"]);
    command
        .arg(&component)
        .args(["--", "read=in/a"])
        .current_dir(folder);
    let (code, out, said) = ended(&mut command);
    assert_eq!(code, Some(0), "{said}");
    assert_says(&out, &["found"]);
    let settings = fs::read_to_string(folder.join("wasify.toml")).expect("it is there");
    assert_says(&settings, &["dirs = [\"in:ro\"]"]);
}

#[test]
fn a_file_from_elsewhere_is_told_by_its_own_names() {
    let component = built();
    let scratch = tempfile::tempdir().expect("a folder");
    let mut command = program(["run"]);
    command.arg(&component).current_dir(scratch.path());
    let (code, _, said) = ended(command.args(["--", "listen=127.0.0.1:0"]));
    assert_eq!(code, Some(1));
    assert_says(
        &said,
        &["listen at 127.0.0.1:0", "in `knocker::doors::listen`"],
    );
    let mut command = run("", "temporary");
    let (_, _, said) = ended(command.env("COLUMNS", "80"));
    let long = said
        .lines()
        .skip_while(|line| !line.contains("the program was stopped"));
    for line in long.take_while(|line| !line.starts_with("warning")) {
        assert!(line.len() <= 80, "{line}");
    }
}

#[test]
fn standard_input_and_terminals_are_as_natively() {
    let mut child = run("-q", "cat terminals exit=0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("wasify starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(b"through the pipe").expect("written");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    assert_says(
        &out,
        &["cat: through the pipe", "terminals: false false false"],
    );
}

#[test]
fn stripped_programs_are_told_by_their_witness() {
    let (code, _, said) = ended(&mut run("--release", "temporary"));
    assert_eq!(code, Some(134));
    assert_says(&said, &["knocker::", "std-temp-dir"]);
}
