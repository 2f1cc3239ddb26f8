//! `wasify run`.

use std::path::PathBuf;

use clap::Args;

/// `wasify run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// A component or a preview1 module
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Arguments for the program
    #[arg(last = true, value_name = "ARGS")]
    pub args: Vec<String>,
}
