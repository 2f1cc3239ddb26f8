//! Every rule, read once from the embedded rule files.

use std::collections::BTreeMap;
use std::hash::Hasher as _;
use std::sync::OnceLock;

use semver::VersionReq;
use siphasher::sip::SipHasher13;

use crate::Error;
use crate::facts::text::Text;
use crate::hosts;
use crate::rule::Rule;

/// Lists the rule files once; a test compares the list with the folder.
macro_rules! rule_files {
    ($($file:literal,)*) => {
        /// Path below `lints/rules` and content of every rule file, sorted by path.
        pub const FILES: &[(&str, &str)] =
            &[$(($file, include_str!(concat!("../rules/", $file)))),*];
    };
}

rule_files! {
    "build/actix-rt-signal.toml",
    "build/arboard-no-wasi.toml",
    "build/async-process-no-wasi.toml",
    "build/async-signal-no-wasi.toml",
    "build/atomicwrites-no-wasi.toml",
    "build/aws-lc-sys-c-code.toml",
    "build/aws-lc-sys-no-wasi.toml",
    "build/battery-unsupported.toml",
    "build/bindgen-no-libclang.toml",
    "build/browser-library.toml",
    "build/bzip2-sys-needs-c.toml",
    "build/cli-clipboard-no-wasi.toml",
    "build/clircle-no-wasi.toml",
    "build/criterion-rayon.toml",
    "build/crossterm-no-wasi.toml",
    "build/ctrlc-no-wasi.toml",
    "build/cvt-no-wasi.toml",
    "build/daemonize-no-wasi.toml",
    "build/dirs-no-wasi.toml",
    "build/dns-lookup-no-wasi.toml",
    "build/errno-unstable-feature.toml",
    "build/fd-lock-no-wasi.toml",
    "build/file-locks-no-wasi.toml",
    "build/filetime-no-wasi.toml",
    "build/foreign-code.toml",
    "build/fs-at-no-wasi.toml",
    "build/getch-no-wasi.toml",
    "build/gethostname-no-wasi.toml",
    "build/gix-path-unstable-std.toml",
    "build/home-no-wasi.toml",
    "build/hostname-unsupported.toml",
    "build/iana-time-zone-no-wasi.toml",
    "build/if-addrs-no-wasi.toml",
    "build/interprocess-unsupported.toml",
    "build/io-lifetimes-unstable-std.toml",
    "build/is-terminal-unstable-std.toml",
    "build/jemalloc-sys-unsupported.toml",
    "build/lexopt-unstable-std.toml",
    "build/libbzip3-sys-needs-library.toml",
    "build/libdeflate-sys-needs-c.toml",
    "build/libgit2-sys-no-wasi.toml",
    "build/liblzma-sys-needs-c.toml",
    "build/liblzma-sys-parallel.toml",
    "build/libmimalloc-sys-needs-c.toml",
    "build/libsqlite3-sys-needs-c.toml",
    "build/libssh2-sys-no-wasi.toml",
    "build/libz-sys-needs-c.toml",
    "build/listenfd-no-wasi.toml",
    "build/lmdb-master-sys-no-wasi.toml",
    "build/lz4-sys-needs-c.toml",
    "build/lzma-sys-no-wasi.toml",
    "build/mailify-lib-no-wasi.toml",
    "build/memmap-no-wasi.toml",
    "build/mio-no-wasi.toml",
    "build/mio-unstable-std.toml",
    "build/net2-no-wasi.toml",
    "build/network-interface-no-wasi.toml",
    "build/notify-rust-no-wasi.toml",
    "build/nvml-wrapper-sys-no-wasi.toml",
    "build/onig-sys-needs-c.toml",
    "build/open-unsupported.toml",
    "build/openssl-sys-needs-openssl.toml",
    "build/openssl-sys-vendored.toml",
    "build/os-display-unstable-std.toml",
    "build/os-pipe-no-wasi.toml",
    "build/os-str-bytes-unstable-feature.toml",
    "build/os-str-bytes-unstable-std.toml",
    "build/pager-no-wasi.toml",
    "build/path-abs-no-wasi.toml",
    "build/path-abs-unstable-std.toml",
    "build/pcre2-sys-jit.toml",
    "build/pnet-sys-no-wasi.toml",
    "build/polling-unsupported.toml",
    "build/process-control-no-wasi.toml",
    "build/pyo3-needs-python.toml",
    "build/pyo3-unstable-std.toml",
    "build/quinn-udp-no-wasi.toml",
    "build/remove-dir-all-no-wasi.toml",
    "build/ring-0-16-no-wasi.toml",
    "build/ring-c-code.toml",
    "build/rlimit-no-wasi.toml",
    "build/rpassword-no-wasi.toml",
    "build/rustix-path-argument.toml",
    "build/rustix-unstable-feature.toml",
    "build/rustix-unstable-std.toml",
    "build/rustls-native-certs-no-wasi.toml",
    "build/signal-hook-registry-no-wasi.toml",
    "build/socket2-no-wasi.toml",
    "build/socks-no-wasi.toml",
    "build/subprocess-no-wasi.toml",
    "build/sysinfo-no-wasi.toml",
    "build/systemstat-no-wasi.toml",
    "build/tame-index-no-wasi.toml",
    "build/tempfile-unstable-std.toml",
    "build/termion-no-wasi.toml",
    "build/termios-no-wasi.toml",
    "build/tokio-missing-modules.toml",
    "build/tokio-needs-unstable.toml",
    "build/tokio-net-too-old.toml",
    "build/tokio-postgres-no-wasi.toml",
    "build/tracing-appender-symlink.toml",
    "build/trash-no-wasi.toml",
    "build/tree-sitter-dup.toml",
    "build/tree-sitter-needs-c.toml",
    "build/typed-path-unstable-feature.toml",
    "build/typed-path-unstable-std.toml",
    "build/unrar-sys-no-wasi.toml",
    "build/url-unstable-std.toml",
    "build/uu-whoami-no-wasi.toml",
    "build/uzers-no-wasi.toml",
    "build/wait-timeout-no-wasi.toml",
    "build/which-no-wasi.toml",
    "build/which-unstable-std.toml",
    "build/whoami-unstable-std.toml",
    "build/xattr-no-wasi.toml",
    "build/zstd-sys-needs-c.toml",
    "crates/blake3-short-file.toml",
    "crates/chrono-local-utc.toml",
    "crates/dirs-none.toml",
    "crates/filetime-unimplemented.toml",
    "crates/ignore-parallel-walker.toml",
    "crates/jiff-unknown-zone.toml",
    "crates/memmap2-stub.toml",
    "crates/mimalloc-trap.toml",
    "crates/notify-poll-watcher.toml",
    "crates/parking-lot-wait.toml",
    "crates/rayon-spawn.toml",
    "crates/rayon-thread-pool.toml",
    "crates/reqwest-browser-backend.toml",
    "crates/rpassword-no-terminal.toml",
    "crates/same-file-unsupported.toml",
    "crates/time-local-offset.toml",
    "crates/tokio-multi-thread.toml",
    "crates/tokio-spawn-blocking.toml",
    "libc/libc-blocking-wait.toml",
    "libc/libc-getpid.toml",
    "libc/libc-mmap.toml",
    "libc/libc-posix-fallocate.toml",
    "libc/libc-signal.toml",
    "libc/libc-statvfs.toml",
    "std/std-available-parallelism.toml",
    "std/std-catch-unwind.toml",
    "std/std-condvar-wait-timeout.toml",
    "std/std-condvar-wait.toml",
    "std/std-current-exe.toml",
    "std/std-exit-code.toml",
    "std/std-file-lock.toml",
    "std/std-home-dir.toml",
    "std/std-join-paths.toml",
    "std/std-net-preview1.toml",
    "std/std-pipe.toml",
    "std/std-process-command.toml",
    "std/std-process-id.toml",
    "std/std-set-permissions.toml",
    "std/std-split-paths.toml",
    "std/std-temp-dir.toml",
    "std/std-thread-park.toml",
    "std/std-thread-spawn.toml",
    "std/std-try-clone.toml",
    "std/std-unsupported.toml",
    "wasm/rust-empty-main.toml",
    "wasm/wasm-bindgen.toml",
    "wasm/wasm-emscripten.toml",
    "wasm/wasm-env-import.toml",
    "wasm/wasm-go-js.toml",
    "wasm/wasm-legacy-exceptions.toml",
    "wasm/wasm-preview1-module.toml",
    "wasm/wasm-unknown-import.toml",
    "wasm/wasm-wasi-prerelease.toml",
    "wasm/wasm-wasi-threads.toml",
    "wasm/wasm-wasi-unstable.toml",
    "wasm/wasm-wasix.toml",
}

