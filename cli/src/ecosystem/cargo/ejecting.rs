//! `wasify eject`: from the flags of a project to the files that plain cargo reads.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use cargo_metadata::{Package, TargetKind};
use wasify_lints::preflight;

use super::graph::{self, Known};
use super::job::Job;
use super::native;
use crate::ecosystem::BuildRequest;
use crate::ecosystem::trouble::Trouble;
use crate::events::Events;
use crate::execute::files;
use crate::execute::shim::TARGET;
use crate::execute::surroundings::Surroundings;
use crate::fix::diff;
use crate::fix::eject::{self, Change, Copy, Patch, Settings};
use crate::fix::ports;
use crate::runtime::other_hosts;
use crate::settings;

/// What was written, or would be.
#[derive(Debug)]
pub struct Ejected {
    /// The configuration, from the project's root.
    pub config: String,
    /// What becomes of it; empty when it says all of that already.
    pub diff: String,
    /// The directories of the copies, from the project's root.
    pub copies: Vec<String>,
    /// Whether the lock file changes.
    pub locks: bool,
    /// What the user has to know.
    pub notes: Vec<String>,
}

/// Writes the flags of a project into cargo's own files, and asks cargo whether it goes by them.
///
/// # Errors
/// A [`Trouble`]: there is no project, it has no flags, a setting says otherwise, or a crate can't be changed.
/// Or the files can't be written. Whatever was written is taken back.
pub fn eject(
    around: &Surroundings,
    request: &BuildRequest,
    dry_run: bool,
    events: &dyn Events,
) -> Result<Ejected> {
    if let Some(spec) = &request.published {
        return Err(Trouble::new(
            "`wasify eject` writes into a project of yours, and `--crate` names none",
        )
        .help(format!(
            "`wasify build --crate {spec} --fix` keeps its flags by itself"
        ))
        .into());
    }
    let job = Job::local_with_flags(around, request)?;
    if job.flags.is_empty() {
        return Err(
            Trouble::new("there are no flags to write: wasify.toml has no table `[rust]`")
                .help("`wasify build --fix` finds the flags that the project needs")
                .into(),
        );
    }
    let known = graph::known(around, &job.place, &job.flagged())?;
    let wanted = Wanted::of(&job, &known)?;
    let root = known.metadata.workspace_root.as_std_path();
    let config = config_file(root);
    let before = files::read_if_there(&config)
        .with_context(|| format!("failed to read `{}`", config.display()))?;
    let edited = eject::edited(before.as_deref().unwrap_or_default(), &wanted.settings)
        .with_context(|| format!("failed to change `{}`", config.display()))?;
    let name = config.strip_prefix(root).unwrap_or(&config);
    let name = name.display().to_string();
    let change = diff::Edited {
        path: name.clone(),
        before,
        after: edited.text.clone(),
    };
    let is_there = change.before.as_ref() == Some(&change.after);
    let ejected = Ejected {
        config: name,
        copies: wanted.fresh().map(Copy::path).collect(),
        locks: wanted.fresh().next().is_some(),
        notes: notes(&job, &known, &edited.kept, root)?,
        diff: match is_there {
            true => String::new(),
            false => diff::render(&[change]),
        },
    };
    if !dry_run {
        let files = Files::remember(root, &config)?;
        let done = files
            .write(&wanted, &edited.text)
            .and_then(|()| check(&job, &wanted.settings.patches));
        if let Err(error) = done {
            events.status("Restoring", "the files, as they were");
            files.restore(&wanted)?;
            return Err(error);
        }
    }
    Ok(ejected)
}

/// The nearest of cargo's two names.
fn config_file(root: &Path) -> PathBuf {
    let old = root.join(".cargo/config");
    match old.is_file() {
        true => old,
        false => root.join(".cargo/config.toml"),
    }
}

/// What is to be written.
struct Wanted {
    settings: Settings,
    copies: Vec<Copy>,
}

impl Wanted {
    fn of(job: &Job<'_>, known: &Known) -> Result<Wanted> {
        let mut wanted = Wanted {
            settings: Settings {
                rustflags: job.flags.rustflag_words(),
                build: build_words(job),
                runner: runner(job)?,
                without_build_script: Vec::new(),
                opened: Vec::new(),
                patches: Vec::new(),
            },
            copies: Vec::new(),
        };
        let named = job.flags.ports.iter().map(|port| port.name.as_str());
        let ported = ports::with_along(named)?;
        let mut opened = BTreeSet::new();
        for index in known.resolved.packages() {
            let manifest = &known.project.packages[index].manifest;
            let mut all = known.metadata.packages.iter();
            let package = all.find(|package| package.manifest_path.as_std_path() == *manifest);
            if let Some(package) = package {
                wanted.add(job, package, &ported, &mut opened)?;
            }
        }
        wanted.settings.opened = opened.into_iter().collect();
        Ok(wanted)
    }

