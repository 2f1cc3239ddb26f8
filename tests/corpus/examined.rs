//! `wasify doctor` on an application: that it can do its work, that it calls nothing fine that is known to
//! fail, and how long it takes beside `cargo metadata`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common;
use crate::measured::{self, home, name, wasify_to};
use crate::table::Application;

/// What was seen of an application.
pub(crate) struct Examined {
    name: String,
    version: String,
    exit: Option<i32>,
    crashed: bool,
    /// How many packages are built, and against how many nothing speaks; absent without a graph.
    packages: Option<(u64, u64)>,
    /// Packages that are known to fail and that the report neither blames nor leaves open.
    called_fine: Vec<String>,
    took: Duration,
    metadata: Duration,
}

impl Examined {
    pub(crate) fn complaints(&self, application: &Application) -> Vec<String> {
        let mut complaints = Vec::new();
        let mut complain = |what: String| complaints.push(format!("{}: {what}", self.name));
        if self.crashed {
            complain("wasify crashed".to_owned());
        }
        match self.exit {
            Some(0) if !application.fails.is_empty() => {
                let foretold = application.fails.values().any(|cause| cause != "own");
                if foretold {
                    complain("it fails, and doctor ends with 0".to_owned());
                }
            }
            Some(0 | 1) => {}
            other => complain(format!("doctor ended with {other:?}")),
        }
        for package in &self.called_fine {
            complain(format!("`{package}` fails, and nothing is said of it"));
        }
        complaints
    }
}

/// Has an application examined, and cargo asked for the same graph; the source and cargo's own copies are
/// fetched before.
pub(crate) fn examine(application: &Application) -> Examined {
    let spec = format!("{}@{}", application.name, application.version);
    // As the applications are known: without a C compiler for WebAssembly.
    let none = [("CC_wasm32_wasip2", "/nowhere/clang")];
    let out = tempfile::tempdir().unwrap();
    let doctor = || wasify_to(out.path(), &home(), &none, &["doctor", "--crate", &spec]);
    doctor();
    let begun = Instant::now();
    let ran = doctor();
    let took = begun.elapsed();
    let report = &ran.report;
    let told: BTreeSet<String> = [&report["findings"], &report["survey"]["unknown"]]
        .into_iter()
        .filter_map(Value::as_array)
        .flatten()
        .map(|told| {
            // A finding has its package inside; what is unknown is one.
            if told["package"].is_null() {
                told["name"].as_str().unwrap_or_default().to_owned()
            } else {
                name(told)
            }
        })
        .collect();
    // The application's own source is read by nobody before it is compiled.
    let fails = application
        .fails
        .iter()
        .filter(|(_, cause)| *cause != "own");
    let has_graph = !report["survey"].is_null();
    let called_fine = fails
        .map(|(package, _)| package.clone())
        .filter(|package| has_graph && !told.contains(package))
        .collect();
    let count = |key: &str| report["survey"][key].as_u64();
    Examined {
        name: application.name.clone(),
        version: application.version.clone(),
        exit: ran.exit,
        crashed: ran.said.contains("wasify has a bug") || ran.said.contains("panicked at"),
        packages: count("built").zip(count("fine")),
        called_fine,
        took,
        metadata: metadata(application),
    }
}

/// The least that anybody needs who wants the graph.
#[expect(
    clippy::disallowed_methods,
    reason = "the comparison must not go through wasify"
)]
fn metadata(application: &Application) -> Duration {
    let folder = format!("crates/{}-{}", application.name, application.version);
    let begun = Instant::now();
    let asked = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--manifest-path"])
        .arg(measured::home().join(folder).join("Cargo.toml"))
        .output();
    asked.unwrap();
    begun.elapsed()
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort();
    times[times.len() / 2]
}

const HEAD: &str = "\
# Fifty applications, examined

What `wasify doctor --crate NAME` says of fifty published applications without building anything, and how long it takes
beside `cargo metadata` on the same project, with a wasify built for development. Written on {date} with {rustc}, by

```sh
BLESS=1 cargo test -p wasify --test corpus -- --ignored fifty_applications_are_examined
```

No run crashed, and no dependency that is known to fail is among those that nothing speaks against. Applications whose
lock file does not fit them have no graph to examine.

";

/// Writes `docs/examined.md`.
pub(crate) fn write(all: &[Examined]) {
    let mut page = HEAD
        .replace("{date}", &common::today())
        .replace("{rustc}", &common::rustc());
    let took = median(all.iter().map(|it| it.took)).as_millis();
    let metadata = median(all.iter().map(|it| it.metadata)).as_millis();
    let mut own: Vec<u128> = all.iter().map(own).collect();
    own.sort_unstable();
    let _ = writeln!(
        page,
        "Median: {took} ms, beside {metadata} ms of `cargo metadata`; {} ms of its own, and at most {} ms.\n",
        own[own.len() / 2],
        own[own.len() - 1]
    );
    page.push_str("| application | packages | nothing speaks against | exit | `wasify doctor` | `cargo metadata` |\n");
    page.push_str("|---|---|---|---|---|---|\n");
    for it in all {
        let (built, fine) = match it.packages {
            Some((built, fine)) => (built.to_string(), fine.to_string()),
            None => ("–".to_owned(), "–".to_owned()),
        };
        let exit = it.exit.map_or("–".to_owned(), |exit| exit.to_string());
        let (took, metadata) = (it.took.as_millis(), it.metadata.as_millis());
        let _ = writeln!(
            page,
            "| {} {} | {built} | {fine} | {exit} | {took} ms | {metadata} ms |",
            it.name, it.version
        );
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examined.md");
    std::fs::write(file, page).unwrap();
}

fn own(it: &Examined) -> u128 {
    it.took.saturating_sub(it.metadata).as_millis()
}
