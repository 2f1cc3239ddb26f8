//! What is worse than the baseline, and what is better.

use std::fmt::Write;

use annotate_snippets::renderer::{DEFAULT_ERROR_STYLE, DEFAULT_NOTE_STYLE};
use anstyle::Style;

use super::super::Report;
use super::text::{clean, count, wrap};
use super::{Look, VERB};
use crate::ratchet::{Change, Ratchet};

pub(super) fn render(report: &Report, look: &Look) -> String {
    let Some(ratchet) = &report.ratchet else {
        return String::new();
    };
    let mut text = String::new();
    let file = clean(&ratchet.file.display().to_string());
    if ratchet.accepted > 0 {
        let findings = count(ratchet.accepted as u64, "finding");
        let more = if look.verbose { "" } else { ", shown with -v" };
        line(
            &mut text,
            VERB,
            "Accepted",
            &format!("{findings} in {file}{more}"),
            look,
        );
    }
    let several = report.artifacts.len() > 1;
    changes(
        &mut text,
        (DEFAULT_ERROR_STYLE, "Worse"),
        &ratchet.worse,
        several,
        look,
    );
    changes(&mut text, (VERB, "Better"), &ratchet.better, several, look);
    for name in &ratchet.not_built {
        let what = format!("`{}` is in {file}, and was not built", clean(name));
        line(&mut text, DEFAULT_NOTE_STYLE, "Note", &what, look);
    }
    for what in next(ratchet, &file) {
        line(&mut text, DEFAULT_NOTE_STYLE, "Note", &what, look);
    }
    text
}

fn changes(
    text: &mut String,
    (style, verb): (Style, &str),
    changes: &[Change],
    several: bool,
    look: &Look,
) {
    for (at, change) in changes.iter().enumerate() {
        let verb = if at == 0 { verb } else { "" };
        let mut what = change.what.to_string();
        if let Some(artifact) = change.artifact.as_ref().filter(|_| several) {
            let _ = write!(what, " ({artifact})");
        }
        line(text, style, verb, &clean(&what), look);
    }
}

/// What to do about it.
fn next(ratchet: &Ratchet, file: &str) -> Vec<String> {
    let mut next = Vec::new();
    if !ratchet.there {
        next.push(format!(
            "there is no {file}, so nothing is accepted; `wasify build --write-baseline` accepts what is there"
        ));
    } else if !ratchet.worse.is_empty() {
        next.push(format!(
            "mend it, or accept it: `wasify build --write-baseline`, and commit {file}"
        ));
    } else if !ratchet.better.is_empty() {
        next.push(
            "`wasify build --write-baseline` keeps it so that it can't get worse again".to_owned(),
        );
    }
    next
}

fn line(text: &mut String, style: Style, verb: &str, what: &str, look: &Look) {
    let wrapped = wrap(what, look.width.saturating_sub(13));
    let wrapped = wrapped.replace('\n', &format!("\n{:13}", ""));
    let _ = writeln!(text, "{style}{verb:>12}{style:#} {wrapped}");
}
