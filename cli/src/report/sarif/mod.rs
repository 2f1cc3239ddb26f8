//! The report as SARIF 2.1.0, which code scanning services and editors read.

mod rules;
mod v2;

use std::collections::BTreeMap;
use std::path::Path;

use wasify_lints::finding::Level;

use super::Report;
use super::entries::{Entry, all_entries};
use super::human::clean;
use super::places::{Place, Places};

/// Where the standard's schema is published.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// What paths in the repository start from.
const ROOT: &str = "SRCROOT";
/// The name and the version of the fingerprints: another way to make them gets another.
const FINGERPRINT: &str = "wasifyFinding/v1";

/// Writes the report as one SARIF log with a final newline.
///
/// # Errors
/// None that a report can cause; the writer's type asks for it.
pub fn render(report: &Report) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(&log(report))?;
    text.push('\n');
    Ok(text)
}

fn log(report: &Report) -> v2::Log {
    let places = Places::new(report);
    let entries = all_entries(report, &places);
    let rules = rules::rules(&entries);
    let results = entries.iter().map(|entry| result(entry, &rules, &places));
    let version = env!("CARGO_PKG_VERSION");
    v2::Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [v2::Run {
            results: results.collect(),
            tool: v2::Tool {
                driver: v2::Driver {
                    name: "wasify",
                    version,
                    semantic_version: version,
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    rules,
                },
            },
            invocations: [v2::Invocation {
                execution_successful: true,
                exit_code: report.status().code(),
            }],
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: BTreeMap::from([(
                ROOT,
                v2::Base {
                    description: v2::Text {
                        text: "The root of the repository.".to_owned(),
                    },
                },
            )]),
        }],
    }
}

fn result(entry: &Entry<'_>, rules: &[v2::Rule], places: &Places) -> v2::Result {
    let finding = &entry.finding;
    let rule_index = rules.iter().position(|rule| rule.id == finding.rule);
    v2::Result {
        rule_id: finding.rule.to_owned(),
        rule_index: rule_index.unwrap_or_default(),
        level: level(entry.level),
        message: v2::Text {
            text: message(entry),
        },
        locations: vec![location(entry)],
        code_flows: code_flow(entry, places).into_iter().collect(),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, entry.fingerprint.clone())]),
        suppressions: match entry.accepted {
            true => vec![v2::Suppression { kind: "external" }],
            false => Vec::new(),
        },
        properties: v2::ResultProperties {
            confidence: finding.confidence.name(),
            package: finding.package.as_ref().map(|package| clean(&package.name)),
            version: finding
                .package
                .as_ref()
                .and_then(|package| package.version.clone()),
            artifacts: entry.names(),
        },
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Note | Level::Allow => "note",
    }
}

/// The first sentence is what lists show; the rest follows, a line each.
fn message(entry: &Entry<'_>) -> String {
    let mut text = entry.message();
    text.push('.');
    for (label, detail) in entry.details() {
        text.push_str(&format!("\n{label}: {detail}"));
    }
    text
}

/// Where it is, and in which function or crate.
fn location(entry: &Entry<'_>) -> v2::Location {
    let finding = &entry.finding;
    let function = finding.call_path.iter().rev().nth(1);
    let package = finding.package.as_ref();
    let logical = function
        .map(|frame| (clean(&frame.function), "function"))
        .or_else(|| package.map(|package| (clean(&package.name), "module")));
    v2::Location {
        physical_location: entry.place.as_ref().map(physical),
        logical_locations: logical
            .into_iter()
            .map(|(fully_qualified_name, kind)| v2::LogicalLocation {
                fully_qualified_name,
                kind,
            })
            .collect(),
        message: None,
    }
}

fn physical(place: &Place) -> v2::PhysicalLocation {
    v2::PhysicalLocation {
        artifact_location: v2::ArtifactLocation {
            uri: match Path::new(&place.file).is_absolute() {
                true => format!("file:///{}", uri(place.file.trim_start_matches('/'))),
                false => uri(&place.file),
            },
            uri_base_id: place.in_repository.then_some(ROOT),
        },
        region: place.line.map(|start_line| v2::Region {
            start_line,
            start_column: place.column,
        }),
    }
}

/// A path as a relative reference: what has a meaning of its own there is escaped.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// The steps of the call path that are in the repository: others can't be shown.
fn code_flow(entry: &Entry<'_>, places: &Places) -> Option<v2::CodeFlow> {
    let frames = &entry.finding.call_path;
    let steps = frames.iter().zip(frames.iter().skip(1));
    let locations: Vec<v2::ThreadFlowLocation> = steps
        .filter_map(|(frame, next)| {
            let place = places.source(frame.location.as_ref()?)?;
            let text = format!("`{}` leads to `{}`", frame.function, next.function);
            Some(v2::ThreadFlowLocation {
                location: v2::Location {
                    physical_location: Some(physical(&place)),
                    logical_locations: Vec::new(),
                    message: Some(v2::Text { text: clean(&text) }),
                },
            })
        })
        .collect();
    (!locations.is_empty()).then_some(v2::CodeFlow {
        thread_flows: [v2::ThreadFlow { locations }],
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_from_elsewhere_has_no_place_in_the_repository() {
        let mut report = sample::found();
        report.project = None;
        report.artifacts[0].path = "/elsewhere/a b.wasm".into();
        let text = render(&report).unwrap();
        assert!(text.contains("\"file:///elsewhere/a%20b.wasm\""), "{text}");
        assert!(!text.contains("\"uriBaseId\""), "{text}");
    }

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("src/a b#1.rs"), "src/a%20b%231.rs");
        assert_eq!(uri("c:/ü"), "c%3A/%C3%BC");
    }
}
