//! Imports taken out of components: what the program sees in their place, and that the rest works.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::common::{program, project, target_dir};

/// Asks for the network in all ways that std has, and then for a file.
const NETWORK: &str = r#"
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};

fn main() {
    let kind = |error: std::io::Error| error.kind();
    println!("{:?}", TcpStream::connect("127.0.0.1:9").map(drop).map_err(kind));
    println!("{:?}", TcpListener::bind("127.0.0.1:0").map(drop).map_err(kind));
    println!("{:?}", UdpSocket::bind("127.0.0.1:0").map(drop).map_err(kind));
    println!("{:?}", "localhost:80".to_socket_addrs().map(drop).map_err(kind));
    println!("{:?}", std::fs::read_to_string("a.txt").map_err(kind));
}
"#;

fn scratch() -> tempfile::TempDir {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    project(scratch.path(), "", "main.rs", NETWORK);
    fs::write(scratch.path().join("a.txt"), "text").expect("written");
    scratch
}

fn wasify(folder: &Path, words: &[&str]) -> Output {
    let mut command = program([words[0]]);
    command.args(&words[1..]).current_dir(folder);
    if words[0] == "build" || words[1] == "." {
        // One for each test: their programs have the same name.
        let thread = std::thread::current();
        let test = thread.name().unwrap_or_default().replace("::", "-");
        command.arg("--target-dir").arg(target_dir(&test));
    }
    command.output().expect("wasify starts")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The report of a build or a stubbing, which succeeded.
fn report(folder: &Path, words: &[&str]) -> Value {
    let output = wasify(folder, &[words, &["--format", "json"]].concat());
    assert!(
        output.status.code().is_some_and(|code| code < 2),
        "{output:?}"
    );
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(&output)))
}

fn imports(report: &Value) -> Vec<&str> {
    let imports = report["artifacts"][0]["imports"].as_array();
    let imports = imports.expect("there are imports").iter();
    imports
        .filter_map(|import| import["name"].as_str())
        .collect()
}

/// What the program prints, allowed everything.
fn printed(folder: &Path, file: &str) -> Vec<String> {
    let output = wasify(folder, &["run", file, "--allow-all"]);
    assert!(output.status.success(), "{}", told(&output));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_network_that_is_not_there_is_not_supported() {
    let scratch = scratch();
    let folder = scratch.path();
    let plain = report(folder, &["build"]);
    let before = plain["artifacts"][0]["path"].as_str().expect("a path");
    let (content, has) = (fs::read(before).expect("there"), imports(&plain));
    assert!(has.contains(&"wasi:sockets/tcp"), "{has:?}");
    assert_eq!(plain["artifacts"][0]["stubbed"], Value::Array(Vec::new()));

    let report = report(folder, &["build", "--stub", "wasi:sockets"]);
    let left = imports(&report);
    assert!(
        left.iter().all(|name| !name.starts_with("wasi:sockets")),
        "{left:?}"
    );
    assert!(left.contains(&"wasi:filesystem/types"), "{left:?}");
    let artifact = &report["artifacts"][0];
    let stubbed = artifact["stubbed"].as_array().expect("it says what");
    let of = |function: &str| {
        let mut all = stubbed.iter();
        let found = all.find(|call| call["function"] == function);
        found.map(|call| (call["answer"].clone(), call["error"].clone()))
    };
    let not_supported = Some(("error".into(), "not-supported".into()));
    assert_eq!(of("create-tcp-socket"), not_supported);
    assert_eq!(of("[method]tcp-socket.start-bind"), not_supported);
    assert_eq!(of("instance-network"), Some(("handle".into(), Value::Null)));
    assert_eq!(
        of("[method]tcp-socket.subscribe"),
        Some(("unreached".into(), Value::Null))
    );

    // Cargo's own file is as it was, or it would link again.
    assert!(fs::read(before).expect("there") == content, "it changed");
    let file = artifact["path"].as_str().expect("a path");
    assert_ne!(file, before);
    let unsupported = "Err(Unsupported)";
    let all = [
        unsupported,
        unsupported,
        unsupported,
        unsupported,
        "Ok(\"text\")",
    ];
    assert_eq!(printed(folder, file), all);
}

#[test]
fn one_function_goes_and_the_others_stay() {
    let scratch = scratch();
    let function = "wasi:sockets/tcp#[method]tcp-socket.start-bind";
    let report = report(scratch.path(), &["build", "--stub", function]);
    assert!(imports(&report).contains(&"wasi:sockets/tcp"));
    let file = report["artifacts"][0]["path"].as_str().expect("a path");
    let printed = printed(scratch.path(), file);
    // Nobody listens there, as far as the host was asked.
    assert_eq!(printed[0], "Err(ConnectionRefused)");
    assert_eq!(printed[1], "Err(Unsupported)");
    assert_eq!(printed[2], "Ok(())");
}

#[test]
fn a_host_without_a_surrounding_has_nothing_to_give() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    let main = "use std::io::IsTerminal as _;\nfn main() {\n    let count = std::env::args().count();\n    \
                println!(\"{count} {} {}\", std::env::vars().count(), std::io::stdin().is_terminal());\n    \
                println!(\"{:?}\", std::fs::metadata(\"/\").map(drop).map_err(|it| it.kind()));\n}\n";
    project(folder, "", "main.rs", main);
    let mut words = vec!["build"];
    for stub in [
        "wasi:cli/environment",
        "wasi:cli/terminal-stdin",
        "wasi:filesystem",
    ] {
        words.extend(["--stub", stub]);
    }
    let report = report(folder, &words);
    let file = report["artifacts"][0]["path"].as_str().expect("a path");
    assert_eq!(printed(folder, file), ["0 0 false", "Err(NotFound)"]);
}

