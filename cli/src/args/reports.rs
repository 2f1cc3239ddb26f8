//! `wasify report`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Format;

/// `wasify report`.
#[derive(Debug, Args)]
pub struct ReportsArgs {
    /// What to do with reports.
    #[command(subcommand)]
    pub command: ReportsCommand,
}

/// What can be done with reports that were written with `--format json`.
#[derive(Debug, Subcommand)]
pub enum ReportsCommand {
    /// Put reports on several projects together, as one table, worst first
    Merge(MergeArgs),
    /// Write a report as one page for a browser
    Html(HtmlArgs),
}

/// `wasify report merge`.
#[derive(Debug, Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  wasify report merge a.json b.json            a table, worst first\n",
    "  wasify report merge parts/*.json --format json > fleet.json\n\n",
    "Exit status:\n",
    "  0  nothing is wrong with any of the projects\n",
    "  1  something is\n",
    "  2  a file can't be read, or two say different things of one project",
))]
pub struct MergeArgs {
    /// Files with `wasify-report/1` or `wasify-fleet/1`
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// How to write the result
    #[arg(long, value_enum, value_name = "human|json")]
    #[arg(default_value_t, hide_possible_values = true)]
    pub format: Format,
}

/// `wasify report html`.
#[derive(Debug, Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  wasify build --format json=report.json\n",
    "  wasify report html report.json --output report.html\n\n",
    "Exit status:\n",
    "  0  written\n",
    "  2  a file can't be read or written",
))]
pub struct HtmlArgs {
    /// A file with `wasify-report/1` or `wasify-fleet/1`
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the page goes [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
