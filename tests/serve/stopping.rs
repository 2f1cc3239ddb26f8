//! Ctrl-C, and the system's request to stop.

use std::io::Write;
use std::net::TcpStream;

use crate::client::receive;
use crate::server::Server;

/// A request whose body stops in the middle, so that the guest waits.
fn half_sent(server: &Server) -> TcpStream {
    let mut stream = server.connect();
    stream
        .write_all(b"POST /echo HTTP/1.1\r\nhost: web.test\r\ncontent-length: 4\r\n\r\nha")
        .expect("sent");
    let mut start = [0; 1];
    stream.peek(&mut start).expect("the answer begins");
    stream
}

#[test]
fn the_last_requests_finish_and_no_new_ones_are_taken() {
    for signal in ["INT", "TERM"] {
        let mut server = Server::start(&[]);
        let mut last = half_sent(&server);
        let idle = server.connect();
        server.signal(signal);
        server.says("Stopping");
        // The address is free at once, or very soon.
        let mut refused = TcpStream::connect(&server.addr).is_err();
        for _ in 0..200 {
            std::thread::sleep(std::time::Duration::from_millis(10));
            refused = refused || TcpStream::connect(&server.addr).is_err();
            if refused {
                break;
            }
        }
        assert!(refused, "it takes no new connections");
        assert!(server.is_running(), "it waits for the last request");
        last.write_all(b"lf").expect("it still reads");
        let answer = receive(last);
        assert!(answer.whole);
        assert_eq!(answer.text(), "half");
        assert!(server.ended().success());
        drop(idle);
        let said = server.all_said();
        assert!(
            said.contains("Served 1 request") && !said.contains("cut off"),
            "{said}"
        );
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    let mut server = Server::start(&[]);
    let held = half_sent(&server);
    server.signal("INT");
    server.says("Stopping");
    server.signal("INT");
    assert!(server.ended().success());
    server.says("requests that had not finished were cut off");
    drop(held);
}

#[test]
fn what_never_finishes_is_waited_for_a_bounded_time() {
    let mut server = Server::start(&[]);
    let held = half_sent(&server);
    server.signal("TERM");
    assert!(server.ended().success());
    server.says("cut off");
    drop(held);
}
