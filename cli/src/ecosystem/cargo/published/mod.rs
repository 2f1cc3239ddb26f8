//! `--crate NAME[@VERSION]`: a published application, its source fetched by cargo itself.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cargo_metadata::Metadata;
use cargo_metadata::semver::Version;

use super::discover::Place;
use super::nothing::{Targets, listed};
use crate::ecosystem::BuildRequest;
use crate::ecosystem::trouble::Trouble;
use crate::events::Events;
use crate::execute::lines::Ending;
use crate::execute::surroundings::Surroundings;
use crate::execute::{self, Said, copies};
use crate::plan::Invocation;
use crate::toolchain;

/// `NAME[@VERSION]` as the user wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spec {
    name: String,
    version: Option<String>,
}

impl Spec {
    /// Reads it, and refuses what goes with a local project only.
    pub(super) fn of(request: &BuildRequest) -> Result<Option<Spec>, Trouble> {
        let Some(text) = &request.published else {
            return Ok(None);
        };
        if request.path.is_some() || request.manifest_path.is_some() {
            let local = if request.path.is_some() {
                "a path"
            } else {
                "`--manifest-path`"
            };
            return Err(Trouble::new(format!(
                "`--crate {text}` builds a published crate, and {local} names a local project"
            ))
            .help("give one of them"));
        }
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, Some(version)),
            None => (text.as_str(), None),
        };
        // Both become parts of a path.
        let plain = |text: &str, also: &str| {
            !text.is_empty()
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || also.contains(c))
        };
        if !plain(name, "-_") || !version.is_none_or(|version| plain(version, ".-+")) {
            return Err(
                Trouble::new(format!("`{text}` is not the name of a crate")).help(
                    "`--crate` wants a name, or a name and a version: `--crate ripgrep@15.2.0`",
                ),
            );
        }
        Ok(Some(Spec {
            name: name.to_owned(),
            version: version.map(str::to_owned),
        }))
    }

    /// The version, when it is one and not a range of versions.
    fn exact(&self) -> Option<&str> {
        let version = self.version.as_deref()?;
        let release = version.split(['-', '+']).next()?;
        (release.split('.').count() == 3).then_some(version)
    }
}

/// `ripgrep`, `ripgrep@15.2.0`
impl std::fmt::Display for Spec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        self.version
            .iter()
            .try_for_each(|version| write!(f, "@{version}"))
    }
}

/// A published package that is ready to be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// wasify's copy of its source.
    pub directory: PathBuf,
    /// Whether it was published with a lock file.
    pub has_lock: bool,
}

impl Source {
    fn at(directory: PathBuf) -> Source {
        Source {
            has_lock: directory.join("Cargo.lock").exists(),
            directory,
        }
    }

    /// Cargo works where the user is, as with `cargo install`: the settings of that directory apply,
    /// and not those that a package happens to be published with.
    pub(super) fn place(&self, around: &Surroundings) -> Place {
        Place {
            cwd: around.cwd.clone(),
            manifest: Some(self.directory.join("Cargo.toml")),
        }
    }
}

/// Where wasify keeps its copies, and what it builds from them.
#[derive(Debug)]
pub(super) struct Store {
    home: PathBuf,
}

impl Store {
    pub(super) fn new(around: &Surroundings) -> Result<Store, Trouble> {
        let home = around.wasify_home().ok_or_else(|| {
            Trouble::new(
                "there is no directory to keep published crates in: no home directory is known",
            )
            .help("set `WASIFY_HOME` to a directory")
        })?;
        Ok(Store { home })
    }

    /// wasify's copy of a package whose lock file and flags a port changes.
    fn ported(&self, source: &Source) -> PathBuf {
        let name = source.directory.file_name().unwrap_or_default();
        self.home.join("ported").join(name)
    }

    /// The source that a port has been made of, where one was.
    pub(super) fn with_port(&self, source: Source) -> Source {
        let ported = self.ported(&source);
        if ported.join("Cargo.toml").exists() {
            Source::at(ported)
        } else {
            source
        }
    }

    /// The source for a port to be made of: a copy of its own, made once.
    pub(super) fn for_port(&self, source: &Source) -> anyhow::Result<Source> {
        let ported = self.ported(source);
        if !ported.join("Cargo.toml").exists() {
            copies::copy(&source.directory, &ported, |_| Ok(()))?;
        }
        Ok(Source::at(ported))
    }

    /// The target directory of everything that is built with `--crate`.
    pub(super) fn target_dir(&self) -> PathBuf {
        self.home.join("target")
    }

    /// Held by whoever builds in that directory, until the components are delivered.
    pub(super) fn lock(&self) -> PathBuf {
        self.home.join(".build-lock")
    }

    fn crates(&self) -> PathBuf {
        self.home.join("crates")
    }

