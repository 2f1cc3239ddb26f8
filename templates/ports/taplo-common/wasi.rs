//! The environment of a program on WASI: each operation is done when it is asked for, so that nothing waits.

use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use async_trait::async_trait;
use futures::{Future, FutureExt};
use time::OffsetDateTime;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Environment;
use crate::config::CONFIG_FILE_NAMES;

/// What the host gives the program.
#[derive(Clone, Default)]
pub struct NativeEnvironment;

impl NativeEnvironment {
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

/// A stream that reads and writes at once.
pub struct AtOnce<S>(S);

impl<S: Read + Unpin> AsyncRead for AtOnce<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = self.0.read(buffer.initialize_unfilled());
        Poll::Ready(read.map(|length| buffer.advance(length)))
    }
}

impl<S: Write + Unpin> AsyncWrite for AtOnce<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.0.write(bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.flush())
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}

/// Runs a task to its end, since there is no runtime to run it later.
fn run(task: impl Future) {
    assert!(
        task.now_or_never().is_some(),
        "a task has to wait, and on WASI there is no runtime that it could wait in"
    );
}

#[async_trait(?Send)]
impl Environment for NativeEnvironment {
    type Stdin = AtOnce<io::Stdin>;
    type Stdout = AtOnce<io::Stdout>;
    type Stderr = AtOnce<io::Stderr>;

    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn spawn<F>(&self, task: F)
    where
        F: Future + Send + 'static,
        F::Output: Send,
    {
        run(task);
    }

    fn spawn_local<F>(&self, task: F)
    where
        F: Future + 'static,
    {
        run(task);
    }

    fn env_var(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn env_vars(&self) -> Vec<(String, String)> {
        std::env::vars().collect()
    }

    fn atty_stderr(&self) -> bool {
        io::stderr().is_terminal()
    }

    fn stdin(&self) -> Self::Stdin {
        AtOnce(io::stdin())
    }

    fn stdout(&self) -> Self::Stdout {
        AtOnce(io::stdout())
    }

    fn stderr(&self) -> Self::Stderr {
        AtOnce(io::stderr())
    }

    fn glob_files(&self, pattern: &str) -> Result<Vec<PathBuf>, anyhow::Error> {
        let paths = glob::glob_with(pattern, glob::MatchOptions::new())?;
        Ok(paths.flatten().collect())
    }

    async fn read_file(&self, path: &Path) -> Result<Vec<u8>, anyhow::Error> {
        Ok(std::fs::read(path)?)
    }

    async fn write_file(&self, path: &Path, bytes: &[u8]) -> Result<(), anyhow::Error> {
        Ok(std::fs::write(path, bytes)?)
    }

    fn to_file_path(&self, url: &url::Url) -> Option<PathBuf> {
        url.to_file_path().ok()
    }

    fn is_absolute(&self, path: &Path) -> bool {
        path.is_absolute()
    }

    fn cwd(&self) -> Option<PathBuf> {
        std::env::current_dir().ok()
    }

    async fn find_config_file(&self, from: &Path) -> Option<PathBuf> {
        from.ancestors().find_map(|directory| {
            let mut files = std::fs::read_dir(directory).ok()?.flatten();
            let found = files.find(|file| CONFIG_FILE_NAMES.iter().any(|name| file.file_name() == *name));
            found.map(|file| file.path())
        })
    }
}
