//! What is in a binary, as tables.

use std::fmt::Write;

use anstyle::Style;
use unicode_width::UnicodeWidthStr;
use wasify_lints::facts::{ImportedFunction, Interface, Memory, Surface};

use super::super::{Artifact, Binary};
use super::lines::crate_name;
use super::text::{clean, count, grouped, size, wrap, wrap_at};
use super::{BOLD, DIM, Look, how_to_run, wasi_version};

/// Bytes of a page of memory.
const PAGE: u64 = 65_536;
/// Rows of a table of sizes; the rest is added up in one more.
const MAX_ROWS: usize = 12;
const HEADING: Style = anstyle::AnsiColor::BrightGreen.on_default().bold();

pub(super) fn render(artifact: &Artifact, look: &Look) -> String {
    let binary = &artifact.binary;
    let surface = &binary.surface;
    let mut text = format!(
        "{BOLD}{}{BOLD:#}: {}, {}, {}\n",
        super::shown_path(artifact),
        surface.kind.name(),
        size(surface.bytes),
        wasi_version(artifact),
    );
    text.push_str(&functions_at_all(binary));
    if !binary.exact && binary.functions > 0 {
        let estimate = "read from the file alone: what is reachable is an estimate, and rather too \
                        much than too little";
        let estimate = wrap(estimate, look.width);
        let _ = writeln!(text, "{}", dimmed(&estimate));
    }
    text.push_str(&imports(surface, look));
    text.push_str(&exports(surface, look));
    text.push_str(&producers(surface));
    text.push_str(&memory(surface));
    text.push_str(&sections(surface, look));
    text.push_str(&crates(binary, look));
    text.push_str(&modules(surface));
    let run = how_to_run(artifact);
    if !run.is_empty() {
        let _ = write!(text, "\n{run}");
    }
    text
}

fn functions_at_all(binary: &Binary) -> String {
    if binary.functions == 0 {
        return "no functions of its own\n".to_owned();
    }
    let functions = count(binary.functions.into(), "function");
    let reachable = grouped(binary.reachable.into());
    format!("{functions}, {reachable} of them reachable from an export\n")
}

/// Each line by itself, so that what is put between lines is not dimmed.
fn dimmed(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| format!("{DIM}{line}{DIM:#}"))
        .collect();
    lines.join("\n")
}

fn heading(text: &str) -> String {
    format!("\n{HEADING}{text}{HEADING:#}\n")
}

/// Interfaces with the functions that are called; the others are counted, or dimmed with `-v`.
fn imports(surface: &Surface, look: &Look) -> String {
    let mut text = heading("Imports (what the host must provide; functions really called)");
    if surface.imports.is_empty() {
        text.push_str("  none: it can only compute\n");
    }
    let name = |import: &Interface| match &import.version {
        Some(version) => clean(&format!("{}@{version}", import.name)),
        None => clean(&import.name),
    };
    let widest = surface
        .imports
        .iter()
        .map(|import| name(import).width())
        .max()
        .unwrap_or(0);
    let column = widest.min(look.width / 2) + 4;
    for import in &surface.imports {
        let functions = functions(&import.functions, look, look.width.saturating_sub(column));
        let functions = functions.replace('\n', &format!("\n{:column$}", ""));
        let pad = " ".repeat((column - 2).saturating_sub(name(import).width()).max(1));
        let _ = writeln!(text, "  {}{pad}{functions}", name(import));
    }
    text
}

/// What is called, by short names; `-v` shows all names as they are.
fn functions(functions: &[ImportedFunction], look: &Look, width: usize) -> String {
    let names = |called: bool| -> Vec<String> {
        functions
            .iter()
            .filter(|f| f.called == called)
            .map(|f| clean(&f.name))
            .collect()
    };
    let (called, idle) = (names(true), names(false));
    if look.verbose {
        let called = wrap_at(called.iter().map(String::as_str), ", ", width);
        let idle = wrap_at(idle.iter().map(String::as_str), ", ", width);
        let between = if called.is_empty() || idle.is_empty() {
            ""
        } else {
            "\n"
        };
        return format!("{called}{between}{}", dimmed(&idle));
    }
    // Giving a handle back is no use of an interface.
    let mut shown: Vec<String> = called
        .iter()
        .filter(|name| !name.starts_with("[resource-drop]"))
        .map(|name| short_import(name).to_owned())
        .collect();
    let idle = match idle.len() {
        0 => String::new(),
        idle => format!("({idle} not called)"),
    };
    match shown.last_mut() {
        Some(last) if !idle.is_empty() => *last = format!("{last} {idle}"),
        None if called.is_empty() => shown.push(idle),
        None => shown.push("only gives handles back".to_owned()),
        Some(_) => {}
    }
    wrap_at(shown.iter().map(String::as_str), ", ", width)
}