/// Packages that use the system, or native code, and were seen to build for the target, each with the
/// lowest version of its compatible lines that was: what no rule has to say anything of.
///
/// # Errors
/// [`Error::Rule`] when the embedded list is broken.
pub(crate) fn builds() -> Result<&'static BTreeMap<String, Vec<VersionReq>>, Error> {
    static BUILDS: OnceLock<BTreeMap<String, Vec<VersionReq>>> = OnceLock::new();
    if let Some(builds) = BUILDS.get() {
        return Ok(builds);
    }
    // A version alone is a range of what is compatible with it, from it on.
    let builds = toml::from_str(include_str!("../builds.toml")).map_err(|error| Error::Rule {
        file: "../builds.toml".to_owned(),
        message: error.to_string(),
    })?;
    Ok(BUILDS.get_or_init(|| builds))
}

/// All rules, sorted by id.
///
/// # Errors
/// A rule file that does not follow the format; the catalogue test keeps that from being released.
pub fn rules() -> Result<&'static [Rule], Error> {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    if let Some(rules) = RULES.get() {
        return Ok(rules);
    }
    let mut rules = FILES
        .iter()
        .map(|(file, text)| {
            toml::from_str(text).map_err(|error: toml::de::Error| Error::Rule {
                file: (*file).to_owned(),
                message: error.to_string(),
            })
        })
        .collect::<Result<Vec<Rule>, Error>>()?;
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(RULES.get_or_init(|| rules))
}

