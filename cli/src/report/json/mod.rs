//! The report for programs: `wasify-report/1`.

mod blocked;
mod checkup;
mod hosts;
mod ports;
mod ratchet;
mod rules;
mod stubbed;
pub mod v1;

use wasify_lints::facts::{self, Surface};
use wasify_lints::finding;
use wasify_lints::rule;
use wasify_lints::suggestion;

use super::{Artifact, Judged, Report};
use crate::levels::LevelSource;
use crate::settings::FlagInUse;

pub use ports::ports;
pub use rules::rules;

/// The name of the format.
pub const SCHEMA: &str = "wasify-report/1";
pub use wasify_lints::explain::BUILD_FAILED;

/// Writes the report as one JSON document with a final newline.
///
/// # Errors
/// None that a report can cause; the writer's type asks for it.
pub fn render(report: &Report) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(&document(report))?;
    text.push('\n');
    Ok(text)
}

/// The JSON schema of what [`render`] writes.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(v1::Report)
}

/// The report in the frozen structs.
#[must_use]
pub fn document(report: &Report) -> v1::Report {
    let counts = report.counts();
    let failed = report.failure.as_ref().map(blocked::failed);
    let failed = failed.unwrap_or_default();
    let deny = counts.deny + failed.len();
    let seen = || report.checkup.iter();
    v1::Report {
        schema: SCHEMA.to_owned(),
        wasify: env!("CARGO_PKG_VERSION").to_owned(),
        project: report.project.as_ref().map(|project| v1::Project {
            name: project.name.clone(),
            root: project.root.display().to_string(),
        }),
        artifacts: report.artifacts.iter().map(artifact).collect(),
        findings: findings(report, failed),
        build: report.failure.as_ref().map(blocked::failure),
        ports: report.ports.iter().map(blocked::port).collect(),
        flags: report.flags.iter().map(flag).collect(),
        survey: report.survey.as_ref().map(blocked::survey),
        tools: seen().flat_map(|it| &it.tools).map(checkup::tool).collect(),
        settings: seen()
            .flat_map(|it| &it.settings)
            .map(checkup::setting)
            .collect(),
        stale_flags: seen()
            .flat_map(|it| &it.stale)
            .map(checkup::stale)
            .collect(),
        checked: seen()
            .filter_map(|it| it.checked.as_ref())
            .map(checkup::checked)
            .next(),
        skipped: report.artifacts.iter().flat_map(skipped).collect(),
        summary: v1::Summary {
            deny,
            warn: counts.warn,
            note: counts.note,
            allowed: counts.allowed,
            accepted: counts.accepted,
        },
        ratchet: report.ratchet.as_ref().map(ratchet::ratchet),
        exit_code: report.status().code(),
    }
}

/// What failed, what the dependency graph tells, and what was found in artifacts, the worst first.
fn findings(report: &Report, failed: Vec<v1::Finding>) -> Vec<v1::Finding> {
    let mut findings = failed;
    findings.extend(report.of_build.iter().map(self::judged));
    findings.extend(report.survey.iter().flat_map(blocked::surveyed));
    let artifacts = report.artifacts.iter();
    let mut judged: Vec<(&Artifact, &Judged)> = artifacts
        .flat_map(|artifact| artifact.findings.iter().map(move |found| (artifact, found)))
        .collect();
    judged.sort_by_key(|(_, judged)| std::cmp::Reverse(judged.level));
    let judged = judged.into_iter();
    findings.extend(judged.map(|(artifact, judged)| finding(artifact, judged)));
    findings
}

fn flag(flag: &FlagInUse) -> v1::Flag {
    v1::Flag {
        what: flag.what.clone(),
        rule: flag.rule.clone(),
        costs: flag.costs.clone(),
    }
}

fn shown_path(artifact: &Artifact) -> String {
    artifact.path.display().to_string()
}

fn artifact(artifact: &Artifact) -> v1::Artifact {
    let surface = &artifact.binary.surface;
    v1::Artifact {
        name: artifact.name.clone(),
        path: shown_path(artifact),
        kind: match surface.kind {
            facts::Kind::Component => v1::ArtifactKind::Component,
            facts::Kind::Module => v1::ArtifactKind::Module,
        },
        bytes: surface.bytes,
        wasi: surface.wasi.clone(),
        exact: artifact.binary.exact,
        functions: artifact.binary.functions,
        reachable: artifact.binary.reachable,
        run: artifact.run_command(),
        imports: imports(surface),
        exports: surface
            .exports
            .iter()
            .map(|export| v1::Export {
                name: export.name.clone(),
                kind: export.kind.clone(),
            })
            .collect(),
        producers: surface.producers.iter().map(producer).collect(),
        memory: surface.memory.as_ref().map(memory),
        sections: surface
            .sections
            .iter()
            .map(|section| v1::Size {
                name: section.name.clone(),
                bytes: section.bytes,
            })
            .collect(),
        modules: surface.modules.iter().map(module).collect(),
        crates: artifact.binary.crates.iter().map(crate_size).collect(),
        legacy_exceptions: surface.legacy_exceptions,
        hosts: artifact
            .hosts
            .iter()
            .map(|fit| hosts::fit(artifact, fit))
            .collect(),
        stubbed: artifact.stubbed.iter().map(stubbed::stubbed).collect(),
        linked: artifact.linked,
    }
}

