//! `wasify inspect FILE`: what is in a binary, and what is wrong with it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use wasify_lints::facts::{Facts, Input, Packages};
use wasify_lints::{Error, registry};

use super::show;
use crate::args::{GlobalArgs, InspectArgs};
use crate::errors::helped;
use crate::hosts;
use crate::report::output::Outputs;
use crate::report::{Artifact, Report, STDIN, Status, human};
use crate::terminal::Terminal;

/// Every WebAssembly file begins with this.
const MAGIC: &[u8; 4] = b"\0asm";

/// Inspects one file.
///
/// # Errors
/// A wrong name of a rule or a host, a file that can't be read, or one that isn't WebAssembly.
pub fn run(args: &InspectArgs, global: &GlobalArgs, terminal: &Terminal) -> Result<Status> {
    let rules = registry::rules().context("failed to read the rules")?;
    let levels = args.report.levels.resolve(rules)?;
    let hosts = hosts::named(&args.report.hosts)?;
    let cwd = std::env::current_dir().context("failed to find the current directory")?;
    let outputs = Outputs::new(&args.report.output.outputs, &cwd, &[&args.file])?;
    let bytes = read(&args.file)?;
    let packages = Packages::default();
    let input = Input {
        artifact: &bytes,
        witness: None,
        link_map: None,
        packages: &packages,
    };
    let facts = Facts::read(&input)
        .map_err(explained)
        .with_context(|| format!("failed to inspect {}", shown(&args.file)))?;
    let checked = wasify_lints::check(&facts).context("failed to check the rules")?;
    let name = match args.file.file_stem() {
        Some(stem) if args.file.as_os_str() != STDIN => stem.to_string_lossy().into_owned(),
        _ => "standard input".to_owned(),
    };
    let fits = hosts::fits(&facts, &hosts);
    let artifact = Artifact::new(name, args.file.clone(), facts.into(), checked, &levels);
    let artifact = artifact.with_hosts(fits);
    let report = Report::of_file(artifact);
    show(&report, &outputs, global, terminal, human::inspect)
}

pub(super) fn shown(file: &Path) -> String {
    if file.as_os_str() == STDIN {
        "standard input".to_owned()
    } else {
        format!("`{}`", file.display())
    }
}

/// The whole file, or an error before reading it all when it can't be WebAssembly.
pub(super) fn read(file: &Path) -> Result<Vec<u8>> {
    let failed = || format!("failed to read {}", shown(file));
    if file.as_os_str() == STDIN {
        let stdin = std::io::stdin().lock();
        return read_wasm(stdin, None).with_context(failed);
    }
    let about = std::fs::metadata(file)
        .map_err(missing)
        .with_context(failed)?;
    if about.is_dir() {
        let error = anyhow!("it is a directory").context(failed());
        return Err(helped(
            error,
            "`wasify build` builds the project in a directory",
        ));
    }
    let open = File::open(file).with_context(failed)?;
    read_wasm(open, Some(about.len())).with_context(failed)
}

fn missing(error: std::io::Error) -> anyhow::Error {
    let missing = error.kind() == std::io::ErrorKind::NotFound;
    let error = anyhow::Error::new(error);
    if missing {
        helped(error, "`wasify build` says where it puts what it builds")
    } else {
        error
    }
}

/// Reads to the end what begins as WebAssembly does. `size` is only a guess of the length.
fn read_wasm(mut from: impl Read, size: Option<u64>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.by_ref().take(64).read_to_end(&mut bytes)?;
    if bytes.is_empty() {
        return Err(explained(Error::Empty));
    }
    if !bytes.starts_with(MAGIC) {
        return Err(not_wasm(&bytes));
    }
    let size = size
        .and_then(|size| usize::try_from(size).ok())
        .unwrap_or(0);
    if bytes
        .try_reserve_exact(size.saturating_sub(bytes.len()))
        .is_err()
    {
        bail!("it does not fit into memory");
    }
    from.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Says what the file is instead, where its first bytes tell.
fn not_wasm(start: &[u8]) -> anyhow::Error {
    let known: [(&[u8], &str, &str); 6] = [
        (
            b"\x7fELF",
            "a native program or library",
            "build it with `wasify build` first",
        ),
        (
            b"MZ",
            "a Windows program",
            "build it with `wasify build` first",
        ),
        (
            b"\xcf\xfa\xed\xfe",
            "a macOS program",
            "build it with `wasify build` first",
        ),
        (b"\x1f\x8b", "compressed with gzip", "unpack it first"),
        (b"PK\x03\x04", "a zip archive", "unpack it first"),
        (
            b"(",
            "the text format of WebAssembly",
            "make a binary of it first: wasm-tools parse FILE -o out.wasm",
        ),
    ];
    if let Some((_, what, help)) = known.iter().find(|(magic, ..)| start.starts_with(magic)) {
        return helped(anyhow!("it is not a WebAssembly binary, but {what}"), *help);
    }
    let what = if start.iter().all(|byte| *byte == 0) {
        "zeros".to_owned()
    } else {
        let printable: String = start
            .iter()
            .take(12)
            .map(|byte| byte.escape_ascii().to_string())
            .collect();
        format!("\"{printable}\"")
    };
    anyhow!("it is not WebAssembly: it begins with {what}, not with \"\\0asm\"")
}

/// Adds what the user can do.
fn explained(error: Error) -> anyhow::Error {
    match &error {
        Error::Empty => helped(error, "was it written completely? build it again"),
        Error::Malformed { message, .. } if message.contains("unexpected end") => helped(
            error,
            "the file is cut off or damaged; copy or build it again",
        ),
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors::helps;

    /// Counts what is taken from it.
    struct Zeros<'a>(&'a mut usize);

    impl Read for Zeros<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            buffer.fill(0);
            *self.0 += buffer.len();
            Ok(buffer.len())
        }
    }

    #[test]
    fn endless_zeros_are_refused_early() {
        let mut taken = 0;
        let error = read_wasm(Zeros(&mut taken), None).unwrap_err();
        assert!(error.to_string().contains("begins with zeros"), "{error}");
        assert!(taken < 10_000, "{taken}");
    }

    #[test]
    fn other_files_are_named() {
        for (start, expected) in [
            (b"\x7fELF\x02".as_slice(), "native program"),
            (b"(module)", "text format"),
            (b"hello", "begins with \"hello\""),
            (b"\0as", "begins with \"\\x00as\""),
        ] {
            let error = read_wasm(start, None).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

    #[test]
    fn files_that_can_not_be_read_say_why() {
        let scratch = tempfile::tempdir().unwrap();
        let of = |file: &Path| format!("{:#}", read(file).unwrap_err());
        assert!(of(scratch.path()).contains("it is a directory"));
        assert!(of(&scratch.path().join("none.wasm")).contains("failed to read `"));
        let empty = scratch.path().join("empty.wasm");
        std::fs::write(&empty, "").unwrap();
        assert!(of(&empty).contains("the file is empty"));
        assert!(!helps(&read(&empty).unwrap_err()).is_empty());
    }
}
