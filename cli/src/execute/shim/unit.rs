//! One run of rustc for a package, seen from the wrapper: whether it is one that has flags, and what they
//! change in it.
//!
//! # Why a port is put in place here
//!
//! Cargo has a way of its own to use another source for a crate, `[patch]`. It rewrites `Cargo.lock`, so that
//! `--locked` fails; it changes the crate for the host too, for build scripts and procedural macros that
//! must go on working as they are; and it is not used, with a mere warning, when the version isn't the
//! locked one. In rustc's command line only the root of the source is exchanged. What cargo knows
//! of the package stays: its version, features, dependencies, and what its build script found.
//!
//! A port that edits `build.rs` has its build script compiled from the copy too. That script is the same for
//! the host, so that its edits ask for the target that it builds for; and cargo starts it in the package's
//! own directory, so that they go to `env!("CARGO_MANIFEST_DIR")` where files of the copy are wanted.
//!
//! # What makes it stale
//!
//! The wrapper is no part of cargo's fingerprints, but the variables that a crate's build depended on are,
//! by the `env-dep` lines of the file that rustc writes with the names of the sources. The wrapper adds
//! one for the variable that has the flags. A crate that was compiled without flags has no such line, and
//! couldn't be made to have one when plain cargo compiled it: [`forget`](super::forget) is for those.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::crate_flags::{CrateFlags, Ported, variable};
use super::{TARGET, rustc_args};
use crate::plan::Invocation;

/// A package's unit that is compiled with flags.
#[derive(Debug)]
pub(super) struct Unit {
    package: String,
    /// The value of the package's variable.
    told: String,
    /// What is done to this unit.
    flags: CrateFlags,
    /// The file that rustc writes with the names of the sources.
    dep_info: PathBuf,
}

impl Unit {
    /// The unit that this run of rustc compiles, when it is one that has flags.
    ///
    /// # Errors
    /// The package's flags can't be read.
    pub(super) fn with_flags(rustc: &Invocation) -> anyhow::Result<Option<Unit>> {
        let var = |name: &str| std::env::var(name).ok();
        let package = var("CARGO_PKG_NAME");
        let Some((package, version)) = package.zip(var("CARGO_PKG_VERSION")) else {
            return Ok(None);
        };
        let Some(told) = var(&variable(&package)) else {
            return Ok(None);
        };
        let args = rustc_args::expanded(rustc.args.clone());
        let Some((kind, dep_info)) = UnitKind::of(&args).zip(dep_info(&args)) else {
            return Ok(None);
        };
        let flags = serde_json::from_str(&told)
            .with_context(|| format!("failed to read `{}`", variable(&package)))?;
        let flags = kind.has(flags, &version);
        let unit = || Unit {
            package,
            told,
            flags,
            dep_info,
        };
        Ok(Some(unit()).filter(|unit| kind == UnitKind::ForTarget || !unit.flags.is_empty()))
    }

    /// The run with the unit's flags.
    pub(super) fn changed(&self, mut rustc: Invocation) -> anyhow::Result<Invocation> {
        rustc.args = rustc_args::expanded(rustc.args);
        let flags = &self.flags;
        let mut features = BTreeSet::new();
        for opened in &flags.open {
            // In rustc's environment alone: cargo, and what build scripts ask, stay on stable.
            rustc = rustc.env("RUSTC_BOOTSTRAP", "1");
            // Declared twice, a feature is an error.
            features.extend(&opened.features);
        }
        let features = features.iter();
        rustc = rustc.args(features.map(|name| format!("-Zcrate-attr=feature({name})")));
        match flags.ports.first() {
            Some(port) => ported(rustc, &port.directory)
                .with_context(|| format!("failed to use the port of `{}`", self.package)),
            None => Ok(rustc),
        }
    }

