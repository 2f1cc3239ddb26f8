//! `--fix`: flags and versions are changed and the project is built again, until it stands or nothing is
//! left to try.

mod rounds;

use std::path::PathBuf;

use anyhow::Context as _;
use cargo_metadata::Metadata;
use wasify_lints::finding::Finding;

use super::job::Job;
use super::{is_offline, metadata, native, published};
use crate::ecosystem::{BuildRequest, Built, CheckFailure, Checked};
use crate::events::Events;
use crate::execute::surroundings::Surroundings;
use crate::fix::choose::{Change, Reach};
use crate::fix::diff::Edited;
use crate::fix::journal::Journal;
use crate::settings;
use crate::toolchain::{self, Missing};
use rounds::Fixing;

/// What `--fix` came to.
#[derive(Debug)]
pub struct Fixed {
    /// The last build.
    pub built: Built,
    /// What was done, in order.
    pub changes: Vec<Change>,
    /// Where the flags were written; `None` when nothing was.
    pub settings: Option<PathBuf>,
}

/// What `--fix` would do before it builds.
#[derive(Debug)]
pub struct Planned {
    /// In order.
    pub changes: Vec<Change>,
    /// The files of the project that would be others.
    pub edits: Vec<Edited>,
    /// What `cargo check` said of it, when it was asked.
    pub checked: Option<Checked>,
}

/// What is seen of a build that stands: the findings in its artifacts.
pub type Look<'l> = dyn FnMut(&Built) -> anyhow::Result<Vec<Finding>> + 'l;

/// Builds what the request asks for, and changes flags until it stands.
///
/// # Errors
/// As [`build`](super::build); or a change can't be written. The project is then as it was.
pub fn fix(
    around: &Surroundings,
    request: &BuildRequest,
    reach: Reach,
    events: &dyn Events,
    look: &mut Look<'_>,
) -> anyhow::Result<Fixed> {
    let job = Job::for_fixing(around, request, events)?;
    job.check_paths()?;
    let cwd = &job.place.cwd;
    let offline = is_offline(request);
    let target = toolchain::ensure_target(around, cwd, request.no_install, offline, events);
    if target.is_err_and(|error| error.is::<Missing>()) {
        // Nothing that is changed in the project would help.
        return Ok(Fixed {
            built: super::build(around, request, events)?,
            changes: Vec::new(),
            settings: None,
        });
    }
    let (mut fixing, metadata, journal) = begun(job, reach, events)?;
    match fixing.build(&metadata, look) {
        Ok(built) => finish(fixing, built, journal),
        Err(error) => {
            journal.roll_back()?;
            Err(error)
        }
    }
}

/// What would be changed before anything is built: most of it, since the graph tells it. With `check`, cargo checks
/// the project with these changes, and what it finds is changed too. The project is then as it was, and what only
/// its components would show is not in it.
///
/// # Errors
/// As [`fix`]; with `check`, also that the target is not installed.
pub fn planned(
    around: &Surroundings,
    request: &BuildRequest,
    reach: Reach,
    check: bool,
    events: &dyn Events,
) -> anyhow::Result<Planned> {
    let job = Job::for_fixing(around, request, events)?;
    if check {
        job.check_paths()?;
        let (cwd, offline) = (&job.place.cwd, is_offline(request));
        toolchain::ensure_target(around, cwd, true, offline, events)
            .map_err(Missing::or_trouble)?;
    }
    let (mut fixing, metadata, journal) = begun(job, reach, events)?;
    fixing.dry = true;
    let planned = plan(&mut fixing, &metadata, check)
        .and_then(|checked| Ok((checked, edits(&fixing, &metadata, &journal)?)));
    journal.roll_back()?;
    let (checked, edits) = planned?;
    Ok(Planned {
        changes: fixing.changes,
        edits,
        checked,
    })
}

/// Changes what is found, up to a build.
fn plan(
    fixing: &mut Fixing<'_, '_>,
    metadata: &Metadata,
    check: bool,
) -> anyhow::Result<Option<Checked>> {
    if !check {
        fixing.change_what_is_foreseen()?;
        return Ok(None);
    }
    let failure = fixing.check(metadata)?;
    Ok(Some(Checked {
        changes: fixing.changes.len(),
        failure: failure.map(CheckFailure::from),
    }))
}

/// The job, with everything in place for changes and for going back.
fn begun<'a, 'e>(
    mut job: Job<'a>,
    reach: Reach,
    events: &'e dyn Events,
) -> anyhow::Result<(Fixing<'a, 'e>, Metadata, Journal)> {
    let metadata = metadata(job.around, &job.place)?;
    if job.is_published {
        let has_programs = published::check_builds_something(&job.request, &metadata)?;
        job.request.all_bins &= has_programs;
    }
    // The lock file may be what has to change.
    job.request.locked = false;
    let root = metadata.workspace_root.as_std_path();
    let home = job
        .around
        .wasify_home()
        .context("failed to find wasify's directory")?;
    let journal = Journal::begin(&home, &root.join("Cargo.lock"))?;
    job.c_compiler = native::compiler(job.around, &job.place, root);
    let settings = settings_of(&job, &metadata);
    let fixing = Fixing::new(job, settings, reach, events);
    Ok((fixing, metadata, journal))
}

/// Keeps what helped: all of it when the project stands or less is in the way than before.
fn finish(fixing: Fixing<'_, '_>, built: Built, journal: Journal) -> anyhow::Result<Fixed> {
    let left = built.failure.as_ref().map_or(0, |failure| {
        (failure.packages.len() + failure.foreseen.len()).max(1)
    });
    let better = left == 0 || fixing.at_first.is_some_and(|first| left < first);
    if fixing.changes.is_empty() || !better {
        journal.roll_back()?;
        return Ok(Fixed {
            built,
            changes: Vec::new(),
            settings: None,
        });
    }
    let path = fixing.settings;
    let changed = fixing.job.flags != fixing.before;
    let (_, text) = settings::with_flags(&path, &fixing.job.flags)?;
    journal.commit(&path, changed.then_some(text.as_str()))?;
    Ok(Fixed {
        built,
        changes: fixing.changes,
        settings: changed.then_some(path),
    })
}

/// Where the flags are noted: where some are already, or else at the workspace's root, where every member
/// finds them.
fn settings_of(job: &Job<'_>, metadata: &Metadata) -> PathBuf {
    let near = job.settings();
    let root = metadata.workspace_root.as_std_path();
    if near.exists() || !near.starts_with(root) {
        return near;
    }
    settings::path(root)
}

/// The files of the project as they were and as they are to be.
fn edits(
    fixing: &Fixing<'_, '_>,
    metadata: &Metadata,
    journal: &Journal,
) -> anyhow::Result<Vec<Edited>> {
    let root = metadata.workspace_root.as_std_path();
    let settings = &fixing.settings;
    let (before, after) = settings::with_flags(settings, &fixing.job.flags)?;
    let name = settings.strip_prefix(root).unwrap_or(settings);
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).unwrap_or_default();
    let all = [
        Edited {
            path: "Cargo.lock".to_owned(),
            before: journal.before().map(str::to_owned),
            after: lock,
        },
        Edited {
            path: name.to_string_lossy().into_owned(),
            before,
            after,
        },
    ];
    let changed = |edited: &Edited| edited.before.as_deref().unwrap_or_default() != edited.after;
    Ok(all.into_iter().filter(changed).collect())
}
