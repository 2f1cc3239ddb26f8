//! Whether a compiler really works: it compiles a file that uses the C library, and Rust's own linker takes
//! the object.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::remembered::{Memory, Question};
use super::{CCompiler, Candidate, Rejected};
use crate::execute::shim::TARGET;
use crate::execute::surroundings::Surroundings;
use crate::execute::{self, Output};
use crate::plan::Invocation;
use crate::toolchain::target;

const SOURCE: &str = include_str!("probe.c");
const CALLER: &str = include_str!("probe.rs");
/// How every WebAssembly file begins.
const MAGIC: &[u8] = b"\0asm";

/// Checks compilers, and remembers which work.
#[derive(Debug)]
pub(super) struct Checker<'a> {
    around: &'a Surroundings,
    cwd: &'a Path,
    memory: Memory,
    /// What `rustc` says of its version; `None` when it can't link for the target.
    rust: OnceCell<Option<String>>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(around: &'a Surroundings, cwd: &'a Path) -> Self {
        Checker {
            around,
            cwd,
            memory: Memory::in_home(around),
            rust: OnceCell::new(),
        }
    }

    /// The candidate as a compiler, if it works.
    pub(super) fn checked(&self, candidate: Candidate) -> Result<CCompiler, Rejected> {
        match self.version(&candidate) {
            Ok(version) => Ok(candidate.compiler(version)),
            Err(why) => Err(candidate.rejected(why)),
        }
    }

    /// The version of a candidate that works, or why it does not.
    pub(super) fn version(&self, candidate: &Candidate) -> Result<String, String> {
        let question = self
            .rust()
            .and_then(|rust| Question::about(candidate, rust));
        if let Some(question) = &question
            && let Some(version) = self.memory.answer(question)
        {
            return Ok(version);
        }
        self.try_out(candidate)?;
        let said = if candidate.version.is_empty() {
            self.ask(&candidate.command, ["--version"])?
        } else {
            self.ask::<OsString>(&candidate.version, [])?
        };
        let version = version(&said.stdout);
        if let Some(question) = question {
            self.memory.keep(question, &version);
        }
        Ok(version)
    }

    fn try_out(&self, candidate: &Candidate) -> Result<(), String> {
        let scratch = Scratch::new(self.around)?;
        let object = scratch.0.join("probe.o");
        let compile = [
            candidate.flags.clone(),
            vec![
                format!("--target={TARGET}").into(),
                "-c".into(),
                scratch.file("probe.c", SOURCE)?.into(),
                "-o".into(),
                object.clone().into(),
            ],
        ];
        let compiled = self.ask(&candidate.command, compile.concat())?;
        if !compiled.status.success() {
            return Err(compile_failed(&compiled));
        }
        if !is_wasm(&object) {
            return Err("it makes objects for another machine than WebAssembly".to_owned());
        }
        if self.rust().is_none() {
            // Nothing can be linked before Rust's standard library for the target is there.
            return Ok(());
        }
        let linked = self.link(&scratch, &object)?;
        if linked.status.success() {
            return Ok(());
        }
        Err(format!(
            "its objects can't be linked into a Rust program: {}",
            link_error(&linked.stderr)
        ))
    }

    fn link(&self, scratch: &Scratch, object: &Path) -> Result<Output, String> {
        let mut argument = OsString::from("link-arg=");
        argument.push(object);
        let args: [OsString; 9] = [
            "--edition=2024".into(),
            "--target".into(),
            TARGET.into(),
            "-C".into(),
            argument,
            "-Cstrip=symbols".into(),
            "-o".into(),
            scratch.0.join("probe.wasm").into(),
            scratch.file("probe.rs", CALLER)?.into(),
        ];
        self.ask(&[self.rustc()], args)
    }

    /// What `rustc` says of its version, when it has the target's standard library.
    fn rust(&self) -> Option<&str> {
        let ask = || {
            let said = self.ask(&[self.rustc()], ["-vV"]).ok()?;
            let there = target::is_installed(self.around, self.cwd).unwrap_or(false);
            (said.status.success() && there).then(|| said.stdout.replace('\n', "; "))
        };
        self.rust.get_or_init(ask).as_deref()
    }

    fn rustc(&self) -> OsString {
        self.around.var("RUSTC").unwrap_or_else(|| "rustc".into())
    }

    fn ask<A: Into<OsString>>(
        &self,
        command: &[OsString],
        args: impl IntoIterator<Item = A>,
    ) -> Result<Output, String> {
        let (program, first) = command.split_first().ok_or("it is not set to anything")?;
        let asked: Invocation = self
            .around
            .program(program)
            .cwd(self.cwd)
            .args(first.iter().cloned())
            .args(args);
        execute::capture(&asked).map_err(|error| format!("{error:#}"))
    }
}

