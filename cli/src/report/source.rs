//! Source lines for excerpts, and paths as a person wants to read them.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// No line of source beyond this is worth showing, and no file beyond it is source.
const MAX_FILE: u64 = 8 << 20;
const MAX_LINE: usize = 400;

/// Finds source files by the paths that compilers recorded.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    root: Option<PathBuf>,
    here: Option<PathBuf>,
}

impl Sources {
    /// Relative paths are below `root`, the project; without one they can't be resolved, because a
    /// file of the same name nearby may be of another program.
    #[must_use]
    pub fn new(root: Option<&Path>) -> Self {
        Sources {
            root: root.map(Path::to_owned),
            here: std::env::current_dir().ok(),
        }
    }

    /// With a current directory of the caller's choice.
    #[cfg(test)]
    pub(super) fn of(root: &Path, here: &Path) -> Self {
        Sources {
            root: Some(root.to_owned()),
            here: Some(here.to_owned()),
        }
    }

    /// Where the file is, when that is known.
    fn resolve(&self, file: &str) -> Option<PathBuf> {
        let path = Path::new(file);
        if path.is_absolute() {
            return Some(path.to_owned());
        }
        Some(self.root.as_ref()?.join(path))
    }

    /// The line (counted from one), when the file is there and has it. The path may come from a
    /// foreign binary, so only regular files of a sensible size are opened.
    pub(super) fn line(&self, file: &str, line: u32) -> Option<String> {
        let path = self.resolve(file)?;
        let about = std::fs::metadata(&path).ok()?;
        if !about.is_file() || about.len() > MAX_FILE {
            return None;
        }
        let wanted = usize::try_from(line).ok()?.checked_sub(1)?;
        let reader = BufReader::new(File::open(path).ok()?.take(MAX_FILE));
        let text = reader.lines().nth(wanted)?.ok()?;
        (text.len() <= MAX_LINE && !text.trim().is_empty()).then_some(text)
    }

    /// The path as shown: relative to the current directory when it is below it, `ignore-0.4.23/src/walk.rs`
    /// for a crate of cargo's registry, `std/src/env.rs` for the toolchain's own.
    pub(super) fn shown(&self, file: &str) -> String {
        if let Some(below) = below_registry(file).or_else(|| below_library(file)) {
            return below.to_owned();
        }
        let Some(path) = self.resolve(file) else {
            return file.to_owned();
        };
        let near =
            |base: &Option<PathBuf>| Some(path.strip_prefix(base.as_ref()?).ok()?.to_owned());
        near(&self.here)
            .or_else(|| near(&self.root))
            .unwrap_or(path)
            .display()
            .to_string()
    }
}

/// What follows `registry/src/<index>/`.
fn below_registry(file: &str) -> Option<&str> {
    let (_, rest) = file.split_once("/registry/src/")?;
    rest.split_once('/').map(|(_, below)| below)
}

/// What follows `/rustc/<commit>/library/`, or the same of the installed sources.
fn below_library(file: &str) -> Option<&str> {
    let rest = file
        .strip_prefix("/rustc/")
        .or_else(|| Some(file.split_once("/lib/rustlib/src/rust/")?.1))?;
    rest.split_once("library/").map(|(_, below)| below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shortened() {
        let sources = Sources::of("/w/app".as_ref(), "/w".as_ref());
        for (recorded, shown) in [
            ("src/main.rs", "app/src/main.rs"),
            ("/w/app/src/main.rs", "app/src/main.rs"),
            ("/else/where.rs", "/else/where.rs"),
            (
                "/r/.cargo/registry/src/crates-io-1/ignore-0.4.23/src/walk.rs",
                "ignore-0.4.23/src/walk.rs",
            ),
            ("/rustc/5980761/library/std/src/env.rs", "std/src/env.rs"),
            (
                "/r/lib/rustlib/src/rust/library/std/src/env.rs",
                "std/src/env.rs",
            ),
        ] {
            assert_eq!(sources.shown(recorded), shown);
        }
        assert_eq!(Sources::default().shown("src/main.rs"), "src/main.rs");
    }

    #[test]
    fn lines_come_only_from_regular_files() {
        let scratch = tempfile::tempdir().unwrap();
        std::fs::write(scratch.path().join("a.rs"), "one\n  two\n\n").unwrap();
        let sources = Sources::new(Some(scratch.path()));
        assert_eq!(sources.line("a.rs", 2).as_deref(), Some("  two"));
        for (file, line) in [
            ("a.rs", 0),
            ("a.rs", 3),
            ("a.rs", 9),
            ("b.rs", 1),
            ("/dev/zero", 1),
        ] {
            assert_eq!(sources.line(file, line), None, "{file}:{line}");
        }
        assert_eq!(Sources::default().line("Cargo.toml", 1), None);
    }
}
