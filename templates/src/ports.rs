//! Every port, read once from the embedded files.

use std::sync::OnceLock;

use crate::Error;
use crate::port::Port;

/// Lists the ports' files once; a test compares the list with the folder.
macro_rules! port_files {
    ($($file:literal,)*) => {
        /// Path below `templates/ports` and content of every file of every port, sorted by path.
        pub const FILES: &[(&str, &str)] =
            &[$(($file, include_str!(concat!("../ports/", $file)))),*];
    };
}

port_files! {
    "actix-server/accept.rs",
    "actix-server/port.toml",
    "actix-server/waker_queue.rs",
    "arboard/port.toml",
    "arboard/wasi.rs",
    "async-tar/port.toml",
    "bat/port.toml",
    "blake3/port.toml",
    "broot/events.rs",
    "broot/port.toml",
    "cargo-deny/port.toml",
    "clircle/port.toml",
    "clircle/wasi.rs",
    "crossterm/cursor.rs",
    "crossterm/port.toml",
    "crossterm/source.rs",
    "crossterm/terminal.rs",
    "crossterm/waker.rs",
    "ctrlc/port.toml",
    "ctrlc/wasi.rs",
    "cvt/port.toml",
    "dav-server/port.toml",
    "difftastic/port.toml",
    "directories/port.toml",
    "directories/wasi.rs",
    "dirs/port.toml",
    "dirs/wasi.rs",
    "du-dust/port.toml",
    "etcetera/port.toml",
    "eza/permissions.rs",
    "eza/port.toml",
    "fd-find/port.toml",
    "fd-lock/port.toml",
    "fd-lock/wasi.rs",
    "filetime-0.1/port.toml",
    "filetime-0.1/wasi.rs",
    "filetime/port.toml",
    "filetime/wasi.rs",
    "fs_at/port.toml",
    "getch/port.toml",
    "git-delta/port.toml",
    "git2/port.toml",
    "grex/port.toml",
    "grex/wasi.rs",
    "guess_host_triple/port.toml",
    "gzp/compress.rs",
    "gzp/decompress.rs",
    "gzp/port.toml",
    "home/port.toml",
    "hyperfine/port.toml",
    "if-addrs/port.toml",
    "if-addrs/wasi.rs",
    "ignore/port.toml",
    "jaq/port.toml",
    "just/port.toml",
    "just/wasi.rs",
    "libgit2-sys/port.toml",
    "libgit2-sys/socket.c",
    "libgit2-sys/wasi.h",
    "libmimalloc-sys/port.toml",
    "libmimalloc-sys/wasi.rs",
    "listenfd/port.toml",
    "listenfd/wasi.rs",
    "mdbook/port.toml",
    "memmap2/port.toml",
    "memmap2/wasi.rs",
    "minijinja-cli/port.toml",
    "miniserve/port.toml",
    "mio/port.toml",
    "oha/port.toml",
    "open/port.toml",
    "open/wasi.rs",
    "os_pipe/port.toml",
    "ouch/logger.rs",
    "ouch/port.toml",
    "pager/port.toml",
    "path_abs/port.toml",
    "process_control/port.toml",
    "process_control/wasi.rs",
    "rand_os/port.toml",
    "rand_os/wasi.rs",
    "rayon-core/port.toml",
    "remove_dir_all/port.toml",
    "remove_dir_all/wasi.rs",
    "reqwest/port.toml",
    "reqwest/wasi.rs",
    "rlimit/port.toml",
    "rnr/port.toml",
    "rustls-native-certs/port.toml",
    "rustls-native-certs/wasi.rs",
    "same-file/port.toml",
    "same-file/wasi.rs",
    "sd/port.toml",
    "sevenz-rust2/port.toml",
    "simple-http-server/port.toml",
    "simple-http-server/wasi.rs",
    "socket2/port.toml",
    "starship-battery/port.toml",
    "starship-battery/wasi.rs",
    "starship/directory.rs",
    "starship/port.toml",
    "static-web-server/port.toml",
    "systemstat/port.toml",
    "systemstat/wasi.rs",
    "tame-index/port.toml",
    "tame-index/wasi.rs",
    "taplo-cli/lsp.rs",
    "taplo-cli/port.toml",
    "taplo-common/port.toml",
    "taplo-common/wasi.rs",
    "tar/port.toml",
    "tealdeer/port.toml",
    "tempfile/port.toml",
    "tikv-jemalloc-sys/port.toml",
    "tikv-jemalloc-sys/wasi.rs",
    "tikv-jemallocator/port.toml",
    "tokio/context.rs",
    "tokio/port.toml",
    "tokio/process.rs",
    "tokio/signal.rs",
    "tokio/turn.rs",
    "tracing-appender/port.toml",
    "websocat/port.toml",
    "xsv/port.toml",
}

/// All ports, sorted by name.
///
/// # Errors
/// A `port.toml` that does not follow the format; a test keeps that from being released.
pub fn ports() -> Result<&'static [Port], Error> {
    static PORTS: OnceLock<Vec<Port>> = OnceLock::new();
    if let Some(ports) = PORTS.get() {
        return Ok(ports);
    }
    let mut ports = FILES
        .iter()
        .filter_map(|(file, text)| Some((*file, file.strip_suffix("/port.toml")?, *text)))
        .map(|(file, name, text)| read(file, name, text))
        .collect::<Result<Vec<Port>, Error>>()?;
    ports.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(PORTS.get_or_init(|| ports))
}

fn read(file: &str, name: &str, text: &str) -> Result<Port, Error> {
    let mut port: Port = toml::from_str(text).map_err(|error: toml::de::Error| Error::Port {
        file: file.to_owned(),
        message: error.to_string(),
    })?;
    name.clone_into(&mut port.name);
    Ok(port)
}
