//! The connections of a server.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use wasmtime_wasi_http::io::TokioIo;

use super::request::Guests;

/// How long nothing is accepted after the system refused it: it is out of sockets or memory.
const PAUSE: Duration = Duration::from_millis(50);

/// Accepts connections until it is told to stop.
pub(super) async fn take(
    listener: TcpListener,
    guests: Arc<Guests>,
    mut stopped: watch::Receiver<bool>,
    alive: mpsc::Sender<()>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                tokio::spawn(connection(
                    stream,
                    guests.clone(),
                    stopped.clone(),
                    alive.clone(),
                ));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Answers the requests of one connection, until it is closed or the server stops.
async fn connection(
    stream: TcpStream,
    guests: Arc<Guests>,
    mut stopped: watch::Receiver<bool>,
    alive: mpsc::Sender<()>,
) {
    // Answers are small and whole: waiting for more to send with them only makes them late.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let answer = guests.clone().answer(request, alive.clone());
        async { Ok::<_, Infallible>(answer.await) }
    });
    let mut connection =
        pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    // What a connection fails with is the client's affair: it went away, or doesn't speak HTTP.
    tokio::select! {
        _ = &mut connection => return,
        _ = stopped.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