/// What the rule set is, as a short name: it changes with the content of any file that wasify judges by.
#[must_use]
pub fn revision() -> String {
    let others = [
        ("builds.toml", include_str!("../builds.toml")),
        (
            "missing-symbols.toml",
            include_str!("../missing-symbols.toml"),
        ),
        ("rustflags.toml", include_str!("../rustflags.toml")),
    ];
    let files = FILES.iter().chain(hosts::FILES).copied().chain(others);
    revision_of(files)
}

fn revision_of<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut hasher = SipHasher13::new();
    for (name, text) in files {
        for part in [name, text] {
            // The length keeps what follows apart.
            hasher.write(&(part.len() as u64).to_le_bytes());
            hasher.write(part.as_bytes());
        }
    }
    format!("{:016x}", hasher.finish())
}

/// The static texts that the rules look for, sorted.
pub(crate) fn texts() -> Result<Vec<Text>, Error> {
    let mut texts = Vec::new();
    for rule in rules()? {
        texts.extend(rule.matches.messages.iter().map(|text| Text::Message(text)));
        texts.extend(rule.matches.panics.iter().map(|text| Text::PanicFile(text)));
    }
    texts.sort();
    texts.dedup();
    Ok(texts)
}

/// The rule with this id.
///
/// # Errors
/// As [`rules`].
pub fn rule(id: &str) -> Result<Option<&'static Rule>, Error> {
    Ok(rules()?.iter().find(|rule| rule.id == id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_revision_is_that_of_the_content() {
        let of = |files: &[(&'static str, &'static str)]| revision_of(files.iter().copied());
        let revision = of(&[("a", "1"), ("b", "2")]);
        // For ever, on every machine.
        assert_eq!(revision, "a031c7f39dfec965");
        for other in [
            of(&[("a", "1"), ("b", "3")]),
            of(&[("a", "1"), ("c", "2")]),
            of(&[("a", "1b"), ("", "2")]),
            of(&[("b", "2"), ("a", "1")]),
        ] {
            assert_ne!(other, revision);
        }
        assert_eq!(super::revision().len(), 16);
    }
}
