//! `wasify stub`.

use std::path::PathBuf;

use clap::Args;

use super::ReportArgs;
use crate::stub::Selector;

/// `wasify stub`.
#[derive(Debug, Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  wasify stub app.wasm wasi:sockets -o out.wasm             a package\n",
    "  wasify stub app.wasm wasi:sockets/udp wasi:sockets/udp-create-socket -o out.wasm\n",
    "  wasify stub app.wasm 'wasi:sockets/tcp#[method]tcp-socket.start-bind' -o out.wasm\n",
    "  wasify stub app.wasm wasi:sockets -o out.wasm --host spin and say whether Spin runs it\n",
    "  wasify inspect app.wasm                                   what there is to name\n\n",
    "Exit status:\n",
    "  0  written, and nothing was found at level deny\n",
    "  1  written, and something was found at level deny, or a host of --host can't run it\n",
    "  2  nothing was written: the file can't be read or taken apart, or imports no such thing",
))]
pub struct StubArgs {
    /// A component; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What to take out: a package, an interface, or a function
    #[arg(value_name = "IMPORT", required = true)]
    pub imports: Vec<Selector>,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// What to report and how.
    #[command(flatten)]
    pub report: ReportArgs,
}
