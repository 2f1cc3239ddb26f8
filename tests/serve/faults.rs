//! Requests that go wrong: each is answered, reported, and the server goes on.

use std::io::Write;
use std::net::TcpListener;

use crate::server::{Server, component, wasify};

/// The server still answers.
fn goes_on(server: &mut Server) {
    assert_eq!(server.get("/").text(), "Hello, web!\n");
    assert!(server.is_running());
}

#[test]
fn a_trap_is_answered_with_500_and_reported() {
    let mut server = Server::start(&[]);
    let answer = server.get("/panic?why");
    assert_eq!(answer.status, 500);
    assert!(answer.whole && answer.text().contains("the program failed"));
    server.says("on purpose");
    server.says("GET /panic?why stopped the program: wasm trap: wasm `unreachable` instruction");
    goes_on(&mut server);
    let said = server.stop();
    assert!(said.contains("Served 1 request, 1 failed"), "{said}");
}

#[test]
fn an_answer_that_was_begun_is_not_taken_for_the_whole() {
    let mut server = Server::start(&[]);
    let answer = server.get("/panic-late");
    assert!(!answer.whole, "{answer:?}");
    server.says("GET /panic-late stopped the program");
    goes_on(&mut server);
}

#[test]
fn no_answer_and_an_error_in_its_place() {
    let mut server = Server::start(&[]);
    assert_eq!(server.get("/silent").status, 500);
    server.says("GET /silent got no answer from the program");
    let answer = server.get("/error");
    assert_eq!(answer.status, 500);
    server.says("GET /error got the error");
    goes_on(&mut server);
}

#[test]
fn guests_that_compute_for_ever_hold_nobody_up() {
    let mut server = Server::start(&[]);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let held: Vec<_> = (0..=cores)
        .map(|_| {
            let mut stream = server.connect();
            stream
                .write_all(b"GET /loop HTTP/1.1\r\nhost: web.test\r\n\r\n")
                .expect("sent");
            stream
        })
        .collect();
    for _ in 0..3 {
        goes_on(&mut server);
    }
    drop(held);
    // They would never end by themselves.
    server.signal("INT");
    server.says("Stopping");
    server.signal("INT");
    server.says("cut off");
    assert!(server.ended().success());
}

#[test]
fn a_broken_request_is_the_clients_affair() {
    let mut server = Server::start(&[]);
    let answer = server.send("this is not HTTP\r\n\r\n");
    assert_eq!(answer.status, 400);
    let long = format!(
        "GET / HTTP/1.1\r\nhost: web.test\r\nlong: {}\r\n\r\n",
        "x".repeat(1 << 20)
    );
    let mut stream = server.connect();
    // It may hang up before it has all.
    let _ = stream.write_all(long.as_bytes());
    drop(stream);
    goes_on(&mut server);
}

#[test]
fn a_taken_port_says_which_and_the_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = taken.local_addr().expect("it has one");
    let output = wasify()
        .args(["run", "--addr", &addr.to_string()])
        .arg(component())
        .output()
        .expect("wasify starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for text in [
        &format!("port {} of 127.0.0.1 is taken", addr.port()),
        "`--addr 127.0.0.1:0` takes any port that is free",
    ] {
        assert!(said.contains(text), "{said}");
    }
}
