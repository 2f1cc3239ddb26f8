//! The parts of a message: arrows, excerpts, labelled lines, call paths.

use annotate_snippets::{AnnotationKind, Element, Level as Style, Origin, Snippet};
use wasify_lints::finding::{Frame, Location, Package};
use wasify_lints::suggestion::{Kind, Suggestion};

use super::text::{clean, short_function, wrap, wrap_at};
use super::{DIM, FLAG, Look};

/// Frames of a call path that are shown before its middle is folded.
const MAX_FRAMES: usize = 7;
/// A title is never wrapped to less than this.
const MIN_TITLE: usize = 30;
/// Columns of `     = effect: `, the widest label below a four-digit line number.
const LABEL: usize = 15;

/// Makes the parts of a message.
pub(super) struct Lines<'a> {
    pub(super) look: &'a Look,
}

impl Lines<'_> {
    /// The source line, where it can be read; otherwise the arrow alone.
    pub(super) fn place(&self, location: &Location) -> Element<'static> {
        let excerpt = location.line.and_then(|line| {
            let source = self.look.sources.line(&location.file, line)?;
            Some((usize::try_from(line).ok()?, source))
        });
        let Some((number, source)) = excerpt else {
            return self.arrow(location);
        };
        let path = clean(&self.look.sources.shown(&location.file));
        let span = marked(&source, location.column);
        Snippet::source(source)
            .line_start(number)
            .path(path)
            .annotation(AnnotationKind::Primary.span(span))
            .into()
    }

    /// `--> file:line:column` alone.
    pub(super) fn arrow(&self, location: &Location) -> Element<'static> {
        let mut origin = Origin::path(clean(&self.look.sources.shown(&location.file)));
        let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        if let Some(line) = location.line {
            origin = origin.line(number(line));
            if let Some(column) = location.column {
                origin = origin.char_column(number(column));
            }
        }
        origin.into()
    }

    /// What is wrong, where something of this width stands before it.
    pub(super) fn title(&self, text: &str, prefix: usize) -> String {
        if !self.look.wrap_titles {
            return clean(text);
        }
        wrap(
            &clean(text),
            self.look.width.saturating_sub(prefix).max(MIN_TITLE),
        )
    }

    /// `= label: text`, wrapped.
    pub(super) fn text(&self, label: &'static str, text: &str) -> Element<'static> {
        self.message(
            label,
            wrap(&clean(text), self.look.width.saturating_sub(LABEL)),
        )
    }

    /// `= label: text`, as it is.
    pub(super) fn message(&self, label: &'static str, text: String) -> Element<'static> {
        Style::NOTE.with_name(label).message(text).into()
    }

    /// The call path in a row, its middle folded when it is long.
    pub(super) fn path(&self, frames: &[Frame]) -> Element<'static> {
        self.message("path", row(frames, self.look.width.saturating_sub(LABEL)))
    }

    /// The call path with a line for each step.
    pub(super) fn full_path(&self, frames: &[Frame]) -> Element<'static> {
        let mut lines = Vec::new();
        for frame in frames {
            let package = frame
                .package
                .as_ref()
                .map(|package| format!("  {}", crate_name(package)));
            let place = frame
                .location
                .as_ref()
                .map(|at| format!("  {}", self.written(at)));
            let about = format!(
                "{}{}",
                package.unwrap_or_default(),
                place.unwrap_or_default()
            );
            lines.push(format!("{}{DIM}{about}{DIM:#}", clean(&frame.function)));
            if frame.elided > 0 {
                lines.push(format!("{DIM}({} more){DIM:#}", frame.elided));
            }
        }
        self.message("path", lines.join("\n"))
    }

    /// `src/main.rs:3:7`.
    pub(super) fn written(&self, location: &Location) -> String {
        let mut text = clean(&self.look.sources.shown(&location.file));
        for number in [location.line, location.line.and(location.column)]
            .into_iter()
            .flatten()
        {
            text.push_str(&format!(":{number}"));
        }
        text
    }

    /// What to do, and the exact text for it on a line of its own.
    pub(super) fn help(&self, suggestion: &Suggestion) -> Element<'static> {
        let verified = if suggestion.verified {
            " [verified]"
        } else {
            ""
        };
        let title = format!("{}{verified}", clean(&suggestion.title));
        let mut text = wrap(&title, self.look.width.saturating_sub(LABEL));
        if let Some(flag) = &suggestion.flag {
            text.push_str(&format!("\n{FLAG}{}{FLAG:#}", clean(flag)));
            if let Some(goes) = goes(suggestion.kind) {
                text.push_str(&format!("  {DIM}# {goes}{DIM:#}"));
            }
        }
        self.message("help", text)
    }
}

