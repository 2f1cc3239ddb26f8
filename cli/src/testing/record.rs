//! What is kept of each test program's run, from the runner for `wasify test`.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::execute::files;

/// One run of one test program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The package whose tests they are.
    pub package: String,
    /// The target: `semver`, `test_version`; a documentation test's is the package.
    pub target: String,
    /// What kind of program it is.
    pub kind: Kind,
    /// In the order in which they ran.
    pub tests: Vec<Test>,
    /// How many tests the user's filters left out.
    pub filtered_out: u64,
    /// How long all of it took.
    pub seconds: f64,
}

/// Kinds of test programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// With Rust's own test harness.
    Harness,
    /// With another one (`harness = false`), or none: an example. It is one test to wasify.
    Custom,
    /// One example of the documentation, which `rustdoc` judges.
    Documentation,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// Its path in the test program: `tests::adds`.
    pub name: String,
    /// Whether it is marked `#[should_panic]`.
    pub should_panic: bool,
    /// What came of it.
    pub result: Verdict,
    /// How long it took.
    pub seconds: f64,
}

/// What came of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Verdict {
    /// It passed.
    Passed,
    /// It failed.
    Failed {
        /// Why.
        why: Why,
        /// What it wrote, its panic message included.
        output: String,
        /// How it ended, where the output doesn't tell: `wasm trap: call stack exhausted`.
        end: Option<String>,
    },
    /// It is marked `#[ignore]`, with this reason.
    Ignored {
        /// The reason in the attribute.
        reason: Option<String>,
    },
    /// It can't be run here, by a rule.
    NotRun {
        /// The rule's id.
        rule: String,
    },
}

/// Why a test failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Why {
    /// Of itself.
    Real,
    /// By something that WASI doesn't have.
    Gap {
        /// The rule that foretells it.
        rule: String,
    },
    /// After it was refused something.
    Needs {
        /// The flags that would have allowed it: `--dir tests/data:ro`.
        flags: Vec<String>,
    },
    /// It took longer than it may.
    TimedOut,
}

impl Record {
    /// Writes it down for [`read_all`].
    ///
    /// # Errors
    /// The file can't be written.
    pub fn leave(&self, directory: &Path) -> anyhow::Result<()> {
        // They are read in the order in which the programs ended; documentation tests end at once.
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let name = format!("{:030}-{}.json", now.as_nanos(), std::process::id());
        let text = serde_json::to_vec(self).context("failed to write test results")?;
        let path = directory.join(name);
        files::write_whole(&path, &text)
            .with_context(|| format!("failed to write `{}`", path.display()))
    }
}

/// All records in a directory, in the order in which they were left.
///
/// # Errors
/// One can't be read.
pub fn read_all(directory: &Path) -> anyhow::Result<Vec<Record>> {
    let entries = std::fs::read_dir(directory)
        .with_context(|| format!("failed to read `{}`", directory.display()))?;
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text =
            std::fs::read(&path).with_context(|| format!("failed to read `{}`", path.display()))?;
        serde_json::from_slice(&text)
            .with_context(|| format!("failed to understand `{}`", path.display()))
    };
    paths.into_iter().map(read).collect()
}
