//! `docs/applications.md`.

use std::fmt::Write as _;
use std::path::Path;

use crate::common;
use crate::judged::{Judged, Tried};
use crate::trial::Ran;

/// Writes the page.
pub(crate) fn write(all: &[Judged]) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let head = std::fs::read_to_string(here.join("../tests/applications/head.md")).unwrap();
    let mut page = head
        .replace("{date}", &common::today())
        .replace("{rustc}", &common::rustc())
        .replace("{engine}", wasify_runtime::VERSION);
    page.push_str("\n| application | component | deny | warn | note |\n|---|---|---|---|---|\n");
    for judged in all {
        let megabytes = judged.bytes as f64 / 1e6;
        let [deny, warn, note] = judged.counts;
        let _ = writeln!(
            page,
            "| {} | {megabytes:.1} MB | {deny} | {warn} | {note} |",
            judged.title
        );
    }
    page.push_str(
        "\n## Trials\n\n| application | trial | wasify says | natively | as a port | as said |\n\
         |---|---|---|---|---|---|\n",
    );
    for judged in all {
        for tried in &judged.trials {
            page.push_str(&row(&judged.name, tried));
        }
    }
    std::fs::write(here.join("../docs/applications.md"), page).unwrap();
}

fn row(name: &str, tried: &Tried) -> String {
    let said = match &tried.said {
        Some((rule, level)) => format!("`{rule}` ({level})"),
        None => "–".to_owned(),
    };
    let port = if tried.said.is_none() {
        "the same".to_owned()
    } else if tried.port.end == "ok" && tried.port.stdout.is_empty() {
        "works: silence".to_owned()
    } else if tried.shown.is_empty() {
        end(&tried.port).to_owned()
    } else {
        format!("{}: `{}`", end(&tried.port), tried.shown)
    };
    let mark = if tried.complaint.is_none() {
        "yes"
    } else {
        "**no**"
    };
    let native = native(&tried.native);
    format!(
        "| {name} | {} | {said} | {native} | {port} | {mark} |\n",
        tried.what
    )
}

fn end(ran: &Ran) -> &str {
    match ran.end.as_str() {
        "ok" => "works",
        "trap" => "trap",
        "hang" => "hangs",
        _ => "fails",
    }
}

/// What the native program did, with the first line of what it printed.
fn native(ran: &Ran) -> String {
    let mut lines = ran.stdout.lines().chain(ran.stderr.lines());
    match lines.next() {
        Some(line) if line.len() <= 40 => format!("{}: `{}`", end(ran), line.replace('|', "\\|")),
        Some(line) => {
            let start: String = line.chars().take(36).collect();
            format!("{}: `{} …`", end(ran), start.replace('|', "\\|"))
        }
        None => format!("{}: silence", end(ran)),
    }
}
