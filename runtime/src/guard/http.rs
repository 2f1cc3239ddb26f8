//! The door that outgoing HTTP requests take.
//!
//! What counts is the authority that is connected to. The `Host` header can't be set by guests, and a
//! redirect is nothing but an answer: whoever follows it makes a new request, which is asked about again.

use std::sync::{Arc, Mutex};

use hyper::http::uri::{Authority, Scheme, Uri};
use hyper::http::{Request, Response};
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi_http::p2::bindings::http::outgoing_handler::{
    Host as _, RequestOptions as Options,
};
use wasmtime_wasi_http::p2::bindings::http::types::Scheme as GuestScheme;
use wasmtime_wasi_http::p2::types::HostOutgoingRequest;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks, WasiHttpView as _};

use super::WASI;
use super::record::{self, Recorder};
use crate::denial::{Door, Used};
use crate::permissions::NetGrants;
use crate::state::State;

type Answer = Result<
    (
        Response<WasiBody>,
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

/// Where a request goes.
struct Target {
    host: String,
    port: u16,
}

impl Target {
    /// `None` when it is not of the form `HOST` or `HOST:PORT`: with a user in front, what is connected
    /// to would depend on how one reads it.
    fn new(authority: &Authority, encrypted: bool) -> Option<Target> {
        let text = authority.as_str();
        let host = authority.host().to_ascii_lowercase();
        let usual = if encrypted { 443 } else { 80 };
        let port = match authority.port_u16() {
            Some(port) => port,
            None if text.len() == host.len() => usual,
            None => return None,
        };
        (!host.is_empty() && !text.contains('@')).then_some(Target { host, port })
    }

    fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        mut request: Request<WasiBody>,
        options: Option<RequestOptions>,
        sent: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Answer> + Send> {
        let encrypted = request.uri().scheme() == Some(&Scheme::HTTPS);
        let authority = request.uri().authority();
        let Some(target) = authority.and_then(|authority| Target::new(authority, encrypted)) else {
            return Box::new(async { Err(Error::HttpRequestUriInvalid) });
        };
        if !self.net.may_request(&target.host, target.port) {
            return Box::new(async { Err(Error::HttpRequestDenied) });
        }
        // What was asked about is what is connected to.
        let mut parts = request.uri().clone().into_parts();
        parts.authority = target.authority().parse().ok();
        match Uri::from_parts(parts) {
            Ok(uri) => *request.uri_mut() = uri,
            Err(_) => return Box::new(async { Err(Error::HttpRequestUriInvalid) }),
        }
        record::used(&self.recorder, Used::Connect(target.authority()));
        wasmtime_wasi_http::default_hooks().send_request(request, options, sent)
    }
}

type Store<'a> = StoreContextMut<'a, State>;

/// Writes down the requests that the hooks will refuse, while the guest's functions are still known.
pub(super) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut handler = linker.instance(&format!("wasi:http/outgoing-handler@{WASI}"))?;
    type Asked = (Resource<HostOutgoingRequest>, Option<Resource<Options>>);
    handler.func_wrap(
        "handle",
        |mut store: Store<'_>, (request, options): Asked| {
            if let Ok(asked) = store.data().table.get(&request)
                && let Some(target) = asked_for(asked)
                && !store
                    .data()
                    .hooks
                    .net
                    .may_request(&target.host, target.port)
            {
                let authority = record::clipped(&target.authority());
                record::deny(&store.data().recorder, &store, &Door::Http { authority });
            }
            Ok((match store.data_mut().http().handle(request, options) {
                Ok(answer) => Ok(answer),
                Err(error) => Err(error.downcast()?),
            },))
        },
    )
}

fn asked_for(request: &HostOutgoingRequest) -> Option<Target> {
    let authority: Authority = request.authority.as_deref()?.parse().ok()?;
    // Without a scheme it is HTTPS, as the hooks leave it.
    let encrypted = !matches!(request.scheme, Some(GuestScheme::Http));
    Target::new(&authority, encrypted)
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn what_is_connected_to() {
        let target = |text: &str, encrypted| {
            let target = Target::new(&text.parse().unwrap(), encrypted)?;
            Some(target.authority())
        };
        assert_eq!(target("Example.com", true).unwrap(), "example.com:443");
        assert_eq!(target("example.com", false).unwrap(), "example.com:80");
        assert_eq!(
            target("example.com:8080", true).unwrap(),
            "example.com:8080"
        );
        assert_eq!(target("[::1]", false).unwrap(), "[::1]:80");
        for doubtful in [
            "allowed.com@evil.com",
            "allowed.com:443@evil.com:80",
            "evil.com:",
        ] {
            assert_eq!(target(doubtful, true), None, "{doubtful}");
        }
    }
}