/// A directory for the files of one check, in wasify's home; it goes away with the value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(around: &Surroundings) -> Result<Scratch, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let home = around
            .wasify_home()
            .ok_or("it can't be checked without a directory: set `WASIFY_HOME` to one")?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let directory = home.join(format!("c/.check-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&directory).map_err(|error| unwritable(&directory, &error))?;
        Ok(Scratch(directory))
    }

    fn file(&self, name: &str, text: &str) -> Result<PathBuf, String> {
        let path = self.0.join(name);
        std::fs::write(&path, text).map_err(|error| unwritable(&path, &error))?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What can't be removed only takes up space.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> String {
    format!(
        "it can't be checked, because `{}` can't be written: {error}",
        path.display()
    )
}

fn is_wasm(file: &Path) -> bool {
    let mut start = [0; MAGIC.len()];
    std::fs::File::open(file)
        .and_then(|mut file| file.read_exact(&mut start))
        .is_ok_and(|()| start == MAGIC)
}

fn compile_failed(output: &Output) -> String {
    let said = first_error(&output.stderr);
    if said.is_empty() {
        return format!("it fails without a word ({})", output.status);
    }
    let no_headers = said.contains("file not found");
    let no_backend = [
        "No available targets are compatible",
        "unknown target triple",
        "unable to create target",
        "unrecognized command-line option",
        "unrecognized option",
    ];
    if no_headers {
        format!("it has no headers of a C library for WASI: {said}")
    } else if no_backend.iter().any(|sign| said.contains(sign)) {
        format!("it can't compile for WebAssembly: {said}")
    } else {
        format!("it does not compile: {said}")
    }
}

/// The first line with an error, from the word on; else the last line that says anything.
fn first_error(stderr: &str) -> String {
    let error = stderr
        .lines()
        .find_map(|line| Some(line.split_once("error: ")?.1));
    let last = || stderr.lines().rev().find(|line| !line.trim().is_empty());
    error.or_else(last).unwrap_or_default().trim().to_owned()
}

/// What the linker said below rustc's own error, in one line: the innermost cause where it gives several.
fn link_error(stderr: &str) -> String {
    let cause = stderr.lines().rev().find_map(|line| {
        let line = line.trim().trim_start_matches("= note: ");
        let numbered = line.split_once(": ").filter(|(number, _)| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        let unresolved = numbered.filter(|(_, cause)| cause.contains("resolve"));
        unresolved
            .map(|(_, cause)| cause)
            .or_else(|| line.strip_prefix("rust-lld: error: "))
    });
    cause.map_or_else(|| first_error(stderr), str::to_owned)
}

/// The version in what a compiler says of itself: the first word that begins with a digit.
fn version(said: &str) -> String {
    let first = said.lines().next().unwrap_or_default();
    first
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_compilers_say_of_their_version() {
        let debian = "Debian clang version 19.1.7 (3~deb12u1)\nTarget: x86_64-pc-linux-gnu\n";
        assert_eq!(version(debian), "19.1.7");
        assert_eq!(version("a script\n"), "");
    }

    #[test]
    fn the_cause_of_a_failed_link() {
        let rustc = "error: linking with `wasm-component-ld` failed: exit status: 1\n  |\n\
            \x20 = note: error: failed to encode component\n          \n          Caused by:\n\
            \x20             0: failed to decode world from module\n\
            \x20             1: module was not valid\n\
            \x20             2: failed to resolve import `env::f`\n\
            \x20             3: module requires an import interface named `env`\n\n\
            error: aborting due to 1 previous error\n";
        assert_eq!(link_error(rustc), "failed to resolve import `env::f`");
        let lld = "error: linking with `wasm-component-ld` failed\n\
            \x20 = note: rust-lld: error: unknown file type: probe.o\n\
            \x20         error: failed to invoke LLD: exit status: 1\n\nerror: aborting\n";
        assert_eq!(link_error(lld), "unknown file type: probe.o");
    }
}
