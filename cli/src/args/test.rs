//! `wasify test`.

use clap::{Args, ValueEnum};

use super::build::{CompileArgs, FeatureArgs, ManifestArgs, how};
use super::run::PermissionArgs;
use crate::ecosystem::{BuildRequest, TestRequest};

/// `wasify test`.
#[derive(Debug, Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  wasify test                                  all tests of the project in this directory\n",
    "  wasify test --no-fail-fast parser            those with `parser` in their names\n",
    "  wasify test --test api -- --nocapture        what follows `--` goes to the test program\n",
    "  wasify test --dir tests/data:ro              they may read in `tests/data`\n",
    "  wasify test --format junit > results.xml     for CI\n\n",
    "Exit status:\n",
    "  0  all tests passed\n",
    "  1  a test failed, or the project does not build\n",
    "  2  wasify could not do its work: wrong usage, a missing tool, no project\n\n",
    "Tests get no directories, no network, and of the environment only what cargo says of the package.\n",
    "--timeout is for each test.",
))]
pub struct TestArgs {
    /// Run only the tests with this in their names
    #[arg(value_name = "TESTNAME")]
    pub name: Option<String>,
    /// Arguments for the test program
    #[arg(last = true, value_name = "ARGS")]
    passed_on: Vec<String>,
    /// Compile, but don't run tests
    #[arg(long)]
    no_run: bool,
    /// Run all tests regardless of failure
    #[arg(long)]
    no_fail_fast: bool,
    /// Report a missing wasm32-wasip2 target instead of adding it with rustup
    #[arg(long)]
    pub no_install: bool,
    /// Print what would be run, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// How to write the results
    #[arg(long, value_enum, value_name = "human|json|junit")]
    #[arg(default_value_t, hide_possible_values = true)]
    pub format: TestFormat,
    /// Don't fail for tests that fail by a known gap of WASI
    #[arg(long)]
    pub allow_gaps: bool,
    /// What tests may do; `--timeout` is for each test, which then has a program to itself.
    #[command(flatten)]
    pub permissions: PermissionArgs,
    #[command(flatten)]
    package: TestPackageArgs,
    #[command(flatten)]
    target: TestTargetArgs,
    #[command(flatten)]
    feature: FeatureArgs,
    #[command(flatten)]
    compile: CompileArgs,
    #[command(flatten)]
    manifest: ManifestArgs,
}

/// How test results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum TestFormat {
    /// For people, as `cargo test` does.
    #[default]
    Human,
    /// For programs: versioned, one document on standard output.
    Json,
    /// For CI services: JUnit's XML on standard output.
    Junit,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Package selection")]
struct TestPackageArgs {
    /// Test only this package of a workspace; may be repeated
    #[arg(short, long = "package", value_name = "SPEC")]
    packages: Vec<String>,
    /// Test all packages of the workspace
    #[arg(long, visible_alias = "all")]
    workspace: bool,
    /// Leave this package out; may be repeated
    #[arg(long, value_name = "SPEC", requires = "workspace")]
    exclude: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Target selection")]
struct TestTargetArgs {
    /// Test the package's library
    #[arg(long)]
    lib: bool,
    /// Test only this program; may be repeated
    #[arg(long = "bin", value_name = "NAME")]
    bins: Vec<String>,
    /// Test all programs
    #[arg(long = "bins")]
    all_bins: bool,
    /// Test only this example; may be repeated
    #[arg(long = "example", value_name = "NAME")]
    examples: Vec<String>,
    /// Test all examples
    #[arg(long = "examples")]
    all_examples: bool,
    /// Run only this test target; may be repeated
    #[arg(long = "test", value_name = "NAME")]
    tests: Vec<String>,
    /// Run all targets that are tested by default as tests
    #[arg(long = "tests")]
    all_tests: bool,
    /// Test only this benchmark; may be repeated
    #[arg(long = "bench", value_name = "NAME")]
    benches: Vec<String>,
    /// Test all benchmarks
    #[arg(long = "benches")]
    all_benches: bool,
    /// Test all targets, but not the documentation
    #[arg(long)]
    all_targets: bool,
    /// Test only the library's documentation
    #[arg(long)]
    doc: bool,
}

impl TestArgs {
    /// The request in the ecosystem's words.
    #[must_use]
    pub fn request(&self, quiet: bool) -> TestRequest {
        let build = BuildRequest {
            packages: self.package.packages.clone(),
            workspace: self.package.workspace,
            bins: self.target.bins.clone(),
            all_bins: self.target.all_bins,
            examples: self.target.examples.clone(),
            all_examples: self.target.all_examples,
            lib: self.target.lib,
            quiet,
            no_install: self.no_install,
            ..how(&self.feature, &self.compile, &self.manifest)
        };
        TestRequest {
            build,
            exclude: self.package.exclude.clone(),
            tests: self.target.tests.clone(),
            all_tests: self.target.all_tests,
            benches: self.target.benches.clone(),
            all_benches: self.target.all_benches,
            all_targets: self.target.all_targets,
            doc: self.target.doc,
            no_run: self.no_run,
            no_fail_fast: self.no_fail_fast,
            name: self.name.clone(),
            passed_on: self.passed_on.clone(),
        }
    }
}
