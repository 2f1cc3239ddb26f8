//! Every rule, read once from the embedded rule files.

use std::sync::OnceLock;

use crate::Error;
use crate::facts::text::Text;
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
    "crates/chrono-local-utc.toml",
    "crates/dirs-none.toml",
    "crates/filetime-unimplemented.toml",
    "crates/ignore-parallel-walker.toml",
    "crates/jiff-unknown-zone.toml",
    "crates/memmap2-stub.toml",
    "crates/notify-poll-watcher.toml",
    "crates/parking-lot-wait.toml",
    "crates/rayon-spawn.toml",
    "crates/rayon-thread-pool.toml",
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
/// versions that were: what no rule has to say anything of.
pub(crate) const BUILDS: &[(&str, &str)] = &[];

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
