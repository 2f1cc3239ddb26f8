//! The command line of `cargo test` for a request, with wasify as the runner.

use std::path::PathBuf;

use super::discover::Place;
use super::job::{self, Job};
use super::{command, config};
use crate::ecosystem::TestRequest;
use crate::events::Events;
use crate::execute::shim::{self, CrateFlags};
use crate::execute::surroundings::Surroundings;
use crate::plan::Invocation;
use crate::toolchain::{self, Missing};

/// How a request is run.
#[derive(Debug, Clone)]
pub struct TestPlan {
    /// `cargo test`.
    pub cargo: Invocation,
    place: Place,
    flags: CrateFlags,
    target_dir: Option<PathBuf>,
}

/// Plans the tests, without running anything but what the port's flags ask for.
///
/// # Errors
/// A [`Trouble`](crate::ecosystem::trouble::Trouble): there is no project, or its flags are wrong. Or a path is
/// not valid UTF-8.
pub fn test(around: &Surroundings, request: &TestRequest, color: bool) -> anyhow::Result<TestPlan> {
    let mut job = Job::local_with_flags(around, &request.build)?;
    job.prepare_crates()?;
    let place = &job.place;
    let build = job.flagged();
    let mut cargo = around
        .cargo()
        .cwd(&place.cwd)
        .args(["test", "--target", shim::TARGET]);
    if let Some(manifest) = &place.manifest {
        cargo = cargo.arg("--manifest-path").arg(manifest);
    }
    cargo = command::selection(cargo, &build);
    cargo = cargo.args(&build.passed_on);
    cargo = test_selection(cargo, request);
    if let Some(directory) = &job.target_dir {
        cargo = cargo.arg("--target-dir").arg(directory);
    }
    cargo = cargo.args(&request.name);
    if !request.passed_on.is_empty() {
        cargo = cargo.arg("--").args(&request.passed_on);
    }
    if color {
        cargo = cargo.env("CARGO_TERM_COLOR", "always");
    }
    let user_wrapper = config::user_wrapper(around, &place.cwd, &[]);
    let cargo = shim::as_runner(cargo, &around.executable, user_wrapper, &job.crate_flags)?;
    Ok(TestPlan {
        cargo,
        flags: job.crate_flags,
        target_dir: job.target_dir,
        place: job.place,
    })
}

impl TestPlan {
    /// Adds the target's standard library where it is missing.
    ///
    /// # Errors
    /// It is missing, and can't or must not be installed.
    pub fn prepare(
        &self,
        around: &Surroundings,
        request: &TestRequest,
        events: &dyn Events,
    ) -> anyhow::Result<()> {
        let offline = request.build.offline || request.build.frozen;
        let cwd = &self.place.cwd;
        toolchain::ensure_target(around, cwd, request.build.no_install, offline, events)
            .map_err(Missing::or_trouble)?;
        if self.flags.is_empty() {
            return Ok(());
        }
        let metadata = super::metadata(around, &self.place)?;
        job::forget_unflagged(&self.flags, &metadata, self.target_dir.as_deref())
    }
}

fn test_selection(mut cargo: Invocation, request: &TestRequest) -> Invocation {
    let switches = [
        ("--tests", request.all_tests),
        ("--benches", request.all_benches),
        ("--all-targets", request.all_targets),
        ("--doc", request.doc),
        ("--no-run", request.no_run),
        ("--no-fail-fast", request.no_fail_fast),
    ];
    let lists = [
        ("--exclude", &request.exclude),
        ("--test", &request.tests),
        ("--bench", &request.benches),
    ];
    for (flag, values) in lists {
        for value in values {
            cargo = cargo.arg(flag).arg(value);
        }
    }
    let on = switches.into_iter().filter(|(_, on)| *on);
    cargo.args(on.map(|(flag, _)| flag))
}
