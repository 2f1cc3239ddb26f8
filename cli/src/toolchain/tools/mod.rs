//! The tools of this machine: which there are, and in which versions. What a project needs of them is judged
//! elsewhere.
//!
//! Everything is asked at once. What a project can do without is not waited for longer than [`LIMIT`]; Rust
//! has the time that it needs on a busy machine, as cargo waits for it too.

mod others;
mod rust;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use wasify_lints::tools::{Found, Machine};

use super::c::CSearch;
use crate::execute;
use crate::execute::surroundings::Surroundings;

/// How long a program may take to say its version.
const LIMIT: Duration = Duration::from_secs(2);
/// The same for Rust's own.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest version that is believed.
const LONGEST: usize = 60;

/// Looks for the tools that a project in `cwd` may use. C compilers are searched elsewhere, as that takes
/// longer: see [`with_c`].
#[must_use]
pub fn look(around: &Surroundings, cwd: &Path) -> Machine {
    let asker = |limit| Asker { around, cwd, limit };
    let (mut machine, others) = std::thread::scope(|scope| {
        let others = scope.spawn(|| others::look(&asker(LIMIT)));
        let rust = rust::look(&asker(PATIENCE));
        (rust, others.join().unwrap_or_default())
    });
    machine.others = others;
    let engine = wasify_runtime::VERSION;
    engine
        .trim_start_matches("Wasmtime ")
        .clone_into(&mut machine.runtime);
    machine
}

/// The same with what a search for C compilers gave; `None` when there was none.
#[must_use]
pub fn with_c(machine: Machine, search: Option<&CSearch>) -> Machine {
    let of = |search: &CSearch| {
        let compiler = search.compiler.as_ref();
        compiler.map(|compiler| Found {
            path: compiler.program.clone(),
            version: compiler.version.clone(),
            fault: compiler.fault.clone(),
        })
    };
    Machine {
        c_compiler: search.map(of),
        ..machine
    }
}

/// Whether there is such a linker: a path, or a name that rustc finds in `PATH` or beside its own.
#[must_use]
pub fn is_there(around: &Surroundings, cwd: &Path, linker: &Path, machine: &Machine) -> bool {
    if linker.components().count() > 1 {
        return linker.is_file();
    }
    let own = machine.linker.as_ref().and_then(Option::as_ref);
    let own = own.and_then(|own| own.path.parent());
    let own: Vec<PathBuf> = own.into_iter().map(Path::to_owned).collect();
    let name = linker.to_string_lossy();
    let limit = LIMIT;
    let asker = Asker { around, cwd, limit };
    let with_suffix = asker.file(&own, name.trim_end_matches(std::env::consts::EXE_SUFFIX));
    with_suffix.is_some()
}

/// Asks programs in a project's directory.
struct Asker<'a> {
    around: &'a Surroundings,
    cwd: &'a Path,
    limit: Duration,
}

impl Asker<'_> {
    /// A program in `PATH` that says its version.
    fn on_path(&self, name: &str, args: &[&str]) -> Option<Found> {
        let path = self.file(&[], name)?;
        Some(self.version(path, args))
    }

    /// The first file of this name in directories, then in those of `PATH`.
    fn file(&self, first: &[PathBuf], name: &str) -> Option<PathBuf> {
        let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        let path = self.around.var("PATH").unwrap_or_default();
        let on_path = std::env::split_paths(&path).map(|directory| self.cwd.join(directory));
        let all = first.iter().cloned().chain(on_path);
        let mut files = all.map(|directory| directory.join(&name));
        files.find(|file| is_program(file))
    }

    /// The program with its version, or with why it has none.
    fn version(&self, path: PathBuf, args: &[&str]) -> Found {
        let (version, fault) = match self.ask(&path, args) {
            Ok(said) => (version(&said), None),
            Err(why) => (String::new(), Some(why)),
        };
        Found {
            path,
            version,
            fault,
        }
    }

    /// What a program says on standard output.
    fn ask(&self, program: &Path, args: &[&str]) -> Result<String, String> {
        let program: OsString = program.into();
        let asked = self.around.program(program).cwd(self.cwd);
        let asked = asked.args(args.iter().copied());
        match execute::capture_within(&asked, self.limit) {
            Ok(Some(output)) if output.status.success() => Ok(output.stdout),
            Ok(Some(output)) => {
                let line = output.stderr.lines().find(|line| !line.trim().is_empty());
                let line = line.unwrap_or_default().trim();
                let line: String = line.chars().take(200).collect();
                Err(format!("it ends with {}: {line}", output.status)
                    .trim_end_matches(": ")
                    .to_owned())
            }
            Ok(None) => Err(format!(
                "it does not answer within {} seconds",
                self.limit.as_secs()
            )),
            Err(error) => Err(format!("{error:#}")),
        }
    }
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let data = file.metadata();
    data.is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