    /// Makes cargo remember which flags the unit was compiled with.
    pub(super) fn remember(&self) -> anyhow::Result<()> {
        let escaped = self.told.replace('\\', r"\\");
        let line = format!("\n# env-dep:{}={escaped}\n", variable(&self.package));
        let mut options = File::options();
        options
            .append(true)
            .open(&self.dep_info)
            .and_then(|mut file| file.write_all(line.as_bytes()))
            .with_context(|| format!("failed to write to `{}`", self.dep_info.display()))
    }
}

/// What a unit that may have flags is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UnitKind {
    /// Compiled for the target.
    ForTarget,
    /// The build script, which runs here and is one for all targets.
    BuildScript,
}

impl UnitKind {
    fn of(args: &[OsString]) -> Option<UnitKind> {
        let last = |long: &str| rustc_args::values(args, long, "").pop();
        match last("--target") {
            Some(target) => (target == TARGET).then_some(UnitKind::ForTarget),
            None => last("--crate-name")?
                .starts_with("build_script_")
                .then_some(UnitKind::BuildScript),
        }
    }

    /// The flags of such a unit, in its package's version.
    fn has(self, mut flags: CrateFlags, version: &str) -> CrateFlags {
        let is_script = self == UnitKind::BuildScript;
        flags
            .open
            .retain(|it| !is_script && it.version.as_ref().is_none_or(|meant| meant == version));
        let meant = |it: &Ported| it.version == version && (it.build_script || !is_script);
        flags.ports.retain(meant);
        flags
    }
}

/// Where rustc writes the names of the sources; `None` when it is not cargo that compiles a unit here.
/// The probes that build scripts make have much of a unit's environment, and may have its target.
/// But cargo alone asks for all of this at once, and only here does it name the crate.
fn dep_info(args: &[OsString]) -> Option<PathBuf> {
    let last = |long: &str| rustc_args::values(args, long, "").pop();
    let name = last("--crate-name")?;
    let is_unit = std::env::var("CARGO_CRATE_NAME").ok()? == name
        && last("--error-format")? == "json"
        && last("--json").is_some()
        && last("--emit")?.split(',').any(|kind| kind == "dep-info")
        && rustc_args::codegen(args, "metadata").is_some();
    let hash = rustc_args::codegen(args, "extra-filename").unwrap_or_default();
    let directory = last("--out-dir")?;
    is_unit.then(|| Path::new(&directory).join(format!("{name}{hash}.d")))
}

/// The run with the source in `copy` in place of the package's own.
fn ported(mut rustc: Invocation, copy: &Path) -> anyhow::Result<Invocation> {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").context("cargo named no directory")?;
    let root =
        root_source(&mut rustc.args).context("there is no source among rustc's arguments")?;
    let within = within(Path::new(root), Path::new(&package))
        .with_context(|| format!("`{}` is not in the package", Path::new(root).display()))?;
    *root = copy.join(within).into_os_string();
    rustc = rustc.env("CARGO_MANIFEST_DIR", copy);
    if std::env::var_os("CARGO_MANIFEST_PATH").is_some() {
        rustc = rustc.env("CARGO_MANIFEST_PATH", copy.join("Cargo.toml"));
    }
    Ok(rustc)
}

/// The root of the crate's source: cargo names the crate first, then the edition, then this.
fn root_source(args: &mut [OsString]) -> Option<&mut OsString> {
    let name = args.iter().position(|arg| arg == "--crate-name")?;
    args.iter_mut()
        .skip(name + 2)
        .find(|arg| !arg.to_string_lossy().starts_with('-'))
}

/// The path of a file from a directory that it is in. Cargo gives the paths of a workspace's packages from
/// where rustc starts, and one of the two may go through a symbolic link.
fn within(file: &Path, directory: &Path) -> Option<PathBuf> {
    let file = std::path::absolute(file).ok()?;
    if let Ok(within) = file.strip_prefix(directory) {
        return Some(within.to_owned());
    }
    let (file, directory) = (file.canonicalize().ok()?, directory.canonicalize().ok()?);
    file.strip_prefix(directory).map(Path::to_owned).ok()
}
