//! What a guest may do. Nothing, unless it is here.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// What a guest may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permissions {
    /// Directories it is given.
    pub dirs: Vec<DirGrant>,
    /// Environment variables it sees, in this order.
    pub env: Vec<(String, String)>,
    /// What it may reach, and who may reach it.
    pub net: NetGrants,
}

/// A directory of the host that a guest sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirGrant {
    /// Where it is; relative to the current directory.
    pub host: PathBuf,
    /// Its name in the guest. `.` and `/` both stand for everything that no other grant names.
    pub guest: String,
    /// Whether the guest may only read there.
    pub read_only: bool,
}

/// The network doors that are open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetGrants {
    /// Every address, both ways, and the look-up of every name.
    pub everything: bool,
    /// Where the guest may connect or send to, HTTP requests included. The look-up of a name that is
    /// here is allowed too.
    pub connect: Vec<Endpoint>,
    /// Where the guest may listen. The addresses `0.0.0.0` and `::` stand for all of this machine's.
    pub listen: Vec<Endpoint>,
}

/// A host and a port, each of which may be any.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    /// Which hosts.
    pub host: HostPattern,
    /// Which port; `None` stands for all.
    pub port: Option<u16>,
}

/// The host part of an [`Endpoint`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostPattern {
    /// `*`: every host.
    Any,
    /// One address.
    Ip(IpAddr),
    /// One name, in lower case. It stands for the addresses that its look-up gives the guest;
    /// `localhost` also for `127.0.0.1` and `::1` themselves.
    Name(String),
}

impl Endpoint {
    /// Reads `HOST:PORT`, where the port may be missing or `*`, the host may be `*`, and an IPv6 address
    /// with a port stands in brackets.
    ///
    /// # Errors
    /// What is wrong, as part of a sentence.
    pub fn parse(text: &str) -> Result<Endpoint, String> {
        if let Ok(ip) = text.trim_matches(['[', ']']).parse::<IpAddr>() {
            return Ok(Endpoint {
                host: HostPattern::Ip(ip),
                port: None,
            });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, "*")) => (host, None),
            Some((host, port)) => {
                let number = port.parse().ok().filter(|port| *port != 0);
                let number = number.ok_or_else(|| format!("`{port}` is not a port"))?;
                (host, Some(number))
            }
            None => (text, None),
        };
        let bare = host.trim_matches(['[', ']']);
        let host = match bare.parse::<IpAddr>() {
            Ok(ip) => HostPattern::Ip(ip),
            Err(_) if bare == "*" => HostPattern::Any,
            Err(_) if is_name(bare) => HostPattern::Name(bare.to_ascii_lowercase()),
            Err(_) => return Err(format!("`{host}` is neither a name nor an address")),
        };
        Ok(Endpoint { host, port })
    }

    /// Whether a host is meant: an address with the names that it was looked up by, or a name alone.
    fn covers(&self, ip: Option<IpAddr>, names: &[String], port: u16) -> bool {
        let host = match &self.host {
            HostPattern::Any => true,
            HostPattern::Ip(meant) => ip == Some(*meant),
            HostPattern::Name(name) => {
                let local = name == "localhost" && ip.is_some_and(is_local);
                local || names.iter().any(|other| same_name(name, other))
            }
        };
        host && self.port.is_none_or(|meant| meant == port)
    }

    /// Whether this is a place to listen at. `0.0.0.0` and `::` stand for every address of this machine.
    fn covers_own(&self, address: SocketAddr, names: &[String]) -> bool {
        let all_own = match &self.host {
            HostPattern::Ip(ip) => ip.is_unspecified() && ip.is_ipv4() == address.is_ipv4(),
            _ => false,
        };
        if all_own {
            self.port.is_none_or(|port| port == address.port())
        } else {
            self.covers(Some(address.ip()), names, address.port())
        }
    }
}

/// Whether an address is what `localhost` stands for.
fn is_local(ip: IpAddr) -> bool {
    ip == IpAddr::from([127, 0, 0, 1]) || ip == IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])
}

/// Names don't depend on case, and a final dot only says that nothing is to be appended.
fn same_name(one: &str, other: &str) -> bool {
    let bare = |name: &str| name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    bare(one) == bare(other)
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

impl fmt::Display for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.host, self.port) {
            (HostPattern::Ip(IpAddr::V6(ip)), Some(_)) => write!(out, "[{ip}]")?,
            (HostPattern::Ip(ip), _) => write!(out, "{ip}")?,
            (HostPattern::Name(name), _) => out.write_str(name)?,
            (HostPattern::Any, _) => out.write_str("*")?,
        }
        match self.port {
            Some(port) => write!(out, ":{port}"),
            None => Ok(()),
        }
    }
}

impl NetGrants {
    /// Whether the guest may connect or send to an address that was looked up by these names.
    pub(crate) fn may_connect(&self, address: SocketAddr, names: &[String]) -> bool {
        let ip = Some(address.ip());
        let covers = |end: &Endpoint| end.covers(ip, names, address.port());
        self.everything || self.connect.iter().any(covers)
    }

    /// Whether the guest may send HTTP requests to a host, which is a name, or an address with or
    /// without brackets.
    pub(crate) fn may_request(&self, host: &str, port: u16) -> bool {
        let ip = host.trim_matches(['[', ']']).parse().ok();
        let names = [host.to_owned()];
        let covers = |end: &Endpoint| end.covers(ip, &names, port);
        self.everything || self.connect.iter().any(covers)
    }

    /// Whether the guest may listen on an address that was looked up by these names.
    pub(crate) fn may_listen(&self, address: SocketAddr, names: &[String]) -> bool {
        let covers = |end: &Endpoint| end.covers_own(address, names);
        self.everything || self.listen.iter().any(covers)
    }

    /// Whether the guest may look a name up.
    pub(crate) fn may_resolve(&self, name: &str) -> bool {
        let allows = |end: &Endpoint| match &end.host {
            HostPattern::Any => true,
            HostPattern::Name(allowed) => same_name(allowed, name),
            HostPattern::Ip(_) => false,
        };
        // Whoever may listen at a name has to find out what it stands for.
        self.everything || self.connect.iter().chain(&self.listen).any(allows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_as_they_are_written() {
        for text in [
            "example.com:443",
            "127.0.0.1:8080",
            "[::1]:80",
            "*:53",
            "example.com",
            "::1",
            "*",
        ] {
            assert_eq!(Endpoint::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(
            Endpoint::parse("Example.com:*").unwrap().to_string(),
            "example.com"
        );
        for wrong in ["", ":80", "a:b", "a:0", "a:70000", "http://a", "a/b:80"] {
            assert!(Endpoint::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn connecting_listening_and_names_are_told_apart() {
        let net = NetGrants {
            connect: vec![Endpoint::parse("db.internal:5432").unwrap()],
            listen: vec![Endpoint::parse("127.0.0.1:8080").unwrap()],
            ..NetGrants::default()
        };
        let database = "10.0.0.1:5432".parse().unwrap();
        let names = ["db.internal".to_owned()];
        assert!(net.may_connect(database, &names) && !net.may_connect(database, &[]));
        assert!(!net.may_connect("10.0.0.1:22".parse().unwrap(), &names));
        assert!(net.may_resolve("DB.internal") && !net.may_resolve("internal"));
        let door = "127.0.0.1:8080".parse().unwrap();
        assert!(net.may_listen(door, &[]) && !net.may_connect(door, &[]));
    }
}
