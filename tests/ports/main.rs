//! Every port proved: on each version that it says it was tried on, its program in `fixtures/ports` is built
//! with the ported copy and run by `wasify run`, and prints what the port promises. On the newest version it
//! is built and run without the port too, which has to show what the port is there for.
//!
//! An application is ported with its dependencies, and has to do what its native program does. That takes minutes, as C
//! code does, so it is done with `-- --ignored`.
//!
//! `cargo test -p wasify --test ports home` proves one.

// A test may panic.
#![allow(clippy::unwrap_used)]

mod application;
#[path = "../common/mod.rs"]
mod common;
mod locked;
mod network;
mod project;
mod proof;

use libtest_mimic::{Arguments, Failed, Trial};
use wasify_templates::port::Port;
use wasify_templates::ports::ports;

use project::Project;
use proof::Proof;

fn main() {
    let ports = ports().unwrap();
    let mut trials = Vec::new();
    for port in ports {
        for version in &port.proof.tried {
            let name = format!("{}@{version}", port.name);
            if port.application {
                let trial = Trial::test(name, move || Ok(application::works(port, version)?));
                trials.push(trial.with_ignored_flag(true));
                continue;
            }
            let trial = Trial::test(name, move || with(port, &version.to_string()));
            trials.push(trial.with_ignored_flag(compiles_c(port)));
        }
        if !port.application {
            let name = format!("{}::without", port.name);
            let trial = Trial::test(name, move || without(port));
            trials.push(trial.with_ignored_flag(compiles_c(port)));
        }
    }
    trials.push(Trial::test("ports_were_seen_on_what_is_here", move || {
        seen_on_what_is_here(ports)
    }));
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    if std::env::var_os("BLESS").is_some() {
        locked::write().unwrap();
    }
    conclusion.exit();
}

/// Whether its proof takes minutes. A proof that can't be read is told by the trial.
fn compiles_c(port: &Port) -> bool {
    !port.application && Proof::of(port).is_ok_and(|proof| proof.c_code)
}

/// With the port it builds, runs and prints what is promised.
fn with(port: &'static Port, version: &str) -> Result<(), Failed> {
    let proof = Proof::of(port)?;
    let project = Project::new(port, version, "with", &proof)?;
    let program = project.build_ported(port)?;
    let seen = proof.run(&program)?;
    Ok(proof.kept(&seen)?)
}

/// Without the port it doesn't build, or does something else.
fn without(port: &'static Port) -> Result<(), Failed> {
    let proof = Proof::of(port)?;
    let newest = port.proof.tried.last().ok_or("it was tried on nothing")?;
    let project = Project::new(port, &newest.to_string(), "without", &proof)?;
    let seen = match project.build_plain(port)? {
        Ok(program) => {
            let seen = proof.run(&program)?;
            if proof.kept(&seen).is_ok() {
                return Err("it does the same without the port".into());
            }
            format!("{}{}", seen.stdout, seen.stderr)
        }
        Err(errors) => errors,
    };
    if seen.contains(&proof.without) {
        return Ok(());
    }
    let expected = &proof.without;
    Err(format!("without the port, expected `{expected}`, seen:\n{seen}").into())
}

/// A port says what it was last seen on. What passes here is seen on this engine, and on the Rust that the
/// workspace is for.
fn seen_on_what_is_here(ports: &[Port]) -> Result<(), Failed> {
    let rust = format!("rustc {}.", env!("CARGO_PKG_RUST_VERSION"));
    let engine = format!(", {}", wasify_runtime::VERSION.to_lowercase());
    let stale: Vec<&str> = ports
        .iter()
        .filter(|port| {
            let seen_on = &port.proof.seen_on;
            !(seen_on.starts_with(&rust) && seen_on.ends_with(&engine))
        })
        .map(|port| port.name.as_str())
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!("`proof.seen-on` is not `{rust}N{engine}`: {stale:?}").into())
}
