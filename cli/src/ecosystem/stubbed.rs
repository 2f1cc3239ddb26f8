//! The components of a build, with imports taken out.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::BuiltArtifact;
use crate::events::Events;
use crate::execute::files;
use crate::stub::{Component, Selector};

/// The directory of the changed components, beside the build tool's own: those it would link again if
/// they were not as it left them.
const DIRECTORY: &str = "stubbed";

/// What is to be taken out.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    /// What was asked for now, and has to be there.
    pub(super) asked: &'a [Selector],
    /// What the settings name, which are for all programs of a project.
    pub(super) kept: &'a [Selector],
}

/// Takes the imports out of every artifact that has some of them.
///
/// # Errors
/// No artifact imports what was asked for, one can't be taken apart, or a file can't be written.
pub(super) fn apply(
    artifacts: &mut [BuiltArtifact],
    wanted: &Wanted<'_>,
    events: &dyn Events,
) -> Result<()> {
    let all: Vec<&Selector> = wanted.asked.iter().chain(wanted.kept).collect();
    if all.is_empty() || artifacts.is_empty() {
        return Ok(());
    }
    let components = artifacts.iter().map(|artifact| read(&artifact.path));
    let components: Vec<Component> = components.collect::<Result<_>>()?;
    for selector in &all {
        if components.iter().any(|component| component.has(selector)) {
            continue;
        }
        if wanted.asked.contains(selector) {
            // It says what there is instead.
            let path = &artifacts[0].path;
            let selector = (*selector).clone();
            components[0]
                .without(&[selector])
                .with_context(|| failed(path))?;
        }
        events.warning(&format!(
            "nothing of `{selector}` is imported, which `stub` in wasify.toml names"
        ));
    }
    for (artifact, component) in artifacts.iter_mut().zip(&components) {
        let has = |selector: &&&Selector| component.has(selector);
        let named: Vec<Selector> = all.iter().filter(has).map(|it| (*it).clone()).collect();
        if named.is_empty() {
            continue;
        }
        let stubbed = component
            .without(&named)
            .with_context(|| failed(&artifact.path))?;
        artifact.path = written(&artifact.path, &stubbed.component)?;
        artifact.stubbed = stubbed.calls;
    }
    Ok(())
}

fn failed(path: &Path) -> String {
    format!("failed to stub imports of `{}`", path.display())
}

fn read(path: &Path) -> Result<Component> {
    let bytes = fs::read(path).with_context(|| format!("failed to read `{}`", path.display()))?;
    Component::read(&bytes).with_context(|| failed(path))
}

fn written(beside: &Path, content: &[u8]) -> Result<PathBuf> {
    let directory = beside.with_file_name(DIRECTORY);
    let to = directory.join(beside.file_name().unwrap_or_default());
    fs::create_dir_all(&directory)
        .and_then(|()| files::write_whole(&to, content))
        .with_context(|| format!("failed to write `{}`", to.display()))?;
    Ok(to)
}
