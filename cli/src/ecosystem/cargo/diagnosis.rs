//! A build that failed, explained: what it said, put together with the dependency graph.

use anyhow::Context as _;
use wasify_lints::explain::explain;
use wasify_lints::finding::Finding;
use wasify_lints::preflight::{self, Choices};

use super::failure::Said;
use super::graph::Known;
use super::host_paths;
use crate::ecosystem::{BuildFailure, FailedPackage};

/// Explains every package that failed, and foretells those that the build did not come to. `selected`
/// are the packages that the user named.
pub(super) fn diagnose(
    said: Said,
    known: Option<&Known>,
    selected: &[String],
) -> anyhow::Result<BuildFailure> {
    let graph = known.map(Known::graph);
    let choices = graph.as_ref().map(Choices::new);
    let mut packages = Vec::new();
    for failure in said.failures {
        let mut explained = explain(&failure, graph.as_ref(), choices.as_ref())
            .context("failed to check the rules")?;
        let path = &mut explained.finding.dependency_path;
        if let Some(known) = known.filter(|_| path.is_empty()) {
            *path = host_paths::path(&known.metadata, selected, &failure.package);
        }
        packages.push(FailedPackage { failure, explained });
    }
    let foreseen = match &graph {
        Some(graph) if !packages.is_empty() => {
            let survey = preflight::survey(graph).context("failed to check the rules")?;
            let failed = |finding: &Finding| {
                let package = finding.package.as_ref();
                packages
                    .iter()
                    .any(|failed| Some(&failed.failure.package) == package)
            };
            let blocked = survey.blocked.into_iter();
            blocked.filter(|finding| !failed(finding)).collect()
        }
        _ => Vec::new(),
    };
    Ok(BuildFailure {
        packages,
        foreseen,
        message: said.message,
        remedy: None,
    })
}
