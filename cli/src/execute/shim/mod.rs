//! wasify as cargo's `RUSTC_WRAPPER`, as rustc's linker, and as the runner of test programs.
//!
//! Cargo calls wasify instead of rustc; wasify becomes rustc with the same arguments, and only where
//! a component is linked does it put itself in the linker's place, to link the same objects once
//! more for the inspection. The wrapper is no part of cargo's fingerprints, so going back and forth
//! between `cargo build` and `wasify build` rebuilds nothing, and it leaves the linker setting of
//! `.cargo/config.toml` alone.

mod crate_flags;
mod forget;
mod linker;
mod response;
mod rustc_args;
mod unit;
mod unlinked;
mod wrapper;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus};

use crate::plan::Invocation;
pub use crate_flags::{CrateFlags, Opened, Ported};
pub use forget::forget;
use wrapper::Links;

/// The variable that tells wasify which part to play: `rustc` and `linker` in a build, and in a test run
/// `test`, which is rustc or the runner.
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
        "rustc" => wrapper::run(args, Links::Witnessed),
        "linker" => linker::run(&args),
        "test" if is_for_runner(&args) => crate::testing::runner::main(args),
        "test" => wrapper::run(args, Links::Alone),
        _ => return None,
    };
    Some(done.unwrap_or_else(|error| {
        // Standard error belongs to rustc here, and what it can't take nobody can be told.
        let _ = writeln!(io::stderr(), "error: {error:#}");
        ExitCode::from(2)
    }))
}

/// Whether the first argument is a program of the target, and not a compiler of the host.
fn is_for_runner(args: &[OsString]) -> bool {
    args.first()
        .is_some_and(|program| Path::new(program).extension() == Some("wasm".as_ref()))
}

/// How a program ends that did its work in another.
fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    // A program that a signal ended has no code of its own.
    ExitCode::from(code.unwrap_or(1))
}

/// Makes cargo call `wasify` (an absolute path) for each rustc, in front of the wrapper that the
/// user has set, with the flags of single crates. Crates that were compiled before they had flags are
/// stale only after [`forget`].
///
/// # Errors
/// The flags can't be told: a path is not valid UTF-8.
pub fn installed(
    cargo: Invocation,
    wasify: &Path,
    user_wrapper: Option<PathBuf>,
    flags: &CrateFlags,
) -> anyhow::Result<Invocation> {
    flags.told(in_front(cargo.env(ROLE, "rustc"), wasify, user_wrapper))
}

/// Makes cargo start the target's programs with `wasify` (an absolute path), and compile single crates
/// with flags as [`installed`] does. Where there are none, the compiler is left alone.
///
/// # Errors
/// As [`installed`].
pub fn as_runner(
    cargo: Invocation,
    wasify: &Path,
    user_wrapper: Option<PathBuf>,
    flags: &CrateFlags,
) -> anyhow::Result<Invocation> {
    let mut cargo = cargo
        .env("CARGO_TARGET_WASM32_WASIP2_RUNNER", wasify)
        .env(ROLE, "test");
    if !flags.is_empty() {
        cargo = in_front(cargo, wasify, user_wrapper);
    }
    flags.told(cargo)
}

fn in_front(cargo: Invocation, wasify: &Path, user_wrapper: Option<PathBuf>) -> Invocation {
    let mut cargo = cargo.env("RUSTC_WRAPPER", wasify);
    // wasify in front of itself would never arrive at rustc.
    let wrapper = user_wrapper
        .filter(|wrapper| wrapper != wasify)
        .map(PathBuf::into_os_string);
    if wrapper.is_some() || std::env::var_os(USER_WRAPPER).is_some() {
        cargo.env.insert(USER_WRAPPER.into(), wrapper);
    }
    cargo
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
