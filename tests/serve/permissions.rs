//! What the guests of a server may do: nothing, unless it was granted; and for how long.

use std::io::{Read, Write};
use std::net::TcpListener;

use crate::server::Server;

#[test]
fn the_environment_is_empty_but_for_what_is_granted() {
    let server = Server::start(&[]);
    assert_eq!(server.get("/env").text(), "");
    let server = Server::start(&["--env", "WORD=granted"]);
    assert_eq!(server.get("/env").text(), "WORD=granted\n");
}

#[test]
fn directories_are_closed_but_for_what_is_granted() {
    let folder = tempfile::tempdir().expect("created");
    let file = folder.path().join("note.txt");
    std::fs::write(&file, "a note\n").expect("written");
    let server = Server::start(&[]);
    let refused = server.get(&format!("/read?{}", file.display()));
    assert_eq!(
        (refused.status, refused.text().contains("a note")),
        (200, false)
    );
    let grant = format!("{}::/data:ro", folder.path().display());
    let server = Server::start(&["--dir", &grant]);
    assert_eq!(server.get("/read?/data/note.txt").text(), "a note\n");
    assert_ne!(server.get("/write?/data/new.txt").text(), "written\n");
    assert!(!folder.path().join("new.txt").exists(), "for reading only");
    let grant = format!("{}::/data", folder.path().display());
    let server = Server::start(&["--dir", &grant]);
    assert_eq!(server.get("/write?/data/new.txt").text(), "written\n");
    assert!(folder.path().join("new.txt").exists());
}

#[test]
fn outgoing_requests_are_refused_but_for_what_is_granted() {
    let other = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = other.local_addr().expect("it has one").to_string();
    let server = Server::start(&[]);
    let refused = server.get(&format!("/fetch?{addr}")).text();
    assert!(refused.contains("HttpRequestDenied"), "{refused}");
    other.set_nonblocking(true).expect("set");
    assert!(other.accept().is_err(), "nobody called");
    other.set_nonblocking(false).expect("set");
    let server = Server::start(&[&format!("--allow-net={addr}")]);
    let answer = std::thread::scope(|threads| {
        threads.spawn(|| {
            let (mut stream, _) = other.accept().expect("it calls");
            let mut request = [0; 1024];
            let _ = stream.read(&mut request);
            let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
            stream.write_all(answer).expect("sent");
        });
        server.get(&format!("/fetch?{addr}")).text()
    });
    assert_eq!(answer, "status 204\n");
}

#[test]
fn the_time_of_a_request_is_bounded() {
    let server = Server::start(&["--timeout", "1s"]);
    for path in ["/loop", "/sleep?3600000"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 500, "{path}");
        server.says(&format!("GET {path} took longer than `--timeout` allows"));
    }
    assert_eq!(server.get("/").text(), "Hello, web!\n");
    assert_eq!(server.get("/sleep?10").text(), "awake\n");
}

#[test]
fn the_memory_of_a_guest_is_bounded() {
    let server = Server::start(&["--max-memory", "16M"]);
    assert_eq!(server.get("/memory?1").text(), "taken\n");
    assert_eq!(server.get("/memory?100").text(), "no memory\n");
    // Each guest has its own.
    for _ in 0..20 {
        assert_eq!(server.get("/memory?5").text(), "taken\n");
    }
}
