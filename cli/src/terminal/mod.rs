//! The only owner of standard output, standard error, colour, width and progress.

mod progress;

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Effects, Style};

use crate::args::{Color, GlobalArgs};
use crate::errors::{helps, message};
use crate::events::{Events, Progress};
use progress::Bar;

const STATUS: Style = AnsiColor::BrightGreen.on_default().effects(Effects::BOLD);
const ERROR: Style = annotate_snippets::renderer::DEFAULT_ERROR_STYLE;
const WARNING: Style = annotate_snippets::renderer::DEFAULT_WARNING_STYLE;
const HELP: Style = annotate_snippets::renderer::DEFAULT_HELP_STYLE;
const CAUSE: Style = Style::new().bold();

/// Columns when there is no terminal to ask.
const DEFAULT_WIDTH: usize = 100;
/// Lines longer than this are hard to read, however wide the terminal is.
const MAX_WIDTH: usize = 140;

/// Shows everything.
#[derive(Debug)]
pub struct Terminal {
    color: ColorChoice,
    quiet: bool,
    bar: Bar,
}

impl Terminal {
    /// A terminal as the global options want it.
    #[must_use]
    pub fn new(options: &GlobalArgs) -> Self {
        let color = match options.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        let bar = if options.quiet {
            Bar::off()
        } else {
            Bar::on_stderr()
        };
        Terminal {
            color,
            quiet: options.quiet,
            bar,
        }
    }

    /// For what happens before the options are known.
    #[must_use]
    pub fn plain() -> Self {
        Terminal {
            color: ColorChoice::Auto,
            quiet: false,
            bar: Bar::off(),
        }
    }

    /// Writes what the user asked for to standard output; its colour codes are taken out where
    /// there is no colour.
    ///
    /// # Errors
    /// As standard output gives them. A closed pipe is none: whoever reads has seen enough.
    pub fn out(&self, text: &str) -> io::Result<()> {
        let mut out = AutoStream::new(io::stdout(), self.color).lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// How many columns a report may take.
    #[must_use]
    pub fn width(&self) -> usize {
        let columns = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok());
        let asked = || {
            terminal_size::terminal_size_of(io::stdout())
                .or_else(|| terminal_size::terminal_size_of(io::stderr()))
                .map(|(width, _)| width.0.into())
        };
        columns
            .or_else(asked)
            .unwrap_or(DEFAULT_WIDTH)
            .clamp(40, MAX_WIDTH)
    }

    /// Whether standard output is a terminal.
    #[must_use]
    pub fn is_read(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Shows an error with its causes and what can be done about it.
    pub fn error(&self, error: &anyhow::Error) {
        // A message of several lines has its own layout, an excerpt of a manifest for example.
        let first = message(error.as_ref());
        let mut text = format!(
            "{ERROR}error{ERROR:#}{CAUSE}:{CAUSE:#} {}\n",
            first.trim_end()
        );
        for cause in error.chain().skip(1) {
            text.push_str(&format!(
                "  {CAUSE}caused by:{CAUSE:#} {}\n",
                indented(message(cause), 13)
            ));
        }
        for help in helps(error) {
            text.push_str(&format!(
                "{HELP}help{HELP:#}{CAUSE}:{CAUSE:#} {}\n",
                indented(help, 6)
            ));
        }
        self.err(&text);
    }

    /// Writes to standard error, above the progress bar. Nothing can be done when that fails.
    fn err(&self, text: &str) {
        self.bar.suspend(|| {
            let mut err = AutoStream::new(io::stderr(), self.color).lock();
            let _ = err.write_all(text.as_bytes());
        });
    }

    /// Shows text that is already laid out, such as a usage error.
    pub fn usage(&self, text: &str) {
        self.err(text);
    }
}

/// The text with its further lines under the first.
fn indented(text: impl std::fmt::Display, columns: usize) -> String {
    text.to_string()
        .trim_end()
        .replace('\n', &format!("\n{}", " ".repeat(columns)))
}

impl Events for Terminal {
    fn status(&self, verb: &str, message: &str) {
        if !self.quiet {
            self.err(&format!("{STATUS}{verb:>12}{STATUS:#} {message}\n"));
        }
    }

    fn output(&self, line: &str) {
        self.err(&format!("{line}\n"));
    }

    fn warning(&self, message: &str) {
        self.err(&format!(
            "{WARNING}warning{WARNING:#}{CAUSE}:{CAUSE:#} {message}\n"
        ));
    }

    fn progress(&self, progress: Option<Progress<'_>>) {
        self.bar.show(progress);
    }

    fn wants_progress(&self) -> bool {
        self.bar.is_on()
    }

    fn color(&self) -> bool {
        match self.color {
            ColorChoice::Always | ColorChoice::AlwaysAnsi => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                io::stderr().is_terminal()
                    && AutoStream::choice(&io::stderr()) != ColorChoice::Never
            }
        }
    }
}

/// Shows nothing; for tests and for work that must be silent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Events for Silent {
    fn status(&self, _: &str, _: &str) {}
    fn output(&self, _: &str) {}
    fn warning(&self, _: &str) {}
    fn progress(&self, _: Option<Progress<'_>>) {}
    fn wants_progress(&self) -> bool {
        false
    }
    fn color(&self) -> bool {
        false
    }
}