/// `descriptor.open-at` of `[method]descriptor.open-at`.
fn short_import(name: &str) -> &str {
    match name.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((_, short)) if !short.is_empty() => short,
        _ => name,
    }
}

fn exports(surface: &Surface, look: &Look) -> String {
    let mut text = heading("Exports (what a host can use)");
    if surface.exports.is_empty() {
        text.push_str("  none\n");
    }
    let shown = if look.verbose {
        usize::MAX
    } else {
        2 * MAX_ROWS
    };
    for export in surface.exports.iter().take(shown) {
        let _ = writeln!(
            text,
            "  {} {DIM}{}{DIM:#}",
            clean(&export.name),
            clean(&export.kind)
        );
    }
    if surface.exports.len() > shown {
        let rest = surface.exports.len() - shown;
        let _ = writeln!(text, "  {DIM}{rest} more, shown with -v{DIM:#}");
    }
    text
}

fn producers(surface: &Surface) -> String {
    if surface.producers.is_empty() {
        return String::new();
    }
    let mut text = heading("Made by");
    for producer in &surface.producers {
        let line = format!("{} {}", clean(&producer.name), clean(&producer.version));
        let _ = writeln!(text, "  {:<14}{}", clean(&producer.field), line.trim_end());
    }
    text
}

fn memory(surface: &Surface) -> String {
    let Some(memory) = &surface.memory else {
        return String::new();
    };
    format!("{}  {}\n", heading("Memory"), about_memory(memory))
}

fn about_memory(memory: &Memory) -> String {
    let bytes = |pages: u64| size(pages.saturating_mul(PAGE));
    let most = match memory.maximum_pages {
        Some(pages) => format!("at most {}", bytes(pages)),
        None => "grows as the host allows".to_owned(),
    };
    let shared = if memory.shared {
        ", shared between threads"
    } else {
        ""
    };
    let wide = if memory.memory64 {
        ", 64-bit addresses"
    } else {
        ""
    };
    let start = bytes(memory.initial_pages);
    format!(
        "{start} at the start ({}), {most}{shared}{wide}",
        count(memory.initial_pages, "page")
    )
}

fn sections(surface: &Surface, look: &Look) -> String {
    let rows = surface
        .sections
        .iter()
        .map(|section| (section.name.clone(), section.bytes));
    table("Size by section", rows.collect(), surface.bytes, look)
}

fn crates(binary: &Binary, look: &Look) -> String {
    let rows: Vec<(String, u64)> = binary
        .crates
        .iter()
        .map(|code| (crate_name(&code.package), code.bytes))
        .collect();
    let whole = rows.iter().map(|(_, bytes)| bytes).sum();
    table("Size of code by crate", rows, whole, look)
}

/// Parts with their sizes and their share of the whole, largest first.
fn table(title: &str, mut rows: Vec<(String, u64)>, whole: u64, look: &Look) -> String {
    if rows.is_empty() {
        return String::new();
    }
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    // One row more takes no more room than saying that there is one.
    let all = look.verbose || rows.len() <= MAX_ROWS + 1;
    let shown = if all { rows.len() } else { MAX_ROWS };
    let (head, tail) = rows.split_at(shown);
    let mut text = heading(title);
    let mut row = |name: &str, bytes: u64| {
        // Tenths of a per cent, so that a small part is not shown as nothing.
        let share = bytes.saturating_mul(1000).checked_div(whole).unwrap_or(0);
        let share = format!("{}.{} %", share / 10, share % 10);
        let _ = writeln!(text, "  {:>10} {share:>7}  {name}", size(bytes));
    };
    for (name, bytes) in head {
        row(&clean(name), *bytes);
    }
    if !tail.is_empty() {
        let rest = format!("{} more, shown with -v", tail.len());
        row(&rest, tail.iter().map(|(_, bytes)| bytes).sum());
    }
    text
}

fn modules(surface: &Surface) -> String {
    if surface.modules.len() < 2 {
        return String::new();
    }
    let mut text = heading("Core modules");
    for module in &surface.modules {
        let _ = writeln!(
            text,
            "  {:>10} {:>7} functions  {}",
            size(module.bytes),
            grouped(module.functions.into()),
            clean(&module.path),
        );
    }
    text
}
