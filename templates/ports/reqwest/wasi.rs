//! One runtime for all blocking clients, which whoever waits drives. The client takes this for `std::thread`.

use std::future::Future;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::runtime::{self, Runtime};

use super::wait::Waited;

pub(crate) use std::thread::current;

static RUNTIME: OnceLock<Runtime> = OnceLock::new();

fn runtime() -> io::Result<&'static Runtime> {
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let new = runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(RUNTIME.get_or_init(|| new))
}

/// Starts the work of a client.
pub(crate) fn start(client: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = runtime() {
        runtime.spawn(client);
    }
}

/// Waits for a future, and lets the clients work meanwhile.
pub(crate) fn timeout<F, I, E>(future: F, timeout: Option<Duration>) -> Result<I, Waited<E>>
where
    F: Future<Output = Result<I, E>>,
{
    let runtime = runtime().expect("a client has made it");
    let done = runtime.block_on(async {
        match timeout {
            Some(timeout) => tokio::time::timeout(timeout, future).await,
            None => Ok(future.await),
        }
    });
    match done {
        Ok(done) => done.map_err(Waited::Inner),
        Err(_) => Err(Waited::TimedOut(crate::error::TimedOut)),
    }
}

/// Makes what the client takes for a thread.
pub(crate) struct Builder(());

impl Builder {
    pub(crate) fn new() -> Builder {
        Builder(())
    }

    pub(crate) fn name(self, _name: String) -> Builder {
        self
    }

    /// Does the work at once, which must not wait for anything.
    pub(crate) fn spawn(self, work: impl FnOnce()) -> io::Result<JoinHandle<()>> {
        runtime()?;
        work();
        Ok(JoinHandle(()))
    }
}

/// What the client takes for its thread.
pub(crate) struct JoinHandle<T>(T);

impl<T> JoinHandle<T> {
    pub(crate) fn thread(&self) -> std::thread::Thread {
        current()
    }

    pub(crate) fn join(self) -> T {
        self.0
    }
}
