//! What `wasify test` tells the runner that cargo starts for it.

use std::path::PathBuf;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::permissions::Given;

/// The variable that holds the settings, as JSON.
pub const SETTINGS: &str = "WASIFY_TEST";

/// How tests are run and shown.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Settings {
    /// Where the records of the test programs go.
    pub records: PathBuf,
    /// wasify's own directory.
    pub home: Option<PathBuf>,
    /// The directory that `wasify test` was started in: paths in flags start there.
    pub cwd: PathBuf,
    /// Whether results belong on standard output; otherwise a document goes there later, and they are
    /// only for whoever waits.
    pub human: bool,
    /// Whether to use colour.
    pub color: bool,
    /// What the tests may do.
    pub given: Given,
    /// How long each test may take, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Whether tests that fail by a known gap leave the test program a success.
    pub allow_gaps: bool,
}

impl Settings {
    /// As the variable's value.
    ///
    /// # Errors
    /// A path is not UTF-8.
    pub fn to_text(&self) -> anyhow::Result<String> {
        serde_json::to_string(self).context("failed to write the settings for the test runner")
    }

    /// From this process's environment.
    ///
    /// # Errors
    /// wasify was not started as a test runner by `wasify test`.
    pub fn of_process() -> anyhow::Result<Settings> {
        let text = std::env::var(SETTINGS)
            .with_context(|| format!("failed to read `{SETTINGS}`, which `wasify test` sets"))?;
        serde_json::from_str(&text).with_context(|| format!("failed to understand `{SETTINGS}`"))
    }
}
