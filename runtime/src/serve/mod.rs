//! Serves a `wasi:http/incoming-handler` program over HTTP/1.1.
//!
//! Each request gets a guest of its own, which is gone with its answer. Two asynchronous runtimes work: the
//! guests', with a thread a core, and one on the caller's thread that waits for signals, counts the time and
//! is never kept busy by a guest.

mod answer;
mod connections;
mod request;

use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::{mpsc, watch};
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use crate::denial::{Denial, Frame, Used};
use crate::engine::{Limits, Runtime};
use crate::permissions::Permissions;
use crate::program::Program;
use crate::run::{Invocation, Output};
use request::Guests;

/// How long requests may take to finish once the server was told to stop.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// How many events wait to be told; guests that fail then wait too.
const MOST_EVENTS: usize = 1000;

/// How often a guest that computes lets others have its thread.
const TURN: Duration = Duration::from_millis(10);

/// What is served, and how.
#[derive(Clone)]
pub struct Service {
    /// Where. Port 0 takes a free one, which [`Server::addr`] tells.
    pub addr: SocketAddr,
    /// What each guest may do.
    pub permissions: Permissions,
    /// How much of it, for each request.
    pub limits: Limits,
    /// Where the guests' standard output goes.
    pub stdout: Output,
    /// Where the guests' standard error goes.
    pub stderr: Output,
}

/// What happens while a program is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServeEvent {
    /// A request that the program didn't answer as it should. The server goes on.
    Failed {
        /// `GET`.
        method: String,
        /// The path and the query.
        path: String,
        /// What went wrong.
        failure: Failure,
    },
    /// The server was told to stop: it takes no more requests, and waits for those that are being answered.
    Stopping,
}

/// What went wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The guest was stopped: a panic, an `unreachable`, an access out of bounds.
    Trap {
        /// The engine's name for it.
        message: String,
        /// The guest's functions, the innermost first.
        frames: Vec<Frame>,
    },
    /// It took longer than it may.
    TimedOut {
        /// Where it was, when it was computing and not waiting.
        frames: Vec<Frame>,
    },
    /// The guest ended without an answer.
    NoAnswer,
    /// The guest answered with an error in place of a response: its name.
    Error(String),
}

/// What serving left.
#[derive(Debug)]
pub struct ServeOutcome {
    /// How many requests were taken.
    pub requests: u64,
    /// How many of them failed: see [`ServeEvent::Failed`].
    pub failed: u64,
    /// Whether requests were cut off, because they took too long after the first signal or a second came.
    pub cut_off: bool,
    /// What the guests were refused, in the order in which they first asked.
    pub denials: Vec<Denial>,
    /// What they were granted and made use of, sorted.
    pub used: Vec<Used>,
    /// Whether one wanted more memory than it may have.
    pub memory_limit_hit: bool,
}

/// Why a server can't be set up.
#[derive(Debug)]
pub enum BindError {
    /// Something else listens there.
    Taken(SocketAddr),
    /// The system refuses the address, with its reason.
    Refused(SocketAddr, std::io::Error),
    /// The program can't be served as wanted: a granted directory can't be opened, for example.
    Start(anyhow::Error),
}

impl fmt::Display for BindError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BindError::Taken(addr) => write!(out, "something else listens on {addr}"),
            BindError::Refused(addr, _) => write!(out, "failed to listen on {addr}"),
            BindError::Start(error) => write!(out, "{error}"),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            BindError::Taken(_) => None,
            BindError::Refused(_, error) => Some(error),
            BindError::Start(error) => error.source(),
        }
    }
}

/// A server that has its address, and answers once [`Server::serve`] is called.
pub struct Server {
    listener: TcpListener,
    addr: SocketAddr,
    guests: Arc<Guests>,
    events: mpsc::Receiver<ServeEvent>,
}

