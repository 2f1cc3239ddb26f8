//! As much of HTTP as it takes to ask a server on the loopback interface, and to be one.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

/// A server that says less in this time has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// A component is compiled before it starts.
const START: Duration = Duration::from_secs(240);

/// A port that nobody listens on at this moment.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Waits until the program listens: the first connection to it. `None` where it ends before.
pub(crate) fn connected(port: u16, program: &mut Child) -> Option<TcpStream> {
    let begun = Instant::now();
    while begun.elapsed() < START {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
            return Some(stream);
        }
        if !matches!(program.try_wait(), Ok(None)) {
            return None;
        }
        thread::sleep(Duration::from_millis(50));
    }
    None
}

/// The status, the kind and the body of an answer.
pub(crate) fn get(port: u16, path: &str) -> String {
    let asked = || -> io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let ask = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(ask.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let kept = |line: &&str| {
            let line = line.to_ascii_lowercase();
            line.starts_with("http/") || line.starts_with("content-type:")
        };
        let head: Vec<&str> = head.lines().filter(kept).collect();
        Ok(format!("{}\n{body}", head.join("\n").to_lowercase()))
    };
    asked().unwrap_or_else(|error| format!("no answer: {error}"))
}

/// Starts a small server that ends with the tests; its port. It knows `/plain`, `/json`, and `/echo`, which gives
/// back what it got.
pub(crate) fn serve() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // One that asks for nothing any more is left.
            thread::spawn(move || answer(&stream));
        }
    });
    port
}

fn answer(stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let line = line.trim().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let (status, kind, body) = match first.split(' ').nth(1) {
            Some("/plain") => ("200 OK", "text/plain", b"hello\n".to_vec()),
            Some("/json") => ("200 OK", "application/json", b"{\"a\": [1, 2]}".to_vec()),
            Some("/echo") => ("200 OK", "application/json", body),
            _ => ("404 Not Found", "text/plain", b"not here\n".to_vec()),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut writer = stream;
        writer.write_all(head.as_bytes())?;
        writer.write_all(&body)?;
    }
}

/// Pours a text into a connection; what comes back until its end.
pub(crate) fn pour(mut stream: &TcpStream, text: &str) -> String {
    let mut poured = || -> io::Result<String> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(text.as_bytes())?;
        stream.shutdown(Shutdown::Write)?;
        let mut back = String::new();
        stream.read_to_string(&mut back)?;
        Ok(back)
    };
    poured().unwrap_or_else(|error| format!("no answer: {error}"))
}

/// Starts a server that sends each datagram back; its port.
pub(crate) fn datagrams() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut buffer = [0; 2048];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let _ = socket.send_to(&buffer[..length], from);
        }
    });
    port
}
