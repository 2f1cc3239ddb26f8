//! Connections on WASI, where one thread accepts and serves them: a task does what a thread does elsewhere.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_rt::System;
use actix_rt::net::TcpListener;
use actix_rt::time::{Sleep, sleep};
use tokio::sync::mpsc::UnboundedReceiver;
use tracing::error;

use crate::socket::{MioListener, MioStream, StdTcpListener};
use crate::waker_queue::{WakerInterest, WakerQueue};
use crate::worker::{Conn, ServerWorker, WorkerHandleAccept, WorkerHandleServer};
use crate::{ServerBuilder, ServerHandle};

/// How long nothing is accepted after an error that says nothing of the connection: there may be too many.
const REST: Duration = Duration::from_millis(500);

/// The task, which ends by itself.
pub(crate) struct JoinHandle<T>(T);

impl<T> JoinHandle<T> {
    pub(crate) fn join(self) -> io::Result<T> {
        Ok(self.0)
    }
}

/// What accepts connections and hands them to the worker.
pub(crate) struct Accept {
    listeners: Vec<(usize, TcpListener)>,
    worker: WorkerHandleAccept,
    /// Whether the worker takes more connections.
    is_available: bool,
    is_paused: bool,
    rest: Option<Pin<Box<Sleep>>>,
    interests: UnboundedReceiver<WakerInterest>,
    server: ServerHandle,
}

impl Accept {
    /// Starts the worker, and what accepts connections for it.
    pub(crate) fn start(
        sockets: Vec<(usize, MioListener)>,
        builder: &ServerBuilder,
    ) -> io::Result<(WakerQueue, Vec<WorkerHandleServer>, JoinHandle<()>)> {
        if System::try_current().is_none() {
            let missing =
                "a server on WASI runs inside of `actix_rt::System`, as with `#[actix_web::main]`";
            return Err(io::Error::new(io::ErrorKind::Unsupported, missing));
        }
        let listeners = sockets
            .into_iter()
            .map(listener)
            .collect::<io::Result<_>>()?;
        let (queue, interests) = WakerQueue::new();
        let factories = builder
            .factories
            .iter()
            .map(|it| it.clone_factory())
            .collect();
        let (worker, handle) =
            ServerWorker::start(0, factories, queue.clone(), builder.worker_config)?;
        let mut accept = Accept {
            listeners,
            worker,
            is_available: true,
            is_paused: false,
            rest: None,
            interests,
            server: ServerHandle::new(builder.cmd_tx.clone()),
        };
        actix_rt::spawn(async move { poll_fn(|context| accept.poll(context)).await });
        Ok((queue, vec![handle], JoinHandle(())))
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while let Poll::Ready(interest) = self.interests.poll_recv(context) {
            match interest {
                Some(WakerInterest::WorkerAvailable(_)) => self.is_available = true,
                Some(WakerInterest::Worker(worker)) => {
                    self.worker = worker;
                    self.is_available = true;
                }
                Some(WakerInterest::Pause) => self.is_paused = true,
                Some(WakerInterest::Resume) => self.is_paused = false,
                Some(WakerInterest::Stop) | None => return Poll::Ready(()),
            }
        }
        if let Some(rest) = &mut self.rest {
            if rest.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.rest = None;
        }
        for at in 0..self.listeners.len() {
            self.accept(at, context);
        }
        Poll::Pending
    }

    /// Hands over what has connected to a listener so far.
    fn accept(&mut self, at: usize, context: &mut Context<'_>) {
        while self.is_available && !self.is_paused {
            let (token, listener) = &self.listeners[at];
            let Poll::Ready(accepted) = listener.poll_accept(context) else {
                return;
            };
            match accepted {
                Ok((stream, _)) => {
                    let io = MioStream::Accepted(stream);
                    self.hand_over(Conn { io, token: *token });
                }
                Err(error) if is_about_connection(&error) => {}
                Err(error) => {
                    error!("error accepting connection: {}", error);
                    let mut rest = Box::pin(sleep(REST));
                    // It wakes this task from now on; the time is not over.
                    let _ = rest.as_mut().poll(context);
                    self.rest = Some(rest);
                    return;
                }
            }
        }
    }

    fn hand_over(&mut self, connection: Conn) {
        match self.worker.send(connection) {
            Ok(()) => self.is_available = self.worker.inc_counter(),
            Err(_) => {
                // It has ended. The server starts another one, and says so.
                self.is_available = false;
                self.server.worker_faulted(self.worker.idx());
            }
        }
    }
}

fn listener((token, listener): (usize, MioListener)) -> io::Result<(usize, TcpListener)> {
    let MioListener::Tcp(listener) = listener;
    let listener = TcpListener::from_std(StdTcpListener::from(listener))?;
    Ok((token, listener))
}

/// Whether the next connection may be accepted at once.
fn is_about_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
