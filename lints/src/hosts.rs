//! Every host, read once from the embedded host files.

use std::sync::OnceLock;

use crate::Error;
use crate::host::{Host, Status};

/// Lists the host files once; a test compares the list with the folder.
macro_rules! host_files {
    ($($file:literal,)*) => {
        /// Name and content of every file in `lints/hosts`, sorted by name.
        pub const FILES: &[(&str, &str)] =
            &[$(($file, include_str!(concat!("../hosts/", $file)))),*];
    };
}

host_files! {
    "fastly.toml",
    "jco-browser.toml",
    "jco-node.toml",
    "spin.toml",
    "wamr.toml",
    "wasmcloud.toml",
    "wasmedge.toml",
    "wasmer.toml",
    "wasmtime-serve.toml",
    "wasmtime.toml",
    "wazero.toml",
}

/// All hosts, sorted by id.
///
/// # Errors
/// A host file that does not follow the format; the tests keep that from being released.
pub fn hosts() -> Result<&'static [Host], Error> {
    static HOSTS: OnceLock<Vec<Host>> = OnceLock::new();
    if let Some(hosts) = HOSTS.get() {
        return Ok(hosts);
    }
    let mut hosts = FILES
        .iter()
        .map(|(file, text)| {
            toml::from_str(text).map_err(|error: toml::de::Error| Error::Host {
                file: (*file).to_owned(),
                message: error.to_string(),
            })
        })
        .collect::<Result<Vec<Host>, Error>>()?;
    hosts.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(HOSTS.get_or_init(|| hosts))
}

/// The host with this id.
///
/// # Errors
/// As [`hosts`].
pub fn host(id: &str) -> Result<Option<&'static Host>, Error> {
    Ok(hosts()?.iter().find(|host| host.id == id))
}

/// The hosts that offer an interface or import module, given with or without its version, at least
/// when they are told to; sorted by id. Those that only have it so that every call fails don't count.
///
/// # Errors
/// As [`hosts`].
pub fn providing(interface: &str) -> Result<Vec<&'static Host>, Error> {
    let name = interface.split('@').next().unwrap_or(interface);
    let offers = |host: &&Host| host.status(name) == Status::Provided;
    Ok(hosts()?.iter().filter(offers).collect())
}
