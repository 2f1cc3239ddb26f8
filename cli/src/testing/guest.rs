//! A test program as a guest of the embedded runtime.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use wasify_runtime::{
    Invocation, Limits, Outcome, Output, Permissions, Program, Runtime, run as start,
};

use super::permissions;
use super::settings::Settings;
use crate::runtime::grants::Grants;

/// A loaded test program.
pub struct Guest {
    runtime: Runtime,
    program: Program,
    permissions: Permissions,
    memory: Option<u64>,
    given: Grants,
    cwd: PathBuf,
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
        let given = settings.given.unpack();
        let package = std::env::current_dir().context("failed to find the current directory")?;
        let program = runtime
            .load(&bytes)
            .with_context(|| format!("failed to load `{}`", file.display()))?;
        Ok(Guest {
            runtime,
            program,
            permissions: permissions::permissions(&given, &package)?,
            memory: given.max_memory,
            given,
            cwd: settings.cwd.clone(),
            name: file.display().to_string(),
            bytes,
            timeout,
        })
    }

    /// The flags that would have opened what a run was refused.
    #[must_use]
    pub fn flags(&self, outcome: &Outcome) -> Vec<String> {
        permissions::flags(&outcome.denials, &self.given, &self.cwd)
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

    /// Runs it, and gives what it wrote to standard output and to standard error.
    ///
    /// # Errors
    /// A granted directory can't be opened.
    pub fn run_and_keep(&self, args: &[String]) -> anyhow::Result<(Outcome, [String; 2])> {
        let (stdout, out) = Output::kept();
        let (stderr, err) = Output::kept();
        let outcome = self.start(args, stdout, stderr)?;
        let text = |kept: &Mutex<Vec<u8>>| {
            let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            String::from_utf8_lossy(&kept).into_owned()
        };
        Ok((outcome, [text(&out), text(&err)]))
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
                memory: self.memory,
                timeout: self.timeout,
            },
            stdin: Some(Vec::new()),
            stdout,
            stderr,
        };
        start(&self.runtime, &self.program, &invocation)
    }
}
