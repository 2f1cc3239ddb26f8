//! A port: a few edits of our own that give one crate, in a range of its versions, a WASI branch.

use semver::{Version, VersionReq};
use serde::Deserialize;

use crate::ports;

/// A file `templates/ports/<name>/port.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Port {
    /// The folder's name: the crate's, with its line of versions where there are several ports of it.
    #[serde(skip)]
    pub name: String,
    /// The crate that is edited.
    #[serde(rename = "crate")]
    pub krate: String,
    /// The versions that the edits are for.
    pub versions: VersionReq,
    /// Whether it is an application, which is ported when it is what is built (`--crate`), and no dependency.
    #[serde(default)]
    pub application: bool,
    /// The rules that don't apply to the crate any more, by their ids: none where no rule knows of the fault, and of
    /// an application only such about std. One about packages that don't build, and that names others than this crate,
    /// does not apply to those any more.
    #[serde(default)]
    pub cures: Vec<String>,
    /// Other crates whose ports are used with this one, where they are in the build: this one counts on them.
    #[serde(default)]
    pub along: Vec<String>,
    /// The `links` name of a crate whose build script isn't run for WASI, since all it could do there is fail: it
    /// would compile C code that refuses the target, or look for a library. The edits have to do without
    /// whatever it makes. Cargo's own setting for this is used, `target.<triple>.<links>`.
    #[serde(default)]
    pub without_build_script: Option<String>,
    /// What its functions do on WASI, one sentence each, lower case, without a final period.
    pub instead: Vec<String>,
    /// The first version of wasify that has the port.
    pub since: String,
    /// Sources: `owner/repo#n`, or `crate-version file:line`.
    pub references: Vec<String>,
    /// What it was seen to work on.
    pub proof: Proof,
    /// What is done to the crate's source, in this order.
    pub edits: Vec<Edit>,
}

/// What a port was seen to work on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Proof {
    /// The toolchain and the runtime.
    pub seen_on: String,
    /// The versions of the crate whose ported copy was built and run, ascending.
    pub tried: Vec<Version>,
}

/// One change of one file. A key that nobody knows is refused by [`Operation`], which gets the others.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Edit {
    /// The file, from the crate's root, with `/` between its parts.
    pub file: String,
    /// The versions that it is for, where the crate's layout has changed; all of the port's when absent.
    #[serde(default)]
    pub versions: VersionReq,
    /// What is done.
    #[serde(flatten)]
    pub operation: Operation,
}

/// What an edit does. An anchor is a short piece of the file that is there exactly once.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Operation {
    /// A file that the crate doesn't have.
    Add {
        /// The file beside `port.toml` that becomes it.
        from: String,
    },
    /// The whole of a file that it has.
    ReplaceFile {
        /// The file beside `port.toml` that takes its place.
        from: String,
    },
    /// Text before the anchor.
    InsertBefore {
        /// Where.
        anchor: String,
        /// What.
        text: String,
    },
    /// Text after the anchor.
    InsertAfter {
        /// Where.
        anchor: String,
        /// What.
        text: String,
    },
    /// Text instead of the anchor.
    Replace {
        /// What goes.
        anchor: String,
        /// What comes.
        with: String,
    },
}

impl Port {
    /// Whether the port is for this version of the crate. A pre-release counts as the release it
    /// precedes: a range that names none is for them too, and an edit that doesn't fit says so.
    #[must_use]
    pub fn is_for(&self, version: &Version) -> bool {
        matches(&self.versions, version)
    }

    /// The edits that are made to this version.
    pub fn edits_of(&self, version: &Version) -> impl Iterator<Item = &Edit> {
        let is_for = |edit: &&Edit| matches(&edit.versions, version);
        self.edits.iter().filter(is_for)
    }

    /// Whether its build script is edited in this version, and so compiled from the copy.
    #[must_use]
    pub fn edits_build_script(&self, version: &Version) -> bool {
        self.edits_of(version).any(|edit| edit.file == "build.rs")
    }

    /// A file beside `port.toml`.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&'static str> {
        let path = format!("{}/{name}", self.name);
        let found = ports::FILES.iter().find(|(file, _)| *file == path);
        found.map(|(_, text)| *text)
    }
}

fn matches(range: &VersionReq, version: &Version) -> bool {
    let release = Version::new(version.major, version.minor, version.patch);
    range.matches(&release)
}