    /// The copies that are to be made.
    fn fresh(&self) -> impl Iterator<Item = &Copy> {
        self.copies.iter().filter(|copy| copy.source.is_some())
    }

    /// What the flags do to a package.
    fn add(
        &mut self,
        job: &Job<'_>,
        package: &Package,
        ported: &BTreeSet<&str>,
        opened: &mut BTreeSet<String>,
    ) -> Result<()> {
        let name = package.name.as_str();
        let open = job.flags.open.iter().find(|open| open.name == name);
        if open.is_some() {
            opened.extend(library(package).map(|library| library.name.replace('-', "_")));
        }
        let port = match ported.contains(name) {
            true => ports::find(name, &package.version)?,
            false => None,
        };
        let without = &mut self.settings.without_build_script;
        without.extend(port.and_then(|port| port.without_build_script.clone()));
        let features = open.map(|open| open.features.clone()).unwrap_or_default();
        if port.is_none() && features.is_empty() {
            return Ok(());
        }
        let directory = package
            .manifest_path
            .parent()
            .context("a manifest has no directory")?;
        let directory = directory.as_std_path();
        let library = library(package).context("a package to be changed has no library")?;
        let root = Path::new(&library.src_path).strip_prefix(directory);
        let mut copy = Copy {
            package: name.to_owned(),
            version: package.version.to_string(),
            source: None,
            root: root.context("a library is not in its package")?.to_owned(),
            change: Change {
                instead: port.map(|port| port.instead.clone()).unwrap_or_default(),
                features,
            },
        };
        if !eject::is_ejected(directory) {
            let Some(source) = &package.source else {
                return Err(own(name).into());
            };
            copy.source = Some(match port {
                Some(port) => {
                    let home = job.around.wasify_home();
                    let home = home.context("failed to find wasify's directory")?;
                    ports::make(&home, port, &package.version, directory)?.directory
                }
                None => directory.to_owned(),
            });
            self.settings.patches.push(Patch {
                source: patched_source(&source.repr),
                package: copy.package.clone(),
                version: copy.version.clone(),
            });
        }
        self.copies.push(copy);
        Ok(())
    }
}

fn own(name: &str) -> Trouble {
    Trouble::new(format!(
        "`{name}` lies in a directory of yours, and is not replaced by a copy"
    ))
    .help(format!(
        "make the port's edits in it: wasify ports show {name} | git apply"
    ))
}

fn library(package: &Package) -> Option<&cargo_metadata::Target> {
    let is_library = |kind: &TargetKind| {
        matches!(
            kind,
            TargetKind::Lib | TargetKind::RLib | TargetKind::CDyLib | TargetKind::DyLib
        )
    };
    let mut targets = package.targets.iter();
    targets.find(|target| target.kind.iter().any(is_library))
}

/// The table of `patch` for a source.
fn patched_source(source: &str) -> String {
    if source == "registry+https://github.com/rust-lang/crates.io-index" {
        return "crates-io".to_owned();
    }
    let address = source
        .strip_prefix("git+")
        .or(source.strip_prefix("registry+"));
    // What is behind the address of a repository says which commit.
    let address = address.unwrap_or(source);
    address
        .split(['?', '#'])
        .next()
        .unwrap_or(address)
        .to_owned()
}

/// The words of the alias.
fn build_words(job: &Job<'_>) -> Vec<String> {
    let mut words = vec!["build".to_owned(), "--target".to_owned(), TARGET.to_owned()];
    if let Some(features) = &job.flags.features {
        words.push("--no-default-features".to_owned());
        if !features.only.is_empty() {
            words.extend(["--features".to_owned(), features.only.join(",")]);
        }
    }
    words
}

/// The command that runs a program: Wasmtime, with what the project's runs are allowed.
fn runner(job: &Job<'_>) -> Result<Vec<String>> {
    let grants = settings::read(&job.settings())?;
    Ok(other_hosts::wasmtime_words(&grants))
}

