//! `wasify build`, and the options of every subcommand that builds.

use std::path::PathBuf;

use clap::Args;

use super::ReportArgs;
use crate::ecosystem::BuildRequest;
use crate::fix::choose::Reach;
use crate::stub::Selector;

/// `wasify build`.
#[derive(Debug, Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  wasify build                                 the project in this directory\n",
    "  wasify build --release --bin server          one of its programs, optimised\n",
    "  wasify build --crate ripgrep --release       a published application, into this directory\n",
    "  wasify build --fix                           change flags until it builds\n",
    "  wasify build --format json > report.json     for a program to read\n",
    "  wasify build --format github --format sarif=wasify.sarif\n",
    "                                               for CI: annotations, and a file for code scanning\n",
    "  wasify build -D warnings                     exit with 1 for warnings too\n",
    "  wasify build --write-baseline                accept what is there\n",
    "  wasify build --ci                            exit with 1 only for what is worse than that\n",
    "  wasify build --host wasmtime,spin            and say whether these hosts run it\n",
    "  wasify build --stub wasi:sockets             for hosts that have no network\n",
    "  wasify build -- -Zbuild-std                  what follows `--` goes to cargo as it is\n\n",
    "Exit status:\n",
    "  0  built, and nothing was found at level deny\n",
    "  1  something was found at level deny, a host of --host can't run it, or the project\n",
    "     does not build\n",
    "  2  wasify could not do its work: wrong usage, a missing tool, no project",
))]
pub struct BuildArgs {
    /// The project's directory [default: the current one]
    #[arg(value_name = "PATH", conflicts_with_all = ["manifest_path", "published"])]
    pub path: Option<PathBuf>,
    /// Arguments for cargo build, passed on unchanged
    #[arg(last = true, value_name = "CARGO ARGS")]
    passed_on: Vec<String>,
    /// Change flags and versions until it builds: `safe` costs no feature, `all` may
    #[arg(long, value_enum, value_name = "safe|all", hide_possible_values = true)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "safe")]
    pub fix: Option<Reach>,
    /// Take this out of the components: a package, an interface or a function that they import; may be
    /// repeated
    #[arg(long = "stub", value_name = "IMPORT")]
    stubs: Vec<Selector>,
    /// Print what would be run, and with --fix what would be changed first, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// With --fix --dry-run: let cargo check the project with these changes, and change what that finds too
    #[arg(long, requires = "fix", requires = "dry_run")]
    pub check: bool,
    /// Fail only on what is worse than the baseline: new findings and imports, a higher WASI version, size
    #[arg(long, conflicts_with = "fix", help_heading = "Ratchet")]
    pub ci: bool,
    /// Accept what is there: write it into the baseline
    #[arg(long, conflicts_with_all = ["ci", "fix"], help_heading = "Ratchet")]
    pub write_baseline: bool,
    /// The baseline [default: wasify-baseline.toml in the project's root directory]
    #[arg(long, value_name = "FILE", help_heading = "Ratchet")]
    pub baseline: Option<PathBuf>,
    /// What to build and how.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Copy the components into this directory [default: the current one with --crate, else they stay below
    /// the target directory]
    #[arg(long, value_name = "DIR", help_heading = "Compilation options")]
    out_dir: Option<PathBuf>,
    /// What to report and how.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// What to build and how, with cargo's own flags: the same for every subcommand that builds.
#[derive(Debug, Args)]
pub struct ProjectArgs {
    #[command(flatten)]
    published: PublishedArgs,
    #[command(flatten)]
    package: PackageArgs,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    feature: FeatureArgs,
    #[command(flatten)]
    compile: CompileArgs,
    #[command(flatten)]
    manifest: ManifestArgs,
    /// Report a missing wasm32-wasip2 target instead of adding it with rustup
    #[arg(long, help_heading = "Compilation options")]
    no_install: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Published application")]
pub(super) struct PublishedArgs {
    /// Build an application from crates.io instead of a local project
    #[arg(
        long = "crate",
        value_name = "NAME[@VERSION]",
        conflicts_with = "manifest_path"
    )]
    pub(super) published: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Package selection")]
pub(super) struct PackageArgs {
    /// Build only this package of a workspace; may be repeated
    #[arg(short, long = "package", value_name = "SPEC")]
    pub(super) packages: Vec<String>,
    /// Build all packages of the workspace
    #[arg(long)]
    pub(super) workspace: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Target selection")]
struct TargetArgs {
    /// Build the package's library
    #[arg(long)]
    lib: bool,
    /// Build only this program; may be repeated
    #[arg(long = "bin", value_name = "NAME")]
    bins: Vec<String>,
    /// Build all programs
    #[arg(long = "bins")]
    all_bins: bool,
    /// Build only this example; may be repeated
    #[arg(long = "example", value_name = "NAME")]
    examples: Vec<String>,
    /// Build all examples
    #[arg(long = "examples")]
    all_examples: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Feature selection")]
pub(super) struct FeatureArgs {
    /// Features to activate, separated by spaces or commas; may be repeated
    #[arg(short = 'F', long, value_name = "FEATURES")]
    features: Vec<String>,
    /// Activate all features
    #[arg(long)]
    all_features: bool,
    /// Do not activate the `default` feature
    #[arg(long)]
    no_default_features: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Compilation options")]
pub(super) struct CompileArgs {
    /// Build with the release profile: optimised
    #[arg(short, long, conflicts_with = "profile")]
    release: bool,
    /// Build with this profile
    #[arg(long, value_name = "PROFILE-NAME")]
    profile: Option<String>,
    /// How many jobs to run at a time [default: the number of cores]
    #[arg(short, long, value_name = "N", allow_hyphen_values = true)]
    jobs: Option<String>,
    /// Directory for all generated files
    #[arg(long, value_name = "DIRECTORY")]
    target_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Manifest options")]
pub(super) struct ManifestArgs {
    /// The project's Cargo.toml
    #[arg(long, value_name = "PATH")]
    pub(super) manifest_path: Option<PathBuf>,
    /// Fail when Cargo.lock would change
    #[arg(long)]
    pub(super) locked: bool,
    /// Run without the network
    #[arg(long)]
    pub(super) offline: bool,
    /// The same as --locked and --offline together
    #[arg(long)]
    pub(super) frozen: bool,
}

impl ManifestArgs {
    /// A request with these features and settings, that says neither what to build nor how.
    pub(super) fn with_features(&self, feature: &FeatureArgs) -> BuildRequest {
        BuildRequest {
            manifest_path: self.manifest_path.clone(),
            features: feature.features.clone(),
            no_default_features: feature.no_default_features,
            all_features: feature.all_features,
            locked: self.locked,
            offline: self.offline,
            frozen: self.frozen,
            ..BuildRequest::default()
        }
    }
}

/// A request that says how to build, and not yet what.
pub(super) fn how(
    feature: &FeatureArgs,
    compile: &CompileArgs,
    manifest: &ManifestArgs,
) -> BuildRequest {
    BuildRequest {
        release: compile.release,
        profile: compile.profile.clone(),
        target_dir: compile.target_dir.clone(),
        jobs: compile.jobs.clone(),
        ..manifest.with_features(feature)
    }
}

impl BuildArgs {
    /// The request in the ecosystem's words.
    #[must_use]
    pub fn request(&self, quiet: bool) -> BuildRequest {
        BuildRequest {
            path: self.path.clone(),
            out_dir: self.out_dir.clone(),
            quiet,
            stubs: self.stubs.clone(),
            line_tables: self.ci || self.write_baseline,
            passed_on: self.passed_on.clone(),
            ..self.project.request()
        }
    }
}

impl ProjectArgs {
    /// Whether something is built before it is run, when this file or directory is named.
    #[must_use]
    pub fn builds(&self, file: Option<&std::path::Path>) -> bool {
        file.is_none_or(|file| !file.is_file())
    }

    /// The request in the ecosystem's words, for the project in the current directory.
    #[must_use]
    pub fn request(&self) -> BuildRequest {
        BuildRequest {
            published: self.published.published.clone(),
            packages: self.package.packages.clone(),
            workspace: self.package.workspace,
            bins: self.target.bins.clone(),
            all_bins: self.target.all_bins,
            examples: self.target.examples.clone(),
            all_examples: self.target.all_examples,
            lib: self.target.lib,
            no_install: self.no_install,
            ..how(&self.feature, &self.compile, &self.manifest)
        }
    }
}
