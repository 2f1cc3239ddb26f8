//! Shows a test program's run as Rust's own test harness shows it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::record::{Record, Test, Verdict, Why};
use super::settings::Settings;
use super::transcript::Started;
use crate::args::{Color, GlobalArgs};
use crate::terminal::Terminal;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const ODD: Style = AnsiColor::Yellow.on_default();

/// How many characters are in a line when each test is one.
const TERSE_WIDTH: usize = 88;

/// Shows tests while they run, and what came of them afterwards.
#[derive(Debug)]
pub struct Show {
    terminal: Terminal,
    human: bool,
    terse: bool,
    shown: usize,
}

impl Show {
    /// As `wasify test` and the user's arguments want it.
    #[must_use]
    pub fn new(settings: &Settings, terse: bool) -> Show {
        let color = if settings.color {
            Color::Always
        } else {
            Color::Never
        };
        let terminal = Terminal::new(&GlobalArgs {
            color,
            quiet: false,
            verbose: false,
        });
        Show {
            terminal,
            human: settings.human,
            terse,
            shown: 0,
        }
    }

    /// Shows text as it is. Nobody can be told when that fails.
    pub fn text(&self, text: &str) {
        if self.human {
            let _ = self.terminal.out(text);
        } else {
            self.terminal.usage(text);
        }
    }

    /// Writes what rustdoc reads, or passes on, to standard output.
    pub fn out_text(&self, text: &str) {
        let _ = self.terminal.out(text);
    }

    /// Shows what a test wrote to standard error.
    pub fn error_text(&self, text: &str) {
        self.terminal.usage(text);
    }

    /// So many tests are to run.
    pub fn running(&self, tests: usize) {
        let plural = if tests == 1 { "" } else { "s" };
        self.text(&format!("\nrunning {tests} test{plural}\n"));
    }

    /// A test begins.
    pub fn started(&self, started: &Started) {
        if !self.terse {
            let mode = started.mode.as_deref();
            let mode = mode.map(|mode| format!(" - {mode}")).unwrap_or_default();
            self.text(&format!("test {}{mode} ... ", started.name));
        }
    }

    /// A test has ended.
    pub fn finished(&mut self, result: &Verdict) {
        let (style, word, letter) = match result {
            Verdict::Passed => (GOOD, "ok".to_owned(), '.'),
            Verdict::Failed { .. } => (BAD, "FAILED".to_owned(), 'F'),
            Verdict::Ignored { reason: None } => (ODD, "ignored".to_owned(), 'i'),
            Verdict::Ignored {
                reason: Some(reason),
            } => (ODD, format!("ignored, {reason}"), 'i'),
            Verdict::NotRun { rule } => (ODD, format!("ignored, known gap: {rule}"), 'i'),
        };
        if !self.terse {
            self.text(&format!("{style}{word}{style:#}\n"));
            return;
        }
        self.shown += 1;
        let end = if self.shown.is_multiple_of(TERSE_WIDTH) {
            "\n"
        } else {
            ""
        };
        self.text(&format!("{style}{letter}{style:#}{end}"));
    }

    /// The sections after the tests: what passed tests wrote when that is wanted, the failures with what
    /// they wrote, and the line with the counts.
    pub fn summary(&self, record: &Record, successes: &[(String, String)]) {
        let mut text = String::new();
        if self.terse && !self.shown.is_multiple_of(TERSE_WIDTH) {
            text.push('\n');
        }
        if !successes.is_empty() {
            text.push_str("\nsuccesses:\n");
            for (name, output) in successes.iter().filter(|(_, output)| !output.is_empty()) {
                section(&mut text, name, output);
            }
            text.push_str("\n\nsuccesses:\n");
            for (name, _) in successes {
                let _ = writeln!(text, "    {name}");
            }
        }
        failures(&mut text, &record.tests);
        let counts = Counts::of(&record.tests);
        let (style, word) = if counts.failed == 0 {
            (GOOD, "ok")
        } else {
            (BAD, "FAILED")
        };
        let _ = writeln!(
            text,
            "\ntest result: {style}{word}{style:#}. {} passed; {} failed; {} ignored; 0 measured; \
             {} filtered out; finished in {:.2}s\n",
            counts.passed, counts.failed, counts.ignored, record.filtered_out, record.seconds
        );
        self.text(&text);
    }
}

fn section(text: &mut String, name: &str, output: &str) {
    let _ = writeln!(
        text,
        "\n---- {name} stdout ----\n{}",
        output.trim_end_matches('\n')
    );
}

fn failures(text: &mut String, tests: &[Test]) {
    let failed = tests.iter().filter_map(|test| match &test.result {
        Verdict::Failed { why, output, end } => Some((test, why, output, end)),
        _ => None,
    });
    let failed: Vec<_> = failed.collect();
    if failed.is_empty() {
        return;
    }
    text.push_str("\nfailures:\n");
    for (test, why, output, end) in &failed {
        let mut output = output.trim_end_matches('\n').to_owned();
        for line in end.iter().cloned().chain(reason(why)) {
            if !output.is_empty() {
                output.push('\n');
            }
            output.push_str(&line);
        }
        section(text, &test.name, &output);
    }
    text.push_str("\n\nfailures:\n");
    for (test, ..) in &failed {
        let _ = writeln!(text, "    {}", test.name);
    }
}

/// What is to be known of a failure besides what the test wrote.
fn reason(why: &Why) -> Option<String> {
    match why {
        Why::Real => None,
        Why::TimedOut => Some(format!(
            "{BAD}stopped{BAD:#}: it took longer than `--timeout` allows"
        )),
        Why::Gap { rule } => Some(format!(
            "{ODD}known gap{ODD:#}: {rule}; see `wasify explain {rule}`"
        )),
        Why::Needs { flags } => Some(format!("{ODD}needs{ODD:#}: {}", flags.join(" "))),
    }
}

/// How many tests came to what, in the harness's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Passed.
    pub passed: u64,
    /// Failed, for whatever reason.
    pub failed: u64,
    /// Not run.
    pub ignored: u64,
}

impl Counts {
    /// Counts them.
    #[must_use]
    pub fn of(tests: &[Test]) -> Counts {
        let mut counts = Counts::default();
        for test in tests {
            match &test.result {
                Verdict::Passed => counts.passed += 1,
                Verdict::Failed { .. } => counts.failed += 1,
                Verdict::Ignored { .. } | Verdict::NotRun { .. } => counts.ignored += 1,
            }
        }
        counts
    }
}
