//! How fast wasify is, as ratios against a named peer in the same run. Writes the table in README.md.
//!
//! ```text
//! cargo bench -p wasify --bench speed              all of it; about half an hour
//! cargo bench -p wasify --bench speed -- inspect   only the parts named: inspect, memory, build, wrapper, lines, doctor, start, serve, size
//! ```
//!
//! The inputs are published applications, built by wasify itself. Every ratio is of medians of runs that
//! take turns with the peer's, so that a busy machine slows both.

mod building;
mod examining;
mod inputs;
mod inspecting;
mod peers;
mod serving;
mod starting;
mod table;
mod wrapping;

use std::path::PathBuf;

use anyhow::Result;

/// Rows of the table: what, wasify, the peer, the figure.
type Rows = Vec<[String; 4]>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    if let [inspect, file] = &arguments[..]
        && inspect == "peak-memory-of"
    {
        return inspecting::print_peak_memory(&PathBuf::from(file));
    }
    let wanted = |part: &str| arguments.is_empty() || arguments.iter().any(|arg| arg == part);
    let mut rows = Rows::new();
    if wanted("inspect") || wanted("memory") {
        for input in inputs::components()? {
            if wanted("inspect") {
                rows.push(inspecting::time(&input)?);
            }
            if wanted("memory") {
                rows.push(inspecting::memory(&input)?);
            }
        }
    }
    if wanted("build") {
        rows.extend(building::overhead()?);
    }
    if wanted("wrapper") {
        rows.extend(wrapping::crates()?);
    }
    if wanted("lines") {
        rows.extend(building::line_tables()?);
    }
    if wanted("doctor") {
        rows.extend(examining::preflight()?);
    }
    if wanted("start") {
        rows.extend(starting::cached()?);
    }
    if wanted("serve") {
        rows.extend(serving::requests()?);
    }
    if wanted("size") {
        rows.extend(starting::size()?);
    }
    table::print(&rows);
    if arguments.is_empty() {
        table::write_readme(&rows)?;
    }
    Ok(())
}