    fn copy_of(&self, name: &str, version: &str) -> PathBuf {
        self.crates().join(format!("{name}-{version}"))
    }

    /// What a plan can say without asking anybody: the question to cargo, and the directory.
    pub(super) fn planned(
        &self,
        around: &Surroundings,
        spec: &Spec,
        offline: bool,
    ) -> (Invocation, Source) {
        let version = spec.exact().unwrap_or("<version>");
        let directory = self.copy_of(&spec.name, version);
        // Applications are published with a lock file; until the source is there nobody knows.
        let has_lock = !directory.exists() || directory.join("Cargo.lock").exists();
        (
            self.info(around, spec, offline),
            Source {
                directory,
                has_lock,
            },
        )
    }

    /// Makes sure that the package's source is there.
    pub(super) fn fetch(
        &self,
        around: &Surroundings,
        spec: &Spec,
        offline: bool,
        events: &dyn Events,
    ) -> anyhow::Result<Source> {
        if let Some(version) = spec.exact() {
            let copy = self.copy_of(&spec.name, version);
            if copies::is_whole(&copy) {
                return Ok(Source::at(copy));
            }
        }
        let crates = self.crates();
        std::fs::create_dir_all(&crates)
            .with_context(|| format!("failed to create `{}`", crates.display()))?;
        let (name, version) = self.resolve(around, spec, offline, events)?;
        let copy = self.copy_of(&name, &version);
        if !copies::is_whole(&copy) {
            events.status("Fetching", &format!("{name} v{version}"));
            let unpacked = unpacked(around, &name, &version)?;
            copies::copy(&unpacked, &copy, |_| Ok(()))?;
        }
        Ok(Source::at(copy))
    }

    /// `cargo info` finds the newest version that fits, and unpacks its source into cargo's cache.
    /// It works in wasify's own directory, because inside a project it answers from its lock file.
    fn info(&self, around: &Surroundings, spec: &Spec, offline: bool) -> Invocation {
        let cargo = around
            .cargo()
            .cwd(self.crates())
            .args(["info", "--color=never"]);
        let cargo = if offline {
            cargo.arg("--offline")
        } else {
            cargo
        };
        cargo.arg(spec.to_string())
    }

    /// The exact name and version.
    fn resolve(
        &self,
        around: &Surroundings,
        spec: &Spec,
        offline: bool,
        events: &dyn Events,
    ) -> anyhow::Result<(String, String)> {
        let (stdout, stderr) = ask(&self.info(around, spec, offline), events)?;
        if let Some(found) = stdout.as_deref().and_then(name_and_version) {
            return Ok(found);
        }
        let unknown = stderr.contains("could not find `");
        if unknown && !offline && spec.version.is_some() {
            let any = Spec {
                name: spec.name.clone(),
                version: None,
            };
            let (stdout, _) = ask(&self.info(around, &any, offline), events)?;
            if let Some((name, latest)) = stdout.as_deref().and_then(name_and_version) {
                let version = spec.version.as_deref().unwrap_or_default();
                return Err(Trouble::new(format!("`{name}` has no version {version}"))
                    .help(format!("its newest version: `--crate {name}@{latest}`"))
                    .into());
            }
        }
        Err(not_found(spec, unknown, offline, &stderr).into())
    }
}

/// The directory with a published package's source, fetched when it isn't there: wasify's own copy.
///
/// # Errors
/// As with `--crate`: a [`Trouble`] says what the user can do about it.
pub fn published_source(
    around: &Surroundings,
    name: &str,
    version: &Version,
    offline: bool,
    events: &dyn Events,
) -> anyhow::Result<PathBuf> {
    let spec = Spec {
        name: name.to_owned(),
        version: Some(version.to_string()),
    };
    let source = Store::new(around)?.fetch(around, &spec, offline, events)?;
    Ok(source.directory)
}

/// Runs `cargo info`, showing what it does. Gives its standard output when it succeeded, and what it
/// said otherwise.
fn ask(info: &Invocation, events: &dyn Events) -> anyhow::Result<(Option<String>, String)> {
    let mut stdout = String::new();
    let mut stderr = String::new();
    let status = execute::follow(info, |said| match said {
        Said::Stdout(line) => {
            stdout.push_str(&line);
            stdout.push('\n');
        }
        Said::Stderr(line, Ending::Newline) => {
            // Cargo's progress is shown; its errors are told by wasify.
            if stderr.is_empty() && !line.starts_with("error") {
                events.output(&line);
            } else {
                stderr.push_str(&line);
                stderr.push('\n');
            }
        }
        Said::Stderr(_, Ending::Return) => {}
    });
    let status = status.map_err(toolchain::without_cargo)?;
    Ok((status.success().then_some(stdout), stderr))
}

