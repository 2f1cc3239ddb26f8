//! `wasify eject`: plain cargo then builds what wasify builds, and what the user has written stays.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::{ended, program, project, target_dir};

/// Depends on a crate with a port, and on one that uses what std has not declared stable.
const MANIFEST: &str = "version = \"0.1.0\"\n[features]\ndefault = [\"loud\"]\nloud = []\n\n\
                        [dependencies]\nhome = \"=0.5.9\"\nwhich = \"=6.0.3\"\n";
const MAIN: &str = r#"#![allow(unexpected_cfgs)]
fn main() {
    println!("{:?} {}", home::home_dir(), which::which("sh").is_err());
    println!("loud: {}, flag: {}", cfg!(feature = "loud"), cfg!(flag));
}
"#;
const FLAGS: &str = r#"[rust]
features = { only = [], for = "test" }
rustflags = [{ flag = "--cfg flag", for = "test" }]
open = [
    { name = "rustix", features = [], for = "rustix-unstable-feature" },
    { name = "which", features = ["wasip2"], for = "which-unstable-std" },
]
ports = [{ name = "home", for = "home-no-wasi" }]
"#;

fn scratch() -> tempfile::TempDir {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    project(scratch.path(), MANIFEST, "main.rs", MAIN);
    fs::write(scratch.path().join("wasify.toml"), FLAGS).expect("written");
    scratch
}

#[expect(clippy::disallowed_methods, reason = "wasify has no part in it")]
fn plain(folder: &Path, words: &[&str], target: &str) -> Output {
    std::process::Command::new(env!("CARGO"))
        .args(words)
        .arg("--target-dir")
        .arg(target_dir(target))
        .current_dir(folder)
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo starts")
}

fn wasify(folder: &Path, words: &[&str]) -> Output {
    let mut command = program([words[0]]);
    command.args(&words[1..]).current_dir(folder);
    command.output().expect("wasify starts")
}

fn build(folder: &Path, target: &str) -> Output {
    let target = target_dir(target);
    let target = target.to_str().expect("it is text");
    let output = wasify(folder, &["build", "--target-dir", target]);
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(report.contains("Component"), "{report}{output:?}");
    output
}

fn text(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap_or_default()
}

/// What a component imports, and what it prints.
fn seen(directory: &str, folder: &Path) -> (Vec<String>, String) {
    let file = target_dir(directory).join("wasm32-wasip2/debug/small.wasm");
    let file = file.to_str().expect("it is text");
    let inspected = wasify(folder, &["inspect", file, "--format", "json"]);
    let report: serde_json::Value =
        serde_json::from_slice(&inspected.stdout).expect("a report is JSON");
    let imports = report["artifacts"][0]["imports"]
        .as_array()
        .expect("a list");
    let imports = imports.iter().map(|import| import["name"].to_string());
    let run = wasify(folder, &["run", file, "--env", "HOME=/home/me"]);
    let printed = String::from_utf8_lossy(&run.stdout).into_owned();
    (imports.collect(), printed)
}

