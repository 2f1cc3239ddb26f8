//! Requests per second over loopback: `wasify run` against the bare library's server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::Rows;
use crate::inputs::{self, median};
use crate::peers;

/// Connections that are kept open, each with one request at a time.
const CONNECTIONS: usize = 8;
/// Requests a connection and burst.
const REQUESTS: usize = 400;
/// Bursts a side.
const BURSTS: usize = 11;

/// A server, ended with the value.
struct Serving {
    child: Child,
    addr: String,
}

impl Serving {
    /// Starts a server that says `http://ADDR/` on the stream that `output` takes from it.
    fn start(mut command: Command, stderr: bool) -> Result<Serving> {
        command.stdin(Stdio::null());
        let mut child = if stderr {
            command.stdout(Stdio::null()).stderr(Stdio::piped())
        } else {
            command.stdout(Stdio::piped()).stderr(Stdio::null())
        }
        .spawn()?;
        let mut line = String::new();
        if stderr {
            let output = child.stderr.as_mut().context("piped")?;
            BufReader::new(output).read_line(&mut line)?;
        } else {
            let output = child.stdout.as_mut().context("piped")?;
            BufReader::new(output).read_line(&mut line)?;
        }
        let addr = line
            .split_once("http://")
            .and_then(|(_, rest)| rest.split('/').next())
            .with_context(|| format!("no address in `{}`", line.trim()))?
            .to_owned();
        Ok(Serving { child, addr })
    }

    /// How long the server takes for a burst of requests.
    fn burst(&self) -> Result<Duration> {
        let mut streams = Vec::new();
        for _ in 0..CONNECTIONS {
            let stream = TcpStream::connect(&self.addr)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(Duration::from_secs(60)))?;
            streams.push(stream);
        }
        let start = Instant::now();
        std::thread::scope(|threads| {
            let clients: Vec<_> = streams
                .into_iter()
                .map(|stream| threads.spawn(|| ask(stream)))
                .collect();
            clients.into_iter().try_for_each(|client| {
                client
                    .join()
                    .map_err(|_| anyhow::anyhow!("a client panicked"))?
            })
        })?;
        Ok(start.elapsed())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends requests one after the other, each when the answer to the last is whole.
fn ask(mut stream: TcpStream) -> Result<()> {
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    for _ in 0..REQUESTS {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: web.test\r\n\r\n")?;
        answer.clear();
        // Chunked: the last chunk is empty.
        while !answer.ends_with(b"\r\n0\r\n\r\n") {
            let size = stream.read(&mut piece)?;
            ensure!(size > 0, "the server hung up");
            answer.extend_from_slice(&piece[..size]);
        }
        ensure!(answer.starts_with(b"HTTP/1.1 200"), "it failed");
    }
    Ok(())
}

/// Hello world, served.
pub(crate) fn requests() -> Result<Rows> {
    let component = peers::fixture("web")?;
    let mut ours = inputs::wasify();
    ours.args(["run", "--addr", "127.0.0.1:0"]).arg(&component);
    let ours = Serving::start(ours, true)?;
    let mut theirs = inputs::program(&peers::peer("bare_server")?.to_string_lossy());
    theirs.arg(&component);
    let theirs = Serving::start(theirs, false)?;
    // Both warm up.
    ours.burst()?;
    theirs.burst()?;
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..BURSTS {
        our_times.push(ours.burst()?);
        their_times.push(theirs.burst()?);
    }
    let rate = |times| (CONNECTIONS * REQUESTS) as f64 / median(times).as_secs_f64();
    let (ours, theirs) = (rate(our_times), rate(their_times));
    Ok(vec![[
        "serving hello world over HTTP".to_owned(),
        format!("{ours:.0} requests/s"),
        format!("{theirs:.0} requests/s with the bare library"),
        format!("{:.0} %", 100.0 * ours / theirs),
    ]])
}
