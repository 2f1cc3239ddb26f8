//! Ports: copies of dependencies with a WASI branch of our own.

mod edits;

use std::collections::BTreeSet;
use std::fs;
use std::hash::Hasher as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cargo_metadata::semver::Version;
use siphasher::sip128::{Hasher128 as _, SipHasher13};
use wasify_lints::explain::BUILD_FAILED;
use wasify_lints::finding::Finding;
use wasify_lints::registry;
use wasify_lints::rule::Rule;
use wasify_lints::suggestion::{Action, Applicability, Kind, Suggestion};
use wasify_templates::port::Port;
use wasify_templates::ports;

use crate::execute::copies;
use crate::fix::diff::{self, Edited};

/// A crate's source with a port's edits in it.
#[derive(Debug, Clone)]
pub struct PortedCrate {
    /// The crate's name.
    pub name: String,
    /// Its version, which the edits leave as it is.
    pub version: Version,
    /// The root of the edited copy.
    pub directory: PathBuf,
    /// What was done to it, and what it does instead.
    pub port: &'static Port,
}

/// The port for a version of a crate, if there is one.
///
/// # Errors
/// An embedded port is broken; a test keeps that from being released.
pub fn find(name: &str, version: &Version) -> anyhow::Result<Option<&'static Port>> {
    let ports = ports::ports().context("failed to read the ports")?;
    let is_it = |port: &&Port| port.krate == name && port.is_for(version);
    Ok(ports.iter().find(is_it))
}

/// The rules that the ports of a crate cure, in any of its versions.
///
/// # Errors
/// As [`find`].
pub fn cures(name: &str) -> anyhow::Result<Vec<String>> {
    let ports = ports::ports().context("failed to read the ports")?;
    let of_crate = ports.iter().filter(|port| port.krate == name);
    Ok(of_crate
        .flat_map(|port| port.cures.iter().cloned())
        .collect())
}

/// The crates with ports in the build when the crates `named` have: those, and those that their ports count on.
///
/// # Errors
/// As [`find`].
pub fn with_along<'n>(named: impl Iterator<Item = &'n str>) -> anyhow::Result<BTreeSet<&'n str>> {
    let ports = ports::ports().context("failed to read the ports")?;
    let mut all = BTreeSet::new();
    for name in named {
        all.insert(name);
        let of_crate = ports.iter().filter(|port| port.krate == name);
        all.extend(of_crate.flat_map(|port| port.along.iter().map(String::as_str)));
    }
    Ok(all)
}

/// Whether a port cures a finding. What it says it cures holds for calls of the crate itself, where the rule
/// is about the crate, and for its users, where the rule is about those; of other rules only what is found in
/// the crate's own code.
#[must_use]
pub fn is_cure(krate: &str, cures: &[String], finding: &Finding) -> bool {
    let in_crate = finding
        .package
        .as_ref()
        .is_some_and(|package| package.name == krate);
    let rule = registry::rule(finding.rule).ok().flatten();
    let about_others =
        rule.is_some_and(|rule| rule.group == "crates" || is_about_users(rule, krate));
    let named = cures.iter().any(|rule| rule == finding.rule);
    // An application's own source that fails has no rule of its own.
    named && (in_crate || about_others) || finding.rule == BUILD_FAILED && in_crate
}

/// Whether a rule about packages that don't build is about those that use the crate, and not about the crate.
#[must_use]
pub fn is_about_users(rule: &Rule, krate: &str) -> bool {
    let mut crates = rule.matches.crates.iter();
    rule.group == "build" && !crates.any(|it| it.name == krate)
}

/// Adds the port that cures a finding to what can be done about it, in front of changes of source.
///
/// `version_of` gives the version of a package in the build.
///
/// # Errors
/// As [`find`].
pub fn suggest(
    finding: &mut Finding,
    version_of: impl Fn(&str) -> Option<Version>,
) -> anyhow::Result<()> {
    let all = ports::ports().context("failed to read the ports")?;
    let cures = |port: &&Port| {
        is_cure(&port.krate, &port.cures, finding)
            && version_of(&port.krate).is_some_and(|version| port.is_for(&version))
    };
    let Some(port) = all.iter().find(cures) else {
        return Ok(());
    };
    let source = |suggestion: &Suggestion| suggestion.kind == Kind::Source;
    let at = finding.suggestions.iter().position(source);
    let suggestion = Suggestion {
        title: title(port),
        applicability: Applicability::Safe,
        kind: Kind::Port,
        flag: Some("wasify build --fix".to_owned()),
        action: Some(Action::Port(port.krate.clone())),
        verified: false,
    };
    let at = at.unwrap_or(finding.suggestions.len());
    finding.suggestions.insert(at, suggestion);
    Ok(())
}

/// Why a port is taken although the dependency graph says nothing: it cures a rule about std, wherever that is
/// called, nothing but what only the errors of a build show, or what no rule knows. One that goes along with another has no
/// reason of its own.
///
/// # Errors
/// An embedded rule or port is broken.
pub fn silent_cure(port: &Port) -> anyhow::Result<Option<&'static str>> {
    if port.cures.is_empty() {
        let all = ports::ports().context("failed to read the ports")?;
        let goes_along = all.iter().any(|other| other.along.contains(&port.krate));
        return Ok((!goes_along).then_some(BUILD_FAILED));
    }
    for id in &port.cures {
        let rule = registry::rule(id).context("failed to read the rules")?;
        let alone = port.cures.len() == 1;
        let silent = |rule: &&Rule| {
            let is_silent = rule.group == "std" || rule.group == "build" && alone;
            is_silent && rule.matches.crates.is_empty()
        };
        if let Some(rule) = rule.filter(silent) {
            return Ok(Some(&rule.id));
        }
    }
    Ok(None)
}

