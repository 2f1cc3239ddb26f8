//! The least of an HTTP client.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::server::{PATIENCE, Server};

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// Whether the body came to its end.
    pub(crate) whole: bool,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Server {
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.addr).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("set");
        stream.set_write_timeout(Some(PATIENCE)).expect("set");
        stream
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nhost: web.test\r\nconnection: close\r\n\r\n"
        ))
    }

    /// Sends a request as it is.
    pub(crate) fn send(&self, request: &str) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).expect("sent");
        receive(stream)
    }
}

/// Reads an answer to the end of the connection.
pub(crate) fn receive(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // A connection that breaks has been said what there is to say.
    let _ = stream.read_to_end(&mut bytes);
    let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Answer {
            status: 0,
            body: bytes,
            whole: false,
        };
    };
    let head = String::from_utf8_lossy(&bytes[..at]).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    let rest = &bytes[at + 4..];
    let (body, whole) = if head.contains("transfer-encoding: chunked") {
        chunks(rest)
    } else {
        let length = head.lines().find_map(|line| {
            let length = line.strip_prefix("content-length: ")?;
            length.parse::<usize>().ok()
        });
        (rest.to_vec(), length == Some(rest.len()))
    };
    Answer {
        status: status.expect("a status"),
        body,
        whole,
    }
}

/// Puts the chunks of a body together. Whether the last one, which is empty, came.
fn chunks(mut bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(end) = bytes.iter().position(|byte| *byte == b'\r') {
        let size = std::str::from_utf8(&bytes[..end]).expect("text");
        let size = usize::from_str_radix(size, 16).expect("a size");
        let from = end + 2;
        if size == 0 {
            return (body, true);
        }
        let Some(chunk) = bytes.get(from..from + size) else {
            break;
        };
        body.extend_from_slice(chunk);
        bytes = bytes.get(from + size + 2..).unwrap_or_default();
    }
    (body, false)
}
