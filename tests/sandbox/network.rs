//! Connections, sockets that others reach, names, and HTTP requests. All of it stays on this machine.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::thread;
use std::time::Duration;

use wasify_runtime::{Door, NetGrants, Permissions, Used};

use crate::common::{attack, may_connect, may_listen};

/// Listens at a free port, and says at the end what came.
struct Ear {
    listener: TcpListener,
    address: SocketAddr,
}

impl Ear {
    fn new() -> Ear {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        Ear { listener, address }
    }

    fn text(&self) -> String {
        self.address.to_string()
    }

    /// Whether somebody knocked: a connection stays in the queue until it is taken.
    fn heard(&self) -> bool {
        self.listener.set_nonblocking(true).unwrap();
        self.listener.accept().is_ok()
    }

    /// Answers one HTTP request, and gives its first line.
    fn serve(self) -> thread::JoinHandle<String> {
        thread::spawn(move || {
            let (mut stream, _) = self.listener.accept().unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 1000];
            while !request.windows(4).any(|four| four == b"\r\n\r\n") {
                let size = stream.read(&mut buffer).unwrap();
                assert_ne!(size, 0, "the request ends too early");
                request.extend_from_slice(&buffer[..size]);
            }
            let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
            stream.write_all(answer).unwrap();
            String::from_utf8(request).unwrap()
        })
    }
}

#[test]
fn a_forbidden_host() {
    let ear = Ear::new();
    let ran = attack(&["connect", &ear.text()], Permissions::default());
    let address = ear.address;
    assert_eq!(
        *ran.refused("network::connect"),
        Door::Connect {
            address,
            name: None
        }
    );
    assert!(ran.stdout.contains("PermissionDenied"), "{}", ran.stdout);
    assert!(!ear.heard());
}

#[test]
fn a_granted_host() {
    let ear = Ear::new();
    let ran = attack(&["connect", &ear.text()], may_connect(&[&ear.text()]));
    ran.granted("Ok(())");
    assert_eq!(ran.outcome.used, [Used::Connect(ear.text())]);
    assert!(ear.heard());
}

#[test]
fn a_forbidden_port_of_a_granted_host() {
    let [open, closed] = [Ear::new(), Ear::new()];
    let ran = attack(&["connect", &closed.text()], may_connect(&[&open.text()]));
    let address = closed.address;
    assert_eq!(
        *ran.refused("network::connect"),
        Door::Connect {
            address,
            name: None
        }
    );
    assert!(!open.heard() && !closed.heard());
}

#[test]
fn listening_is_not_connecting() {
    let port = Ear::new().address.port();
    let address: SocketAddr = ([127, 0, 0, 1], port).into();
    let ran = attack(&["listen", &address.to_string()], may_connect(&["*"]));
    assert_eq!(*ran.refused("network::listen"), Door::Listen { address });
    let ran = attack(&["connect", &address.to_string()], may_listen(&["*"]));
    assert_eq!(
        *ran.refused("network::connect"),
        Door::Connect {
            address,
            name: None
        }
    );
}

#[test]
fn a_free_port_is_none_to_listen_at() {
    let ran = attack(&["listen", "127.0.0.1:0"], may_connect(&["*"]));
    let address = "127.0.0.1:0".parse().unwrap();
    assert_eq!(*ran.refused("network::listen"), Door::Listen { address });
}

#[test]
fn listening_where_it_is_granted() {
    let port = Ear::new().address.port();
    let address: SocketAddr = ([127, 0, 0, 1], port).into();
    for grant in [
        address.to_string(),
        format!("localhost:{port}"),
        format!("0.0.0.0:{port}"),
    ] {
        let ran = attack(&["listen", &address.to_string()], may_listen(&[&grant]));
        ran.granted(&format!("Ok({port})"));
        assert_eq!(ran.outcome.used, [Used::Listen(address)]);
    }
    let everywhere = format!("0.0.0.0:{port}");
    let ran = attack(
        &["listen", &everywhere],
        may_listen(&[&address.to_string()]),
    );
    assert_eq!(
        *ran.refused("network::listen"),
        Door::Listen {
            address: everywhere.parse().unwrap()
        }
    );
    let ran = attack(&["listen", "127.0.0.1:0"], may_listen(&["127.0.0.1"]));
    assert!(ran.stdout.starts_with("Ok("), "{}", ran.stdout);
    assert_eq!(
        ran.outcome.used,
        [Used::Listen("127.0.0.1:0".parse().unwrap())]
    );
}

#[test]
fn a_forbidden_name() {
    let ran = attack(
        &["resolve", "localhost"],
        may_connect(&["127.0.0.1", "example.com:80"]),
    );
    let name = "localhost".to_owned();
    assert_eq!(*ran.refused("network::resolve"), Door::Resolve { name });
    assert!(ran.stdout.starts_with("Err("), "{}", ran.stdout);
}

#[test]
fn a_granted_name_opens_its_addresses_and_its_port_alone() {
    let [open, closed] = [Ear::new(), Ear::new()];
    let [port, other] = [&open, &closed].map(|ear| ear.address.port());
    let grants = may_connect(&[&format!("LOCALHOST:{port}")]);
    let ran = attack(&["connect", &format!("localhost:{port}")], grants.clone());
    ran.granted("Ok(())");
    assert_eq!(
        ran.outcome.used,
        [Used::Connect(format!("localhost:{port}"))]
    );
    assert!(open.heard());
    let ran = attack(&["connect", &format!("localhost:{other}")], grants);
    // As many denials as the name has addresses.
    for denial in &ran.outcome.denials {
        let Door::Connect { address, name } = &denial.door else {
            panic!("{denial:?}");
        };
        assert_eq!(
            (address.port(), name.as_deref()),
            (other, Some("localhost"))
        );
    }
    assert_ne!(ran.outcome.denials, []);
    assert!(!closed.heard());
}

