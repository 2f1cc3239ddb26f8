//! Whether a host loads this kind of file, and by which export it starts it.

use crate::facts::{Facts, Interface, Kind, Surface};
use crate::host::{Host, Known};
use crate::hosts;

use super::{Fit, ObstacleKind, Verdict};

/// Whether the host loads the kind of file, for all that is known.
pub(super) fn loads(facts: &Facts<'_>, fit: &mut Fit) -> bool {
    let host = fit.host;
    let (loading, is, other) = match facts.surface.kind {
        Kind::Component => (&host.component, "a component", "core modules only"),
        Kind::Module => (&host.module, "a core module", "components only"),
    };
    let title = &host.title;
    let (verdict, message) = match loading.loads {
        Known::Yes => {
            fit.notes.extend(loading.note.clone());
            return true;
        }
        Known::No => (
            Verdict::Refused,
            format!("it is {is}, and {title} loads {other}"),
        ),
        Known::Unknown => (
            Verdict::Unknown,
            format!("it is {is}, and it is not known whether {title} runs it"),
        ),
    };
    let helps = instead(facts);
    let obstacle = fit.obstacle(verdict, ObstacleKind::FileKind, message);
    if facts.surface.kind == Kind::Module {
        obstacle.helps.extend(loading.note.clone());
    } else {
        obstacle.helps = helps;
        fit.notes.extend(loading.note.clone());
    }
    false
}

/// How to get a module of what was built as a component.
fn instead(facts: &Facts<'_>) -> Vec<String> {
    let surface = &facts.surface;
    let rust = surface.producers.iter().any(|made| made.name == "rustc");
    let mut helps = vec![if rust {
        "build it for preview1: cargo build --target wasm32-wasip1".to_owned()
    } else {
        "build it for preview1, as a core module".to_owned()
    }];
    let networked = |import: &Interface| {
        let network = ["wasi:sockets/", "wasi:http/"];
        network
            .iter()
            .any(|package| import.name.starts_with(package))
            && import.functions.iter().any(|function| function.called)
    };
    if surface.imports.iter().any(networked) {
        helps.push(
            "what it does on the network will fail there: preview1 has no sockets of its own"
                .to_owned(),
        );
    }
    helps
}

/// Finds the export by which the host starts the file.
pub(super) fn starts(facts: &Facts<'_>, fit: &mut Fit) {
    let host = fit.host;
    let surface = &facts.surface;
    fit.start = host
        .starts
        .iter()
        .find(|start| exports(surface, &start.export));
    match fit.start {
        Some(start) => fit.notes.extend(start.note.clone()),
        None => {
            let wanted: Vec<String> = host
                .starts
                .iter()
                .filter(|start| starts_kind(&start.export, surface.kind))
                .map(|start| format!("`{}`", start.export))
                .collect();
            let message = if wanted.is_empty() {
                format!("it exports nothing that {} could start", host.title)
            } else {
                format!(
                    "it does not export {}, which is what {} starts",
                    wanted.join(" or "),
                    host.title
                )
            };
            let helps = others(surface);
            fit.obstacle(Verdict::Refused, ObstacleKind::Start, message)
                .helps = helps;
        }
    }
}

/// Whether a file of this kind could have the export.
fn starts_kind(export: &str, kind: Kind) -> bool {
    (kind == Kind::Module) == (export == "_start")
}

/// Whether the file has an export that a host calls so.
fn exports(surface: &Surface, name: &str) -> bool {
    surface.exports.iter().any(|export| {
        let usable = matches!(export.kind.as_str(), "function" | "instance");
        let same = export.name.split('@').next() == Some(name);
        if name == "*" { usable } else { same }
    })
}

/// Which hosts start what the file does export.
fn others(surface: &Surface) -> Vec<String> {
    let mut helps = Vec::new();
    for (export, what) in [
        ("wasi:cli/run", "programs"),
        ("wasi:http/incoming-handler", "handlers of HTTP requests"),
        ("_start", "programs"),
    ] {
        if !exports(surface, export) {
            continue;
        }
        let starting = |host: &&Host| {
            let kind = match surface.kind {
                Kind::Component => host.component.loads,
                Kind::Module => host.module.loads,
            };
            kind == Known::Yes && host.starts.iter().any(|start| start.export == export)
        };
        let hosts = hosts::hosts().unwrap_or_default();
        let names: Vec<&str> = hosts
            .iter()
            .filter(starting)
            .map(|host| host.id.as_str())
            .collect();
        helps.push(format!(
            "it exports `{export}`, as {what} do; hosts that start that: {}",
            names.join(", ")
        ));
    }
    helps
}