fn notes(job: &Job<'_>, known: &Known, kept: &[String], root: &Path) -> Result<Vec<String>> {
    let mut notes: Vec<String> = kept
        .iter()
        .map(|key| format!("`{key}` is set already, and stays as it is"))
        .collect();
    if !job.stubs.is_empty() {
        let stubs: Vec<String> = job.stubs.iter().map(ToString::to_string).collect();
        notes.push(format!(
            "cargo can't take out imports: after each build, `wasify stub FILE {} -o OUT`",
            stubs.join(" ")
        ));
    }
    if preflight::wants_c_compiler(&known.graph())
        && let Some(compiler) = native::compiler(job.around, &job.place, root)
    {
        let variables = compiler
            .env
            .iter()
            .map(|(name, value)| format!("{}={}", name.display(), value.display()));
        let variables: Vec<String> = variables.collect();
        if !variables.is_empty() {
            notes.push(format!(
                "packages with C code need a compiler, which is where it is on this machine only, so it is not \
                 written: set {}",
                variables.join(" ")
            ));
        }
    }
    Ok(notes)
}

/// The files as they were before.
struct Files<'a> {
    root: &'a Path,
    config: &'a Path,
    /// Of the configuration and of the lock file; `None` for one that is not there.
    before: [(PathBuf, Option<Vec<u8>>); 2],
    had_copies: bool,
}

impl<'a> Files<'a> {
    fn remember(root: &'a Path, config: &'a Path) -> Result<Files<'a>> {
        let read = |path: PathBuf| match fs::read(&path) {
            Ok(content) => Ok((path, Some(content))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok((path, None)),
            Err(error) => {
                Err(error).with_context(|| format!("failed to read `{}`", path.display()))
            }
        };
        Ok(Files {
            before: [read(config.to_owned())?, read(root.join("Cargo.lock"))?],
            had_copies: root.join(eject::DIRECTORY).exists(),
            root,
            config,
        })
    }

    fn write(&self, wanted: &Wanted, config: &str) -> Result<()> {
        if wanted.fresh().next().is_some() {
            fs::create_dir_all(self.root.join(eject::DIRECTORY))
                .context("failed to create the directory of the copies")?;
            eject::write(self.root, &wanted.copies)?;
        }
        if self.before[0].1.as_deref() == Some(config.as_bytes()) {
            return Ok(());
        }
        let target = self.config.canonicalize();
        let target = target.unwrap_or_else(|_| self.config.to_owned());
        target
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| files::write_whole(&target, config.as_bytes()))
            .with_context(|| format!("failed to write `{}`", target.display()))
    }

    fn restore(&self, wanted: &Wanted) -> Result<()> {
        for (path, before) in &self.before {
            match before {
                Some(content) => files::write_whole(path, content),
                None => files::remove_if_there(path),
            }
            .with_context(|| format!("failed to restore `{}`", path.display()))?;
        }
        let written = match self.had_copies {
            true => wanted
                .fresh()
                .map(|copy| self.root.join(copy.path()))
                .collect(),
            false => vec![self.root.join(eject::DIRECTORY)],
        };
        for directory in written {
            match fs::remove_dir_all(&directory) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error)
                    .with_context(|| format!("failed to remove `{}`", directory.display()))?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether cargo takes every patched crate from its copy; that also writes the lock file.
fn check(job: &Job<'_>, patches: &[Patch]) -> Result<()> {
    let known = graph::known(job.around, &job.place, &job.flagged())
        .context("failed to resolve the project with the copies")?;
    for patch in patches {
        let mut used = known
            .resolved
            .packages()
            .map(|index| &known.project.packages[index]);
        let is_it = |package: &wasify_lints::facts::project::GraphPackage| {
            let directory = package.manifest.parent();
            package.name == patch.package
                && package.version.to_string() == patch.version
                && directory.is_some_and(eject::is_ejected)
        };
        if !used.any(is_it) {
            let name = format!("{} {}", patch.package, patch.version);
            return Err(
                Trouble::new(format!("cargo doesn't take `{name}` from its copy"))
                    .help("does a manifest or another configuration patch it too?")
                    .into(),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_as_patch_names_them() {
        for (source, table) in [
            (
                "registry+https://github.com/rust-lang/crates.io-index",
                "crates-io",
            ),
            (
                "registry+https://example.com/index",
                "https://example.com/index",
            ),
            ("sparse+https://example.com/", "sparse+https://example.com/"),
            (
                "git+https://example.com/x?branch=main#abc",
                "https://example.com/x",
            ),
        ] {
            assert_eq!(patched_source(source), table);
        }
    }
}
