//! Installing a package from PyPI into a directory, through Python's own tools.

use std::path::{Path, PathBuf};

use crate::ecosystem::trouble::Trouble;
use crate::events::{Events, Progress};
use crate::execute::lines::Ending;
use crate::execute::surroundings::Surroundings;
use crate::execute::{self, Said};
use crate::plan::Invocation;
use crate::toolchain::is_missing;

const MEGABYTE: u64 = 1_000_000;

/// Installs `package` (`ziglang==0.17.1`) into `site`; `work` is for what is only needed meanwhile.
///
/// # Errors
/// A [`Trouble`] that says what the machine lacks, or what pip said.
pub(super) fn install(
    around: &Surroundings,
    package: &str,
    site: &Path,
    work: &Path,
    events: &dyn Events,
) -> anyhow::Result<()> {
    let python = python(around)?;
    let pip = pip(around, &python, work)?;
    let mut install = pip
        .args([
            "install",
            "--no-input",
            "--no-cache-dir",
            "--no-deps",
            "--disable-pip-version-check",
            // Never a source package, whose build would run anything.
            "--only-binary=:all:",
            "--target",
        ])
        .arg(site)
        .arg(package)
        // pip unpacks there and moves the files: within one file system, and not through a small `/tmp`.
        .env("TMPDIR", work)
        // `--user` in a configuration can't stand beside `--target`.
        .env("PIP_USER", "0");
    if events.wants_progress() && counts(&install) {
        install = install.arg("--progress-bar=raw");
    } else {
        install = install.arg("--progress-bar=off");
    }
    follow(&install, package, events)
}

/// The Python there is.
fn python(around: &Surroundings) -> anyhow::Result<PathBuf> {
    for name in ["python3", "python"] {
        let ask = around.program(name).args([
            "-I",
            "-c",
            "import sys; assert sys.version_info >= (3, 8); print(sys.executable)",
        ]);
        match execute::capture(&ask) {
            Ok(answer) if answer.status.success() => {
                return Ok(PathBuf::from(answer.stdout.trim_end()));
            }
            Err(error) if !is_missing(&error) => return Err(error),
            _ => {}
        }
    }
    Err(Trouble::new("there is no Python to install it with")
        .help("install Python 3.8 or newer, as `python3` on `PATH`, then try again")
        .help("or install a wasi-sdk and set `WASI_SDK_PATH` to it")
        .into())
}

/// A pip: of a virtual environment made for it, or the one that this Python has. Debian's Python has no
/// `ensurepip` before `python3-venv` is installed, but may have a pip.
fn pip(around: &Surroundings, python: &Path, work: &Path) -> anyhow::Result<Invocation> {
    let environment = work.join("venv");
    let make = around
        .program(python)
        .args(["-I", "-m", "venv"])
        .arg(&environment);
    let made = execute::capture(&make)?;
    let own = if cfg!(windows) {
        environment.join("Scripts/python.exe")
    } else {
        environment.join("bin/python")
    };
    if made.status.success() && own.is_file() {
        return Ok(around.program(own).args(["-I", "-m", "pip"]));
    }
    if no_space(&made.stderr) || no_space(&made.stdout) {
        return Err(disk_full(work).into());
    }
    let pip = around.program(python).args(["-I", "-m", "pip"]);
    if execute::capture(&pip.clone().arg("--version"))?
        .status
        .success()
    {
        return Ok(pip);
    }
    Err(Trouble::new(format!(
        "`{}` can make no virtual environment and has no pip",
        python.display()
    ))
    .help("on Debian and Ubuntu: `apt install python3-venv`, then try again")
    .into())
}

/// Whether this pip counts what it downloads for other programs: 24.1 is the first that does.
fn counts(install: &Invocation) -> bool {
    let pip = Invocation {
        args: install.args.iter().take(3).cloned().collect(),
        ..install.clone()
    };
    let said = execute::capture(&pip.arg("--version")).map(|output| output.stdout);
    said.is_ok_and(|said| version(&said).is_some_and(|version| version >= (24, 1)))
}

