//! Whether a guest may reach an address, and what it has learned of names and callers on the way there.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::sockets::SocketAddrUse;

use crate::permissions::NetGrants;

/// How many addresses are remembered with the names that they were looked up by.
const MOST_ADDRESSES: usize = 10_000;
/// How many of those who sent a datagram may be answered, the last ones.
const MOST_CALLERS: usize = 1000;

/// The network of one guest.
#[derive(Debug)]
pub(crate) struct Net {
    pub(super) grants: NetGrants,
    known: Mutex<Known>,
}

/// What happened so far. The numbers are those of the guest's resources: each is written when its resource
/// is made, so that one that is used again never finds the note of its predecessor.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The names that gave an address, in lower case.
    names: BTreeMap<IpAddr, BTreeSet<String>>,
    /// Who sent a datagram to a socket that may be sent to.
    callers: VecDeque<SocketAddr>,
    /// Look-ups under way; `None` for an address in the guise of a name.
    pub(super) lookups: HashMap<u32, Option<String>>,
    /// The address that a socket was bound to, as the guest had asked for it.
    pub(super) bound: HashMap<u32, SocketAddr>,
    /// Streams of datagrams that may come from anybody.
    pub(super) open_streams: BTreeSet<u32>,
}

impl Net {
    pub(crate) fn new(grants: NetGrants) -> Arc<Net> {
        Arc::new(Net {
            grants,
            known: Mutex::default(),
        })
    }

    /// Makes wasmtime-wasi ask here before each use of an address. Its own switches are all on: with one
    /// off it would refuse before the question, and nobody would learn which address was meant.
    pub(crate) fn set_up(self: &Arc<Net>, wasi: &mut WasiCtxBuilder) {
        wasi.allow_tcp(true);
        wasi.allow_udp(true);
        wasi.allow_ip_name_lookup(true);
        let net = self.clone();
        wasi.socket_addr_check(move |address, used_for| {
            let granted = net.grants(address, used_for);
            Box::pin(async move { granted })
        });
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one place that decides about an address.
    pub(super) fn grants(&self, address: SocketAddr, used_for: SocketAddrUse) -> bool {
        match used_for {
            SocketAddrUse::TcpConnect => self.may_connect(address),
            SocketAddrUse::UdpSend => {
                self.may_connect(address) || self.known().callers.contains(&address)
            }
            // Whoever may listen may hear whoever calls. Datagrams are sifted when they are received,
            // where the socket is known.
            SocketAddrUse::TcpAccept | SocketAddrUse::UdpReceive => true,
            // Port 0 is any that is free: what a socket is bound to before it connects. It becomes a way
            // in with `listen`, or when a datagram is received, and each is asked for by itself.
            SocketAddrUse::TcpBind | SocketAddrUse::UdpBind if address.port() == 0 => true,
            SocketAddrUse::TcpBind | SocketAddrUse::UdpBind | SocketAddrUse::TcpListen => {
                self.may_listen(address)
            }
        }
    }

    fn may_connect(&self, address: SocketAddr) -> bool {
        self.grants.may_connect(address, &self.names(address.ip()))
    }

    pub(super) fn may_listen(&self, address: SocketAddr) -> bool {
        self.grants.may_listen(address, &self.names(address.ip()))
    }

    /// Whether a datagram may come in where not everybody's may.
    pub(super) fn may_hear(&self, from: SocketAddr) -> bool {
        self.may_connect(from)
    }

    /// The names that an address was looked up by.
    pub(super) fn names(&self, ip: IpAddr) -> Vec<String> {
        let known = self.known();
        let names = known.names.get(&ip);
        names.into_iter().flatten().cloned().collect()
    }

    /// Remembers that a name that may be looked up gave an address.
    pub(super) fn learn(&self, ip: IpAddr, name: String) {
        let mut known = self.known();
        if known.names.len() < MOST_ADDRESSES || known.names.contains_key(&ip) {
            known.names.entry(ip).or_default().insert(name);
        }
    }

    /// Remembers who may be answered.
    pub(super) fn called_by(&self, caller: SocketAddr) {
        let mut known = self.known();
        if !known.callers.contains(&caller) {
            known.callers.push_back(caller);
            if known.callers.len() > MOST_CALLERS {
                known.callers.pop_front();
            }
        }
    }

    /// `NAME:PORT` by a name that is why the address may be used, else `ADDRESS:PORT`.
    pub(super) fn described(&self, address: SocketAddr) -> String {
        let names = self.names(address.ip());
        let allowing = |name: &&String| {
            let alone = std::slice::from_ref(*name);
            self.grants.may_connect(address, alone)
        };
        match names.iter().find(allowing) {
            Some(name) => format!("{name}:{}", address.port()),
            None => address.to_string(),
        }
    }
}
