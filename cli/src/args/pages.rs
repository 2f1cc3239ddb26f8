//! `wasify completions` and `wasify man`: what is made of the command line's own definition.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// `wasify completions`.
#[derive(Debug, Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  wasify completions bash > ~/.local/share/bash-completion/completions/wasify\n",
    "  wasify completions zsh > ~/.zfunc/_wasify    with ~/.zfunc in fpath\n",
    "  wasify completions fish > ~/.config/fish/completions/wasify.fish\n\n",
    "Exit status:\n",
    "  0  written",
))]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: Shell,
}

/// `wasify man`.
#[derive(Debug, Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  wasify man | man -l -                        the page of wasify itself\n",
    "  wasify man --out-dir ~/.local/share/man/man1 a page for each subcommand too\n\n",
    "Exit status:\n",
    "  0  written\n",
    "  2  the directory can't be written to",
))]
pub struct ManArgs {
    /// Write wasify.1 and a page for each subcommand into this directory [default: print wasify.1]
    #[arg(long, value_name = "DIR")]
    pub out_dir: Option<PathBuf>,
}
