//! `wasify init`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `wasify init`.
#[derive(Debug, Args)]
#[command(after_help = concat!(
    "Nothing that is there already is changed.\n\n",
    "Examples:\n",
    "  wasify init                                  wasify.toml alone\n",
    "  wasify init --ci github                      and a workflow that keeps the port a port\n",
    "  wasify init --with dockerfile,spin           and what deploys it, with wasify.toml's permissions\n",
    "  wasify init --ci generic --dry-run           show what would be written\n\n",
    "Exit status:\n",
    "  0  written, or there already\n",
    "  2  there is no project, or a file can't be written",
))]
pub struct InitArgs {
    /// The project's directory [default: the current one]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// Write a CI step: for GitHub, for GitLab, or a script for any other
    #[arg(
        long,
        value_enum,
        value_name = "github|gitlab|generic",
        hide_possible_values = true
    )]
    pub ci: Option<Ci>,
    /// Write what deploys the component, with the permissions of wasify.toml
    #[arg(
        long,
        value_enum,
        value_name = "dockerfile|spin|wadm,...",
        value_delimiter = ','
    )]
    #[arg(hide_possible_values = true)]
    pub with: Vec<Deployment>,
    /// The program to deploy, where there are several
    #[arg(long, value_name = "NAME", requires = "with")]
    pub bin: Option<String>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Whose CI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ci {
    /// A workflow of GitHub Actions.
    Github,
    /// A job of GitLab CI.
    Gitlab,
    /// A shell script.
    Generic,
}

/// What deploys a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Deployment {
    /// An image of the component alone.
    Dockerfile,
    /// Spin's manifest.
    Spin,
    /// The manifest of wadm, for wasmCloud 1.
    Wadm,
}
