//! The network's doors.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use wasmtime::component::Linker;
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::sockets::SocketAddrUse;

use super::record::Recorder;
use crate::permissions::NetGrants;
use crate::state::State;

/// Lets through what is granted.
pub(crate) fn set_up(wasi: &mut WasiCtxBuilder, net: &NetGrants, _recorder: &Arc<Mutex<Recorder>>) {
    let net = net.clone();
    wasi.socket_addr_check(move |address, used_for| {
        let granted = granted(&net, address, used_for);
        Box::pin(async move { granted })
    });
}

fn granted(net: &NetGrants, address: SocketAddr, used_for: SocketAddrUse) -> bool {
    match used_for {
        SocketAddrUse::TcpConnect | SocketAddrUse::UdpSend => net.may_connect(address, &[]),
        // Whoever may listen may hear whoever calls.
        SocketAddrUse::TcpAccept | SocketAddrUse::UdpReceive => true,
        SocketAddrUse::TcpBind | SocketAddrUse::TcpListen | SocketAddrUse::UdpBind => {
            net.may_listen(address)
        }
    }
}

pub(super) fn add_to_linker(_linker: &mut Linker<State>) -> wasmtime::Result<()> {
    Ok(())
}