#[test]
fn plain_cargo_builds_what_wasify_builds() {
    let scratch = scratch();
    let folder = scratch.path();
    build(folder, "ejecting");
    let of_wasify = seen("ejecting", folder);
    assert_eq!(
        of_wasify.1,
        "Some(\"/home/me\") true\nloud: false, flag: true\n"
    );

    // What is shown is what is written, and showing writes nothing.
    let lock = text(folder, "Cargo.lock");
    let shown = wasify(folder, &["eject", "--dry-run"]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(
        shown.contains("# write wasi-ports/home-0.5.9, a copy"),
        "{shown}"
    );
    assert!(shown.contains("+wasi-build = [\"build\""), "{shown}");
    assert!(!folder.join(".cargo").exists() && !folder.join("wasi-ports").exists());

    let ejected = wasify(folder, &["eject"]);
    let said = String::from_utf8_lossy(&ejected.stderr).into_owned();
    assert_eq!(ejected.status.code(), Some(0), "{said}");
    let config = text(folder, ".cargo/config.toml");
    for line in config.lines() {
        assert!(shown.contains(&format!("\n+{line}")), "{line} in {shown}");
    }
    assert_ne!(text(folder, "Cargo.lock"), lock);
    assert!(text(folder, "wasi-ports/README.md").contains("## home 0.5.9\n\n- `home_dir` gives"));

    let built = plain(folder, &["wasi-build", "--locked"], "ejected");
    let said = String::from_utf8_lossy(&built.stderr).into_owned();
    assert!(built.status.success(), "{said}");
    assert_eq!(seen("ejected", folder), of_wasify);

    // wasify goes by the same files, and builds nothing twice.
    let again = build(folder, "ejecting");
    let report = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(report.contains("Ported home 0.5.9"), "{report}");
    assert_eq!(seen("ejecting", folder), of_wasify);
    let fresh = build(folder, "ejecting");
    let said = String::from_utf8_lossy(&fresh.stderr).into_owned();
    assert!(!said.contains("Compiling"), "{said}");

    // Once more, it is all there.
    let again = wasify(folder, &["eject"]);
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(said.contains("Unchanged .cargo/config.toml"), "{said}");
    assert_eq!(text(folder, ".cargo/config.toml"), config);
    // And for the host the copies are what the crates were.
    let native = plain(folder, &["check"], "ejected");
    assert!(native.status.success(), "{native:?}");
}

#[test]
fn flags_alone_give_the_same_bytes() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path();
    project(
        folder,
        "",
        "main.rs",
        "fn main() { println!(\"{}\", cfg!(flag)); }\n",
    );
    let flags = "[rust]\nrustflags = [{ flag = \"--cfg flag\", for = \"test\" }]\n";
    fs::write(folder.join("wasify.toml"), flags).expect("written");
    build(folder, "ejecting-flags");
    let file = "wasm32-wasip2/debug/small.wasm";
    let of_wasify = fs::read(target_dir("ejecting-flags").join(file)).expect("built");
    fs::create_dir(folder.join(".cargo")).expect("created");
    let before = "# mine\n[build]\njobs   = 2 # few\n";
    fs::write(folder.join(".cargo/config.toml"), before).expect("written");
    let ejected = wasify(folder, &["eject"]);
    assert_eq!(ejected.status.code(), Some(0), "{ejected:?}");
    assert!(text(folder, ".cargo/config.toml").starts_with(before));
    assert!(!folder.join("wasi-ports").exists());
    let built = plain(folder, &["wasi-build"], "ejected-flags");
    assert!(built.status.success(), "{built:?}");
    let of_cargo = fs::read(target_dir("ejected-flags").join(file)).expect("built");
    assert!(of_wasify == of_cargo, "the two builds differ");
}

#[test]
fn what_is_set_otherwise_is_refused_and_nothing_is_changed() {
    let scratch = scratch();
    let folder = scratch.path();
    fs::create_dir(folder.join(".cargo")).expect("created");
    let config = "[alias]\nwasi-build = \"build\"\n";
    fs::write(folder.join(".cargo/config.toml"), config).expect("written");
    let (code, said) = ended(program(["eject"]).current_dir(folder));
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("`alias.wasi-build` is set to something else already"),
        "{said}"
    );
    assert_eq!(text(folder, ".cargo/config.toml"), config);
    assert!(!folder.join("wasi-ports").exists());

    // What cargo would not go by is taken back.
    fs::remove_file(folder.join(".cargo/config.toml")).expect("removed");
    let shown = wasify(folder, &["eject", "--dry-run"]);
    assert!(
        shown.status.success() && folder.join("Cargo.lock").exists(),
        "{shown:?}"
    );
    let (code, said) = ended(program(["eject", "--locked"]).current_dir(folder));
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("failed to resolve the project with the copies"),
        "{said}"
    );
    assert!(!folder.join("wasi-ports").exists(), "{said}");
    assert!(!folder.join(".cargo/config.toml").exists(), "{said}");

    fs::remove_file(folder.join("wasify.toml")).expect("removed");
    let (code, said) = ended(program(["eject"]).current_dir(folder));
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("there are no flags to write"), "{said}");
}
