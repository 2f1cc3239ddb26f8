//! Tools that a Cargo project does not need, and that may be of use beside it: hosts, and other languages.

use wasify_lints::tools::Found;

use super::Asker;

/// A program, what it is for, and how it is asked for its version.
type Row = (&'static str, &'static str, &'static [&'static str]);

const VERSION: &[&str] = &["--version"];

const ALL: [Row; 12] = [
    (
        "wasmtime",
        "a host: `wasify hosts` says what it runs",
        VERSION,
    ),
    (
        "wasmer",
        "a host: `wasify hosts` says what it runs",
        VERSION,
    ),
    (
        "wasmedge",
        "a host: `wasify hosts` says what it runs",
        VERSION,
    ),
    ("spin", "a host: `wasify hosts` says what it runs", VERSION),
    (
        "wazero",
        "a host: `wasify hosts` says what it runs",
        &["version"],
    ),
    ("iwasm", "a host: `wasify hosts` says what it runs", VERSION),
    (
        "jco",
        "turns a component into a module for Node and browsers",
        VERSION,
    ),
    ("node", "runs what jco makes", VERSION),
    ("python3", "wasify installs its C compiler with it", VERSION),
    (
        "go",
        "projects in Go, which wasify does not build",
        &["version"],
    ),
    (
        "tinygo",
        "projects in Go, which wasify does not build",
        &["version"],
    ),
    ("wasm-tools", "looks into components", VERSION),
];

pub(super) fn look(asker: &Asker<'_>) -> Vec<(&'static str, &'static str, Option<Found>)> {
    std::thread::scope(|scope| {
        let asked = ALL.map(|(name, purpose, args)| {
            let found = scope.spawn(move || asker.on_path(name, args));
            (name, purpose, found)
        });
        let joined = asked.into_iter().map(|(name, purpose, found)| {
            // A panic there would be a bug; then it was not found.
            (name, purpose, found.join().unwrap_or_default())
        });
        joined.collect()
    })
}