#[test]
fn a_name_that_is_not_imported_is_refused_with_the_nearest() {
    let scratch = scratch();
    let refused = |stub: &str| {
        let output = wasify(scratch.path(), &["build", "--stub", stub]);
        assert_eq!(output.status.code(), Some(2), "{stub}");
        told(&output)
    };
    let said = refused("wasi:socket");
    assert!(said.contains("did you mean `wasi:sockets`?"), "{said}");
    let said = refused("wasi:sockets/tcp#[method]tcp-socket.start-bid");
    assert!(said.contains("tcp-socket.start-bind`?"), "{said}");
    // Its handles would come from what is still imported.
    let said = refused("wasi:sockets/tcp");
    assert!(said.contains("are still needed"), "{said}");
    assert!(said.contains("stub that too"), "{said}");
    let said = refused("wasi:sockets/network");
    assert!(said.contains("only types are imported"), "{said}");
}

#[test]
fn settings_keep_it_for_builds_and_runs() {
    let scratch = scratch();
    let folder = scratch.path();
    fs::write(
        folder.join("wasify.toml"),
        "stub = ['wasi:sockets', 'acme:rockets']\n",
    )
    .expect("written");
    let output = wasify(folder, &["run", ".", "--allow-all"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.starts_with("Err(Unsupported)\n"),
        "{text} {}",
        told(&output)
    );
    // For a program that imports none of it, another may.
    let said = told(&output);
    assert!(
        said.contains("nothing of `acme:rockets` is imported"),
        "{said}"
    );
    let planned = wasify(folder, &["build", "--dry-run"]);
    let planned = String::from_utf8_lossy(&planned.stdout).into_owned();
    assert!(
        planned.contains("of each component: wasi:sockets, acme:rockets"),
        "{planned}"
    );
    fs::write(folder.join("wasify.toml"), "stub = ['wasi:sockets#f']\n").expect("written");
    let output = wasify(folder, &["build"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("`wasi:sockets#f` in `stub` names no import"));
}

/// Tells how opening a file went, as two digits.
const PREVIEW1: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "a.txt 00\n")
  (func (export "_start") (local i32)
    (local.set 0 (call $open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 5) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))
    (i32.store8 (i32.const 22) (i32.add (i32.const 48) (i32.div_u (local.get 0) (i32.const 10))))
    (i32.store8 (i32.const 23) (i32.add (i32.const 48) (i32.rem_u (local.get 0) (i32.const 10))))
    (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 9))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))))"#;

#[test]
fn a_preview1_module_is_stubbed_behind_its_adapter() {
    let scratch = scratch();
    let folder = scratch.path();
    let module = wat::parse_str(PREVIEW1).expect("it is WebAssembly");
    fs::write(folder.join("in.wasm"), module).expect("written");
    assert_eq!(printed(folder, "in.wasm"), ["a.txt 00"]);
    let words = ["stub", "in.wasm", "wasi:filesystem", "-o", "out.wasm"];
    let report = report(folder, &words);
    let left = imports(&report);
    assert!(
        left.iter().all(|name| !name.starts_with("wasi:filesystem")),
        "{left:?}"
    );
    // There is no such directory: `badf`.
    assert_eq!(printed(folder, "out.wasm"), ["a.txt 08"]);
    // Once is enough.
    let words = ["stub", "out.wasm", "wasi:cli/stdin", "-o", "twice.wasm"];
    let output = wasify(folder, &words);
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &told(&output);
    assert!(said.contains("imports of it were stubbed before"), "{said}");
}
