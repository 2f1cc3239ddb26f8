//! `wasify ports`.

use clap::{Args, Subcommand};

use super::Format;

/// `wasify ports`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
#[command(after_help = concat!(
    "Examples:\n",
    "  wasify ports\n",
    "  wasify ports --format json\n",
    "  wasify ports show home                       its edits, as a patch\n\n",
    "Exit status:\n",
    "  0  listed, or shown\n",
    "  2  there is no such port, or the crate's source can't be had",
))]
pub struct PortsArgs {
    /// What to do other than to list them.
    #[command(subcommand)]
    pub command: Option<PortsCommand>,
    /// How to write the list
    #[arg(long, value_enum, value_name = "human|json")]
    #[arg(default_value_t, hide_possible_values = true)]
    pub format: Format,
}

/// The subcommands of `wasify ports`.
#[derive(Debug, Subcommand)]
pub enum PortsCommand {
    /// Print a port's edits as a patch that could be sent to the crate's authors
    Show(ShowArgs),
}

/// `wasify ports show`.
#[derive(Debug, Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  wasify ports show ctrlc                      of the newest version that it was tried on\n",
    "  wasify ports show ctrlc@3.4.2                of that version\n",
    "  wasify ports show ctrlc | git apply          in a checkout of the crate\n\n",
    "Exit status:\n",
    "  0  shown\n",
    "  2  there is no such port, or the crate's source can't be had",
))]
pub struct ShowArgs {
    /// A port's name, or a crate's name and version
    #[arg(value_name = "NAME[@VERSION]")]
    pub name: String,
    /// Use only what was downloaded before
    #[arg(long)]
    pub offline: bool,
}