/// The version in what a program says of itself: the first word that begins with a digit, be it after `v` or
/// `go`, and has a dot.
fn version(said: &str) -> String {
    let first = said.lines().find(|line| !line.trim().is_empty());
    let words = first.unwrap_or_default().split_whitespace();
    let mut versions = words.filter_map(|word| {
        let word = word.trim_start_matches("go").trim_start_matches('v');
        let word = word.trim_end_matches([',', ';', ')']);
        let begins = word.starts_with(|c: char| c.is_ascii_digit());
        let is_one = begins && word.contains('.') && word.len() <= LONGEST;
        let plain = |c: char| c.is_ascii_alphanumeric() || "._+-~".contains(c);
        (is_one && word.chars().all(plain)).then(|| word.to_owned())
    });
    versions.next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_programs_say_them() {
        for (said, expected) in [
            ("rustc 1.95.0 (59807616e 2026-04-14)\n", "1.95.0"),
            ("v22.4.1\n", "22.4.1"),
            ("go version go1.24.2 linux/amd64\n", "1.24.2"),
            ("Python 3.12.3\n", "3.12.3"),
            ("\nwasmtime 48.0.8 (abc 2026-01-01)\n", "48.0.8"),
            (
                "tinygo version 0.37.0 linux/amd64 (using go version go1.24.2)\n",
                "0.37.0",
            ),
            ("1.2\u{1b}[2J", ""),
            ("nothing of the kind 3", ""),
            ("", ""),
        ] {
            assert_eq!(version(said), expected, "{said:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn programs_that_lie_hang_or_fail() {
        use std::collections::BTreeMap;
        use std::fs;
        use std::os::unix::fs::PermissionsExt as _;

        let scratch = tempfile::tempdir().expect("a scratch folder");
        let script = |name: &str, lines: &str, mode: u32| {
            let file = scratch.path().join(name);
            fs::write(&file, format!("#!/bin/sh\n{lines}\n")).expect("written");
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("set");
        };
        script("well", "echo well 1.2.3", 0o755);
        script("fails", "echo no luck >&2; exit 7", 0o755);
        script("silent", "exec sleep 60", 0o755);
        script("plain", "echo plain 1.0", 0o644);
        let path = std::env::join_paths([scratch.path(), Path::new("/bin"), Path::new("/usr/bin")]);
        let around = Surroundings {
            cwd: scratch.path().to_owned(),
            executable: PathBuf::new(),
            vars: BTreeMap::from([("PATH".into(), Some(path.expect("a path")))]),
        };
        let asker = Asker {
            around: &around,
            cwd: scratch.path(),
            limit: LIMIT,
        };
        let found = |name| asker.on_path(name, &["--version"]);
        assert_eq!(found("well").expect("there").version, "1.2.3");
        let fault = |name| found(name).expect("there").fault.expect("it has one");
        assert_eq!(fault("fails"), "it ends with exit status: 7: no luck");
        assert_eq!(fault("silent"), "it does not answer within 2 seconds");
        assert_eq!(found("plain"), None);
    }
}
