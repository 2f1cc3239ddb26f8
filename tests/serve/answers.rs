//! Requests that go well.

use std::io::{Read, Write};

use crate::client::receive;
use crate::server::Server;

#[test]
fn requests_are_answered_by_the_program() {
    let server = Server::start(&[]);
    let answer = server.get("/");
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (200, "Hello, web!\n")
    );
    assert!(answer.whole);
    assert_eq!(server.get("/nothing").status, 404);
    assert_eq!(server.get("/authority").text(), "web.test");
    let old = server.send("GET /authority HTTP/1.0\r\n\r\n");
    assert_eq!(old.text(), server.addr, "a request that names no host");
    let printed = server.get("/print?a-word");
    assert_eq!(printed.text(), "printed\n");
    server.says("to standard error: a-word");
    let wrong = server.send("GET / HTTP/1.1\r\nhost: \u{fc}\r\nconnection: close\r\n\r\n");
    assert_eq!(wrong.status, 400);
    let said = server.stop();
    assert!(said.contains("Served 6 requests"), "{said}");
}

#[test]
fn a_connection_takes_more_than_one_request() {
    let server = Server::start(&[]);
    let mut stream = server.connect();
    for last in [false, false, true] {
        let close = if last { "connection: close\r\n" } else { "" };
        write!(stream, "GET / HTTP/1.1\r\nhost: web.test\r\n{close}\r\n").expect("sent");
        if !last {
            // Chunked, so it ends with an empty chunk.
            let mut bytes = Vec::new();
            while !bytes.ends_with(b"\r\n0\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).expect("it goes on");
                bytes.push(byte[0]);
            }
        }
    }
    assert_eq!(receive(stream).text(), "Hello, web!\n");
}

#[test]
fn requests_are_answered_at_the_same_time() {
    let server = Server::start(&[]);
    // The first is held up by its own client: the end of its body never comes.
    let mut held = server.connect();
    held.write_all(
        b"POST /echo HTTP/1.1\r\nhost: web.test\r\ncontent-length: 10\r\nconnection: close\r\n\r\n12345",
    )
    .expect("sent");
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| {
                for _ in 0..10 {
                    assert_eq!(server.get("/").text(), "Hello, web!\n");
                }
            });
        }
    });
    held.write_all(b"67890").expect("it still listens");
    let answer = receive(held);
    assert!(answer.whole);
    assert_eq!(answer.text(), "1234567890");
}

#[test]
fn large_bodies_flow_through() {
    // The guest may have far less memory than flows through it.
    let server = Server::start(&[]);
    let size = 48 << 20;
    let mut stream = server.connect();
    write!(
        stream,
        "POST /echo HTTP/1.1\r\nhost: web.test\r\ncontent-length: {size}\r\nconnection: close\r\n\r\n"
    )
    .expect("sent");
    let mut from = stream.try_clone().expect("another handle");
    let answer = std::thread::scope(|threads| {
        threads.spawn(|| {
            let piece = [b'y'; 1 << 16];
            for _ in 0..size / piece.len() {
                stream.write_all(&piece).expect("it reads while it writes");
            }
        });
        let mut start = [0; 1];
        from.peek(&mut start).expect("an answer begins");
        receive(from.try_clone().expect("another handle"))
    });
    let _ = from.flush();
    assert!(answer.whole);
    assert_eq!(answer.body.len(), size);
    let big = server.get("/big?64");
    assert_eq!((big.body.len(), big.whole), (64_000_000, true));
}

#[test]
fn a_slow_reader_and_one_that_goes_away_hold_nobody_up() {
    let server = Server::start(&[]);
    let ask = |path: &str| {
        let mut stream = server.connect();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: web.test\r\n\r\n").expect("sent");
        let mut start = [0; 100];
        stream.read_exact(&mut start).expect("the answer begins");
        stream
    };
    // More than fits into the sockets' buffers; nobody reads it.
    let slow = ask("/big?300");
    drop(ask("/big?300"));
    assert_eq!(server.get("/").text(), "Hello, web!\n");
    drop(slow);
    // Both guests are told, and end: the server has nothing to wait for.
    let said = server.stop();
    assert!(!said.contains("cut off"), "{said}");
}
