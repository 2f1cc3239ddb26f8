//! Where wasify runs: its directory, its executable, its environment.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::plan::Invocation;

/// What a run of wasify finds around itself. Tests make their own.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The directory that relative paths start from, absolute.
    pub cwd: PathBuf,
    /// wasify's own executable, absolute.
    pub executable: PathBuf,
    /// What differs from this process's environment, for wasify and for what it starts; `None`
    /// means not set.
    pub vars: BTreeMap<OsString, Option<OsString>>,
}

impl Surroundings {
    /// This process's own.
    ///
    /// # Errors
    /// The current directory is gone, or the system doesn't tell where the executable is.
    pub fn of_process() -> anyhow::Result<Surroundings> {
        Ok(Surroundings {
            cwd: std::env::current_dir().context("failed to find the current directory")?,
            executable: std::env::current_exe()
                .context("failed to find wasify's own executable")?,
            vars: BTreeMap::new(),
        })
    }

    /// An environment variable; an empty one counts as not set.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<OsString> {
        let value = match self.vars.get(OsStr::new(name)) {
            Some(value) => value.clone(),
            None => std::env::var_os(name),
        };
        value.filter(|value| !value.is_empty())
    }

    /// A path as the user means it, absolute.
    #[must_use]
    pub fn absolute(&self, path: &Path) -> PathBuf {
        self.cwd.join(path)
    }

    /// A program that starts in these surroundings.
    #[must_use]
    pub fn program(&self, program: impl Into<OsString>) -> Invocation {
        let mut invocation = Invocation::new(program).cwd(&self.cwd);
        invocation.env.clone_from(&self.vars);
        invocation
    }

    /// Cargo: the one that started wasify as `cargo wasify`, or the one on `PATH`.
    #[must_use]
    pub fn cargo(&self) -> Invocation {
        self.program(self.var("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// Cargo's own directory: `CARGO_HOME`, or `.cargo` in the user's.
    #[must_use]
    pub fn cargo_home(&self) -> Option<PathBuf> {
        match self.var("CARGO_HOME") {
            Some(home) => Some(self.absolute(Path::new(&home))),
            None => self.user_home().map(|home| home.join(".cargo")),
        }
    }

    /// wasify's own directory: `WASIFY_HOME`, or `wasify` in the platform's cache directory.
    #[must_use]
    pub fn wasify_home(&self) -> Option<PathBuf> {
        if let Some(home) = self.var("WASIFY_HOME") {
            return Some(self.absolute(Path::new(&home)));
        }
        let cache = if cfg!(windows) {
            self.var("LOCALAPPDATA").map(PathBuf::from)?
        } else if let Some(cache) = self.var("XDG_CACHE_HOME") {
            self.absolute(Path::new(&cache))
        } else if cfg!(target_os = "macos") {
            self.user_home()?.join("Library/Caches")
        } else {
            self.user_home()?.join(".cache")
        };
        Some(cache.join("wasify"))
    }

    fn user_home(&self) -> Option<PathBuf> {
        self.var(if cfg!(windows) { "USERPROFILE" } else { "HOME" })
            .map(PathBuf::from)
    }
}
