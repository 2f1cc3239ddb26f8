//! Applications that serve, and applications that ask a server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What stands for a free port, and for the address of the [`Echo`].
pub(crate) const PORT: &str = "{port}";
pub(crate) const SERVER: &str = "{server}";
/// The longest that a server may take to listen.
const START: Duration = Duration::from_secs(60);
/// Headers that are others each time.
const OF_THE_MOMENT: [&str; 3] = ["date:", "last-modified:", "etag:"];

/// A server, and what it is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Served {
    /// Its arguments.
    pub(crate) arguments: Vec<String>,
    /// Method and path, then a header a line, then an empty line and the body.
    requests: Vec<String>,
}

/// A process that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Served {
    /// What is answered to each request by a program that is given a free port.
    pub(crate) fn answers(&self, mut command: Command, port: u16) -> Result<Vec<String>> {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let mut server = Running(command.stderr(Stdio::null()).spawn()?);
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if let Some(status) = server.0.try_wait()? {
                return Err(format!("{command:?} has ended: {status}").into());
            }
            if start.elapsed() > START {
                return Err(format!("{command:?} does not listen").into());
            }
            thread::sleep(Duration::from_millis(50));
        }
        let mut requests = self.requests.iter();
        requests.try_fold(Vec::new(), |mut answers, request| {
            answers.push(answer(port, request)?);
            Ok(answers)
        })
    }
}

/// The answer as text, without what is of the moment, and with the body in one piece.
fn answer(port: u16, request: &str) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let (first, rest) = request.split_once('\n').unwrap_or((request, ""));
    let (headers, body) = rest.split_once("\n\n").unwrap_or((rest, ""));
    let mut text = format!("{first} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    for header in headers.lines().filter(|line| !line.is_empty()) {
        text.push_str(&format!("{header}\r\n"));
    }
    text.push_str(&format!("\r\n{body}"));
    stream.write_all(text.as_bytes())?;
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    let mut chunked = false;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        let lower = line.to_lowercase();
        chunked |= lower == "transfer-encoding: chunked\r\n";
        if !OF_THE_MOMENT.iter().any(|name| lower.starts_with(name)) {
            head.push(line);
        }
    }
    let mut body = Vec::new();
    if chunked {
        read_chunks(&mut reader, &mut body)?;
    } else {
        reader.read_to_end(&mut body)?;
    }
    // Below the status they stand in an order that says nothing: some servers have them in a map.
    if let Some(headers) = head.get_mut(1..) {
        headers.sort();
    }
    Ok(format!("{}{}", head.concat(), body.escape_ascii()))
}

fn read_chunks(reader: &mut impl BufRead, body: &mut Vec<u8>) -> Result<()> {
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let length = u64::from_str_radix(line.trim(), 16)?;
        reader.by_ref().take(length).read_to_end(body)?;
        reader.read_line(&mut String::new())?;
        if length == 0 {
            return Ok(());
        }
    }
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A server that answers each request with the request.
pub(crate) struct Echo {
    pub(crate) address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Echo {
    pub(crate) fn start() -> Result<Echo> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let count = Arc::clone(&count);
                thread::spawn(move || echo(stream, &count));
            }
        });
        Ok(Echo { address, asked })
    }

    /// How often it was asked since the last time.
    pub(crate) fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::SeqCst)
    }
}

/// Answers until the other side has no more.
fn echo(stream: TcpStream, asked: &AtomicUsize) -> std::io::Result<()> {
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut request = String::new();
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            request.push_str(&line);
            if line == "\r\n" {
                break;
            }
        }
        reader.by_ref().take(length).read_to_string(&mut request)?;
        asked.fetch_add(1, Ordering::SeqCst);
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length:";
        let answer = format!("{head} {}\r\n\r\n{request}", request.len());
        writer.write_all(answer.as_bytes())?;
    }
}
