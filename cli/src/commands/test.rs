//! `wasify test`: runs a project's own tests in the embedded runtime.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use std::process::ExitStatus;

use anyhow::{Context, Result, bail};

use super::print;
use crate::args::GlobalArgs;
use crate::args::test::{TestArgs, TestFormat};
use crate::ecosystem::cargo;
use crate::events::Events;
use crate::execute::lines::Ending;
use crate::execute::surroundings::Surroundings;
use crate::execute::{self, Said};
use crate::plan::Invocation;
use crate::report::Status;
use crate::runtime::grants::Grants;
use crate::settings;
use crate::terminal::Terminal;
use crate::testing::permissions::{self, Given};
use crate::testing::record::{self, Record};
use crate::testing::results::Results;
use crate::testing::settings::{SETTINGS, Settings};
use crate::testing::{docs, json, junit};

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
    let flags = Grants::of_flags(&args.permissions, &around.cwd);
    let given = settings::read(&settings::path(&around.cwd))?.and(flags);
    // What is wrong with them is told once, before anything is built.
    permissions::permissions(&given, &around.cwd)?;
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
        given: Given::pack(&given),
        timeout_ms: args
            .permissions
            .timeout
            .map(|timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX)),
        allow_gaps: args.allow_gaps,
    };
    let cargo = plan.cargo.env(SETTINGS, settings.to_text()?);
    let ran = if settings.human {
        Ran {
            status: execute::run(&cargo)?,
            docs: Vec::new(),
        }
    } else {
        follow(&cargo, terminal)?
    };
    let mut found = record::read_all(&records.0)?;
    found.extend(ran.docs);
    let results = Results::new(found, args.allow_gaps, ran.status.success());
    // What cargo refuses to begin with has another code than tests that fail.
    if !ran.status.success() && ran.status.code() != Some(TESTS_FAILED) {
        bail!("cargo stopped with {}", ran.status);
    }
    show(&results, args.format, terminal)?;
    Ok(if results.exit_code == 0 {
        Status::Clean
    } else {
        Status::Found
    })
}

/// Shows the results; for people, cargo and the runner have shown them already but for their sum.
fn show(results: &Results, format: TestFormat, terminal: &Terminal) -> Result<()> {
    match format {
        TestFormat::Human => {
            for (verb, line) in results.summary() {
                terminal.status(verb, &line);
            }
        }
        TestFormat::Json => {
            let text = json::render(results).context("failed to write the results as JSON")?;
            print(terminal, &text)?;
        }
        TestFormat::Junit => print(terminal, &junit::render(results))?,
    }
    Ok(())
}

/// What cargo exits with when something failed.
const TESTS_FAILED: i32 = 101;

/// What a run of cargo left.
struct Ran {
    status: ExitStatus,
    docs: Vec<Record>,
}

/// Runs cargo, shows all it says on standard error, and reads the documentation tests' results from it.
fn follow(cargo: &Invocation, terminal: &Terminal) -> Result<Ran> {
    let mut docs: Vec<(String, Vec<String>)> = Vec::new();
    let status = execute::follow(cargo, |said| match said {
        Said::Stdout(line) => {
            terminal.output(&line);
            // The test programs talk on standard error: this is rustdoc.
            if let Some((_, lines)) = docs.last_mut() {
                lines.push(anstream::adapter::strip_str(&line).to_string());
            }
        }
        Said::Stderr(line, Ending::Newline) => {
            terminal.output(&line);
            let plain = anstream::adapter::strip_str(&line).to_string();
            if let Some(package) = plain.strip_prefix("   Doc-tests ") {
                docs.push((package.to_owned(), Vec::new()));
            }
        }
        Said::Stderr(_, Ending::Return) => {}
    })?;
    let docs = docs.iter();
    Ok(Ran {
        status,
        docs: docs
            .filter_map(|(package, lines)| docs::read(package, lines))
            .collect(),
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
