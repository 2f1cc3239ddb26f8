//! `wasify ports`: the edits that give dependencies a WASI branch.

use anyhow::{Context, Result};
use cargo_metadata::semver::Version;
use wasify_templates::port::Port;
use wasify_templates::ports;

use super::print;
use crate::args::{Format, PortsArgs, PortsCommand, ShowArgs};
use crate::ecosystem::cargo;
use crate::errors::{helped, nearest};
use crate::execute::surroundings::Surroundings;
use crate::fix;
use crate::report::{Status, human, json};
use crate::terminal::Terminal;

/// Lists all ports, or shows one.
///
/// # Errors
/// An embedded port is broken or there is none of that name, the crate's source can't be had, or standard
/// output can't be written.
pub fn run(args: &PortsArgs, terminal: &Terminal) -> Result<Status> {
    let ports = ports::ports().context("failed to read the ports")?;
    let text = match (&args.command, args.format) {
        (Some(PortsCommand::Show(show)), _) => patch(show, ports, terminal)?,
        (None, Format::Human) => human::ports(ports, terminal.width()),
        (None, Format::Json) => json::ports(ports).context("failed to write the ports as JSON")?,
    };
    print(terminal, &text)?;
    Ok(Status::Clean)
}

fn patch(args: &ShowArgs, ports: &[Port], terminal: &Terminal) -> Result<String> {
    let (port, version) = chosen(&args.name, ports)?;
    let around = Surroundings::of_process()?;
    let source = cargo::published_source(&around, &port.krate, &version, args.offline, terminal)?;
    fix::ports::patch(port, &version, &source)
}

/// The port, and the version to show it of: the newest that it was tried on, unless one is named.
fn chosen<'a>(text: &str, ports: &'a [Port]) -> Result<(&'a Port, Version)> {
    let (name, version) = match text.split_once('@') {
        None => (text, None),
        Some((name, version)) => {
            let version: Version = version.parse().map_err(|_| {
                let error = anyhow::anyhow!("`{version}` is not a version");
                helped(error, format!("three numbers: `{name}@1.2.3`"))
            })?;
            (name, Some(version))
        }
    };
    let of_it: Vec<&Port> = ports
        .iter()
        .filter(|port| port.name == name || port.krate == name)
        .collect();
    let found = match &version {
        None => of_it.last().copied(),
        Some(version) => of_it.iter().copied().find(|port| port.is_for(version)),
    };
    let Some(port) = found else {
        return Err(unknown(name, version.as_ref(), &of_it, ports));
    };
    let version = version.or_else(|| port.proof.tried.last().cloned());
    let version = version.with_context(|| format!("the port `{name}` was tried on no version"))?;
    Ok((port, version))
}

fn unknown(
    name: &str,
    version: Option<&Version>,
    of_it: &[&Port],
    ports: &[Port],
) -> anyhow::Error {
    if let (Some(version), false) = (version, of_it.is_empty()) {
        let error = anyhow::anyhow!("there is no port of `{name}` {version}");
        let ranges: Vec<String> = of_it.iter().map(|port| port.versions.to_string()).collect();
        return helped(
            error,
            format!("there is one of {}", ranges.join(", and of ")),
        );
    }
    let help = match nearest(name, ports.iter().map(|port| port.name.as_str())) {
        Some(known) => format!("did you mean `{known}`? `wasify ports` lists all"),
        None => "`wasify ports` lists all".to_owned(),
    };
    helped(anyhow::anyhow!("no port is named `{name}`"), help)
}
