//! What `wasify doctor` saw beside the packages, in `wasify-report/1`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Package;

/// A tool of the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `rustc`, `wasm32-wasip2`, `C compiler`.
    pub name: String,
    /// What it is for, in general.
    pub purpose: String,
    /// What the project needs it for; null when it does not.
    pub needed_for: Option<String>,
    /// `well`, `missing`, `broken`, or `not-looked-at` for what the project does not need.
    pub state: String,
    /// Where it lies.
    pub path: Option<String>,
    /// What it says of its version.
    pub version: Option<String>,
    /// Why it does not work.
    pub fault: Option<String>,
    /// What mends it, where it is needed and not well.
    pub remedy: Option<Remedy>,
}

/// What mends a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Remedy {
    /// What it means, an imperative line.
    pub title: String,
    /// The line to paste; null where there is no single one.
    pub command: Option<String>,
    /// Whether `wasify doctor --install` does it.
    pub safe: bool,
}

/// A setting of cargo that fights the port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Setting {
    /// `-C link-arg=-fuse-ld=lld`.
    pub setting: String,
    /// Where it is set: `file`, `--config`, or the name of a variable.
    pub from: String,
    /// The file.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<usize>,
    /// Why it is wrong for WASI, in a line that follows "it".
    pub why: String,
    /// What to do instead.
    pub instead: String,
    /// Whether nothing builds with it.
    pub breaks: bool,
}

/// A flag in `wasify.toml` whose reason is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StaleFlag {
    /// The list it is in: `features`, `rustflags`, `open`, `ports` or `updates`.
    pub list: String,
    /// What it is about.
    pub what: String,
    /// The file.
    pub file: String,
    /// The line in it.
    pub line: Option<usize>,
    /// Why it is of no use.
    pub why: String,
    /// Whether nothing builds with it.
    pub breaks: bool,
}

/// What `cargo check` says of the project with the changes of `wasify build --fix=all` in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Checked {
    /// Whether all of it compiles.
    pub passed: bool,
    /// How many changes were in place.
    pub changes: usize,
    /// The packages that fail by themselves.
    pub failed: Vec<Package>,
    /// What cargo said, where no package is to blame.
    pub message: Option<String>,
}
