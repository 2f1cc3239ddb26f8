//! The command line: clap types only, with cargo's own flags where they mean the same.

pub mod build;
pub mod doctor;
pub mod eject;
pub mod init;
pub mod output;
pub mod pages;
pub mod ports;
pub mod reports;
pub mod run;
pub mod stub;
pub mod test;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Effects, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::levels::LevelArgs;
pub use build::BuildArgs;
pub use doctor::DoctorArgs;
use eject::EjectArgs;
use init::InitArgs;
use output::OutputArgs;
use pages::{CompletionsArgs, ManArgs};
pub use ports::{PortsArgs, PortsCommand, ShowArgs};
use reports::ReportsArgs;
use run::RunArgs;
use stub::StubArgs;
use test::TestArgs;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::BrightGreen.on_default().effects(Effects::BOLD))
    .usage(AnsiColor::BrightGreen.on_default().effects(Effects::BOLD))
    .literal(AnsiColor::BrightCyan.on_default().effects(Effects::BOLD))
    .placeholder(AnsiColor::Cyan.on_default());

const EXIT_STATUS: &str = "\
Exit status:
  0  nothing was found at level deny
  1  something was found at level deny, or the project does not build
  2  wasify could not do its work: wrong usage, a missing tool, an unreadable file

`wasify --version --verbose` also gives the revision of the rules.";

/// Ports existing applications to WASI, the system interface of WebAssembly.
///
/// Build a project for the target wasm32-wasip2, and learn what will not work there, where, why,
/// and what to do about it.
#[derive(Debug, Parser)]
#[command(name = "wasify", version, styles = STYLES, after_help = EXIT_STATUS)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to show it.
    #[command(flatten)]
    pub global: GlobalArgs,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build for wasm32-wasip2, inspect the result, and report what will not work
    Build(Box<BuildArgs>),
    /// Say what of a project will not build or work, without building it
    Doctor(Box<DoctorArgs>),
    /// Show what is in a .wasm file, and what will not work when it runs
    Inspect(InspectArgs),
    /// Take imports out of a component, for hosts that don't offer them
    Stub(StubArgs),
    /// Run a program, denied by default, and say what it was refused
    Run(Box<RunArgs>),
    /// Run a project's own tests as a WASI component, and tell known gaps from failures
    Test(Box<TestArgs>),
    /// Write wasify.toml, a CI step, and what deploys the component
    Init(InitArgs),
    /// Put reports on many projects together, or write one as a page
    Report(ReportsArgs),
    /// Write the port's flags into cargo's own files, so that plain cargo builds it
    Eject(EjectArgs),
    /// Explain a rule: what it looks for, why, and what to do instead
    Explain(ExplainArgs),
    /// List all rules
    Rules(RulesArgs),
    /// List the ports of dependencies that have no code for WASI, or show one as a patch
    Ports(PortsArgs),
    /// List the hosts that --host knows
    Hosts,
    /// Print a script that completes wasify's command line in a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write all of them
    Man(ManArgs),
}

/// Options of every subcommand.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Display")]
pub struct GlobalArgs {
    /// When to use colour; `auto` looks at the terminal and at NO_COLOR
    #[arg(long, global = true, value_enum, value_name = "auto|always|never")]
    #[arg(default_value_t, hide_possible_values = true)]
    pub color: Color,
    /// Show no status lines and no progress, only the report and errors
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Show every note, every place, and unfolded call paths
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// When the stream is a terminal that has it and `NO_COLOR` is not set.
    #[default]
    Auto,
    /// Also into files and pipes.
    Always,
    /// Not at all.
    Never,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs: versioned, one document on standard output.
    Json,
}

/// What a report contains and how it is written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Report")]
pub struct ReportArgs {
    /// How to write it, and where to.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Also say whether these hosts run it, and what they have to be told: `wasify hosts` lists them,
    /// `all` stands for all
    #[arg(long = "host", value_name = "NAME,...", value_delimiter = ',')]
    pub hosts: Vec<String>,
    /// Levels the user sets.
    #[command(flatten)]
    pub levels: LevelArgs,
}