#[test]
fn an_address_is_no_name() {
    let ran = attack(&["resolve", "127.0.0.1"], Permissions::default());
    ran.granted("Ok(true)");
}

#[test]
fn a_datagram() {
    let ear = UdpSocket::bind("127.0.0.1:0").unwrap();
    ear.set_nonblocking(true).unwrap();
    let address = ear.local_addr().unwrap();
    let ran = attack(&["send", &address.to_string(), "0"], Permissions::default());
    assert_eq!(
        *ran.refused("network::send"),
        Door::Connect {
            address,
            name: None
        }
    );
    assert!(ear.recv(&mut [0; 10]).is_err(), "the datagram came");
    let ran = attack(
        &["send", &address.to_string(), "0"],
        may_connect(&[&address.to_string()]),
    );
    ran.granted("Ok([])");
    assert_eq!(ear.recv(&mut [0; 10]).unwrap(), 5);
}

/// Its ephemeral port is open to the one it talks to, and to nobody else.
#[test]
fn datagrams_of_strangers() {
    let friend = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = friend.local_addr().unwrap().to_string();
    let answering = thread::spawn(move || {
        let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
        let (_, guest) = friend.recv_from(&mut [0; 10]).unwrap();
        stranger.send_to(b"stranger", guest).unwrap();
        friend.send_to(b"friend", guest).unwrap();
    });
    let ran = attack(&["send", &address, "1"], may_connect(&[&address]));
    ran.granted("Ok([\"friend\"])");
    answering.join().unwrap();
}

#[test]
fn a_forbidden_datagram_port() {
    let port = Ear::new().address.port();
    let address: SocketAddr = ([127, 0, 0, 1], port).into();
    let ran = attack(&["bind-udp", &address.to_string()], may_connect(&["*"]));
    assert_eq!(*ran.refused("network::bind_udp"), Door::Listen { address });
}

/// Who may be called may answer the caller.
#[test]
fn a_datagram_is_answered() {
    let ear = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let address = format!("127.0.0.1:{port}");
    let asking = thread::spawn({
        let address = address.clone();
        move || {
            ear.set_read_timeout(Some(Duration::from_millis(100)))
                .unwrap();
            let mut buffer = [0; 10];
            for _ in 0..100 {
                ear.send_to(b"question", &address).unwrap();
                if let Ok(size) = ear.recv(&mut buffer) {
                    return String::from_utf8_lossy(&buffer[..size]).into_owned();
                }
            }
            String::new()
        }
    });
    let ran = attack(&["serve-udp", &address], may_listen(&[&address]));
    ran.granted(&format!("{port}\nOk(\"question\")"));
    assert_eq!(asking.join().unwrap(), "answer");
}

#[test]
fn a_forbidden_request() {
    let ear = Ear::new();
    let ran = attack(
        &["http", "http", &ear.text()],
        may_connect(&["127.0.0.1:1", "name.test"]),
    );
    let authority = ear.text();
    assert_eq!(*ran.refused("network::http"), Door::Http { authority });
    assert!(ran.stdout.contains("HttpRequestDenied"), "{}", ran.stdout);
    assert!(!ear.heard());
}

#[test]
fn a_request_has_the_port_of_its_scheme() {
    for (scheme, authority) in [
        ("http", "name.test:80"),
        ("https", "name.test:443"),
        ("none", "name.test:443"),
    ] {
        let ran = attack(&["http", scheme, "Name.test"], Permissions::default());
        let authority = authority.to_owned();
        assert_eq!(*ran.refused("network::http"), Door::Http { authority });
    }
}

#[test]
fn a_granted_request() {
    let ear = Ear::new();
    let authority = ear.text();
    let served = ear.serve();
    let ran = attack(&["http", "http", &authority], may_connect(&[&authority]));
    ran.granted("Ok(204)");
    assert_eq!(ran.outcome.used, [Used::Connect(authority.clone())]);
    let request = served.join().unwrap();
    assert!(request.starts_with("GET / HTTP/1.1\r\n"), "{request}");
    assert!(
        request.contains(&format!("host: {authority}\r\n")),
        "{request}"
    );
}

/// `NAME@HOST`: one who reads it wrongly sees the granted name.
#[test]
fn a_request_with_a_user() {
    let ear = Ear::new();
    let grants = may_connect(&["granted.test", &ear.text()]);
    let authority = format!("granted.test:80@{}", ear.text());
    let ran = attack(&["http", "http", &authority], grants);
    assert!(ran.stdout.starts_with("Err("), "{}", ran.stdout);
    assert!(!ear.heard());
}

#[test]
fn everything_is_open_when_asked_for() {
    let ear = Ear::new();
    let net = NetGrants {
        everything: true,
        ..NetGrants::default()
    };
    let permissions = Permissions {
        net,
        ..Permissions::default()
    };
    let ran = attack(
        &["connect", &format!("localhost:{}", ear.address.port())],
        permissions.clone(),
    );
    ran.granted("Ok(())");
    let named = Used::Connect(format!("localhost:{}", ear.address.port()));
    assert_eq!(ran.outcome.used, [named]);
    assert!(ear.heard());
    let ran = attack(&["listen", "127.0.0.1:0"], permissions);
    assert_eq!(ran.outcome.denials, []);
}
