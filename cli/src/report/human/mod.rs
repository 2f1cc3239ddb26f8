//! The report for people, in rustc's look. Text carries colour codes; the terminal takes them out
//! where there is no colour.

mod blocked;
mod checked;
mod doctor;
mod failure;
mod finding;
mod fleet;
mod hosts;
mod inspect;
mod lines;
mod ports;
mod ratchet;
mod rule;
pub mod running;
mod stubbed;
mod summary;
mod text;
mod undefined;

use std::fmt::Write;

use annotate_snippets::Renderer;
use anstyle::{AnsiColor, Effects, Style};
use wasify_lints::finding::Level;

use super::{Artifact, Report, STDIN, Sources, run};
pub use rule::{condition_page, general, outcome, page, table};

pub use checked::{OF_DOCTOR, checked};
pub use doctor::render as doctor;
pub use fleet::fleet;
pub use hosts::table as hosts;
pub use ports::table as ports;

use finding::Group;
pub(super) use finding::when;
pub(super) use lines::{crate_name, goes, row};
pub(crate) use text::size;
use text::wrap;
pub(super) use text::{clean, count};

const VERB: Style = AnsiColor::BrightGreen.on_default().effects(Effects::BOLD);
const FLAG: Style = annotate_snippets::renderer::DEFAULT_HELP_STYLE;
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// More components than this are listed without the command that runs each.
const MAX_COMMANDS: usize = 4;

/// Columns of a report in a file.
pub(crate) const FILE_WIDTH: usize = 100;

/// How a report is to look.
#[derive(Debug, Clone)]
pub struct Look {
    /// Columns to wrap at.
    pub width: usize,
    /// Whether titles are wrapped too: in a terminal they are read, in a file searched for.
    pub wrap_titles: bool,
    /// Everything: notes, all places, unfolded call paths.
    pub verbose: bool,
    /// Where source lines come from.
    pub sources: Sources,
}

impl Look {
    /// The same for a file, which no terminal is as wide as.
    #[must_use]
    pub fn for_file(&self) -> Look {
        Look {
            width: FILE_WIDTH,
            wrap_titles: false,
            ..self.clone()
        }
    }
}

/// Writes what `wasify build` tells: what is wrong, then where the result lies and how to run it.
#[must_use]
pub fn build(report: &Report, look: &Look) -> String {
    let mut text = String::new();
    if let Some(failure) = &report.failure {
        text.push_str(&failure::render(failure, look));
    }
    let of_build = report.of_build.iter();
    let of_build = of_build
        .filter(|judged| look.verbose || !judged.accepted)
        .map(|judged| &judged.finding);
    text.push_str(&blocked::messages(of_build, |_| Vec::new(), look));
    text.push_str(&findings(report, look));
    text.push_str(&summary::render(report, look));
    text.push_str(&ratchet::render(report, look));
    text.push_str(&result(report));
    text.push_str(&ported(report, look));
    text.push_str(&stubbed::render(report, look));
    text.push_str(&hosts::render(report, look));
    text
}

/// Writes what `wasify inspect` tells: what is in the file, then what is wrong.
#[must_use]
pub fn inspect(report: &Report, look: &Look) -> String {
    let mut text = String::new();
    for artifact in &report.artifacts {
        text.push_str(&inspect::render(artifact, look));
        text.push('\n');
    }
    text.push_str(&findings(report, look));
    text.push_str(&summary::render(report, look));
    text.push_str(&hosts::render(report, look));
    text
}

fn renderer(look: &Look) -> Renderer {
    Renderer::styled().term_width(look.width)
}

fn findings(report: &Report, look: &Look) -> String {
    let mut text = String::new();
    let mut explained = Vec::new();
    for group in Group::all(&report.artifacts, look.verbose) {
        if group.level == Level::Note && !look.verbose {
            continue;
        }
        let first = !explained.contains(&group.rule);
        explained.push(group.rule);
        let several = report.artifacts.len() > 1;
        text.push_str(&finding::render(&group, several, first, look));
        text.push_str("\n\n");
    }
    text
}

/// Where the components lie, and how to run them.
fn result(report: &Report) -> String {
    let mut text = String::new();
    for artifact in report.artifacts.iter().filter(|artifact| artifact.linked) {
        let surface = &artifact.binary.surface;
        let verb = match surface.kind {
            wasify_lints::facts::Kind::Component => "Component",
            wasify_lints::facts::Kind::Module => "Module",
        };
        let about = format!("{}, {}", size(surface.bytes), wasi_version(artifact));
        let path = shown_path(artifact);
        let _ = writeln!(text, "{VERB}{verb:>12}{VERB:#} {path} ({about})");
        if report.artifacts.len() <= MAX_COMMANDS {
            text.push_str(&how_to_run(artifact));
        }
    }
    text
}

/// The ports that are in the build, and what they changed.
fn ported(report: &Report, look: &Look) -> String {
    let mut text = String::new();
    for port in &report.ports {
        let about = format!(
            "{}: {}",
            lines::crate_name(&port.package),
            port.instead.join("; ")
        );
        let about = wrap(&clean(&about), look.width.saturating_sub(13));
        let about = about.replace('\n', &format!("\n{:13}", ""));
        let _ = writeln!(text, "{VERB}{:>12}{VERB:#} {about}", "Ported");
    }
    text
}

fn shown_path(artifact: &Artifact) -> String {
    if artifact.path.as_os_str() == STDIN {
        return "standard input".to_owned();
    }
    clean(&artifact.path.display().to_string())
}

fn wasi_version(artifact: &Artifact) -> String {
    match artifact.binary.surface.wasi.as_deref() {
        Some(version) => format!("WASI {}", clean(version)),
        None => "no WASI imports".to_owned(),
    }
}

/// The command that runs it; for what no command runs, what a host can call.
fn how_to_run(artifact: &Artifact) -> String {
    if artifact.is_refused() {
        return String::new();
    }
    if let Some(argv) = artifact.run_command() {
        return format!(
            "{VERB}{:>12}{VERB:#} {}\n",
            "Run",
            clean(&run::shell_line(&argv))
        );
    }
    let exports: Vec<String> = artifact
        .binary
        .surface
        .exports
        .iter()
        .filter(|export| matches!(export.kind.as_str(), "function" | "instance"))
        .map(|export| clean(&export.name))
        .collect();
    let what = match exports.len() {
        0 => "nothing, so no host can use it".to_owned(),
        1..=6 => format!("{}, for a host to call", exports.join(", ")),
        more => format!(
            "{} and {} more, for a host to call",
            exports[..5].join(", "),
            more - 5
        ),
    };
    format!("{VERB}{:>12}{VERB:#} {what}\n", "Exports")
}