/// A call path in a row, its middle folded when it is long.
pub(in crate::report) fn row(frames: &[Frame], width: usize) -> String {
    let mut pieces: Vec<String> = Vec::new();
    let folded = frames.len() > MAX_FRAMES;
    for (at, frame) in frames.iter().enumerate() {
        let (start, end) = (3, frames.len().saturating_sub(3));
        if folded && at == start {
            let left_out: u32 = frames[start - 1..end]
                .iter()
                .map(|frame| frame.elided)
                .sum();
            let left_out = left_out as usize + (end - start);
            pieces.push(format!("({left_out} more)"));
        }
        if folded && (start..end).contains(&at) {
            continue;
        }
        pieces.push(clean(&short_function(&frame.function)));
        let next_is_folded = folded && at + 1 == start;
        if frame.elided > 0 && at + 1 < frames.len() && !next_is_folded {
            pieces.push(format!("({} more)", frame.elided));
        }
    }
    wrap_at(pieces.iter().map(String::as_str), " > ", width)
}

/// Where a flag of this kind goes.
pub(in crate::report) fn goes(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::ProgramArgument => Some("an argument of the program"),
        Kind::Environment => Some("in the program's environment: wasmtime run --env"),
        Kind::Host => Some("an option of wasmtime run"),
        Kind::Feature => Some("an option of wasify build"),
        Kind::Rustflag => Some("in RUSTFLAGS or .cargo/config.toml"),
        Kind::BuildEnvironment => Some("in the environment of the build"),
        Kind::Version | Kind::Tool | Kind::Wrapper | Kind::Target | Kind::Port | Kind::Source => {
            None
        }
    }
}

pub(in crate::report) fn crate_name(package: &Package) -> String {
    match &package.version {
        // What follows the `+` tells builds of one version apart, and no version from another.
        Some(version) => {
            let version = version.split('+').next().unwrap_or(version);
            clean(&format!("{} {version}", package.name))
        }
        None => clean(&package.name),
    }
}

/// Without a source line there is no column of line numbers to hang below: makes one.
pub(super) fn indented(message: &str) -> String {
    let plain = |line: &str| anstream::adapter::strip_str(line).to_string();
    let mut margin = "";
    let mut lines = Vec::new();
    for line in message.lines() {
        if plain(line).starts_with("-->") {
            margin = "  ";
        }
        lines.push(format!("{margin}{line}"));
    }
    lines.join("\n")
}

/// The part of a source line that a column points to: the name there and what it is called with.
fn marked(source: &str, column: Option<u32>) -> std::ops::Range<usize> {
    let text = source.trim_end();
    let indent = text.len() - text.trim_start().len();
    let start = column
        .and_then(|column| usize::try_from(column).ok()?.checked_sub(1))
        .filter(|start| *start < text.len() && text.is_char_boundary(*start));
    let Some(start) = start else {
        return indent..text.len();
    };
    let name = |c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '!';
    let length = text[start..]
        .find(|c| !name(c))
        .unwrap_or(text.len() - start);
    let first = text[start..].chars().next().map_or(1, char::len_utf8);
    start..start + length.max(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_covers_the_name_at_the_column() {
        let source = "    let dir = std::env::temp_dir();";
        assert_eq!(&source[marked(source, Some(15))], "std::env::temp_dir");
        assert_eq!(
            &source[marked(source, None)],
            "let dir = std::env::temp_dir();"
        );
        assert_eq!(
            &source[marked(source, Some(900))],
            "let dir = std::env::temp_dir();"
        );
        assert_eq!(&source[marked(source, Some(13))], "=");
        assert_eq!(&"ä = ü()"[marked("ä = ü()", Some(2))], "ä = ü()");
    }
}
