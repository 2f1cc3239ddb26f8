//! `cargo wasify`: the `wasify` program under the name by which cargo finds subcommands.

use std::process::ExitCode;

fn main() -> ExitCode {
    wasify::main()
}
