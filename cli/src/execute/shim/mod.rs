//! wasify as cargo's `RUSTC_WRAPPER`, as rustc's linker, and as the runner of test programs.
//!
//! Cargo calls wasify instead of rustc; wasify becomes rustc with the same arguments, and only where
//! a component is linked does it put itself in the linker's place, to link the same objects once
//! more for the inspection. The wrapper is no part of cargo's fingerprints, so going back and forth
//! between `cargo build` and `wasify build` rebuilds nothing, and it leaves the linker setting of
//! `.cargo/config.toml` alone.

mod linker;
mod response;
mod unlinked;
mod wrapper;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::plan::Invocation;

/// The variable that tells wasify which part to play: `rustc`, `linker` or `runner`.
const ROLE: &str = "WASIFY_SHIM";
/// The wrapper that the user had, called in between.
const USER_WRAPPER: &str = "WASIFY_USER_WRAPPER";
/// The linker that rustc would have called.
const REAL_LINKER: &str = "WASIFY_REAL_LINKER";

/// The linker that rustc calls for this target unless told otherwise; it is in the directory of the
/// sysroot that rustc puts on `PATH` for linkers.
pub const DEFAULT_LINKER: &str = "wasm-component-ld";

/// The target whose links are witnessed.
pub const TARGET: &str = "wasm32-wasip2";

/// Plays the part of rustc's wrapper, of the linker or of a test runner, when this process was started as
/// one.
/// `None` when it was not: then the command line is the user's.
#[must_use]
pub fn shim_main() -> Option<ExitCode> {
    let role = std::env::var_os(ROLE)?;
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let done = match role.to_str()? {
        "rustc" => wrapper::run(args),
        "linker" => linker::run(&args),
        "runner" => crate::testing::runner::main(args),
        _ => return None,
    };
    Some(done.unwrap_or_else(|error| {
        // Standard error belongs to rustc here, and what it can't take nobody can be told.
        let _ = writeln!(io::stderr(), "error: {error:#}");
        ExitCode::from(2)
    }))
}

/// Makes cargo call `wasify` (an absolute path) for each rustc, in front of the wrapper that the
/// user has set.
#[must_use]
pub fn installed(cargo: Invocation, wasify: &Path, user_wrapper: Option<PathBuf>) -> Invocation {
    let mut cargo = cargo.env("RUSTC_WRAPPER", wasify).env(ROLE, "rustc");
    // wasify in front of itself would never arrive at rustc.
    let wrapper = user_wrapper
        .filter(|wrapper| wrapper != wasify)
        .map(PathBuf::into_os_string);
    if wrapper.is_some() || std::env::var_os(USER_WRAPPER).is_some() {
        cargo.env.insert(USER_WRAPPER.into(), wrapper);
    }
    cargo
}

/// Makes cargo start the target's programs with `wasify` (an absolute path).
#[must_use]
pub fn as_runner(cargo: Invocation, wasify: &Path) -> Invocation {
    cargo
        .env("CARGO_TARGET_WASM32_WASIP2_RUNNER", wasify)
        .env(ROLE, "runner")
}

/// Stands for the content's hash in the names of the files of a link that failed.
const UNLINKED: &str = "unlinked";

/// Where the files of the witness link lie, for the file that rustc's linker writes: in `wasify`
/// beside cargo's `deps` and `examples`.
fn witness_dir(output: &Path) -> Option<PathBuf> {
    Some(output.parent()?.parent()?.join("wasify"))
}

/// The files of one witness link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessFiles {
    /// The core module.
    pub module: PathBuf,
    /// The linker's map.
    pub map: PathBuf,
    /// There instead of the others when the witness link failed; holds what the linker said.
    pub failed: PathBuf,
    /// There beside the module and the map when the real link failed; holds what the linker said of the
    /// symbols that it found nowhere.
    pub undefined: PathBuf,
}

impl WitnessFiles {
    /// The files in `dir` for the linker's output named `stem` (`rg-a7ae8f6fd917644e`) whose content
    /// has the hash `hash`.
    #[must_use]
    pub fn new(dir: &Path, stem: &str, hash: &str) -> WitnessFiles {
        let file = |ending: &str| dir.join(format!("{stem}-{hash}.{ending}"));
        WitnessFiles {
            module: file("witness.wasm"),
            map: file("witness.map"),
            failed: file("witness.failed"),
            undefined: file("witness.undefined"),
        }
    }

    /// The files of the failed link whose output would have been `output`.
    #[must_use]
    pub fn of_unlinked(output: &Path) -> Option<WitnessFiles> {
        let stem = output.file_stem()?.to_string_lossy();
        Some(WitnessFiles::new(&witness_dir(output)?, &stem, UNLINKED))
    }
}

/// Whether a file of a witness directory belongs to the linker's output `stem`, with any content.
fn is_witness_of(file: &str, stem: &str) -> bool {
    witness_name(file).is_some_and(|(of, hash)| of == stem && hash != "partial")
}

/// The output's stem and content hash in the name of a witness file.
fn witness_name(file: &str) -> Option<(&str, &str)> {
    let (name, _) = file.split_once(".witness.")?;
    name.rsplit_once('-')
}

/// Finds the witness of an artifact by the artifact's content, in one of the directories where the
/// linker may have put it. Gives the linker's output stem with the files.
#[must_use]
pub fn find_witness(dirs: &[PathBuf], hash: &str) -> Option<(String, WitnessFiles)> {
    for dir in dirs {
        let Ok(entries) = std::fs::read_dir(dir) else {
            continue;
        };
        // Two outputs with the same content have the same witness; the first by name will do.
        let mut stems: Vec<String> = entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name();
                let (stem, of) = witness_name(name.to_str()?)?;
                (of == hash && !name.to_str()?.ends_with(".map")).then(|| stem.to_owned())
            })
            .collect();
        stems.sort();
        if let Some(stem) = stems.into_iter().next() {
            let files = WitnessFiles::new(dir, &stem, hash);
            return Some((stem, files));
        }
    }
    None
}
