//! The network's doors: the functions of `wasi:sockets` that take an address or a name.
//!
//! [`Net`] decides, asked by wasmtime-wasi itself. The functions here stand before wasmtime-wasi's own and
//! write down what it decides about, with the guest's backtrace, which nobody has later: connecting goes
//! on after the guest's call has returned.

use std::net::{IpAddr, SocketAddr};

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, LinkerInstance, Resource};
use wasmtime_wasi::p2::bindings::sockets::ip_name_lookup::{
    Host as _, HostResolveAddressStream as _, ResolveAddressStream,
};
use wasmtime_wasi::p2::bindings::sockets::network::{ErrorCode, IpAddress, IpSocketAddress};
use wasmtime_wasi::p2::bindings::sockets::tcp::HostTcpSocket;
use wasmtime_wasi::p2::bindings::sockets::udp::{
    HostIncomingDatagramStream, HostOutgoingDatagramStream, HostUdpSocket, IncomingDatagramStream,
    OutgoingDatagram, OutgoingDatagramStream,
};
use wasmtime_wasi::p2::{Network, SocketResult, TcpSocket, UdpSocket};
use wasmtime_wasi::sockets::{SocketAddrUse, WasiSocketsView as _};

use super::net::Net;
use super::{WASI, record};
use crate::denial::{Door, Used};
use crate::state::State;

type Store<'a> = StoreContextMut<'a, State>;
type Instance<'a> = LinkerInstance<'a, State>;
/// A socket, the right to use the network, and an address.
type Addressed<S> = (Resource<S>, Resource<Network>, IpSocketAddress);

pub(super) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    names(&mut linker.instance(&format!("wasi:sockets/ip-name-lookup@{WASI}"))?)?;
    tcp(&mut linker.instance(&format!("wasi:sockets/tcp@{WASI}"))?)?;
    let mut udp = linker.instance(&format!("wasi:sockets/udp@{WASI}"))?;
    udp_sockets(&mut udp)?;
    datagrams(&mut udp)
}

/// An answer in the guest's words.
fn answer<R>(result: SocketResult<R>) -> wasmtime::Result<(Result<R, ErrorCode>,)> {
    Ok((match result {
        Ok(value) => Ok(value),
        Err(error) => Err(error.downcast()?),
    },))
}

fn net(store: &Store<'_>) -> std::sync::Arc<Net> {
    store.data().net.clone()
}

/// Writes down that the guest connects or sends to an address, and whether it may.
fn outgoing(store: &Store<'_>, address: SocketAddr, used_for: SocketAddrUse) {
    let net = net(store);
    if net.grants(address, used_for) {
        let used = Used::Connect(net.described(address));
        record::used(&store.data().recorder, used);
    } else {
        let name = net.names(address.ip()).into_iter().next();
        let door = Door::Connect { address, name };
        record::deny(&store.data().recorder, store, &door);
    }
}

/// Writes down that the guest wants to be reached, at an address as it had asked for it.
fn incoming(store: &Store<'_>, address: SocketAddr, granted: bool) {
    if granted {
        record::used(&store.data().recorder, Used::Listen(address));
    } else {
        record::deny(&store.data().recorder, store, &Door::Listen { address });
    }
}

/// Names are looked up when they are granted, and their addresses are remembered.
fn names(lookup: &mut Instance<'_>) -> wasmtime::Result<()> {
    lookup.func_wrap(
        "resolve-addresses",
        |mut store: Store<'_>, (network, name): (Resource<Network>, String)| {
            let net = net(&store);
            let is_address = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
            if !is_address && !net.grants.may_resolve(&name) {
                let name = record::clipped(&name);
                let door = Door::Resolve { name };
                record::deny(&store.data().recorder, &store, &door);
                // What wasmtime-wasi answers without the right to look names up.
                return Ok((Err(ErrorCode::PermanentResolverFailure),));
            }
            let learned = (!is_address).then(|| name.to_ascii_lowercase());
            let result = store.data_mut().sockets().resolve_addresses(network, name);
            if let Ok(stream) = &result {
                net.known().lookups.insert(stream.rep(), learned);
            }
            answer(result)
        },
    )?;
    lookup.func_wrap(
        "[method]resolve-address-stream.resolve-next-address",
        |mut store: Store<'_>, (stream,): (Resource<ResolveAddressStream>,)| {
            let net = net(&store);
            let name = net.known().lookups.get(&stream.rep()).cloned().flatten();
            let result = store.data_mut().sockets().resolve_next_address(stream);
            if let (Ok(Some(address)), Some(name)) = (&result, name) {
                net.learn(ip(address), name);
            }
            answer(result)
        },
    )
}

fn ip(address: &IpAddress) -> IpAddr {
    match *address {
        IpAddress::Ipv4((a, b, c, d)) => IpAddr::from([a, b, c, d]),
        IpAddress::Ipv6((a, b, c, d, e, f, g, h)) => IpAddr::from([a, b, c, d, e, f, g, h]),
    }
}

