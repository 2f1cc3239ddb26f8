//! One request: a fresh guest, its answer, and what it did wrong.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use hyper::body::Incoming;
use hyper::header::{HOST, HeaderValue};
use hyper::{Request, Response, StatusCode};
use tokio::sync::{Semaphore, mpsc, oneshot};
use wasmtime::{Store, Trap, UpdateDeadline};
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::{WasiBody, WasiHttpView as _};

use super::{Failure, ServeEvent, ServeOutcome, Service, answer};
use crate::engine::Runtime;
use crate::guard::record::Recorder;
use crate::outcome::End;
use crate::run::{self, GRACE, Invocation};
use crate::state::State;

/// How many guests there are at once; further requests wait. Each has memory of its own.
const MOST_GUESTS: usize = 256;

/// Makes guests, and counts what they do.
pub(super) struct Guests {
    pub(super) runtime: Arc<Runtime>,
    pre: ProxyPre<State>,
    invocation: Invocation,
    events: mpsc::Sender<ServeEvent>,
    /// For requests that name no host.
    authority: HeaderValue,
    recorder: Arc<Mutex<Recorder>>,
    places: Arc<Semaphore>,
    requests: AtomicU64,
    failed: AtomicU64,
    memory_limit_hit: AtomicBool,
}

/// What a guest answers with.
type Sent = Result<Response<WasiBody>, ErrorCode>;

impl Guests {
    pub(super) fn new(
        runtime: Arc<Runtime>,
        pre: ProxyPre<State>,
        service: &Service,
        addr: SocketAddr,
        events: mpsc::Sender<ServeEvent>,
    ) -> anyhow::Result<Guests> {
        let guests = Guests {
            runtime,
            pre,
            invocation: service.invocation(),
            events,
            authority: HeaderValue::from_str(&addr.to_string())?,
            recorder: Arc::default(),
            places: Arc::new(Semaphore::new(MOST_GUESTS)),
            requests: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            memory_limit_hit: AtomicBool::new(false),
        };
        // What can't be opened is told before the first request.
        run::state(&guests.runtime, &guests.invocation, &guests.recorder)?;
        Ok(guests)
    }

    pub(super) fn outcome(&self, cut_off: bool) -> ServeOutcome {
        let mut recorder = self.recorder.lock().unwrap_or_else(PoisonError::into_inner);
        let (denials, used) = recorder.take();
        ServeOutcome {
            requests: self.requests.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            cut_off,
            denials,
            used,
            memory_limit_hit: self.memory_limit_hit.load(Ordering::Relaxed),
        }
    }

    /// Answers one request. The guest goes on after the answer's head, to send its body, and it goes on
    /// when the client is gone, as a native server's handler does.
    pub(super) async fn answer(
        self: Arc<Self>,
        mut request: Request<Incoming>,
        alive: mpsc::Sender<()>,
    ) -> Response<WasiBody> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if request.uri().authority().is_none() {
            match request.headers().get(HOST).map(HeaderValue::to_str) {
                Some(Ok(_)) => {}
                Some(Err(_)) => return answer::plain(StatusCode::BAD_REQUEST, answer::HOST),
                None => {
                    let headers = request.headers_mut();
                    headers.insert(HOST, self.authority.clone());
                }
            }
        }
        let method = request.method().to_string();
        let path = request.uri().path_and_query().map(ToString::to_string);
        let (sender, receiver) = oneshot::channel();
        let stopped = Arc::new(AtomicBool::new(false));
        let guests = self.clone();
        let stop = stopped.clone();
        tokio::spawn(async move {
            let failure = guests.handle(request, sender, &stop).await;
            if let Some(failure) = failure {
                guests.failed.fetch_add(1, Ordering::Relaxed);
                let event = ServeEvent::Failed {
                    method,
                    path: path.unwrap_or_default(),
                    failure,
                };
                let _ = guests.events.send(event).await;
            }
            drop(alive);
        });
        match receiver.await {
            Ok(Ok(response)) => answer::whole(response, stopped),
            Ok(Err(_)) => answer::plain(StatusCode::INTERNAL_SERVER_ERROR, answer::ERROR),
            Err(_) => answer::plain(StatusCode::INTERNAL_SERVER_ERROR, answer::FAILED),
        }
    }

    /// Runs a guest to its end. What went wrong, if something did; `stopped` is then set before the
    /// guest is gone.
    async fn handle(
        &self,
        request: Request<Incoming>,
        sender: oneshot::Sender<Sent>,
        stopped: &AtomicBool,
    ) -> Option<Failure> {
        let place = self.places.acquire().await;
        let answered = Arc::new(Mutex::new(None));
        let handled = async {
            let mut store = self.store()?;
            let handled = self.guest(&mut store, request, sender, &answered).await;
            if store.data().memory.hit {
                self.memory_limit_hit.store(true, Ordering::Relaxed);
            }
            stopped.store(handled.is_err(), Ordering::Release);
            handled
        };
        let mut handled = pin!(handled);
        let result = match self.invocation.limits.timeout {
            // A guest that waits in the host is stopped a little later than one that computes.
            Some(timeout) => tokio::time::timeout(timeout + GRACE, handled.as_mut())
                .await
                .ok(),
            None => Some(handled.as_mut().await),
        };
        if result.is_none() {
            stopped.store(true, Ordering::Release);
        }
        drop(place);
        let answered = answered.lock().unwrap_or_else(PoisonError::into_inner);
        match result.map(|result| run::end(result.map(Ok))) {
            None => Some(Failure::TimedOut { frames: Vec::new() }),
            Some(End::TimedOut { frames }) => Some(Failure::TimedOut { frames }),
            Some(End::Trap { message, frames }) => Some(Failure::Trap { message, frames }),
            Some(End::Success | End::Failure(_)) => match &*answered {
                None => Some(Failure::NoAnswer),
                Some(Err(error)) => Some(Failure::Error(error.clone())),
                Some(Ok(())) => None,
            },
        }
    }

    /// Starts the guest and lets it answer. `answered` says afterwards whether it did, and with what.
    async fn guest(
        &self,
        store: &mut Store<State>,
        request: Request<Incoming>,
        sender: oneshot::Sender<Sent>,
        answered: &Arc<Mutex<Option<Result<(), String>>>>,
    ) -> wasmtime::Result<()> {
        let mut http = store.data_mut().http();
        let request = http.new_incoming_request(Scheme::Http, request)?;
        let note = answered.clone();
        let outparam = http.new_response_outparam_from_callback(move |sent| {
            let what = sent.as_ref().map(|_| ()).map_err(ToString::to_string);
            *note.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
            // Nobody listens when the client is gone.
            let _ = sender.send(sent);
        })?;
        let proxy = self.pre.instantiate_async(&mut *store).await?;
        let handler = proxy.wasi_http_incoming_handler();
        handler.call_handle(store, request, outparam).await
    }

    fn store(&self) -> wasmtime::Result<Store<State>> {
        let state = run::state(&self.runtime, &self.invocation, &self.recorder)
            .map_err(wasmtime::Error::from_anyhow)?;
        let mut store = Store::new(&self.runtime.engine, state);
        store.limiter(|state| &mut state.memory);
        if self.runtime.interruptible {
            let timeout = self.invocation.limits.timeout;
            let end = timeout.map(|timeout| Instant::now() + timeout);
            store.set_epoch_deadline(1);
            store.epoch_deadline_callback(move |_| match end {
                Some(end) if Instant::now() >= end => Err(Trap::Interrupt.into()),
                _ => Ok(UpdateDeadline::Yield(1)),
            });
        }
        Ok(store)
    }
}
