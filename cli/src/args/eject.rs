//! `wasify eject`.

use std::path::PathBuf;

use clap::Args;

use super::build::ManifestArgs;
use crate::ecosystem::BuildRequest;

/// `wasify eject`.
#[derive(Debug, Args)]
#[command(after_help = concat!(
    "Writes .cargo/config.toml, copies of changed crates in wasi-ports/, and Cargo.lock, which says where\n",
    "crates come from. After that, `cargo wasi-build` builds the port, without wasify.\n\n",
    "Examples:\n",
    "  wasify eject --dry-run                       show what would be written\n",
    "  wasify eject                                 the project in this directory\n\n",
    "Exit status:\n",
    "  0  written, or there already\n",
    "  2  nothing was written: a setting is there that says otherwise, or a crate can't be changed",
))]
pub struct EjectArgs {
    /// The project's directory [default: the current one]
    #[arg(value_name = "PATH", conflicts_with = "manifest_path")]
    pub path: Option<PathBuf>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// There is no project to write into: to say so.
    #[arg(long = "crate", value_name = "NAME", hide = true)]
    published: Option<String>,
    #[command(flatten)]
    manifest: ManifestArgs,
}

impl EjectArgs {
    /// The same as a request.
    #[must_use]
    pub fn request(&self) -> BuildRequest {
        BuildRequest {
            path: self.path.clone(),
            published: self.published.clone(),
            manifest_path: self.manifest.manifest_path.clone(),
            locked: self.manifest.locked,
            offline: self.manifest.offline,
            frozen: self.manifest.frozen,
            ..BuildRequest::default()
        }
    }
}
