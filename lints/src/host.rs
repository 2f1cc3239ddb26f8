//! A host: what runs a component or a module, as one file that says what it offers and from where
//! that is known.

use serde::Deserialize;

/// A host file, `lints/hosts/<id>.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Host {
    /// Reads well after `--host`; equal to the file's stem.
    pub id: String,
    /// How the host is called in a sentence.
    pub title: String,
    /// What it is, in one line, lower case, without a final period.
    pub about: String,
    /// The release that the rows were read from or tried on: `wasmtime-cli 48.0.8`.
    pub checked: String,
    /// Where the `add` and `allow` of its rows are written, for a host that is not told on its command
    /// line: "the component's table in `spin.toml`". Without it, they are arguments of the command.
    #[serde(default)]
    pub told_in: Option<String>,
    /// Whether it loads components.
    pub component: Loading,
    /// Whether it loads core modules made for preview1.
    pub module: Loading,
    /// Which 0.2 versions of WASI's interfaces a component may ask for; a host that loads no
    /// components has none.
    #[serde(default)]
    pub versions: Option<Versions>,
    /// The exports that it starts a file by, best first.
    pub starts: Vec<Start>,
    /// What it offers, interface by interface.
    pub interfaces: Vec<Row>,
    /// Interfaces that no row names.
    pub others: Others,
}

/// Whether a host loads a kind of file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Loading {
    /// Whether it does.
    pub loads: Known,
    /// What is particular about it, where it does; what to do instead, where it doesn't.
    #[serde(default)]
    pub note: Option<String>,
    /// Where this is known from.
    #[serde(default)]
    pub references: Vec<String>,
}

/// Something that is known to be so, known not to be so, or not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Known {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Nobody has said, and nobody here has tried.
    Unknown,
}

/// The 0.2 versions of WASI that a host takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Versions {
    /// The version of the host's own interfaces, `0.2.12`.
    pub up_to: String,
    /// How a version that a component asks for is matched with it.
    pub matching: Matching,
    /// Where this is known from.
    pub references: Vec<String>,
}

/// How a host matches the version that an import asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Matching {
    /// Any `0.2.x` is taken for any other; only functions that the host's version lacks are missing.
    Semver,
    /// Only the host's own version.
    Exact,
    /// The version is not looked at.
    Ignored,
    /// Not known beyond the host's own version.
    Unknown,
}

/// An export by which a host starts a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Start {
    /// An interface without its version (`wasi:cli/run`), a module's function (`_start`), or `*` for
    /// any export at all.
    pub export: String,
    /// The command before its options and the file; none for what is deployed or called by a program.
    #[serde(default)]
    pub command: Vec<String>,
    /// What else it needs, or how it differs, as one line.
    #[serde(default)]
    pub note: Option<String>,
    /// Where this is known from.
    pub references: Vec<String>,
}

/// What a host does with some interfaces.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Row {
    /// Interfaces (`wasi:http/types`), whole packages (`wasi:io`), functions
    /// (`wasi:cli/exit#exit-with-code`), or modules that core modules import from
    /// (`wasi_snapshot_preview1`). The longest name that fits an import decides.
    pub names: Vec<String>,
    /// Whether they are there.
    pub status: Status,
    /// What adds them, where they are not there by themselves: without it, the file is refused.
    #[serde(default)]
    pub add: Option<String>,
    /// What makes calls work, where they are there but refuse to do anything by themselves.
    #[serde(default)]
    pub allow: Option<String>,
    /// Parts of the names of the functions that need `allow`; without it, all do.
    #[serde(default)]
    pub calls: Vec<String>,
    /// The only version there is, for drafts: they are not compatible with each other.
    #[serde(default)]
    pub version: Option<String>,
    /// What else is worth knowing, as one line.
    #[serde(default)]
    pub note: Option<String>,
    /// Where this is known from.
    pub references: Vec<String>,
}

/// What a host does with an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It is there, when it is added and allowed where that is needed.
    Provided,
    /// It is there so that the file loads, but every call fails, whatever is allowed.
    Fails,
    /// It is not there: the file is refused.
    Missing,
    /// Nobody has said, and nobody here has tried.
    Unknown,
}

impl Status {
    /// The name used in host files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Status::Provided => "provided",
            Status::Fails => "fails",
            Status::Missing => "missing",
            Status::Unknown => "unknown",
        }
    }
}

/// What a host does with interfaces that no row of its names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Others {
    /// [`Status::Missing`] or [`Status::Unknown`].
    pub status: Status,
    /// What makes the host load a file although it lacks an interface, for one that is never called:
    /// the argument, and what happens at a call all the same.
    #[serde(default)]
    pub stub: Option<Stub>,
    /// Whether an interface does no harm when no code in the file refers to any function of it.
    #[serde(default)]
    pub drops_unused: bool,
    /// What else is worth knowing, as one line.
    #[serde(default)]
    pub note: Option<String>,
    /// Where this is known from.
    pub references: Vec<String>,
}

/// How a host is made to load a file that imports what it lacks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Stub {
    /// The argument.
    pub add: String,
    /// What a call does then, as one line: "a call stops the program".
    pub effect: String,
}

impl Host {
    /// The row that decides about an import: the one with the longest name that fits.
    #[must_use]
    pub fn row(&self, interface: &str, function: Option<&str>) -> Option<&Row> {
        let fits = |row: &Row| {
            let fitting = row
                .names
                .iter()
                .filter(|name| fits(name, interface, function));
            fitting.map(String::len).max()
        };
        let rows = self
            .interfaces
            .iter()
            .filter_map(|row| Some((fits(row)?, row)));
        rows.max_by_key(|(length, _)| *length).map(|(_, row)| row)
    }

    /// What the host does with an interface as a whole.
    #[must_use]
    pub fn status(&self, interface: &str) -> Status {
        self.row(interface, None)
            .map_or(self.others.status, |row| row.status)
    }
}

/// Whether a row's name stands for an import.
fn fits(name: &str, interface: &str, function: Option<&str>) -> bool {
    if let Some((of, wanted)) = name.split_once('#') {
        return of == interface && function == Some(wanted);
    }
    let rest = interface.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host() -> Host {
        toml::from_str(
            r#"
id = "h"
title = "h"
about = "a host"
checked = "h 1"
component.loads = "yes"
module.loads = "no"
starts = []
interfaces = [
    { names = ["wasi:cli"], status = "provided", references = [] },
    { names = ["wasi:cli/exit#exit-with-code"], status = "unknown", references = [] },
    { names = ["wasi:cli/stdin", "wasi:io"], status = "fails", references = [] },
]
others = { status = "missing", references = [] }
"#,
        )
        .unwrap()
    }

    #[test]
    fn the_longest_name_decides() {
        let host = host();
        let status = |interface, function| host.row(interface, function).map(|row| row.status);
        assert_eq!(status("wasi:cli/exit", None), Some(Status::Provided));
        assert_eq!(
            status("wasi:cli/exit", Some("exit")),
            Some(Status::Provided)
        );
        assert_eq!(
            status("wasi:cli/exit", Some("exit-with-code")),
            Some(Status::Unknown)
        );
        assert_eq!(status("wasi:cli/stdin", Some("get")), Some(Status::Fails));
        assert_eq!(status("wasi:climate/sun", None), None);
        assert_eq!(host.status("wasi:climate/sun"), Status::Missing);
    }
}
