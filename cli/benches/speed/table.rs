//! The table, on the terminal and in README.md.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use crate::Rows;

const START: &str = "<!-- written by `cargo bench -p wasify --bench speed` -->";
const END: &str = "<!-- end of the benchmark's table -->";

/// Prints a line.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints the rows as Markdown.
pub(crate) fn print(rows: &Rows) {
    line(&markdown(rows));
}

fn markdown(rows: &Rows) -> String {
    let mut text = "| what | wasify | against | ratio |\n|---|---|---|---|\n".to_owned();
    for row in rows {
        text.push_str(&format!("| {} |\n", row.join(" | ")));
    }
    text
}

/// Puts the rows between the marks in README.md.
pub(crate) fn write_readme(rows: &Rows) -> Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(&path)?;
    let start = readme
        .find(START)
        .context("README.md has no place for the table")?
        + START.len();
    let end = readme.find(END).context("README.md's table has no end")?;
    let text = format!(
        "{}\n\n{}\n{}",
        &readme[..start],
        markdown(rows),
        &readme[end..]
    );
    std::fs::write(&path, text).context("failed to write README.md")
}
