//! A test program as a guest of the embedded runtime.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use wasify_runtime::{
    Invocation, Limits, Outcome, Output, Permissions, Program, Runtime, run as start,
};

use super::settings::Settings;

/// A loaded test program.
pub struct Guest {
    runtime: Runtime,
    program: Program,
    /// What it may do.
    pub permissions: Permissions,
    /// Its first argument: the file, as cargo names it.
    pub name: String,
    /// Its file's content.
    pub bytes: Vec<u8>,
    timeout: Option<Duration>,
}

/// Takes bytes that a guest writes, as they come.
pub type Listener = Arc<dyn Fn(&[u8]) + Send + Sync>;

impl fmt::Debug for Guest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Guest")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Guest {
    /// Loads a test program.
    ///
    /// # Errors
    /// The file can't be read, or not be started.
    pub fn load(file: &Path, settings: &Settings) -> anyhow::Result<Guest> {
        let bytes =
            std::fs::read(file).with_context(|| format!("failed to read `{}`", file.display()))?;
        let timeout = settings.timeout_ms.map(Duration::from_millis);
        let runtime = Runtime::new(settings.home.clone(), timeout.is_some())?;
        let program = runtime
            .load(&bytes)
            .with_context(|| format!("failed to load `{}`", file.display()))?;
        Ok(Guest {
            runtime,
            program,
            permissions: Permissions {
                env: variables_of_cargo(std::env::vars()),
                ..Permissions::default()
            },
            name: file.display().to_string(),
            bytes,
            timeout,
        })
    }

    /// Whether each run may only take a while.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        self.timeout.is_some()
    }

    /// Runs it with these arguments, and hands on what it writes.
    ///
    /// # Errors
    /// A granted directory can't be opened.
    pub fn run(
        &self,
        args: &[String],
        stdout: Listener,
        stderr: Listener,
    ) -> anyhow::Result<Outcome> {
        self.start(args, Output::To(stdout), Output::To(stderr))
    }

    /// Runs it, and gives what it wrote to both streams.
    ///
    /// # Errors
    /// A granted directory can't be opened.
    pub fn run_and_keep(&self, args: &[String]) -> anyhow::Result<(Outcome, String)> {
        let said: Arc<Mutex<Vec<u8>>> = Arc::default();
        let take = || -> Listener {
            let said = said.clone();
            Arc::new(move |bytes| {
                let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                said.extend_from_slice(bytes);
            })
        };
        let outcome = self.run(args, take(), take())?;
        let said = said.lock().unwrap_or_else(PoisonError::into_inner);
        Ok((outcome, String::from_utf8_lossy(&said).into_owned()))
    }

    /// Runs it with wasify's own streams.
    ///
    /// # Errors
    /// A granted directory can't be opened.
    pub fn run_freely(&self, args: &[String]) -> anyhow::Result<Outcome> {
        self.start(args, Output::Inherited, Output::Inherited)
    }

    fn start(&self, args: &[String], stdout: Output, stderr: Output) -> anyhow::Result<Outcome> {
        let name = std::iter::once(self.name.clone());
        let invocation = Invocation {
            args: name.chain(args.iter().cloned()).collect(),
            permissions: self.permissions.clone(),
            limits: Limits {
                memory: None,
                timeout: self.timeout,
            },
            stdin: Some(Vec::new()),
            stdout,
            stderr,
        };
        start(&self.runtime, &self.program, &invocation)
    }
}

/// What cargo tells a test program of the package: where it is, what its manifest says, and where files may
/// be put. Nothing of the user's, such as a registry's token.
fn variables_of_cargo(all: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    const NAMES: [&str; 4] = [
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_TARGET_TMPDIR",
        "OUT_DIR",
    ];
    const STARTS: [&str; 2] = ["CARGO_PKG_", "CARGO_BIN_EXE_"];
    let is_wanted = |name: &str| {
        NAMES.contains(&name) || STARTS.iter().any(|start| name.starts_with(start))
    };
    let mut wanted: Vec<_> = all.filter(|(name, _)| is_wanted(name)).collect();
    wanted.sort();
    wanted
}
