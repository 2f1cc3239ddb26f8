//! A build that failed, explained: what it said, put together with the dependency graph.

use std::collections::BTreeMap;

use anyhow::Context as _;
use wasify_lints::explain::explain;
use wasify_lints::finding::{Finding, Package};
use wasify_lints::preflight::{Choices, Graph};

use super::failure::{self, Said};
use super::graph::Known;
use super::host_paths;
use crate::ecosystem::{BuildFailure, FailedPackage, MissingSymbols};

/// Explains every package that failed, and foretells those that the build did not come to. `selected`
/// are the packages that the user named.
pub(super) fn diagnose(
    said: Said,
    mut missing: BTreeMap<Package, Vec<MissingSymbols>>,
    known: Option<&Known>,
    selected: &[String],
) -> anyhow::Result<BuildFailure> {
    let graph = known.map(Known::graph);
    let choices = graph.as_ref().map(|_| Choices::default());
    let mut packages = Vec::new();
    for failure in said.failures {
        let mut explained = explain(&failure, graph.as_ref(), choices.as_ref())
            .context("failed to check the rules")?;
        let path = &mut explained.finding.dependency_path;
        if let Some(known) = known.filter(|_| path.is_empty()) {
            *path = host_paths::path(&known.metadata, selected, &failure.package);
        }
        let mut missing = missing.remove(&failure.package).unwrap_or_default();
        for wanting in &mut missing {
            add_path(wanting, graph.as_ref());
        }
        if let Some(known) = known {
            super::add_ports(std::slice::from_mut(&mut explained.finding), known)?;
        }
        packages.push(FailedPackage {
            failure,
            explained,
            missing,
        });
    }
    if packages.is_empty() {
        return Ok(failure::before_anything(said.message));
    }
    let foreseen = match known {
        Some(known) => {
            let failed = |finding: &Finding| {
                let package = finding.package.as_ref();
                packages
                    .iter()
                    .any(|failed| Some(&failed.failure.package) == package)
            };
            let blocked = super::survey(known)?.blocked.into_iter();
            blocked.filter(|finding| !failed(finding)).collect()
        }
        None => Vec::new(),
    };
    Ok(BuildFailure {
        cause: None,
        packages,
        foreseen,
        message: said.message,
        remedy: None,
    })
}

/// How the crate that wants something came into the build.
fn add_path(wanting: &mut MissingSymbols, graph: Option<&Graph<'_>>) {
    let (Some(graph), Some(package)) = (graph, &wanting.package) else {
        return;
    };
    let mut named = graph.project.named(package);
    if let Some(index) = named.find(|index| graph.resolved.is_built(*index)) {
        let path = graph.resolved.path(graph.project, index, None);
        wanting.dependency_path = path.into_iter().map(|step| step.package).collect();
    }
}
