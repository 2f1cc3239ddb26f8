//! A report as a baseline: all of it is accepted.

use wasify_lints::finding::Finding;

use super::{Accepted, Baseline, Measured, TOLERANCE};
use crate::report::{Artifact, Judged, Report};

/// What would be accepted if the report was. What could not be linked is not in it.
#[must_use]
pub fn measure(report: &Report, profile: &str) -> Baseline {
    let built = report.artifacts.iter().filter(|artifact| artifact.linked);
    Baseline {
        profile: profile.to_owned(),
        tolerance: TOLERANCE,
        artifacts: built
            .map(|artifact| (artifact.name.clone(), measured(artifact)))
            .collect(),
        build: findings(&report.of_build),
    }
}

fn measured(artifact: &Artifact) -> Measured {
    let surface = &artifact.binary.surface;
    let mut imports: Vec<String> = surface
        .imports
        .iter()
        .map(|import| import.name.clone())
        .collect();
    imports.sort();
    imports.dedup();
    Measured {
        wasi: surface.wasi.clone(),
        bytes: surface.bytes,
        imports,
        findings: findings(&artifact.findings),
    }
}

fn findings(judged: &[Judged]) -> Vec<Accepted> {
    let mut accepted: Vec<Accepted> = Vec::new();
    for judged in judged {
        let (rule, package) = key(&judged.finding);
        let places = places(&judged.finding);
        let same = accepted
            .iter_mut()
            .find(|accepted| accepted.rule == rule && accepted.package == package);
        match same {
            // Two versions of one crate are one crate here.
            Some(same) => {
                same.level = same.level.max(judged.level);
                same.places.extend(places);
                same.places.sort();
                same.places.dedup();
            }
            None => accepted.push(Accepted {
                rule,
                package,
                level: judged.level,
                places,
            }),
        }
    }
    accepted.sort();
    accepted
}

/// What a finding is known by.
pub(super) fn key(finding: &Finding) -> (String, Option<String>) {
    let package = finding.package.as_ref();
    (
        finding.rule.to_owned(),
        package.map(|package| package.name.clone()),
    )
}

fn places(finding: &Finding) -> Vec<String> {
    let places = finding.places.iter();
    places.map(|place| place.function.clone()).collect()
}
