//! A fixture run in the embedded runtime.

use std::path::Path;
use std::sync::PoisonError;
use std::time::Duration;

use wasify_runtime::{
    DirGrant, End, Invocation, Limits, LoadError, Output, Permissions, Program, Runtime,
};

use crate::support::Expectation;

/// Long enough for every fixture that ends, on a busy machine; one that is promised to hang is stopped
/// after it.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is seen when a fixture runs.
#[derive(Debug)]
pub(crate) struct Seen {
    /// `ok`, `exit N`, `trap`, `hang` or `not-loaded`.
    pub(crate) end: String,
    pub(crate) stdout: String,
    /// What it printed as errors, or the runtime's reason not to load it.
    pub(crate) stderr: String,
}

/// Runs a fixture with one directory, `data`, and nothing else.
pub(crate) fn run(
    bytes: &[u8],
    name: &str,
    expectation: &Expectation,
) -> Result<Seen, Box<dyn std::error::Error>> {
    if expectation.taken_for.as_deref() == Some("component") {
        return Ok(taken_for_a_component(bytes));
    }
    // What all have compiled is shared; an engine is not, since its clock stops everyone's guests.
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proofs");
    let runtime = Runtime::new(Some(home), true)?;
    match runtime.load(bytes) {
        Ok(program) => started(&runtime, &program, name, expectation),
        Err(error) => Ok(not_loaded(&error)),
    }
}

fn started(
    runtime: &Runtime,
    program: &Program,
    name: &str,
    expectation: &Expectation,
) -> Result<Seen, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let (stdout, printed) = Output::kept();
    let (stderr, complained) = Output::kept();
    let invocation = Invocation {
        args: std::iter::once(name.to_owned())
            .chain(expectation.args.iter().cloned())
            .collect(),
        permissions: Permissions {
            dirs: vec![DirGrant {
                host: folder.path().to_owned(),
                guest: "data".to_owned(),
                read_only: false,
            }],
            ..Permissions::default()
        },
        limits: Limits {
            memory: None,
            timeout: Some(PATIENCE),
        },
        stdin: Some(Vec::new()),
        stdout,
        stderr,
    };
    let outcome = wasify_runtime::run(runtime, program, &invocation)?;
    let end = match outcome.end {
        End::Success => "ok".to_owned(),
        End::Failure(code) => format!("exit {code}"),
        End::Trap { .. } => "trap".to_owned(),
        End::TimedOut { .. } => "hang".to_owned(),
    };
    let text = |kept: &std::sync::Mutex<Vec<u8>>| {
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept).into_owned()
    };
    Ok(Seen {
        end,
        stdout: text(&printed),
        stderr: text(&complained),
    })
}

fn not_loaded(error: &LoadError) -> Seen {
    Seen {
        end: "not-loaded".to_owned(),
        stdout: String::new(),
        stderr: error.to_string(),
    }
}

/// What hosts do that run components only. wasify's runtime puts the adapter around a module, so this is
/// the engine alone.
fn taken_for_a_component(bytes: &[u8]) -> Seen {
    let engine = wasmtime::Engine::default();
    let (end, stderr) = match wasmtime::component::Component::new(&engine, bytes) {
        Ok(_) => ("ok", String::new()),
        Err(error) => ("not-loaded", format!("{error:#}")),
    };
    Seen {
        end: end.to_owned(),
        stdout: String::new(),
        stderr,
    }
}
