//! What a link found nowhere: a table for each crate that wants something.

use annotate_snippets::Element;
use unicode_width::UnicodeWidthStr;

use super::lines::{Lines, crate_name};
use super::text::{clean, wrap, wrap_at};
use super::{BOLD, DIM};
use crate::ecosystem::{Missing, MissingSymbols};

/// Columns of `     = wanted by: `.
const LABEL: usize = 18;
/// A column of names is never wider than this; a longer name has a line of its own.
const MAX_NAME: usize = 24;
/// Symbols of one crate that are shown without `-v`.
const MAX_SYMBOLS: usize = 12;

/// An element for each crate: which one, how it got there, and its symbols with their reasons.
pub(super) fn elements(missing: &[MissingSymbols], lines: &Lines<'_>) -> Vec<Element<'static>> {
    missing
        .iter()
        .map(|of_crate| lines.message("wanted by", one(of_crate, lines)))
        .collect()
}

fn one(of_crate: &MissingSymbols, lines: &Lines<'_>) -> String {
    let width = lines.look.width.saturating_sub(LABEL);
    let name = match &of_crate.package {
        Some(package) => crate_name(package),
        None => "objects of no package".to_owned(),
    };
    let mut text = format!("{BOLD}{name}{BOLD:#}");
    if of_crate.dependency_path.len() > 1 {
        let path: Vec<String> = of_crate.dependency_path.iter().map(crate_name).collect();
        let row = wrap_at(path.iter().map(String::as_str), " > ", width);
        text.push_str(&format!("\n{DIM}{row}{DIM:#}"));
    }
    let shown = if lines.look.verbose {
        of_crate.symbols.len()
    } else {
        MAX_SYMBOLS.min(of_crate.symbols.len())
    };
    let (shown, rest) = of_crate.symbols.split_at(shown);
    let column = shown
        .iter()
        .map(|symbol| clean(&symbol.name).width())
        .filter(|width| *width <= MAX_NAME)
        .max()
        .unwrap_or(0);
    for symbol in shown {
        text.push('\n');
        text.push_str(&row(symbol, column, width, lines.look.verbose));
    }
    if !rest.is_empty() {
        text.push_str(&format!(
            "\n{DIM}({} more, shown with -v){DIM:#}",
            rest.len()
        ));
    }
    text
}

/// The name, and in a second column why it is missing, or the object that wants it.
fn row(symbol: &Missing, column: usize, width: usize, verbose: bool) -> String {
    let name = clean(&symbol.name);
    let mut about: Vec<String> = symbol.reason.iter().map(|reason| clean(reason)).collect();
    if verbose {
        about.extend(symbol.objects.iter().map(|object| clean(object)));
    } else if let Some(object) = symbol.objects.iter().find_map(|object| foreign(object)) {
        about.push(format!("in {}", clean(object)));
    }
    if about.is_empty() {
        return name;
    }
    let indent = column + 2;
    let wrapped: Vec<String> = about
        .iter()
        .map(|line| wrap(line, width.saturating_sub(indent)))
        .collect();
    let about = wrapped.join("\n");
    let about = about.replace('\n', &format!("\n{:indent$}", ""));
    let gap = if name.width() > column {
        format!("\n{:indent$}", "")
    } else {
        " ".repeat(indent - name.width())
    };
    format!("{name}{gap}{DIM}{about}{DIM:#}")
}

/// The file name of an object that rustc didn't make: its own say no more than the crate's name.
fn foreign(object: &str) -> Option<&str> {
    let member = match object.rsplit_once('(') {
        Some((_, member)) => member.strip_suffix(')').unwrap_or(member),
        None => object.rsplit(['/', '\\']).next().unwrap_or(object),
    };
    (!member.ends_with(".rcgu.o")).then_some(member)
}