fn imports(surface: &Surface) -> Vec<v1::Import> {
    let function = |function: &facts::ImportedFunction| v1::ImportedFunction {
        name: function.name.clone(),
        called: function.called,
    };
    surface
        .imports
        .iter()
        .map(|import| v1::Import {
            name: import.name.clone(),
            version: import.version.clone(),
            functions: import.functions.iter().map(function).collect(),
        })
        .collect()
}

fn producer(producer: &facts::Producer) -> v1::Producer {
    v1::Producer {
        field: producer.field.clone(),
        name: producer.name.clone(),
        version: producer.version.clone(),
    }
}

fn memory(memory: &facts::Memory) -> v1::Memory {
    v1::Memory {
        initial_pages: memory.initial_pages,
        maximum_pages: memory.maximum_pages,
        shared: memory.shared,
        memory64: memory.memory64,
    }
}

fn module(module: &facts::ModuleSummary) -> v1::Module {
    v1::Module {
        path: module.path.clone(),
        bytes: module.bytes,
        functions: module.functions,
    }
}

fn crate_size(found: &facts::Crate) -> v1::Crate {
    v1::Crate {
        package: package(&found.package),
        role: match found.role {
            facts::Role::Own => v1::Role::Own,
            facts::Role::Dependency => v1::Role::Dependency,
            facts::Role::Toolchain => v1::Role::Toolchain,
        },
        bytes: found.bytes,
        functions: found.functions,
    }
}

fn finding(artifact: &Artifact, found: &Judged) -> v1::Finding {
    v1::Finding {
        artifact: Some(shown_path(artifact)),
        ..judged(found)
    }
}

fn judged(judged: &Judged) -> v1::Finding {
    v1::Finding {
        level: match judged.level {
            finding::Level::Deny => v1::Level::Deny,
            finding::Level::Warn => v1::Level::Warn,
            finding::Level::Note | finding::Level::Allow => v1::Level::Note,
        },
        accepted: judged.accepted,
        level_flag: match &judged.because {
            LevelSource::Rule => None,
            LevelSource::Flag(flag) => Some(flag.clone()),
        },
        ..plain(&judged.finding, judged.rule)
    }
}

/// A finding before anybody judged it.
fn plain(finding: &finding::Finding, rule: Option<&rule::Rule>) -> v1::Finding {
    v1::Finding {
        rule: finding.rule.to_owned(),
        group: rule.map(|rule| rule.group.clone()),
        outcome: rule.map(|rule| outcome(rule.outcome)),
        cause: rule
            .and_then(|rule| rule.cause)
            .map(|cause| cause.name().to_owned()),
        artifact: None,
        level: v1::Level::Deny,
        level_flag: None,
        confidence: match finding.confidence {
            finding::Confidence::Always => v1::Confidence::Always,
            finding::Confidence::Possible => v1::Confidence::Possible,
            finding::Confidence::Indirect => v1::Confidence::Indirect,
        },
        message: finding.message.clone(),
        effect: finding.effect.clone(),
        package: finding.package.as_ref().map(package),
        location: finding.location.as_ref().map(location),
        call_path: finding.call_path.iter().map(frame).collect(),
        dependency_path: finding
            .dependency_path
            .iter()
            .map(blocked::dependent)
            .collect(),
        more_places: finding.more_places,
        accepted: false,
        places: finding.places.iter().map(place).collect(),
        notes: finding.notes.clone(),
        suggestions: finding.suggestions.iter().map(suggestion).collect(),
    }
}

fn outcome(outcome: rule::Outcome) -> v1::Outcome {
    match outcome {
        rule::Outcome::Trap => v1::Outcome::Trap,
        rule::Outcome::Error => v1::Outcome::Error,
        rule::Outcome::WrongResult => v1::Outcome::WrongResult,
        rule::Outcome::Silence => v1::Outcome::Silence,
        rule::Outcome::NotLoaded => v1::Outcome::NotLoaded,
        rule::Outcome::NotBuilt => v1::Outcome::NotBuilt,
    }
}

fn package(package: &finding::Package) -> v1::Package {
    v1::Package {
        name: package.name.clone(),
        version: package.version.clone(),
    }
}

fn location(location: &finding::Location) -> v1::Location {
    v1::Location {
        file: location.file.clone(),
        line: location.line,
        column: location.column,
    }
}

fn place(place: &finding::Place) -> v1::Place {
    v1::Place {
        function: place.function.clone(),
        location: place.location.as_ref().map(location),
    }
}

fn frame(frame: &finding::Frame) -> v1::Frame {
    v1::Frame {
        function: frame.function.clone(),
        package: frame.package.as_ref().map(package),
        location: frame.location.as_ref().map(location),
        elided: frame.elided,
    }
}

fn suggestion(suggestion: &suggestion::Suggestion) -> v1::Suggestion {
    v1::Suggestion {
        title: suggestion.title.clone(),
        applicability: match suggestion.applicability {
            suggestion::Applicability::Safe => v1::Applicability::Safe,
            suggestion::Applicability::Costs => v1::Applicability::Costs,
            suggestion::Applicability::Manual => v1::Applicability::Manual,
        },
        kind: suggestion.kind.name().to_owned(),
        flag: suggestion.flag.clone(),
        action: suggestion.action.as_ref().map(blocked::action),
        verified: suggestion.verified,
    }
}

fn skipped(artifact: &Artifact) -> impl Iterator<Item = v1::Skipped> {
    artifact.skipped.iter().map(|skipped| v1::Skipped {
        artifact: shown_path(artifact),
        rule: skipped.rule.to_owned(),
        reason: skipped.reason.clone(),
    })
}
