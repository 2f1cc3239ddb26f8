//! One run of a command.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use anyhow::Context as _;
use tokio::io::AsyncWrite;
use wasmtime::{ResourceLimiter, Store, Trap, WasmBacktrace};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi::p2::pipe::MemoryInputPipe;
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxBuilder};
use wasmtime_wasi_http::WasiHttpCtx;

use crate::engine::{Limits, Runtime};
use crate::guard::http::Hooks;
use crate::guard::net::Net;
use crate::guard::places::{Grant, GrantKind, Places};
use crate::guard::record::{self, Recorder};
use crate::outcome::{End, Outcome};
use crate::permissions::{DirGrant, Permissions};
use crate::program::Program;
use crate::state::State;

/// How a command is started.
#[derive(Clone)]
pub struct Invocation {
    /// Its arguments, the program's own name first.
    pub args: Vec<String>,
    /// What it may do.
    pub permissions: Permissions,
    /// How much of it.
    pub limits: Limits,
    /// What it reads; `None` gives it wasify's own standard input.
    pub stdin: Option<Vec<u8>>,
    /// Where its standard output goes.
    pub stdout: Output,
    /// Where its standard error goes.
    pub stderr: Output,
}

/// Where a stream of the guest goes.
#[derive(Clone)]
pub enum Output {
    /// To wasify's own stream.
    Inherited,
    /// To whoever listens, as it comes.
    To(Listener),
}

/// Gets what a guest prints, piece by piece.
pub(crate) type Listener = Arc<dyn Fn(&[u8]) + Send + Sync>;

impl Output {
    /// An output that is kept, and where it is kept.
    #[must_use]
    pub fn kept() -> (Output, Arc<Mutex<Vec<u8>>>) {
        let kept: Arc<Mutex<Vec<u8>>> = Arc::default();
        let into = kept.clone();
        let keep = move |bytes: &[u8]| {
            let mut kept = into.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend_from_slice(bytes);
        };
        (Output::To(Arc::new(keep)), kept)
    }
}

/// Runs a command to its end. [`crate::Entry::Http`] programs are served, not run.
///
/// # Errors
/// A granted directory can't be opened, or the program is no command. What the guest does wrong is in the
/// [`Outcome`].
pub fn run(
    runtime: &Runtime,
    program: &Program,
    invocation: &Invocation,
) -> anyhow::Result<Outcome> {
    let command = CommandPre::new(program.pre.clone())
        .map_err(anyhow::Error::from)
        .context("failed to find `wasi:cli/run` among the exports")?;
    let recorder: Arc<Mutex<Recorder>> = Arc::default();
    let state = state(runtime, invocation, &recorder)?;
    let executor = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("failed to start the asynchronous runtime")?;
    let mut store = Store::new(&runtime.engine, state);
    store.limiter(|state| &mut state.memory);
    let timer = invocation
        .limits
        .timeout
        .filter(|_| runtime.interruptible)
        .map(|timeout| interrupt_after(runtime, timeout));
    if runtime.interruptible {
        store.set_epoch_deadline(if timer.is_some() { 1 } else { u64::MAX / 2 });
    }
    let result = executor.block_on(async {
        let run = async {
            let command = command.instantiate_async(&mut store).await?;
            command.wasi_cli_run().call_run(&mut store).await
        };
        match invocation.limits.timeout {
            Some(timeout) => tokio::time::timeout(timeout + GRACE, run).await.ok(),
            None => Some(run.await),
        }
    });
    drop(timer);
    // A read of standard input that nobody waits for any more may never come back.
    executor.shutdown_background();
    let end = match result {
        Some(result) => end(result),
        None => End::TimedOut { frames: Vec::new() },
    };
    let mut recorder = recorder.lock().unwrap_or_else(PoisonError::into_inner);
    let (denials, used) = recorder.take();
    Ok(Outcome {
        end,
        denials,
        used,
        memory_limit_hit: store.data().memory.hit,
    })
}

/// A guest that computes is stopped by the engine, and tells where it was; one that waits in the host is
/// stopped this much later.
pub(crate) const GRACE: std::time::Duration = std::time::Duration::from_millis(100);

/// Stops the guest's code after a while, unless the value is dropped before.
fn interrupt_after(runtime: &Runtime, timeout: std::time::Duration) -> std::sync::mpsc::Sender<()> {
    let (keep, dropped) = std::sync::mpsc::channel::<()>();
    let engine = runtime.engine.clone();
    std::thread::spawn(move || {
        let waited = dropped.recv_timeout(timeout);
        if waited == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            engine.increment_epoch();
        }
    });
    keep
}

/// What the engine's answer means.
pub(crate) fn end(result: wasmtime::Result<Result<(), ()>>) -> End {
    let error = match result {
        Ok(Ok(())) => return End::Success,
        Ok(Err(())) => return End::Failure(1),
        Err(error) => error,
    };
    if let Some(I32Exit(code)) = error.downcast_ref() {
        return match u8::try_from(*code) {
            Ok(0) => End::Success,
            Ok(code) => End::Failure(code),
            Err(_) => End::Failure(1),
        };
    }
    let frames = error
        .downcast_ref::<WasmBacktrace>()
        .map(record::frames)
        .unwrap_or_default();
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => End::TimedOut { frames },
        Some(trap) => End::Trap {
            message: trap.to_string(),
            frames,
        },
        None => End::Trap {
            message: error.root_cause().to_string(),
            frames,
        },
    }
}

