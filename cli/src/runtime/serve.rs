//! Serving a program over HTTP, told to the user.

use std::net::SocketAddr;
use std::sync::Arc;

use wasify_runtime::{
    BindError, Failure, Frame, Program, Runtime, ServeEvent, ServeOutcome, Server, Service,
};

use crate::ecosystem::trouble::Trouble;
use crate::events::Events;

/// Serves a program until it is told to stop. `backtrace` words the frames of a trap.
///
/// # Errors
/// The address can't be had, or the program can't be started.
pub fn serve(
    runtime: Arc<Runtime>,
    program: &Program,
    service: &Service,
    events: &dyn Events,
    backtrace: &dyn Fn(&[Frame]) -> String,
) -> anyhow::Result<ServeOutcome> {
    let server = Server::bind(runtime, program, service).map_err(refused)?;
    events.status(
        "Serving",
        &format!("http://{}/ (Ctrl-C stops it)", server.addr()),
    );
    let outcome = server.serve(&mut |event| tell(event, events, backtrace))?;
    if outcome.cut_off {
        events.warning("requests that had not finished were cut off");
    }
    let answered = outcome.requests - outcome.failed.min(outcome.requests);
    let failed = match outcome.failed {
        0 => String::new(),
        failed => format!(", {failed} failed"),
    };
    events.status("Served", &format!("{}{failed}", requests(answered)));
    Ok(outcome)
}

fn requests(count: u64) -> String {
    match count {
        1 => "1 request".to_owned(),
        count => format!("{count} requests"),
    }
}

fn tell(event: &ServeEvent, events: &dyn Events, backtrace: &dyn Fn(&[Frame]) -> String) {
    match event {
        ServeEvent::Stopping => events.status(
            "Stopping",
            "when the last answers are sent; Ctrl-C again stops at once",
        ),
        ServeEvent::Failed {
            method,
            path,
            failure,
        } => {
            let (what, frames) = match failure {
                Failure::Trap { message, frames } => {
                    (format!("stopped the program: {message}"), &frames[..])
                }
                Failure::TimedOut { frames } => (
                    "took longer than `--timeout` allows".to_owned(),
                    &frames[..],
                ),
                Failure::NoAnswer => ("got no answer from the program".to_owned(), &[][..]),
                Failure::Error(name) => (format!("got the error {name} as an answer"), &[][..]),
            };
            let mut text = format!("{method} {path} {what}");
            if !frames.is_empty() {
                text.push('\n');
                text.push_str(backtrace(frames).trim_end());
            }
            events.warning(&text);
        }
    }
}

fn refused(error: BindError) -> anyhow::Error {
    match error {
        BindError::Taken(addr) => taken(addr).into(),
        BindError::Refused(addr, reason) => {
            let mut trouble = Trouble::new(format!("failed to listen on {addr}: {reason}"));
            if reason.kind() == std::io::ErrorKind::PermissionDenied && addr.port() < 1024 {
                trouble = trouble.help(format!(
                    "ports below 1024 belong to the administrator; take another: `--addr {}:8080`",
                    host(addr)
                ));
            } else if reason.kind() == std::io::ErrorKind::AddrNotAvailable {
                trouble = trouble.help(
                    "this machine has no such address; `--addr 0.0.0.0:8080` takes all it has",
                );
            }
            trouble.into()
        }
        BindError::Start(error) => error,
    }
}

fn taken(addr: SocketAddr) -> Trouble {
    let port = addr.port();
    let who = if cfg!(target_os = "linux") {
        format!("ss -ltnp 'sport = :{port}'")
    } else if cfg!(windows) {
        format!("netstat -ano | findstr :{port}")
    } else {
        format!("lsof -nP -iTCP:{port} -sTCP:LISTEN")
    };
    Trouble::new(format!(
        "port {port} of {} is taken by another program",
        addr.ip()
    ))
    .help(format!(
        "`--addr {}:0` takes any port that is free",
        host(addr)
    ))
    .help(format!("`{who}` says who has it"))
}

/// The address without its port, as it stands before one.
fn host(addr: SocketAddr) -> String {
    match addr {
        SocketAddr::V4(addr) => addr.ip().to_string(),
        SocketAddr::V6(addr) => format!("[{}]", addr.ip()),
    }
}