/// What using a port means, an imperative line.
#[must_use]
pub fn title(port: &Port) -> String {
    let instead = port.instead.join("; ");
    format!("use the port of `{}`: {instead}", port.krate)
}

/// Makes the edited copy of a crate below wasify's directory, unless it is there already.
///
/// `source` is where the crate's source lies: cargo's copy from the registry, or wasify's own of an
/// application. Nothing is written there.
///
/// # Errors
/// The port doesn't fit this version, or the copy can't be made.
pub fn make(
    home: &Path,
    port: &'static Port,
    version: &Version,
    source: &Path,
) -> anyhow::Result<PortedCrate> {
    let name = format!("{}-{version}-{:016x}", port.krate, key(port, source));
    let directory = home.join("ports").join(name);
    if !copies::is_whole(&directory) {
        // Before anything is copied: that it doesn't fit is said at once, and again each time.
        let edited = edits::edited(port, version, source)?;
        copies::copy(source, &directory, |copy| write(copy, &edited))?;
    }
    Ok(PortedCrate {
        name: port.krate.clone(),
        version: version.clone(),
        directory,
        port,
    })
}

/// A port's edits of a version as a patch with paths as in git, which `git apply` and `patch -p1` take.
///
/// # Errors
/// The port doesn't fit this version, or the source can't be read.
pub fn patch(port: &Port, version: &Version, source: &Path) -> anyhow::Result<String> {
    Ok(diff::render(&edits::edited(port, version, source)?))
}

fn write(copy: &Path, edited: &[Edited]) -> anyhow::Result<()> {
    for file in edited {
        let path = copy.join(&file.path);
        path.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, &file.after))
            .with_context(|| format!("failed to write `{}`", path.display()))?;
    }
    Ok(())
}

/// Tells copies apart: another port or another source is another copy.
fn key(port: &Port, source: &Path) -> u64 {
    let mut hasher = SipHasher13::new();
    let folder = format!("{}/", port.name);
    for (file, text) in ports::FILES {
        if file.starts_with(&folder) {
            hasher.write(file.as_bytes());
            hasher.write(&[0]);
            hasher.write(text.as_bytes());
            hasher.write(&[0]);
        }
    }
    hasher.write(source.as_os_str().as_encoded_bytes());
    hasher.finish128().h1
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &str = "mod a;\n#[cfg(windows)]\nuse windows::home_dir_inner;\n";

    fn home() -> (&'static Port, Version) {
        let version = Version::new(0, 5, 9);
        let port = find("home", &version).expect("ports are sound");
        (port.expect("there is one"), version)
    }

    fn source(scratch: &Path, lib: &str) -> PathBuf {
        let source = scratch.join("registry/home-0.5.9");
        fs::create_dir_all(source.join("src")).expect("created");
        fs::write(source.join("Cargo.toml"), "[package]\n").expect("written");
        fs::write(source.join("src/lib.rs"), lib).expect("written");
        source
    }

    #[test]
    fn a_port_is_found_by_crate_and_version() {
        let found = |name: &str, version: &str| {
            let version = version.parse().expect("a version");
            let port = find(name, &version).expect("ports are sound");
            port.map(|port| port.name.as_str())
        };
        assert_eq!(found("home", "0.5.9"), Some("home"));
        assert_eq!(found("home", "0.5.13-rc.1"), Some("home"));
        assert_eq!(found("home", "0.6.0"), None);
        assert_eq!(found("nothing", "1.0.0"), None);
    }

    #[test]
    fn a_port_brings_what_it_rests_on() {
        let with = |name| with_along([name].into_iter()).expect("ports are sound");
        assert_eq!(with("taplo-cli"), ["taplo-cli", "taplo-common"].into());
        assert_eq!(with("home"), ["home"].into());
    }

    #[test]
    fn the_copy_is_edited_and_the_source_is_not() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let (port, version) = home();
        let source = source(scratch.path(), LIB);
        let make = || make(scratch.path(), port, &version, &source).expect("it fits");
        let made = make();
        let lib = made.directory.join("src/lib.rs");
        let text = fs::read_to_string(&lib).expect("there");
        assert!(text.starts_with("mod a;\n// There are no users"), "{text}");
        assert!(text.ends_with("}\n\n#[cfg(windows)]\nuse windows::home_dir_inner;\n"));
        assert_eq!(
            fs::read_to_string(source.join("src/lib.rs")).expect("there"),
            LIB
        );
        // Damaged, and made again in the same place.
        fs::write(&lib, "").expect("damaged");
        assert_eq!(make().directory, made.directory);
        assert_eq!(fs::read_to_string(&lib).expect("there"), text);
    }

    #[test]
    fn what_does_not_fit_is_said_and_leaves_nothing() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let (port, version) = home();
        for (lib, times) in [("mod a;\n".to_owned(), 0), (LIB.repeat(2), 2)] {
            let source = source(scratch.path(), &lib);
            let error = make(scratch.path(), port, &version, &source).expect_err("it can't fit");
            let expected = format!(
                "the port `home` does not fit home 0.5.9: edit 1 wants \
                 `#[cfg(windows)] use windows::home_dir_inner;` once in `src/lib.rs`, and it is there \
                 {times} times"
            );
            assert_eq!(error.to_string(), expected);
        }
        assert!(!scratch.path().join("ports").exists());
    }
}
