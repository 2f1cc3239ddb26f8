//! What a component is made of: a treemap of its crates, and the same in numbers.

use maud::{Markup, html};

use super::super::human::size;
use super::super::json::v1;
use super::crate_name;
use super::treemap::{Rect, treemap};

/// The map's own units; it is drawn as wide as the page.
const MAP: Rect = Rect {
    x: 0.0,
    y: 0.0,
    width: 960.0,
    height: 420.0,
};
/// The least room for a label, in the map's units.
const LABEL: (f64, f64) = (60.0, 26.0);
/// About the width of a letter.
const LETTER: f64 = 7.4;
/// Crates in the table; the others are added up.
const MAX_ROWS: usize = 15;

pub(super) fn section(artifacts: &[v1::Artifact]) -> Markup {
    let with_code = artifacts.iter().filter(|it| !it.crates.is_empty());
    html! {
        @for artifact in with_code {
            section {
                h2 { "Code by crate in " (artifact.name) }
                (map(&artifact.crates))
                (table(&artifact.crates))
            }
        }
    }
}

fn role(role: &v1::Role) -> (&'static str, &'static str) {
    match role {
        v1::Role::Own => ("own", "this project"),
        v1::Role::Dependency => ("dependency", "dependency"),
        v1::Role::Toolchain => ("toolchain", "Rust and wasi-libc"),
    }
}

fn map(crates: &[v1::Crate]) -> Markup {
    let sizes: Vec<u64> = crates.iter().map(|it| it.bytes).collect();
    let rects = treemap(&sizes, MAP);
    html! {
        svg.map viewBox=(format!("0 0 {} {}", MAP.width, MAP.height)) role="img" aria-label="code by crate" {
            @for (found, rect) in crates.iter().zip(rects) {
                @let (class, of) = role(&found.role);
                g class=(class) {
                    title { (crate_name(&found.package)) ": " (size(found.bytes)) " (" (of) ")" }
                    rect x=(number(rect.x)) y=(number(rect.y)) width=(number(rect.width)) height=(number(rect.height)) {}
                    @if let Some(label) = label(found, rect) {
                        text x=(number(rect.x + 6.0)) y=(number(rect.y + 18.0)) { (label) }
                    }
                }
            }
        }
        p.quiet {
            span.key.own {} " this project " span.key.dependency {} " dependencies " span.key.toolchain {}
            " Rust and wasi-libc"
        }
    }
}

fn number(number: f64) -> String {
    format!("{number:.1}")
}

/// As much of a crate's name as there is room for.
fn label(found: &v1::Crate, rect: Rect) -> Option<String> {
    if rect.width < LABEL.0 || rect.height < LABEL.1 {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a width in letters is small and no less than nothing"
    )]
    let room = ((rect.width - 12.0) / LETTER) as usize;
    let name = &found.package.name;
    Some(match name.chars().count() <= room {
        true => name.clone(),
        false => name
            .chars()
            .take(room.saturating_sub(1))
            .chain(['…'])
            .collect(),
    })
}

fn table(crates: &[v1::Crate]) -> Markup {
    let (shown, rest) = crates.split_at(MAX_ROWS.min(crates.len()));
    let others: u64 = rest.iter().map(|it| it.bytes).sum();
    html! {
        details {
            summary { "In numbers" }
            table {
                thead { tr { th { "crate" } th.number { "size" } th.number { "functions" } } }
                tbody {
                    @for found in shown {
                        tr {
                            td { (crate_name(&found.package)) }
                            td.number { (size(found.bytes)) }
                            td.number { (found.functions) }
                        }
                    }
                    @if !rest.is_empty() {
                        tr { td { (rest.len()) " more" } td.number { (size(others)) } td {} }
                    }
                }
            }
        }
    }
}
