//! WASI has sockets, and nothing that lists the interfaces they go through.

use crate::Interface;
use std::convert::Infallible;
use std::io;
use std::time::Duration;

fn unsupported<T>() -> io::Result<T> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "the network's interfaces can't be listed on WASI",
    ))
}

/// Get a list of all the network interfaces on this machine: always an error.
pub fn get_if_addrs() -> io::Result<Vec<Interface>> {
    unsupported()
}

/// There is none.
pub struct WasiIfChangeNotifier(Infallible);

impl WasiIfChangeNotifier {
    pub fn new() -> io::Result<Self> {
        unsupported()
    }

    pub fn wait(&self, _timeout: Option<Duration>) -> io::Result<()> {
        match self.0 {}
    }
}
