//! The list of ports.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;
use wasify_templates::port::Port;

use super::text::{count, wrap};
use super::{BOLD, DIM};

/// All ports: the crate with its versions, what it does instead, and what that cures.
#[must_use]
pub fn table(ports: &[Port], width: usize) -> String {
    let of = |port: &Port| port.versions.to_string();
    let names = ports
        .iter()
        .map(|port| port.krate.width())
        .max()
        .unwrap_or(0);
    let versions = ports.iter().map(|port| of(port).width()).max().unwrap_or(0);
    let column = names + versions + 4;
    let room = width.saturating_sub(column).max(24);
    let mut text = String::new();
    for port in ports {
        let mut lines = wrap(&port.instead.join("; "), room);
        let cures = if port.application {
            "the application itself, with --crate".to_owned()
        } else if port.cures.is_empty() {
            String::new()
        } else {
            format!("cures {}", port.cures.join(", "))
        };
        for line in wrap(&cures, room).lines() {
            let _ = write!(lines, "\n{DIM}{line}{DIM:#}");
        }
        let lines = lines.replace('\n', &format!("\n{:column$}", ""));
        let _ = writeln!(
            text,
            "{BOLD}{:names$}{BOLD:#}  {:versions$}  {lines}",
            port.krate,
            of(port)
        );
    }
    let total = count(ports.len() as u64, "port");
    let _ = writeln!(
        text,
        "\n{DIM}{total}; `wasify ports show NAME` prints the edits as a patch{DIM:#}"
    );
    text
}
