//! Copies of crates in the project, with what the port changes in them.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::DIRECTORY;
use crate::execute::{copies, files};

/// A crate that is copied into the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Its name.
    pub package: String,
    /// Its version.
    pub version: String,
    /// Its source, with the port's edits where it has one; `None` for a copy that is there already.
    pub source: Option<PathBuf>,
    /// The root of the library, from there.
    pub root: PathBuf,
    /// What was changed.
    pub change: Change,
}

/// What is different in a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// What the port does instead, a sentence each.
    pub instead: Vec<String>,
    /// Unstable features that are opened on WASI.
    pub features: Vec<String>,
}

impl Copy {
    /// The directory, from the project's root.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{DIRECTORY}/{}-{}", self.package, self.version)
    }

    /// The lines that go in front of the library.
    fn head(&self) -> String {
        // Cargo keeps warnings of crates from a registry to itself; this is none any more.
        let mut head = "#![allow(warnings)]\n".to_owned();
        for feature in &self.change.features {
            let _ = writeln!(
                head,
                "#![cfg_attr(target_os = \"wasi\", feature({feature}))]"
            );
        }
        head
    }
}

/// Writes the copies below a project's root, and a page that says what they are.
///
/// # Errors
/// A source can't be read, or a copy can't be written.
pub fn write(root: &Path, copies: &[Copy]) -> Result<()> {
    let directory = root.join(DIRECTORY);
    for copy in copies {
        let Some(source) = &copy.source else {
            continue;
        };
        let to = root.join(copy.path());
        let partial = directory.join(".partial");
        removed(&partial)
            .and_then(|()| copies::copy_plain(source, &partial))
            .with_context(|| format!("failed to copy `{}`", source.display()))?;
        let library = partial.join(&copy.root);
        let text = fs::read_to_string(&library)
            .with_context(|| format!("failed to read `{}`", library.display()))?;
        let text = format!("{}{text}", copy.head());
        fs::write(&library, text)
            .and_then(|()| removed(&to))
            .and_then(|()| fs::rename(&partial, &to))
            .with_context(|| format!("failed to write `{}`", to.display()))?;
    }
    let page = directory.join("README.md");
    files::write_whole(&page, readme(copies).as_bytes())
        .with_context(|| format!("failed to write `{}`", page.display()))
}

fn removed(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What the copies are.
fn readme(copies: &[Copy]) -> String {
    let mut text = "# Crates with a WASI branch\n\n\
        Copies of crates, made by `wasify eject`, that `.cargo/config.toml` puts in the place of those from the\n\
        registry. What was changed stands below `#[cfg(target_os = \"wasi\")]`, so builds for other targets are as\n\
        before; each crate keeps its own license. A copy is used only while `Cargo.lock` has its version: after an\n\
        update of the crate, `wasify eject` makes the one that is needed, and the old one can be removed.\n"
        .to_owned();
    let mut all: Vec<&Copy> = copies.iter().collect();
    all.sort_by_key(|copy| (&copy.package, &copy.version));
    for copy in all {
        let _ = writeln!(text, "\n## {} {}\n", copy.package, copy.version);
        for sentence in &copy.change.instead {
            let _ = writeln!(text, "- {sentence}");
        }
        if !copy.change.features.is_empty() {
            let features = copy.change.features.join("`, `");
            let _ = writeln!(
                text,
                "- it may use the unstable `{features}` of std on WASI, which `RUSTC_BOOTSTRAP` allows it"
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_the_source_below_a_few_lines() {
        let scratch = tempfile::tempdir().unwrap();
        let source = scratch.path().join("which-6.0.3");
        fs::create_dir_all(source.join("src")).unwrap();
        fs::write(source.join("Cargo.toml"), "[package]\n").unwrap();
        fs::write(source.join("Cargo.lock"), "").unwrap();
        fs::write(source.join("src/lib.rs"), "//! Which.\n").unwrap();
        let copy = |source, version: &str| Copy {
            package: "which".to_owned(),
            version: version.to_owned(),
            source,
            root: PathBuf::from("src/lib.rs"),
            change: Change {
                instead: vec!["it can't".to_owned()],
                features: vec!["wasip2".to_owned()],
            },
        };
        let root = scratch.path().join("project");
        fs::create_dir_all(root.join(DIRECTORY)).unwrap();
        write(&root, &[copy(None, "5.0.0"), copy(Some(source), "6.0.3")]).unwrap();
        let made = root.join("wasi-ports/which-6.0.3");
        let library = fs::read_to_string(made.join("src/lib.rs")).unwrap();
        let head = "#![allow(warnings)]\n#![cfg_attr(target_os = \"wasi\", feature(wasip2))]\n";
        assert_eq!(library, format!("{head}//! Which.\n"));
        let manifest = fs::read_to_string(made.join("Cargo.toml")).unwrap();
        assert_eq!(manifest, "[package]\n\n[workspace]\n");
        assert!(!made.join("Cargo.lock").exists());
        // One that is there already is not made, and told of.
        assert!(!root.join("wasi-ports/which-5.0.0").exists());
        let page = fs::read_to_string(root.join("wasi-ports/README.md")).unwrap();
        let (five, six) = page.split_once("## which 6.0.3").unwrap();
        assert!(
            five.contains("## which 5.0.0\n\n- it can't\n- it may use"),
            "{page}"
        );
        assert!(six.contains("unstable `wasip2`"), "{page}");
    }
}
