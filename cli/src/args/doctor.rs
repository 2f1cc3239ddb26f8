//! `wasify doctor`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::build::{FeatureArgs, ManifestArgs, PackageArgs, PublishedArgs};
use super::output::OutputArgs;
use crate::ecosystem::BuildRequest;
use crate::fleet::Partition;
use crate::levels::LevelArgs;

/// `wasify doctor`.
#[derive(Debug, Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  wasify doctor                                the project in this directory\n",
    "  wasify doctor --no-default-features          what is left without its default features\n",
    "  wasify doctor --crate nu                     a published application\n",
    "  wasify doctor --install                      what the project needs and is not there\n",
    "  wasify doctor --install c-compiler           a C compiler for packages with C code\n",
    "  wasify doctor --check                        and let cargo check what is suggested\n",
    "  wasify doctor -v                             also the tools that the project does not need\n",
    "  wasify doctor --format json                  all of it, for a program to read\n",
    "  wasify doctor --workspace-root ~/src --partition 2/8 --format json=part-2.json\n",
    "                                               a part of a fleet, for `wasify report merge`\n\n",
    "Exit status:\n",
    "  0  nothing is known that keeps the project from being built\n",
    "  1  a package will not build, or a tool or a setting keeps it from being built\n",
    "  2  wasify could not do its work: wrong usage, a missing tool, no project",
))]
pub struct DoctorArgs {
    /// The project's directory [default: the current one]
    #[arg(value_name = "PATH", conflicts_with_all = ["manifest_path", "published"])]
    pub path: Option<PathBuf>,
    /// Install what is missing and wasify knows how to install, then examine; without a name all that the
    /// project needs
    #[arg(long, value_enum, value_name = "TOOL", num_args = 0..=1, default_missing_value = "needed")]
    pub install: Option<Tool>,
    /// Also run cargo check with the changes of `wasify build --fix=all`, without keeping them: what it passes
    /// with is verified
    #[arg(long, conflicts_with = "workspace_roots")]
    pub check: bool,
    /// Examine every package of these workspaces, or of the projects right below these directories
    #[arg(long = "workspace-root", value_name = "DIR", num_args = 1..)]
    #[arg(conflicts_with_all = ["path", "manifest_path", "published", "packages", "workspace"])]
    #[arg(help_heading = "Many projects")]
    pub workspace_roots: Vec<PathBuf>,
    /// Only a part of them: `2/8` is the second of eight, for as many machines
    #[arg(long, value_name = "PART/PARTS", requires = "workspace_roots")]
    #[arg(help_heading = "Many projects")]
    pub partition: Option<Partition>,
    #[command(flatten)]
    published: PublishedArgs,
    #[command(flatten)]
    package: PackageArgs,
    #[command(flatten)]
    feature: FeatureArgs,
    #[command(flatten)]
    manifest: ManifestArgs,
    /// How to write the report, and where to.
    #[command(flatten, next_help_heading = "Report")]
    pub output: OutputArgs,
    /// Levels the user sets.
    #[command(flatten)]
    pub levels: LevelArgs,
}

/// What `--install` can install.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tool {
    /// A C compiler for WebAssembly: zig, from PyPI, into wasify's cache directory (411 MB).
    CCompiler,
    /// Rust's standard library for wasm32-wasip2, with rustup.
    Target,
    /// Those of them that are missing and that the project needs.
    Needed,
}

impl DoctorArgs {
    /// The same as a request.
    #[must_use]
    pub fn request(&self) -> BuildRequest {
        BuildRequest {
            path: self.path.clone(),
            published: self.published.published.clone(),
            packages: self.package.packages.clone(),
            workspace: self.package.workspace,
            ..self.manifest.with_features(&self.feature)
        }
    }
}
