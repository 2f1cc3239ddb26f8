//! Answers: the server's own, and the guests' with an end that can be trusted.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use wasmtime_wasi_http::{Error, WasiBody};

/// The guest ended without an answer.
pub(super) const FAILED: &str = "the program failed to answer; wasify's output says why\n";
/// The guest answered with an error.
pub(super) const ERROR: &str = "the program answered with an error; wasify's output says which\n";
/// The `Host` header is no text.
pub(super) const HOST: &str = "the Host header is not a name\n";

/// A short text.
pub(super) fn plain(status: StatusCode, text: &'static str) -> Response<WasiBody> {
    let body = Full::new(text.as_bytes().into())
        .map_err(|never| match never {})
        .boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// A guest's answer whose connection breaks when the guest is stopped before its end. Without this the
/// client would take the part for the whole. `stopped` is set before the guest and its streams go.
pub(super) fn whole(response: Response<WasiBody>, stopped: Arc<AtomicBool>) -> Response<WasiBody> {
    response.map(|body| Whole { body, stopped }.boxed_unsync())
}

struct Whole {
    body: WasiBody,
    stopped: Arc<AtomicBool>,
}

impl Body for Whole {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if matches!(frame, Poll::Ready(None)) && self.stopped.load(Ordering::Acquire) {
            return Poll::Ready(Some(Err(Error::HttpProtocolError)));
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
