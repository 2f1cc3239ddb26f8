//! The shapes of `wasify-tests/1`. Frozen: what is here keeps its name and its meaning; a field may
//! be added, and a change of any other kind is a new version beside this one.

use schemars::JsonSchema;
use serde::Serialize;

/// What one run of `wasify test` gave.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "wasify-tests/1")]
pub struct Tests {
    /// The name of this format: always `wasify-tests/1`.
    #[schemars(extend("const" = "wasify-tests/1"))]
    pub schema: &'static str,
    /// The version of wasify that wrote it.
    pub wasify: &'static str,
    /// The test programs that ran, in order. Cargo stops after the first that fails, unless
    /// `--no-fail-fast` is given.
    pub programs: Vec<Program>,
    /// How many tests came to what.
    pub summary: Summary,
    /// Whether everything was built and could be started.
    pub complete: bool,
    /// The exit code of the run: 0 when no test failed, 1 otherwise. A run that could not do its work
    /// (2) writes nothing.
    #[schemars(extend("enum" = [0, 1]))]
    pub exit_code: u8,
}

/// A test program.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Program {
    /// The package whose tests they are.
    pub package: String,
    /// The target: `semver`, `test_version`.
    pub target: String,
    /// What kind of program it is.
    pub kind: Kind,
    /// Its tests, in the order in which they ran.
    pub tests: Vec<Test>,
    /// How many tests the filters left out.
    pub filtered_out: u64,
    /// How long all of it took.
    pub seconds: f64,
}

/// Kinds of test programs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// With Rust's own test harness.
    Harness,
    /// With another one, or none: it is one test.
    Custom,
    /// The examples in a package's documentation.
    Documentation,
}

/// A test.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Test {
    /// Its path in the test program.
    pub name: String,
    /// Whether it is marked `#[should_panic]`.
    pub should_panic: bool,
    /// What came of it.
    pub result: Outcome,
    /// Why it failed; null for a test that did not.
    pub cause: Option<Cause>,
    /// The rule that foretells it: of a failure by a known gap, and of a test that was not run.
    pub rule: Option<String>,
    /// The flags that would have allowed what it was refused.
    pub flags: Vec<String>,
    /// The reason of an ignored test.
    pub reason: Option<String>,
    /// What a failed test wrote.
    pub output: Option<String>,
    /// How a failed test ended, where its output doesn't tell.
    pub end: Option<String>,
    /// How long it took.
    pub seconds: f64,
}

/// What can come of a test.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It is marked `#[ignore]`.
    Ignored,
    /// It can't be run here, by a rule.
    NotRun,
}

/// Why a test failed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Of itself.
    Real,
    /// By something that WASI doesn't have.
    KnownGap,
    /// After it was refused something.
    NeedsPermission,
    /// It took longer than it may.
    TimedOut,
}

/// How many tests came to what.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// Passed.
    pub passed: u64,
    /// Failed of themselves.
    pub failed: u64,
    /// Failed by a known gap.
    pub known_gaps: u64,
    /// Failed after they were refused something.
    pub need_permission: u64,
    /// Stopped, for they took too long.
    pub timed_out: u64,
    /// Marked `#[ignore]`.
    pub ignored: u64,
    /// Not run, by a rule.
    pub not_run: u64,
    /// Left out by filters.
    pub filtered_out: u64,
}