/// `pip 23.2.1 from ...` is 23.2.
fn version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.strip_prefix("pip ")?.split(['.', ' ']);
    let mut next = || numbers.next()?.parse().ok();
    Some((next()?, next()?))
}

fn follow(install: &Invocation, package: &str, events: &dyn Events) -> anyhow::Result<()> {
    let mut errors = Vec::new();
    let status = execute::follow(install, |said| match said {
        Said::Stdout(line) => events.progress(progress(&line, package)),
        Said::Stderr(line, Ending::Newline) => errors.push(line),
        Said::Stderr(..) => {}
    });
    events.progress(None);
    if status?.success() {
        return Ok(());
    }
    Err(failed(package, &errors.join("\n")).into())
}

/// `Progress 1048576 of 101100000`, in bytes.
fn progress<'a>(line: &str, package: &'a str) -> Option<Progress<'a>> {
    let (done, total) = line.strip_prefix("Progress ")?.split_once(" of ")?;
    Some(Progress {
        verb: "Downloading",
        done: done.trim().parse::<u64>().ok()? / MEGABYTE,
        total: total.trim().parse::<u64>().ok()? / MEGABYTE,
        current: package,
    })
}

fn failed(package: &str, stderr: &str) -> Trouble {
    let network = [
        "NewConnectionError",
        "ConnectTimeoutError",
        "NameResolutionError",
        "Could not fetch URL",
        "Connection broken",
        "ProxyError",
        "Read timed out",
        "Connection refused",
    ];
    if no_space(stderr) {
        return Trouble::new(format!("there is no space left to install `{package}`"))
            .help("make space, or set `WASIFY_HOME` to a directory on another disk");
    }
    if network.iter().any(|sign| stderr.contains(sign)) {
        return Trouble::new(format!("`{package}` could not be downloaded"))
            .help("this needs a network once; behind a proxy, set `HTTPS_PROXY`");
    }
    if stderr.contains("No matching distribution") {
        return Trouble::new(format!("there is no `{package}` for this kind of machine"))
            .help("install a wasi-sdk and set `WASI_SDK_PATH` to it");
    }
    let said = stderr
        .lines()
        .find_map(|line| line.strip_prefix("ERROR: "))
        .or_else(|| stderr.lines().rev().find(|line| !line.trim().is_empty()))
        .unwrap_or("it said nothing");
    Trouble::new(format!(
        "pip failed to install `{package}`: {}",
        said.trim()
    ))
}

fn no_space(said: &str) -> bool {
    said.contains("No space left on device") || said.contains("Errno 28")
}

fn disk_full(work: &Path) -> Trouble {
    Trouble::new(format!("there is no space left in `{}`", work.display()))
        .help("make space, or set `WASIFY_HOME` to a directory on another disk")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pips_that_count() {
        assert_eq!(version("pip 23.2.1 from /x (python 3.11)"), Some((23, 2)));
        assert_eq!(version("pip 24.1 from /x (python 3.13)"), Some((24, 1)));
        assert_eq!(version("No module named pip"), None);
        let seen = progress("Progress 50500000 of 101100000", "a==1");
        assert_eq!(seen.map(|seen| (seen.done, seen.total)), Some((50, 101)));
        assert_eq!(progress("Collecting a==1", "a==1"), None);
    }

    #[test]
    fn what_pip_says_and_what_to_do() {
        let offline = "WARNING: Retrying (Retry(total=0)) after connection broken by \
            'NewConnectionError(...)'\nERROR: Could not find a version\n\
            ERROR: No matching distribution found for a==1";
        assert_eq!(
            failed("a==1", offline).message,
            "`a==1` could not be downloaded"
        );
        let other = "ERROR: No matching distribution found for a==1";
        assert_eq!(
            failed("a==1", other).message,
            "there is no `a==1` for this kind of machine"
        );
        let full = "ERROR: Could not install packages due to an OSError: [Errno 28] No space \
            left on device";
        assert_eq!(
            failed("a==1", full).message,
            "there is no space left to install `a==1`"
        );
    }
}
