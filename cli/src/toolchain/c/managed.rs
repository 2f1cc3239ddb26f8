//! The C compiler that wasify installs: the zig that PyPI has, in wasify's own directory, without root.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::check::Checker;
use super::settings::Settings;
use super::{CCompiler, Found, python, zig};
use crate::ecosystem::trouble::Trouble;
use crate::events::Events;
use crate::execute::surroundings::Surroundings;

/// The package, with its version. Another version has to be tried with the packages that
/// `docs/c-compilers.md` lists.
pub const NAME: &str = "ziglang 0.17.1";
/// What it costs.
pub const SIZES: &str = "101 MB to download, 411 MB on disk";

/// The file that is written when all others are there.
const COMPLETE: &str = "complete";

/// Where its parts are.
struct Places {
    root: PathBuf,
    lock: PathBuf,
}

impl Places {
    fn of(around: &Surroundings) -> Option<Places> {
        let tools = around.wasify_home()?.join("tools");
        let name = NAME.replace(' ', "-");
        Some(Places {
            lock: tools.join(format!(".{name}.lock")),
            root: tools.join(name),
        })
    }

    fn is_complete(&self) -> bool {
        self.root.join(COMPLETE).is_file() && self.zig().is_file()
    }

    fn site(&self) -> PathBuf {
        self.root.join("site")
    }

    fn zig(&self) -> PathBuf {
        let name = format!("ziglang/zig{}", std::env::consts::EXE_SUFFIX);
        self.site().join(name)
    }

    fn candidate(&self, settings: &Settings<'_>) -> Found {
        let cache = self.root.join("cache");
        let launchers = self.root.join("bin");
        let mut candidate = zig::candidate(settings, &self.zig(), &launchers, Some(&cache))?;
        "wasify's own zig".clone_into(&mut candidate.name);
        candidate.managed = true;
        Ok(candidate)
    }
}

/// The managed compiler, when it is installed.
pub(super) fn installed(settings: &Settings<'_>) -> Option<Found> {
    let places = Places::of(settings.around)?;
    places.is_complete().then(|| places.candidate(settings))
}

/// Installs the managed compiler into wasify's home, unless it is there, and checks that it works. What an
/// interrupted installation left is removed and made anew; of several at once, one installs.
///
/// # Errors
/// A [`Trouble`] when the machine lacks Python, a network or space, or when the compiler does not work.
pub fn install(
    around: &Surroundings,
    cwd: &Path,
    offline: bool,
    events: &dyn Events,
) -> anyhow::Result<CCompiler> {
    if cfg!(windows) {
        return Err(Trouble::new("wasify installs no C compiler on Windows")
            .help("install a wasi-sdk and set `WASI_SDK_PATH` to it")
            .into());
    }
    let places = Places::of(around).ok_or_else(|| {
        Trouble::new("there is no directory to install a C compiler in")
            .help("set `WASIFY_HOME` to a directory")
    })?;
    if !places.is_complete() {
        let _alone = alone(&places, events)?;
        if !places.is_complete() {
            fetch(around, &places, offline, events)?;
        }
    }
    let settings = Settings::read(around, cwd);
    let works = places
        .candidate(&settings)
        .and_then(|candidate| Checker::new(around, cwd).checked(candidate));
    works.map_err(|rejected| {
        Trouble::new(format!(
            "{NAME} is installed and does not work: {}",
            rejected.why
        ))
        .help(format!(
            "if it was damaged, remove `{}` and try again",
            places.root.display()
        ))
        .into()
    })
}

/// Waits until no other wasify is installing it.
fn alone(places: &Places, events: &dyn Events) -> anyhow::Result<Option<File>> {
    let tools = places.root.parent().unwrap_or(&places.root);
    fs::create_dir_all(tools).with_context(|| format!("failed to create `{}`", tools.display()))?;
    let file = File::create(&places.lock)
        .with_context(|| format!("failed to create `{}`", places.lock.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            events.status(
                "Blocking",
                &format!("waiting for another wasify that installs {NAME}"),
            );
            file.lock().context("failed to wait for another wasify")?;
        }
        // Some network file systems have no locks; nobody waits there.
        Err(fs::TryLockError::Error(_)) => return Ok(None),
    }
    Ok(Some(file))
}

fn fetch(
    around: &Surroundings,
    places: &Places,
    offline: bool,
    events: &dyn Events,
) -> anyhow::Result<()> {
    if offline {
        return Err(Trouble::new(format!(
            "{NAME}, a C compiler for WebAssembly, is not installed, and `--offline` forbids \
             downloading it"
        ))
        .help("install it once with a network, or set `WASI_SDK_PATH` to a wasi-sdk")
        .into());
    }
    events.status(
        "Installing",
        &format!("{NAME}, a C compiler for WebAssembly ({SIZES})"),
    );
    if places.root.exists() {
        fs::remove_dir_all(&places.root)
            .with_context(|| format!("failed to remove `{}`", places.root.display()))?;
    }
    let work = places.root.join("work");
    fs::create_dir_all(&work).with_context(|| format!("failed to create `{}`", work.display()))?;
    let package = NAME.replace(' ', "==");
    python::install(around, &package, &places.site(), &work, events).inspect_err(|_| {
        // What it left is of no use, and may be what fills the disk.
        let _ = fs::remove_dir_all(&places.root);
    })?;
    // Only pip was in it.
    fs::remove_dir_all(&work).with_context(|| format!("failed to remove `{}`", work.display()))?;
    let marker = places.root.join(COMPLETE);
    fs::write(&marker, NAME).with_context(|| format!("failed to write `{}`", marker.display()))
}
