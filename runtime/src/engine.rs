//! The engine, set up once a process.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use wasmtime::component::Linker;
use wasmtime::{Config, Engine};

use crate::cache::Cache;
use crate::guard;
use crate::state::State;

/// The embedded engine, for people: `Wasmtime 48.0.8`. A test compares it with `Cargo.lock`.
pub const VERSION: &str = "Wasmtime 48.0.8";

/// Bounds of a run. Some hold always: 10 million table slots, a stack of 512 KiB, a million things that the
/// host holds for the guest, 128 MiB in one argument of a call to the host.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// The most linear memory the guest may have, in bytes, all its memories together. `None` leaves it to
    /// the guest: 4 GiB for 32-bit memories.
    pub memory: Option<u64>,
    /// How long it may run. `None` lets it run for ever.
    ///
    /// A guest that waits, for a time, a file, a socket or its input, is stopped in any case; one that computes
    /// only where the [`Runtime`] is interruptible. One whose inherited output nobody reads waits as the
    /// native program would, and is stopped when it can go on.
    pub timeout: Option<Duration>,
}

/// An engine, and where what it compiles is kept.
pub struct Runtime {
    pub(crate) engine: Engine,
    pub(crate) linker: Linker<State>,
    pub(crate) cache: Cache,
    /// An empty directory, the root of what a guest was not given.
    pub(crate) nowhere: Option<PathBuf>,
    pub(crate) interruptible: bool,
}

impl Runtime {
    /// Sets the engine up. `home` is the directory that wasify keeps things in; without one nothing is
    /// cached, and paths outside every granted directory are not written down.
    ///
    /// A guest that computes can only be stopped when `interruptible` is set; its code is then a little
    /// slower, and cached apart.
    ///
    /// # Errors
    /// This machine can't run Wasmtime.
    pub fn new(home: Option<PathBuf>, interruptible: bool) -> anyhow::Result<Runtime> {
        let mut config = Config::new();
        config.epoch_interruption(interruptible);
        // Traps are told with file offsets, from which the caller finds functions and lines.
        config.generate_address_map(true);
        let engine = Engine::new(&config)
            .map_err(anyhow::Error::from)
            .context("failed to set up Wasmtime on this machine")?;
        let nowhere = home.as_ref().and_then(|home| {
            let directory = home.join("nowhere");
            std::fs::create_dir_all(&directory).ok().map(|()| directory)
        });
        let cache = Cache::new(home.map(|home| home.join("compiled")));
        let linker = guard::linker(&engine)
            .map_err(anyhow::Error::from)
            .context("failed to set up WASI")?;
        Ok(Runtime {
            engine,
            linker,
            cache,
            nowhere,
            interruptible,
        })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_is_the_one_that_is_built() {
        let lock = include_str!("../../Cargo.lock");
        let (_, rest) = lock
            .split_once("name = \"wasmtime\"\nversion = \"")
            .unwrap();
        let (version, _) = rest.split_once('"').unwrap();
        assert_eq!(super::VERSION, format!("Wasmtime {version}"));
    }
}