/// `wasify inspect`.
#[derive(Debug, Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  wasify inspect app.wasm                      what it needs, holds, and can't do\n",
    "  curl -s https://example.com/app.wasm | wasify inspect -\n",
    "  wasify inspect app.wasm --format json        all of it, for a program to read\n",
    "  wasify inspect app.wasm -A std-temp-dir      without that rule\n",
    "  wasify inspect app.wasm --host spin,wasmtime which of these run it, and how\n\n",
    "Exit status:\n",
    "  0  nothing was found at level deny\n",
    "  1  something was found at level deny, or a host of --host can't run it\n",
    "  2  the file is missing, can't be read, or is not WebAssembly",
))]
pub struct InspectArgs {
    /// A component or a core module; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What to report and how.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// `wasify explain`.
#[derive(Debug, Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  wasify explain std-temp-dir\n",
    "  wasify rules                                 lists the names\n\n",
    "Exit status:\n",
    "  0  explained\n",
    "  2  there is no such rule",
))]
pub struct ExplainArgs {
    /// The rule's name, as in `error[NAME]`
    #[arg(value_name = "RULE")]
    pub rule: String,
}

/// `wasify rules`.
#[derive(Debug, Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  wasify rules\n",
    "  wasify rules --format json\n\n",
    "Exit status:\n",
    "  0  listed",
))]
pub struct RulesArgs {
    /// How to write the list
    #[arg(long, value_enum, value_name = "human|json")]
    #[arg(default_value_t, hide_possible_values = true)]
    pub format: Format,
}

/// Parses the process's arguments.
///
/// # Errors
/// Clap's own error, which may also be the help or the version; `render` it.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(without_cargo(args))
}

/// Cargo calls `cargo-wasify wasify ...` for `cargo wasify ...`: the second word is dropped.
fn without_cargo(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    let by_cargo = args.first().is_some_and(|program| {
        std::path::Path::new(program)
            .file_stem()
            .is_some_and(|stem| stem == "cargo-wasify")
    });
    if by_cargo && args.get(1).is_some_and(|word| word == "wasify") {
        args.remove(1);
    }
    args
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn build(line: &str) -> BuildArgs {
        match parse(words(line)).unwrap().command {
            Command::Build(args) => *args,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn cargo_subcommand_is_the_same_program() {
        for line in [
            "cargo-wasify wasify rules",
            "cargo-wasify rules",
            "/x/cargo-wasify.exe wasify rules",
        ] {
            assert!(
                matches!(parse(words(line)).unwrap().command, Command::Rules(_)),
                "{line}"
            );
        }
        assert!(parse(words("wasify wasify rules")).is_err());
    }

    #[test]
    fn cargo_flags_arrive() {
        let request = build(
            "wasify build dir -p a --package b --bin c --bins --example d --examples --lib -r -F x,y \
             --features z --no-default-features --all-features --locked --offline --frozen \
             --target-dir t -j -2 --workspace --no-install -- -Zunstable --config a=b",
        )
        .request(true);
        assert_eq!(request.path, Some(PathBuf::from("dir")));
        assert_eq!(request.packages, ["a", "b"]);
        assert_eq!(
            (request.bins.as_slice(), request.all_bins),
            (["c".to_owned()].as_slice(), true)
        );
        assert_eq!(request.examples, ["d"]);
        assert!(request.all_examples && request.lib && request.release && request.workspace);
        assert_eq!(request.features, ["x,y", "z"]);
        assert!(request.no_default_features && request.all_features && request.no_install);
        assert!(request.quiet);
        assert!(request.locked && request.offline && request.frozen);
        assert_eq!(request.target_dir, Some(PathBuf::from("t")));
        assert_eq!(request.jobs.as_deref(), Some("-2"));
        assert_eq!(request.passed_on, ["-Zunstable", "--config", "a=b"]);
    }

    #[test]
    fn contradictions_are_usage_errors() {
        for line in [
            "wasify build dir --crate x",
            "wasify build dir --manifest-path Cargo.toml",
            "wasify build --crate x --manifest-path Cargo.toml",
            "wasify build --release --profile dev",
            "wasify build -q -v",
            "wasify inspect",
            "wasify inspect a b",
        ] {
            assert!(parse(words(line)).is_err(), "{line}");
        }
    }
}
