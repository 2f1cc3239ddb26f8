//! `wasify doctor`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::build::{FeatureArgs, ManifestArgs, PackageArgs, PublishedArgs};
use super::output::OutputArgs;
use crate::ecosystem::BuildRequest;
use crate::levels::LevelArgs;

/// `wasify doctor`.
#[derive(Debug, Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  wasify doctor                                the project in this directory\n",
    "  wasify doctor --no-default-features          what is left without its default features\n",
    "  wasify doctor --crate nu                     a published application\n",
    "  wasify doctor --install c-compiler           a C compiler for packages with C code\n",
    "  wasify doctor --format json                  all of it, for a program to read\n\n",
    "Exit status:\n",
    "  0  no package is known to fail to build\n",
    "  1  a package will not build\n",
    "  2  wasify could not do its work: wrong usage, a missing tool, no project",
))]
pub struct DoctorArgs {
    /// The project's directory [default: the current one]
    #[arg(value_name = "PATH", conflicts_with_all = ["manifest_path", "published"])]
    pub path: Option<PathBuf>,
    /// Install what is missing and wasify knows how to install, then examine
    #[arg(long, value_enum, value_name = "TOOL")]
    pub install: Option<Tool>,
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
