//! The program from the outside: what it says and how it ends. Each file in `cases` is a test.
//!
//! A case begins with a line `$ wasify ...`, which is run in a folder with the files that [`files`]
//! makes; `$ NAME=VALUE wasify ...` sets a variable. After it follow standard output, standard error
//! below a line `--- stderr`, what new files hold below lines `--- file NAME`, and a last line `exit N`. `BLESS=1 cargo test --test command_line` writes what came out.

mod pages;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/command_line/cases");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    cases.sort();
    let mut trials: Vec<Trial> = cases
        .into_iter()
        .map(|case| {
            let name = case
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            Trial::test(name, move || run(&case).map_err(Failed::from))
        })
        .collect();
    let more =
        pages::ALL.map(|(name, test)| Trial::test(name, move || test().map_err(Failed::from)));
    trials.extend(more);
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn run(case: &Path) -> Result<()> {
    let text = fs::read_to_string(case)?;
    let line = text.lines().next().and_then(|line| line.strip_prefix("$ "));
    let line = line.ok_or("a case begins with `$ wasify`")?;
    let scratch = tempfile::tempdir()?;
    files(scratch.path())?;
    let actual = format!("$ {line}\n{}", shown(line, scratch.path())?);
    if std::env::var_os("BLESS").is_some() {
        fs::write(case, actual)?;
    } else if actual != text {
        return Err(format!("--- expected\n{text}\n--- actual\n{actual}").into());
    }
    Ok(())
}

/// What the cases inspect.
fn files(folder: &Path) -> Result<()> {
    fs::create_dir(folder.join("folder"))?;
    fs::create_dir(folder.join("broken"))?;
    fs::write(folder.join("empty.wasm"), "")?;
    fs::write(folder.join("text.txt"), "hello, world\n")?;
    fs::write(folder.join("program.elf"), b"\x7fELF\x02\x01\x01")?;
    fs::write(folder.join("source.wat"), "(module)")?;
    fs::write(folder.join("header.wasm"), b"\0asm")?;
    // A type section that says it is longer than the file.
    fs::write(
        folder.join("truncated.wasm"),
        b"\0asm\x01\0\0\0\x01\x7f\x01",
    )?;
    let component = wat::parse_str("(component (core module (func)))")?;
    fs::write(folder.join("library.wasm"), library()?)?;
    fs::write(folder.join("wanting.wasm"), wanting()?)?;
    let half = component.len() - 3;
    fs::write(folder.join("truncated-component.wasm"), &component[..half])?;
    fs::write(
        folder.join("broken/Cargo.toml"),
        "[package]\nname = \"broken\nedition = \"2024\"\n",
    )?;
    fs::write(folder.join("nothing.wasm"), b"\0asm\x01\0\0\0")?;
    // Takes no room on the disk, and must take no memory either.
    fs::File::create(folder.join("zeros.wasm"))?.set_len(1 << 30)?;
    fs::write(folder.join("header-and-zeros.wasm"), b"\0asm\x01\0\0\0")?;
    let zeros = fs::File::options()
        .append(true)
        .open(folder.join("header-and-zeros.wasm"))?;
    zeros.set_len(1 << 30)?;
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures/rules/wasm-env-import/wasm-env-import.wat");
    fs::write(folder.join("imports.wasm"), wat::parse_file(fixture)?)?;
    for name in ["module", "program", "server"] {
        let text =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../fixtures/hosts/{name}.wat"));
        fs::write(folder.join(format!("{name}.wasm")), wat::parse_file(text)?)?;
    }
    Ok(())
}

/// A component that only has something to call.
fn library() -> Result<Vec<u8>> {
    Ok(wat::parse_str(
        r#"(component
            (core module $m (func (export "add")))
            (core instance $i (instantiate $m))
            (func $add (canon lift (core func $i "add")))
            (export "add" (func $add)))"#,
    )?)
}

/// A component with a `wasi:cli/run`, and imports that wasify doesn't have.
fn wanting() -> Result<Vec<u8>> {
    Ok(wat::parse_str(
        r#"(component
            (import "wasi:keyvalue/store@0.2.0-draft" (instance (export "f" (func))))
            (import "acme:rockets/launch@1.0.0" (instance (export "f" (func))))
            (core module $m (func (export "run") (result i32) i32.const 0))
            (core instance $i (instantiate $m))
            (func $run (result (result)) (canon lift (core func $i "run")))
            (instance $cli (export "run" (func $run)))
            (export "wasi:cli/run@0.2.0" (instance $cli)))"#,
    )?)
}

/// A report for programs is what its published schema says.
fn follows_schema(text: &str) -> Result<()> {
    let Ok(document) = serde_json::from_str::<serde_json::Value>(text) else {
        return Ok(());
    };
    if document["schema"] != "wasify-report/1" {
        return Ok(());
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/wasify-report-1.schema.json");
    let validator = jsonschema::validator_for(&serde_json::from_str(&fs::read_to_string(path)?)?)?;
    validator
        .validate(&document)
        .map_err(|error| error.to_string().into())
}

/// The names in a folder.
fn names(folder: &Path) -> Result<BTreeSet<OsString>> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name()));
    Ok(entries.collect::<io::Result<_>>()?)
}

/// What files hold that were not there before.
fn new_files(folder: &Path, before: &BTreeSet<OsString>) -> Result<String> {
    let mut text = String::new();
    for name in names(folder)?.difference(before) {
        let name = name.display();
        let content = fs::read(folder.join(name.to_string()))?;
        // A component is shown by its report.
        let Ok(content) = String::from_utf8(content) else {
            text.push_str(&format!("--- file {name}, not text\n"));
            continue;
        };
        follows_schema(&content)?;
        text.push_str(&format!("--- file {name}\n{content}"));
    }
    Ok(text)
}

/// Runs a line; words are apart by spaces, and `<` gives it a file.
#[expect(clippy::disallowed_methods, reason = "the program is the subject")]
fn shown(line: &str, folder: &Path) -> Result<String> {
    let (line, input) = line.split_once(" < ").unwrap_or((line, ""));
    let (set, words) = line
        .split_once("wasify")
        .ok_or("a case begins with `$ wasify`")?;
    let set = set.split_whitespace().filter_map(|set| set.split_once('='));
    let before = names(folder)?;
    let mut child = Command::new(env!("CARGO_BIN_EXE_wasify"))
        .args(words.split_whitespace())
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(set)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().ok_or("no standard input")?;
    if !input.is_empty() {
        stdin.write_all(&fs::read(folder.join(input))?)?;
    }
    drop(stdin);
    let output = child.wait_with_output()?;
    let mut text = String::from_utf8(output.stdout)?;
    follows_schema(&text)?;
    let said = String::from_utf8(output.stderr)?;
    if !said.is_empty() {
        text.push_str(&format!("--- stderr\n{said}"));
    }
    text.push_str(&new_files(folder, &before)?);
    // Two numbers that change with releases.
    let text = text
        .replace(env!("CARGO_PKG_VERSION"), "<version>")
        .replace(&folder.canonicalize()?.display().to_string(), "<folder>");
    Ok(format!(
        "{text}exit {}\n",
        output.status.code().ok_or("killed")?
    ))
}