fn tcp(tcp: &mut Instance<'_>) -> wasmtime::Result<()> {
    tcp.func_wrap(
        "[method]tcp-socket.start-connect",
        |mut store: Store<'_>, (socket, network, remote): Addressed<TcpSocket>| {
            let mut sockets = store.data_mut().sockets();
            let result = sockets.start_connect(socket, network, remote);
            if result.is_ok() {
                outgoing(&store, remote.into(), SocketAddrUse::TcpConnect);
            }
            answer(result)
        },
    )?;
    tcp.func_wrap_async(
        "[method]tcp-socket.start-bind",
        |mut store: Store<'_>, (socket, network, local): Addressed<TcpSocket>| {
            Box::new(async move {
                let address = SocketAddr::from(local);
                let number = socket.rep();
                let mut sockets = store.data_mut().sockets();
                let result = HostTcpSocket::start_bind(&mut sockets, socket, network, local).await;
                bound(&store, number, address, SocketAddrUse::TcpBind, &result);
                answer(result)
            })
        },
    )?;
    tcp.func_wrap_async(
        "[method]tcp-socket.start-listen",
        |mut store: Store<'_>, (socket,): (Resource<TcpSocket>,)| {
            Box::new(async move {
                let net = net(&store);
                let asked = net.known().bound.get(&socket.rep()).copied();
                let mut sockets = store.data_mut().sockets();
                let real =
                    HostTcpSocket::local_address(&mut sockets, Resource::new_borrow(socket.rep()));
                let result = sockets.start_listen(socket).await;
                if let (Some(asked), Ok(real)) = (asked, real) {
                    let granted = net.may_listen(real.into());
                    if result.is_ok() || !granted {
                        incoming(&store, asked, granted);
                    }
                }
                answer(result)
            })
        },
    )
}

/// Remembers what a socket was bound to, or writes down that it may not be.
fn bound(
    store: &Store<'_>,
    socket: u32,
    address: SocketAddr,
    used_for: SocketAddrUse,
    result: &SocketResult<()>,
) {
    let net = net(store);
    if result.is_ok() {
        net.known().bound.insert(socket, address);
    } else if !net.grants(address, used_for) && refused(result) {
        incoming(store, address, false);
    }
}

fn refused<R>(result: &SocketResult<R>) -> bool {
    let code = result.as_ref().err().and_then(|error| error.downcast_ref());
    matches!(code, Some(ErrorCode::AccessDenied))
}

fn udp_sockets(udp: &mut Instance<'_>) -> wasmtime::Result<()> {
    udp.func_wrap_async(
        "[method]udp-socket.start-bind",
        |mut store: Store<'_>, (socket, network, local): Addressed<UdpSocket>| {
            Box::new(async move {
                let address = SocketAddr::from(local);
                let number = socket.rep();
                let mut sockets = store.data_mut().sockets();
                let result = HostUdpSocket::start_bind(&mut sockets, socket, network, local).await;
                bound(&store, number, address, SocketAddrUse::UdpBind, &result);
                answer(result)
            })
        },
    )?;
    type Asked = (Resource<UdpSocket>, Option<IpSocketAddress>);
    udp.func_wrap_async(
        "[method]udp-socket.stream",
        |mut store: Store<'_>, (socket, remote): Asked| {
            Box::new(async move {
                let net = net(&store);
                let asked = net.known().bound.get(&socket.rep()).copied();
                let mut sockets = store.data_mut().sockets();
                let real =
                    HostUdpSocket::local_address(&mut sockets, Resource::new_borrow(socket.rep()));
                let result = sockets.stream(socket, remote).await;
                if let Some(remote) = remote
                    && (result.is_ok() || refused(&result))
                {
                    outgoing(&store, remote.into(), SocketAddrUse::UdpSend);
                }
                if let Ok((incoming_stream, _)) = &result {
                    let open = real.is_ok_and(|real| net.may_listen(real.into()));
                    let streams = &mut net.known().open_streams;
                    if open {
                        streams.insert(incoming_stream.rep());
                    } else {
                        streams.remove(&incoming_stream.rep());
                    }
                    // An ephemeral port is for answers, unless it was asked for with a grant for all.
                    if let Some(asked) = asked.filter(|asked| open && asked.port() != 0) {
                        incoming(&store, asked, true);
                    }
                }
                answer(result)
            })
        },
    )
}

fn datagrams(udp: &mut Instance<'_>) -> wasmtime::Result<()> {
    type Sent = (Resource<OutgoingDatagramStream>, Vec<OutgoingDatagram>);
    udp.func_wrap(
        "[method]outgoing-datagram-stream.send",
        |mut store: Store<'_>, (stream, datagrams): Sent| {
            let remotes: Vec<SocketAddr> = datagrams
                .iter()
                .filter_map(|datagram| datagram.remote_address.map(SocketAddr::from))
                .collect();
            let mut sockets = store.data_mut().sockets();
            let result = HostOutgoingDatagramStream::send(&mut sockets, stream, datagrams);
            if result.is_ok() || refused(&result) {
                for remote in remotes {
                    outgoing(&store, remote, SocketAddrUse::UdpSend);
                }
            }
            answer(result)
        },
    )?;
    type Received = (Resource<IncomingDatagramStream>, u64);
    udp.func_wrap(
        "[method]incoming-datagram-stream.receive",
        |mut store: Store<'_>, (stream, most): Received| {
            let net = net(&store);
            let from_all = net.known().open_streams.contains(&stream.rep());
            let mut sockets = store.data_mut().sockets();
            let mut result = HostIncomingDatagramStream::receive(&mut sockets, stream, most);
            if let Ok(datagrams) = &mut result {
                datagrams.retain(|datagram| {
                    let from = SocketAddr::from(datagram.remote_address);
                    if from_all {
                        net.called_by(from);
                    }
                    from_all || net.may_hear(from)
                });
            }
            answer(result)
        },
    )
}