/// The state of a fresh guest.
pub(crate) fn state(
    runtime: &Runtime,
    invocation: &Invocation,
    recorder: &Arc<Mutex<Recorder>>,
) -> anyhow::Result<State> {
    let permissions = &invocation.permissions;
    let mut wasi = WasiCtx::builder();
    // With a limit on its time a guest must not block the thread that stops it.
    wasi.allow_blocking_current_thread(invocation.limits.timeout.is_none());
    wasi.args(&invocation.args);
    wasi.envs(&permissions.env);
    streams(&mut wasi, invocation);
    let net = Net::new(permissions.net.clone());
    net.set_up(&mut wasi);
    let cwd = std::env::current_dir().context("failed to find the current directory")?;
    let grants = preopen(&mut wasi, &permissions.dirs, runtime, &cwd)?;
    let places = Places::new(grants, cwd, invocation.args.clone());
    Ok(State {
        wasi: wasi.build(),
        http: WasiHttpCtx::new(),
        hooks: Hooks {
            net: permissions.net.clone(),
            recorder: recorder.clone(),
        },
        table: wasmtime::component::ResourceTable::new(),
        places,
        net,
        recorder: recorder.clone(),
        memory: Memory::new(invocation.limits.memory),
    })
}

fn streams(wasi: &mut WasiCtxBuilder, invocation: &Invocation) {
    match &invocation.stdin {
        Some(bytes) => wasi.stdin(MemoryInputPipe::new(bytes.clone())),
        None => wasi.inherit_stdin(),
    };
    match &invocation.stdout {
        Output::Inherited => wasi.inherit_stdout(),
        Output::To(to) => wasi.stdout(Sink(to.clone())),
    };
    match &invocation.stderr {
        Output::Inherited => wasi.inherit_stderr(),
        Output::To(to) => wasi.stderr(Sink(to.clone())),
    };
}

fn preopen(
    wasi: &mut WasiCtxBuilder,
    dirs: &[DirGrant],
    runtime: &Runtime,
    cwd: &Path,
) -> anyhow::Result<Vec<Grant>> {
    let mut grants = Vec::new();
    let mut open = |host: &Path, guest: &str, read_only: bool| {
        let perms = if read_only {
            FsPerms::ReadOnly
        } else {
            FsPerms::ReadWrite
        };
        wasi.preopened_dir(host, guest, perms)
            .map(|_| ())
            .map_err(anyhow::Error::from)
            .with_context(|| format!("failed to open the directory `{}`", host.display()))
    };
    let rest = |guest: &str| matches!(guest, "" | "." | "./" | "/");
    for dir in dirs {
        open(&dir.host, &dir.guest, dir.read_only)?;
        grants.push(Grant {
            host: cwd.join(&dir.host),
            guest: dir.guest.clone(),
            read_only: dir.read_only,
            kind: if rest(&dir.guest) {
                GrantKind::Rest
            } else {
                GrantKind::Named
            },
        });
    }
    if let Some(nowhere) = &runtime.nowhere
        && grants.iter().all(|grant| grant.kind == GrantKind::Named)
    {
        open(nowhere, "/", true)?;
        grants.push(Grant {
            host: PathBuf::from("/"),
            guest: "/".to_owned(),
            read_only: true,
            kind: GrantKind::Nowhere,
        });
    }
    Ok(grants)
}

/// Counts linear memory and tables, and refuses what is too much. The numbers of a guest's instances, tables
/// and memories, and of the things that the host holds for it, have bounds of Wasmtime's own.
#[derive(Debug)]
pub(crate) struct Memory {
    most: u64,
    now: u64,
    /// The slots of all tables together.
    slots: usize,
    pub(crate) hit: bool,
}

/// What the memories of a 32-bit guest can have at most.
const MOST_MEMORY: u64 = 4 << 30;

/// What its tables can have together; a slot takes a word or two of the host's memory.
const MOST_SLOTS: usize = 10_000_000;

impl Memory {
    fn new(most: Option<u64>) -> Memory {
        Memory {
            most: most.unwrap_or(MOST_MEMORY),
            now: 0,
            slots: 0,
            hit: false,
        }
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // Its own limit, which is none of ours.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let more = desired.saturating_sub(current) as u64;
        if self.now + more > self.most {
            self.hit = true;
            return Ok(false);
        }
        self.now += more;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let slots = self.slots + desired.saturating_sub(current);
        if slots > MOST_SLOTS {
            return Ok(false);
        }
        self.slots = slots;
        Ok(true)
    }
}

/// An output of the guest that is a function of ours.
struct Sink(Listener);

impl IsTerminal for Sink {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Sink {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(Sink(self.0.clone()))
    }
}

impl AsyncWrite for Sink {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        (self.0)(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
