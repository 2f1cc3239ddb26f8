//! The door that outgoing HTTP requests take.

use std::sync::{Arc, Mutex};

use hyper::http;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use super::record::Recorder;
use crate::permissions::NetGrants;

type Answer = Result<
    (
        http::Response<WasiBody>,
        Box<dyn Future<Output = Result<(), Error>> + Send>,
    ),
    Error,
>;

/// What is asked before a request leaves.
#[derive(Debug)]
pub(crate) struct Hooks {
    pub(crate) net: NetGrants,
    pub(crate) recorder: Arc<Mutex<Recorder>>,
}

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        sent: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Answer> + Send> {
        if !self.net.everything {
            return Box::new(async { Err(Error::HttpRequestDenied) });
        }
        wasmtime_wasi_http::default_hooks().send_request(request, options, sent)
    }
}
