//! What a guest asked for: refused, or granted.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Something a guest asked for and was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The door it knocked at.
    pub door: Door,
    /// From where, the innermost function first; empty when it asked too often to write all down.
    pub frames: Vec<Frame>,
    /// How often it asked for the same.
    pub times: u32,
}

/// What a guest can ask for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Door {
    /// A path.
    File {
        /// As the guest named it, put in order: `.` for the current directory, with a `/` in front where an
        /// absolute path was meant. A path through a link that leads out of a granted directory is told as
        /// it is seen from that directory.
        guest: String,
        /// The file or directory of the host that the native program would have found or made there.
        host: PathBuf,
        /// What the guest wanted to do.
        need: Need,
    },
    /// A connection to an address, or a datagram.
    Connect {
        /// Where to.
        address: SocketAddr,
        /// The name that the guest had looked it up by.
        name: Option<String>,
    },
    /// A socket that others can reach.
    Listen {
        /// Where, as the guest asked for it: port 0 stands for any that is free.
        address: SocketAddr,
    },
    /// The addresses of a name.
    Resolve {
        /// Which.
        name: String,
    },
    /// An HTTP request.
    Http {
        /// `host:port`, the port filled in from the scheme.
        authority: String,
    },
    /// The environment variables. Which of them nobody can tell: guests get all at once.
    Environment,
}

/// What a guest wants from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Its content or its metadata.
    Read,
    /// To create, change, rename or remove it.
    Write,
}

/// A function of the guest that was running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its name in the name section, mangled; `None` when the file has none.
    pub symbol: Option<String>,
    /// Its index in its core module.
    pub function: u32,
    /// Where the instruction that it was at is, from the start of the file that was compiled: the
    /// component, or what the adapter has made of a preview1 module.
    pub offset: Option<u64>,
    /// The same from the start of the function's body, its locals included. Unlike `offset` it holds
    /// for a preview1 module too.
    pub inside: Option<u64>,
    /// The core module's name in its name section, which tells the modules of a component apart.
    pub module: Option<String>,
}

/// What a guest was granted and made use of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Used {
    /// A path of the host.
    File {
        /// Which.
        host: PathBuf,
        /// What for.
        need: Need,
    },
    /// A connection or datagram, to `NAME:PORT` or `ADDRESS:PORT`.
    Connect(String),
    /// A listening socket, as the guest asked for it: port 0 stands for any that is free.
    Listen(SocketAddr),
    /// The environment variables.
    Environment,
}
