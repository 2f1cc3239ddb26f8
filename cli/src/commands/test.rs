//! `wasify test`: runs a project's own tests in the embedded runtime.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};

use super::print;
use crate::args::GlobalArgs;
use crate::args::test::{TestArgs, TestFormat};
use crate::ecosystem::cargo;
use crate::events::Events;
use crate::execute;
use crate::execute::surroundings::Surroundings;
use crate::report::Status;
use crate::terminal::Terminal;
use crate::testing::record;
use crate::testing::settings::{SETTINGS, Settings};

/// Has cargo build the tests and start them with wasify as their runner.
///
/// # Errors
/// No project, a missing tool, or cargo could not do its work. Tests that fail are no error.
pub fn run(args: &TestArgs, global: &GlobalArgs, terminal: &Terminal) -> Result<Status> {
    let around = Surroundings::of_process()?;
    let request = args.request(global.quiet);
    let plan = cargo::test(&around, &request, terminal.color())?;
    if args.dry_run {
        print(terminal, &format!("{}\n", plan.cargo))?;
        return Ok(Status::Clean);
    }
    plan.prepare(&around, &request, terminal)?;
    let home = around
        .wasify_home()
        .context("failed to find a directory for wasify's own files: set `WASIFY_HOME`")?;
    let records = Records::new(&home)?;
    let settings = Settings {
        records: records.0.clone(),
        home: Some(home),
        cwd: around.cwd.clone(),
        human: args.format == TestFormat::Human,
        color: terminal.color(),
        timeout_ms: args
            .timeout
            .map(|timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX)),
        allow_gaps: args.allow_gaps,
    };
    let invocation = plan.cargo.env(SETTINGS, settings.to_text()?);
    let status = execute::run(&invocation)?;
    let _records = record::read_all(&records.0)?;
    Ok(if status.success() {
        Status::Clean
    } else {
        Status::Found
    })
}

/// A directory for the test programs' records, which goes away with this value.
#[derive(Debug)]
struct Records(PathBuf);

impl Records {
    fn new(home: &Path) -> Result<Records> {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let name = format!("{}-{}", std::process::id(), now.as_nanos());
        let path = home.join("testing").join(name);
        std::fs::create_dir_all(&path)
            .with_context(|| format!("failed to create `{}`", path.display()))?;
        Ok(Records(path))
    }
}

impl Drop for Records {
    fn drop(&mut self) {
        // A directory of small files that stays costs nobody anything.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
