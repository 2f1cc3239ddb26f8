//! `--format FORMAT[=FILE]`: which reports a run writes, and where.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use crate::report::STDIN;

/// The reports that are asked for.
#[derive(Debug, Clone, Default, Args)]
pub struct OutputArgs {
    /// How to write the report: human, json, sarif, github, gitlab, junit or
    /// markdown. With `=FILE` it goes into that file; may be repeated, and
    /// one of them goes to standard output [default: human]
    #[arg(long = "format", value_name = "FORMAT[=FILE]")]
    pub outputs: Vec<Output>,
}

/// A report that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// How it is written.
    pub format: ReportFormat,
    /// Where to; `None` is standard output.
    pub file: Option<PathBuf>,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people.
    Human,
    /// `wasify-report/1`, with everything that is known.
    Json,
    /// SARIF 2.1.0, for code scanning services and editors.
    Sarif,
    /// GitHub's workflow commands, with the summary of the job.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit's XML, for services that show tests.
    Junit,
    /// Markdown, for summaries and comments.
    Markdown,
}

impl ReportFormat {
    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ReportFormat::Human => "human",
            ReportFormat::Json => "json",
            ReportFormat::Sarif => "sarif",
            ReportFormat::Github => "github",
            ReportFormat::Gitlab => "gitlab",
            ReportFormat::Junit => "junit",
            ReportFormat::Markdown => "markdown",
        }
    }
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Output, String> {
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, Some(file)),
            None => (text, None),
        };
        let known = ReportFormat::value_variants();
        let format = known.iter().find(|format| format.name() == name);
        let Some(format) = format else {
            let names: Vec<&str> = known.iter().map(|format| format.name()).collect();
            return Err(format!("the formats are {}", names.join(", ")));
        };
        match file {
            Some("") => Err("there is no file after the `=`".to_owned()),
            // As everywhere, it stands for the standard stream.
            Some(STDIN) => Ok(Output {
                format: *format,
                file: None,
            }),
            file => Ok(Output {
                format: *format,
                file: file.map(PathBuf::from),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_begins_after_the_first_sign() {
        let output: Output = "json=a=b.json".parse().unwrap();
        assert_eq!(output.file, Some(PathBuf::from("a=b.json")));
        for text in ["human", "human=-"] {
            assert_eq!(text.parse::<Output>().unwrap().file, None);
        }
    }

    #[test]
    fn the_help_names_all() {
        let command = OutputArgs::augment_args(clap::Command::new("x"));
        let help = command.get_arguments().next().unwrap().get_help().unwrap();
        let help = help.to_string();
        for format in ReportFormat::value_variants() {
            assert!(help.contains(format.name()), "{help}");
        }
    }

    #[test]
    fn what_is_no_format_is_told() {
        for (text, expected) in [
            ("json=", "no file"),
            ("", "the formats are human, json, sarif,"),
            ("JSON", "the formats are human, json, sarif,"),
            ("=x", "the formats are human, json, sarif,"),
        ] {
            let error = text.parse::<Output>().unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
