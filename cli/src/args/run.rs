//! `wasify run`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// `wasify run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// A component or a preview1 module
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where a program that answers HTTP requests is served; port 0 takes any that is free
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address)]
    pub addr: SocketAddr,
    /// Arguments for the program
    #[arg(last = true, value_name = "ARGS")]
    pub args: Vec<String>,
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
