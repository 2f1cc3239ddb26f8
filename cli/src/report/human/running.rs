//! What is told of a run: refusals, and how it was stopped.

use annotate_snippets::renderer::{DEFAULT_ERROR_STYLE, DEFAULT_WARNING_STYLE};
use std::fmt::Write as _;

use wasify_lints::facts::Backtrace;

use super::lines::{Lines, crate_name};
use super::text::{clean, count, short_function, wrap};
use super::{BOLD, DIM, FLAG, Look};
use crate::report::run::shell_line;
use crate::runtime::account::{Refused, Stopped};

/// More refusals than this are only counted.
const MAX_REFUSALS: usize = 5;
/// And so are more things that one flag opens.
const MAX_THINGS: usize = 3;

/// What the program was refused, each with the flag that opens it.
#[must_use]
pub fn refusals(all: &[Refused], look: &Look) -> String {
    let mut text = String::new();
    let shown = if look.verbose {
        usize::MAX
    } else {
        MAX_REFUSALS
    };
    for refused in all.iter().take(shown) {
        text.push_str(&refusal(refused, look));
    }
    if let Some(rest) = all.len().checked_sub(shown).filter(|rest| *rest > 0) {
        let rest = count(rest as u64, "more thing");
        let _ = writeln!(
            text,
            "{DIM}and {rest} that it was not allowed to do (-v shows them){DIM:#}"
        );
    }
    text
}

fn refusal(refused: &Refused, look: &Look) -> String {
    let shown = if look.verbose { usize::MAX } else { MAX_THINGS };
    let mut what: Vec<String> = refused
        .what
        .iter()
        .take(shown)
        .map(|what| clean(what))
        .collect();
    if let Some(rest) = refused
        .what
        .len()
        .checked_sub(shown)
        .filter(|rest| *rest > 0)
    {
        what.push(format!("{rest} more like it"));
    }
    let title = format!("the program was not allowed to {}", what.join(", "));
    let mut text = headed("warning", DEFAULT_WARNING_STYLE, &title, look);
    text.push_str(&place(refused, look));
    let help = match &refused.opening {
        Some(opening) => format!("{FLAG}{}{FLAG:#}", clean(&shell_line(&opening.arguments()))),
        None => "no flag opens this".to_owned(),
    };
    let _ = writeln!(text, "  = {BOLD}help{BOLD:#}: {help}\n");
    text
}

fn place(refused: &Refused, look: &Look) -> String {
    let function = refused
        .function
        .as_deref()
        .map(|name| clean(&short_function(name)));
    let line = refused
        .place
        .as_ref()
        .map(|place| Lines { look }.written(place));
    match (line, function) {
        (Some(line), Some(function)) => format!(" --> {line} in `{function}`\n"),
        (None, Some(function)) => format!("  = {BOLD}in{BOLD:#}: `{function}`\n"),
        _ => String::new(),
    }
}

/// How a program was stopped.
#[must_use]
pub fn stopped(stopped: &Stopped, look: &Look) -> String {
    let mut text = headed("error", DEFAULT_ERROR_STYLE, &stopped.why, look);
    text.push_str(&backtrace(&stopped.backtrace, look));
    if let Some((finding, sure)) = &stopped.predicted {
        let label = if *sure { "predicted by" } else { "perhaps" };
        let message = clean(&format!("{}: {}", finding.rule, finding.message));
        let message = hanging(&message, 6 + label.len(), look);
        let _ = writeln!(text, "  = {BOLD}{label}{BOLD:#}: {message}");
        if let Some(suggestion) = finding.suggestions.first() {
            let _ = writeln!(
                text,
                "  = {BOLD}help{BOLD:#}: {}",
                hanging(&clean(&suggestion.title), 10, look)
            );
        }
        let _ = writeln!(
            text,
            "  = {BOLD}see{BOLD:#}: wasify explain {}",
            finding.rule
        );
    }
    if let Some(help) = &stopped.help {
        let _ = writeln!(text, "  = {BOLD}help{BOLD:#}: {}", hanging(help, 10, look));
    }
    text
}

/// The functions that were running, the innermost first.
#[must_use]
pub fn backtrace(backtrace: &Backtrace, look: &Look) -> String {
    let lines = Lines { look };
    let mut text = String::new();
    for (index, frame) in backtrace.frames.iter().rev().enumerate() {
        let label = if index == 0 { "= at: " } else { "      " };
        if frame.elided > 0 && index > 0 {
            let _ = writeln!(text, "        {DIM}({} more){DIM:#}", frame.elided);
        }
        let line = frame.location.as_ref().map(|place| lines.written(place));
        let package = frame
            .package
            .as_ref()
            .map(crate_name)
            .filter(|_| look.verbose);
        let about: Vec<String> = line.into_iter().chain(package).collect();
        let name = if look.verbose {
            clean(&frame.function)
        } else {
            clean(&short_function(&frame.function))
        };
        let about = if about.is_empty() {
            String::new()
        } else {
            format!("  {DIM}{}{DIM:#}", about.join("  "))
        };
        let _ = writeln!(text, "  {label}{name}{about}");
    }
    text
}

/// The command that gives a program all that it asked for.
#[must_use]
pub fn command(line: &str) -> String {
    format!(
        "{FLAG}help{FLAG:#}{BOLD}:{BOLD:#} this allows it; add `--save` to keep that in wasify.toml for later runs\n      {}\n",
        clean(line)
    )
}

/// A line that only says something.
#[must_use]
pub fn note(text: &str, look: &Look) -> String {
    format!("{BOLD}note{BOLD:#}: {}\n", hanging(text, 6, look))
}

fn headed(label: &str, style: anstyle::Style, title: &str, look: &Look) -> String {
    let title = hanging(title, label.len() + 2, look);
    format!("{style}{label}{style:#}{BOLD}: {title}{BOLD:#}\n")
}

/// Wrapped, with its further lines below the first.
fn hanging(text: &str, indent: usize, look: &Look) -> String {
    let width = look.width.saturating_sub(indent).max(30);
    wrap(text, width).replace('\n', &format!("\n{}", " ".repeat(indent)))
}
