//! What `wasify --version --verbose` says.

use anyhow::{Context, Result};
use wasify_lints::registry;
use wasify_templates::ports;

/// wasify's version, what it knows, and what runs programs.
///
/// # Errors
/// An embedded rule or port is broken.
pub fn verbose() -> Result<String> {
    let rules = registry::rules().context("failed to read the rules")?;
    let ports = ports::ports().context("failed to read the ports")?;
    Ok(format!(
        "wasify {}\nrules: {}, revision {}\nports: {}\nruntime: {}\n",
        env!("CARGO_PKG_VERSION"),
        rules.len(),
        registry::revision(),
        ports.len(),
        wasify_runtime::VERSION,
    ))
}

/// Whether the command line asks for more than the version, wherever it does: `-vV`, `--version --verbose`.
#[must_use]
pub fn is_verbose(args: &[std::ffi::OsString]) -> bool {
    args.iter().skip(1).any(|arg| {
        let arg = arg.to_string_lossy();
        let short = arg.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
        arg == "--verbose" || short.is_some_and(|letters| letters.contains('v'))
    })
}