/// `ripgrep #regex #grep` on the first line, and `version: 14.1.1 (latest 15.2.0)`.
fn name_and_version(stdout: &str) -> Option<(String, String)> {
    let name = stdout.lines().next()?.split(' ').next()?;
    let version = stdout
        .lines()
        .find_map(|line| line.strip_prefix("version: "))?;
    Some((name.to_owned(), version.split(' ').next()?.to_owned()))
}

fn not_found(spec: &Spec, unknown: bool, offline: bool, stderr: &str) -> Trouble {
    let name = &spec.name;
    if offline {
        return Trouble::new(format!(
            "`{spec}` was not fetched before, and `--offline` forbids fetching it"
        ))
        .help("without `--offline` cargo may fetch it");
    }
    if unknown {
        return Trouble::new(format!("there is no crate named `{name}` on crates.io"))
            .help(format!("look for its name: `cargo search {name}`"))
            .help(format!(
                "for a project in a directory: `wasify build {name}`"
            ));
    }
    let said = stderr.trim().trim_start_matches("error: ");
    if ["failed to download", "download of", "network"]
        .iter()
        .any(|sign| said.contains(sign))
    {
        return Trouble::new(format!("`{spec}` can't be fetched: {said}"))
            .help("check the network, or the proxy in `HTTPS_PROXY`")
            .help(format!(
                "what was fetched before needs none: `--crate {name}@VERSION`"
            ));
    }
    Trouble::new(format!("`{spec}` can't be fetched: {said}"))
}

/// Where cargo has unpacked a package: in one of the registries of its cache.
fn unpacked(around: &Surroundings, name: &str, version: &str) -> anyhow::Result<PathBuf> {
    let home = around
        .cargo_home()
        .context("failed to find cargo's home directory")?;
    let registries = home.join("registry").join("src");
    let entries = std::fs::read_dir(&registries)
        .with_context(|| format!("failed to read `{}`", registries.display()))?;
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|registry| registry.path().join(format!("{name}-{version}")))
        .filter(|package| is_unpacked(package))
        .collect();
    found.sort();
    found.pop().with_context(|| {
        format!(
            "failed to find `{name}` {version} in `{}`, where cargo unpacks it",
            registries.display()
        )
    })
}

/// Cargo writes `.cargo-ok` last.
fn is_unpacked(package: &Path) -> bool {
    package.join(".cargo-ok").exists() && package.join("Cargo.toml").exists()
}

/// Whether the request says itself which targets it wants.
pub(super) fn selects(request: &BuildRequest) -> bool {
    let named = [&request.bins, &request.examples];
    request.lib
        || request.all_bins
        || request.all_examples
        || named.iter().any(|names| !names.is_empty())
}

/// Refuses a package that has nothing to build: a library can be published too. Gives whether it has
/// programs.
pub(super) fn check_builds_something(
    request: &BuildRequest,
    metadata: &Metadata,
) -> Result<bool, Trouble> {
    let targets = Targets::of(metadata);
    let examples = request.all_examples || !request.examples.is_empty();
    let has_programs = !targets.programs.is_empty();
    if examples || has_programs || !targets.reactors.is_empty() {
        return Ok(has_programs);
    }
    let spec = request.published.as_deref().unwrap_or_default();
    let mut trouble = Trouble::new(format!("`{spec}` is a library: it has no program to build"))
        .help("`--crate` wants the name of an application, such as `ripgrep`");
    if let Some(example) = targets.examples.first() {
        trouble = trouble.help(format!(
            "it was published with examples ({}): add `--example {example}`",
            listed(&targets.examples)
        ));
    }
    Err(trouble)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> Result<Option<Spec>, Trouble> {
        let request = BuildRequest {
            published: Some(text.to_owned()),
            ..BuildRequest::default()
        };
        Spec::of(&request)
    }

    #[test]
    fn names_with_and_without_a_version() {
        let exact = |text: &str| {
            let spec = spec(text).expect("it is a name").expect("it is given");
            (spec.to_string(), spec.exact().map(str::to_owned))
        };
        assert_eq!(exact("ripgrep"), ("ripgrep".into(), None));
        assert_eq!(exact("ripgrep@15"), ("ripgrep@15".into(), None));
        let pre = "a_b@1.0.0-rc.1+x";
        assert_eq!(exact(pre), (pre.into(), Some("1.0.0-rc.1+x".into())));
        for wrong in ["", "../x", "a/b", "a@", "a@../..", "https://crates.io"] {
            assert!(spec(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_cargo_info_says() {
        let said = "ripgrep #regex #grep\nA tool.\nversion: 14.1.1 (latest 15.2.0)\nlicense: MIT\n";
        assert_eq!(
            name_and_version(said),
            Some(("ripgrep".into(), "14.1.1".into()))
        );
    }
}