impl Server {
    /// Takes the address. `program` must be of [`crate::Entry::Http`].
    ///
    /// # Errors
    /// The address can't be had, or the program can't be started with these permissions.
    pub fn bind(
        runtime: Arc<Runtime>,
        program: &Program,
        service: &Service,
    ) -> Result<Server, BindError> {
        let pre = ProxyPre::new(program.pre.clone())
            .map_err(anyhow::Error::from)
            .context("failed to find `wasi:http/incoming-handler` among the exports")
            .map_err(BindError::Start)?;
        let wanted = service.addr;
        let refused = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::AddrInUse => BindError::Taken(wanted),
            _ => BindError::Refused(wanted, error),
        };
        let listener = TcpListener::bind(wanted).map_err(refused)?;
        listener.set_nonblocking(true).map_err(refused)?;
        let addr = listener.local_addr().map_err(refused)?;
        let (tell, events) = mpsc::channel(MOST_EVENTS);
        let guests = Guests::new(runtime, pre, service, addr, tell).map_err(BindError::Start)?;
        Ok(Server {
            listener,
            addr,
            guests: Arc::new(guests),
            events,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Answers requests until Ctrl-C or the system's request to stop. Then nothing new is taken, and what
    /// is being answered has ten seconds to finish; a second signal ends at once. `events` is told what
    /// happens meanwhile.
    ///
    /// # Errors
    /// The system refuses threads, sockets or signals. What guests do wrong goes to the events.
    pub fn serve(mut self, events: &mut dyn FnMut(&ServeEvent)) -> anyhow::Result<ServeOutcome> {
        let workers = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .context("failed to start the asynchronous runtime")?;
        let control = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("failed to start the asynchronous runtime")?;
        let listener = {
            let _guard = workers.enter();
            tokio::net::TcpListener::from_std(self.listener)
                .context("failed to wait for connections")?
        };
        let (stop, stopped) = watch::channel(false);
        // Each connection and each guest holds a sender: the channel closes when all are gone.
        let (alive, gone) = mpsc::channel(1);
        let take = connections::take(listener, self.guests.clone(), stopped, alive);
        let runtime = self.guests.runtime.clone();
        let finished = control.block_on(async {
            let mut signals = Signals::new().context("failed to wait for signals")?;
            workers.spawn(take);
            Ok::<_, anyhow::Error>(tokio::select! {
                finished = until_stopped(&mut signals, &stop, gone, &mut self.events, events) => finished,
                () = tick(&runtime), if runtime.interruptible => false,
            })
        })?;
        // Guests that compute for ever are left to the end of the process.
        workers.shutdown_background();
        while let Ok(event) = self.events.try_recv() {
            events(&event);
        }
        Ok(self.guests.outcome(!finished))
    }
}

/// Lets guests that compute notice the time, for ever.
async fn tick(runtime: &Runtime) {
    loop {
        tokio::time::sleep(TURN).await;
        runtime.engine.increment_epoch();
    }
}

/// Waits for the signal to stop, and then for the last requests. Whether they all finished.
async fn until_stopped(
    signals: &mut Signals,
    stop: &watch::Sender<bool>,
    mut gone: mpsc::Receiver<()>,
    failures: &mut mpsc::Receiver<ServeEvent>,
    events: &mut dyn FnMut(&ServeEvent),
) -> bool {
    let mut deadline = None;
    loop {
        let patience = async {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(event) = failures.recv() => events(&event),
            () = signals.next() => {
                if deadline.is_some() {
                    return false;
                }
                deadline = Some(tokio::time::Instant::now() + LAST_WORDS);
                let _ = stop.send(true);
                events(&ServeEvent::Stopping);
            }
            _ = gone.recv(), if deadline.is_some() => return true,
            () = patience => return false,
        }
    }
}

/// Ctrl-C, and what the system sends to stop a program.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> std::io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    #[expect(clippy::unnecessary_wraps, reason = "it can fail on Unix")]
    fn new() -> std::io::Result<Signals> {
        Ok(Signals {})
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Service {
    /// How each guest is set up.
    fn invocation(&self) -> Invocation {
        Invocation {
            args: Vec::new(),
            permissions: self.permissions.clone(),
            limits: self.limits,
            stdin: Some(Vec::new()),
            stdout: self.stdout.clone(),
            stderr: self.stderr.clone(),
        }
    }
}
