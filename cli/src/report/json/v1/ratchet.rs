//! The comparison with a baseline in `wasify-report/1`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a build compares with what is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ratchet {
    /// The baseline's path.
    pub file: String,
    /// Whether it is there. Without one nothing is accepted.
    pub there: bool,
    /// How many findings it accepts.
    pub accepted: usize,
    /// What is worse; the exit code is 1 when there is any.
    pub worse: Vec<Change>,
    /// What is better.
    pub better: Vec<Change>,
    /// The names of artifacts in the baseline that were not built.
    pub not_built: Vec<String>,
}

/// A difference from the baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The artifact's name; null for what is about the build.
    pub artifact: Option<String>,
    /// `finding`, `level`, `import`, `wasi` or `size`.
    pub kind: String,
    /// The rule, for `finding` and `level`.
    pub rule: Option<String>,
    /// The crate to look at, for these.
    pub package: Option<String>,
    /// The function of the project, for a `finding` that has one.
    pub place: Option<String>,
    /// The same for people.
    pub text: String,
}
