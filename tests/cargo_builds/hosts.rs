//! Real programs against hosts: what their own code needs, and where it asks for it.

use serde_json::Value;

use crate::common::{program, project, target_dir};

const CLIENT: &str = r#"
use std::io::Write as _;
use std::net::TcpStream;

fn greet(name: &str) -> std::io::Result<()> {
    TcpStream::connect((name, 80))?.write_all(b"hello")
}

fn main() {
    if let Err(error) = greet("localhost") {
        eprintln!("{error}");
    }
}
"#;

/// What the host makes of the report's only artifact.
fn fit<'a>(report: &'a Value, host: &str) -> &'a Value {
    let hosts = report["artifacts"][0]["hosts"].as_array().expect("a list");
    hosts
        .iter()
        .find(|fit| fit["host"] == host)
        .unwrap_or_else(|| panic!("{host}: {report}"))
}

#[test]
fn a_client_is_judged_by_what_its_own_code_calls() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    project(scratch.path(), "", "main.rs", CLIENT);
    let output = program(["build", "--format=json", "--host=all"])
        .arg(scratch.path())
        .arg("--target-dir")
        .arg(target_dir("hosts"))
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    // Some hosts can't run it, and that was asked for.
    assert_eq!(output.status.code(), Some(1), "{report}");
    assert_eq!(report["summary"]["deny"], 0, "{report}");

    let wasmtime = fit(&report, "wasmtime");
    assert_eq!(wasmtime["verdict"], "runs-when-told");
    let words: Vec<&str> = wasmtime["command"]
        .as_array()
        .expect("a command")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(words[..2], ["wasmtime", "run"]);
    assert!(words.contains(&"-Sinherit-network"), "{words:?}");
    assert!(words.contains(&"-Sallow-ip-name-lookup"), "{words:?}");
    // No file is opened, so no directory has to be.
    assert!(!words.contains(&"--dir=."), "{words:?}");
    assert!(words.last().is_some_and(|file| file.ends_with(".wasm")));

    for (host, kind) in [("wasmtime-serve", "start"), ("wazero", "file-kind")] {
        let refused = fit(&report, host);
        assert_eq!(refused["verdict"], "refused", "{host}");
        assert_eq!(refused["obstacles"][0]["kind"], kind, "{host}");
    }
    let browser = fit(&report, "jco-browser");
    assert_eq!(browser["verdict"], "partly");
    called_from_greet(&browser["obstacles"][0]);
    let fastly = fit(&report, "fastly");
    let obstacles = fastly["obstacles"].as_array().expect("a list");
    let sockets = obstacles
        .iter()
        .find(|obstacle| obstacle["message"].to_string().contains("wasi:sockets"));
    called_from_greet(sockets.expect("a reason"));
}

/// Whether the call is shown in the user's own source.
fn called_from_greet(obstacle: &Value) {
    assert_eq!(obstacle["used"], "called", "{obstacle}");
    assert_eq!(obstacle["location"]["line"], 6, "{obstacle}");
    let path = obstacle["call_path"].as_array().expect("a path");
    let names: Vec<String> = path
        .iter()
        .map(|frame| frame["function"].to_string())
        .collect();
    assert!(names.iter().any(|name| name.contains("greet")), "{names:?}");
}
