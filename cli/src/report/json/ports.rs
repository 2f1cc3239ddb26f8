//! The ports for programs: `wasify-ports/1`. Frozen as `v1` is.

use serde::Serialize;
use wasify_templates::port::Port;

/// All ports.
#[derive(Debug, Serialize)]
struct Ports<'a> {
    /// Always `wasify-ports/1`.
    schema: &'static str,
    /// The version of wasify.
    wasify: &'static str,
    /// Sorted by name.
    ports: Vec<Entry<'a>>,
}

/// A port.
#[derive(Debug, Serialize)]
struct Entry<'a> {
    name: &'a str,
    #[serde(rename = "crate")]
    krate: &'a str,
    /// A range, as in a `Cargo.toml`.
    versions: String,
    /// Whether it is an application, and no dependency.
    application: bool,
    cures: &'a [String],
    /// The crates whose ports come with it.
    along: &'a [String],
    instead: &'a [String],
    since: &'a str,
    /// The toolchain and runtime on which it was last seen to work.
    proved_on: &'a str,
    /// The versions that were built and run.
    tried: Vec<String>,
    references: &'a [String],
}

/// Writes the ports as one JSON document with a final newline.
///
/// # Errors
/// None that a port can cause; the writer's type asks for it.
pub fn ports(ports: &[Port]) -> serde_json::Result<String> {
    let list = Ports {
        schema: "wasify-ports/1",
        wasify: env!("CARGO_PKG_VERSION"),
        ports: ports.iter().map(entry).collect(),
    };
    let mut text = serde_json::to_string_pretty(&list)?;
    text.push('\n');
    Ok(text)
}

fn entry(port: &Port) -> Entry<'_> {
    Entry {
        name: &port.name,
        krate: &port.krate,
        versions: port.versions.to_string(),
        application: port.application,
        cures: &port.cures,
        along: &port.along,
        instead: &port.instead,
        since: &port.since,
        proved_on: &port.proof.seen_on,
        tried: port.proof.tried.iter().map(ToString::to_string).collect(),
        references: &port.references,
    }
}
