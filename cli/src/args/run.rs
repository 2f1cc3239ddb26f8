//! `wasify run`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::build::ProjectArgs;
use crate::runtime::words::{self, DirWord, EnvWord, NetWord};

/// `wasify run`.
#[derive(Debug, Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  wasify run                                   builds the project here, and runs it\n",
    "  wasify run --release --bin server            one of its programs, optimised\n",
    "  wasify run app.wasm -- --verbose a.txt       a component; what follows `--` is the program's\n",
    "  wasify run --dir data:ro --dir out app.wasm  it may read in `data`, and write in `out`\n",
    "  wasify run --allow-net=example.com:443 app.wasm\n",
    "  wasify run --allow-all --save                learns what it needs, into wasify.toml\n",
    "  wasify run --print-flags wasmtime app.wasm   the same permissions for another host\n\n",
    "The program gets no directories, no environment variables and no network but those that are\n",
    "named here or in wasify.toml. What it asked for and didn't get is said when it has ended.\n\n",
    "Exit status:\n",
    "  the program's own: 0, or 1 when it failed (WASI 0.2 doesn't tell other numbers)\n",
    "  2    also: wasify could not build it or start it; standard error says why\n",
    "  124  it took longer than --timeout\n",
    "  134  it was stopped: a panic, memory out of bounds",
))]
pub struct RunArgs {
    /// A component, a preview1 module (`-` reads it from standard input), or a project's directory
    /// [default: the project in the current directory]
    #[arg(value_name = "FILE", conflicts_with_all = ["manifest_path", "published"])]
    pub file: Option<PathBuf>,
    /// Arguments for the program
    #[arg(last = true, value_name = "ARGS")]
    pub args: Vec<String>,
    /// What it may do.
    #[command(flatten)]
    pub permissions: PermissionArgs,
    /// Add what the run needed, used or refused, to wasify.toml
    #[arg(long, help_heading = "Permissions")]
    pub save: bool,
    /// Print the permissions in another host's words, and build and run nothing
    #[arg(
        long,
        value_enum,
        value_name = "wasmtime|spin|jco",
        hide_possible_values = true
    )]
    #[arg(help_heading = "Permissions", conflicts_with = "save")]
    pub print_flags: Option<OtherHost>,
    /// Where a program that answers HTTP requests is served; port 0 takes any that is free
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address)]
    #[arg(help_heading = "Serving")]
    pub addr: SocketAddr,
    /// What to build, when no file is given.
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// What a program may do: nothing but this.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Permissions")]
pub struct PermissionArgs {
    /// Give it a directory, under the same name or as GUEST; `:ro` for reading only; may be repeated
    #[arg(long = "dir", value_name = "HOST[::GUEST][:ro]", value_parser = DirWord::parse)]
    pub dirs: Vec<DirWord>,
    /// Give it an environment variable, wasify's own or this value; may be repeated
    #[arg(long = "env", value_name = "K[=V]", value_parser = EnvWord::parse)]
    pub env: Vec<EnvWord>,
    /// Give it all environment variables
    #[arg(long)]
    pub inherit_env: bool,
    /// Let it connect to HOST:PORT, and be reached at listen:ADDRESS:PORT; without a value, anything
    #[arg(long, value_name = "HOST:PORT,..", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "*", value_delimiter = ',', value_parser = NetWord::parse)]
    pub allow_net: Vec<NetWord>,
    /// Stop giving it memory at this size, such as 512M or 2G
    #[arg(long, value_name = "SIZE", value_parser = words::size)]
    pub max_memory: Option<u64>,
    /// Stop it after this time, such as 10s or 1m
    #[arg(long, value_name = "TIME", value_parser = words::duration)]
    pub timeout: Option<Duration>,
    /// Give it everything: all files, all environment variables, the network
    #[arg(long)]
    pub allow_all: bool,
}

/// Another host of components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OtherHost {
    /// `wasmtime run`.
    Wasmtime,
    /// `spin.toml`.
    Spin,
    /// jco on Node.
    Jco,
}

/// `ADDRESS:PORT`, `localhost:PORT`, or a port of this machine alone.
fn address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    if let Ok(port) = port.parse::<u16>() {
        return Ok(SocketAddr::from(([127, 0, 0, 1], port)));
    }
    let error = "it is not an address and a port, such as 127.0.0.1:8080 or [::1]:0";
    text.parse().map_err(|_| error.to_owned())
}
