//! As much of WebSocket (RFC 6455) as it takes to be the other side of a program, on the loopback interface.

use std::io::{self, BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::mem;
use std::net::{TcpListener, TcpStream};
use std::thread;

use data_encoding::BASE64;
use sha1::{Digest as _, Sha1};

use crate::http::PATIENCE;

/// More than any message here has.
const LONGEST: usize = 1 << 20;
/// What a server adds to the key of its client.
const MAGIC: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

const MORE: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// A connection past its handshake.
struct Socket {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
    /// A client's frames are masked, and a server's are not.
    client: bool,
    /// The kind of a message that is not whole yet, and what there is of it.
    begun: (u8, Vec<u8>),
}

/// Starts a server that ends with the tests, and sends each message back; its port.
pub(crate) fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // One that says nothing any more is left.
            thread::spawn(move || sent_back(stream));
        }
    });
    port
}

fn sent_back(stream: TcpStream) -> io::Result<()> {
    let mut socket = Socket::served(stream)?;
    loop {
        let (kind, content) = socket.receive()?;
        match kind {
            TEXT | BINARY | CLOSE => socket.send(kind, &content)?,
            PING => socket.send(PONG, &content)?,
            _ => {}
        }
        if kind == CLOSE {
            return Ok(());
        }
    }
}

/// Says these texts to a server, closes as soon as it has heard so many messages, and gives all that it has heard
/// at the end. What comes as bytes has no borders: it is one answer.
pub(crate) fn say(stream: TcpStream, messages: &[String], hear: usize) -> Vec<String> {
    let mut heard = Vec::new();
    if let Err(error) = said(stream, messages, hear, &mut heard) {
        heard.push(format!("no answer: {error}"));
    }
    heard
}

fn said(
    stream: TcpStream,
    messages: &[String],
    hear: usize,
    heard: &mut Vec<String>,
) -> io::Result<()> {
    let mut socket = Socket::connected(stream)?;
    for message in messages {
        socket.send(TEXT, message.as_bytes())?;
    }
    let mut bytes: Option<usize> = None;
    let mut count = 0;
    let mut closed = false;
    loop {
        if count >= hear && !closed {
            socket.send(CLOSE, &[])?;
            closed = true;
        }
        let (kind, content) = match socket.receive() {
            // Not every program says that it closes, or has a reason to.
            Err(error) if closed && (is_end(&error) || is_silence(&error)) => return Ok(()),
            received => received?,
        };
        let text = String::from_utf8_lossy(&content).into_owned();
        match (kind, bytes) {
            (CLOSE, _) => return Ok(()),
            (PING, _) => socket.send(PONG, &content)?,
            (BINARY, Some(at)) => heard[at] += &text,
            (TEXT | BINARY, _) => {
                bytes = (kind == BINARY).then_some(heard.len());
                heard.push(text);
            }
            _ => {}
        }
        count += usize::from(matches!(kind, TEXT | BINARY));
    }
}

fn is_end(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset
    )
}

fn is_silence(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

impl Socket {
    fn of(stream: TcpStream, client: bool) -> io::Result<Socket> {
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Socket {
            reader: BufReader::new(stream.try_clone()?),
            writer: stream,
            client,
            begun: (MORE, Vec::new()),
        })
    }

    /// The server's side.
    fn served(stream: TcpStream) -> io::Result<Socket> {
        let mut socket = Socket::of(stream, false)?;
        let mut key = String::new();
        for line in socket.head()? {
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("sec-websocket-key")
            {
                value.trim().clone_into(&mut key);
            }
        }
        let accept = BASE64.encode(&Sha1::digest(key + MAGIC));
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        socket.writer.write_all(answer.as_bytes())?;
        Ok(socket)
    }

    /// The client's side.
    fn connected(stream: TcpStream) -> io::Result<Socket> {
        let mut socket = Socket::of(stream, true)?;
        let key = BASE64.encode(&[7; 16]);
        let ask = format!(
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
        );
        socket.writer.write_all(ask.as_bytes())?;
        let accept = BASE64.encode(&Sha1::digest(key + MAGIC));
        let head = socket.head()?;
        match head.iter().any(|line| line.ends_with(&accept)) {
            true => Ok(socket),
            false => Err(Error::other(format!("no handshake: {head:?}"))),
        }
    }

    /// The lines before the empty one.
    fn head(&mut self) -> io::Result<Vec<String>> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            self.reader.read_line(&mut line)?;
            match line.trim() {
                "" => return Ok(lines),
                line => lines.push(line.to_owned()),
            }
        }
    }

    fn send(&mut self, kind: u8, content: &[u8]) -> io::Result<()> {
        let masked = u8::from(self.client) << 7;
        let mut frame = vec![0x80 | kind];
        match content.len() {
            length @ 0..126 => frame.push(masked | length.to_le_bytes()[0]),
            length => {
                let length = u16::try_from(length).map_err(Error::other)?;
                frame.push(masked | 126);
                frame.extend(length.to_be_bytes());
            }
        }
        if self.client {
            // Zeros change nothing.
            frame.extend([0; 4]);
        }
        frame.extend(content);
        self.writer.write_all(&frame)
    }

    /// The kind and the content of a whole message, or of a control frame between its parts.
    fn receive(&mut self) -> io::Result<(u8, Vec<u8>)> {
        loop {
            let (last, kind, content) = self.frame()?;
            if kind >= CLOSE {
                return Ok((kind, content));
            }
            if kind != MORE {
                self.begun = (kind, Vec::new());
            }
            self.begun.1.extend(content);
            if self.begun.1.len() > LONGEST {
                return Err(Error::other("a message that is too long"));
            }
            if last {
                return Ok(mem::take(&mut self.begun));
            }
        }
    }

    /// Whether it is a message's last, its kind, and its content without the mask.
    fn frame(&mut self) -> io::Result<(bool, u8, Vec<u8>)> {
        let [first, second] = self.bytes()?;
        let length = match second & 0x7f {
            126 => u64::from(u16::from_be_bytes(self.bytes()?)),
            127 => u64::from_be_bytes(self.bytes()?),
            short => u64::from(short),
        };
        let mask: [u8; 4] = match second & 0x80 {
            0 => [0; 4],
            _ => self.bytes()?,
        };
        let mut content = Vec::new();
        let mut limited = (&mut self.reader).take(length.min(LONGEST as u64 + 1));
        limited.read_to_end(&mut content)?;
        for (byte, mask) in content.iter_mut().zip(mask.iter().cycle()) {
            *byte ^= mask;
        }
        Ok((first & 0x80 != 0, first & 0x0f, content))
    }

    fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

#[test]
fn what_is_said_comes_back() {
    let messages = ["hello".to_owned(), "long ".repeat(100)];
    for hear in [0, messages.len()] {
        let stream = TcpStream::connect(("127.0.0.1", echo())).unwrap();
        assert_eq!(say(stream, &messages, hear), messages);
    }
}
