//! Every rule proved: its fixture is built, judged by all rules, and run.
//!
//! A trial is a fixture in a profile. It passes when exactly the rules are found that `expect.toml` names,
//! nothing else above a note, and when the run in the embedded runtime ends and prints as promised: there
//! and in the `effect` of the rule. So a rule has to hold in development and in release, and those about the
//! toolchain's own libraries with symbols stripped and with link-time optimization too.
//!
//! `cargo test -p wasify --test proofs RULE` proves one.

// A test may panic.
#![allow(clippy::unwrap_used)]

mod built;
#[path = "../common/mod.rs"]
mod common;
mod executed;
mod foreign;
mod promise;
#[path = "../../lints/tests/support/mod.rs"]
mod support;

use std::collections::BTreeSet;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

use built::Profile;
use support::Expectation;

fn main() {
    let mut trials = Vec::new();
    for fixture in support::folders(&support::fixtures()) {
        let profiles = if built::is_program(&fixture) {
            built::profiles(&fixture)
        } else {
            vec![]
        };
        if profiles.is_empty() {
            let name = format!("text::{fixture}");
            trials.push(Trial::test(name, move || text(&fixture)));
            continue;
        }
        for profile in profiles {
            let (name, fixture) = (format!("{}::{fixture}", profile.name()), fixture.clone());
            trials.push(Trial::test(name, move || program(&fixture, profile)));
        }
    }
    trials.push(Trial::test(
        "rules_were_seen_on_what_is_here",
        seen_on_what_is_here,
    ));
    trials.push(Trial::test(
        "a_package_that_leaves_nothing_is_found_by_the_build_alone",
        || {
            found_by_its_package();
            Ok(())
        },
    ));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// A fixture that a compiler makes.
fn program(fixture: &str, profile: Profile) -> Result<(), Failed> {
    let expectation = support::expectation(fixture)?;
    if expectation.profiles.contains_key("stripped") {
        return Err("stripping makes no difference: the witness has the names".into());
    }
    let bytes = match &expectation.target {
        None => {
            let report = profile.report();
            let findings = built::findings(report, fixture);
            compare(fixture, &expectation, profile.name(), &findings)?;
            std::fs::read(built::artifact(report, fixture)?)?
        }
        Some(target) => {
            let bytes = std::fs::read(foreign::build(fixture, target, profile)?)?;
            let findings = built::inspected(&bytes)?;
            let findings: Vec<&Value> = findings.iter().collect();
            compare(fixture, &expectation, profile.name(), &findings)?;
            bytes
        }
    };
    let seen = executed::run(&bytes, fixture, &expectation)?;
    Ok(promise::kept(fixture, &expectation, &seen)?)
}

/// A fixture that is WebAssembly text, since no compiler makes it today.
fn text(fixture: &str) -> Result<(), Failed> {
    let expectation = support::expectation(fixture)?;
    let path = support::fixtures().join(fixture);
    let bytes = wat::parse_file(path.join(format!("{fixture}.wat")))?;
    let findings = built::inspected(&bytes)?;
    compare(
        fixture,
        &expectation,
        "release",
        &findings.iter().collect::<Vec<_>>(),
    )?;
    let seen = executed::run(&bytes, fixture, &expectation)?;
    Ok(promise::kept(fixture, &expectation, &seen)?)
}

/// Compares what was found in a fixture with what it promises for a profile.
fn compare(
    fixture: &str,
    expectation: &Expectation,
    profile: &str,
    findings: &[&Value],
) -> Result<(), String> {
    let named: BTreeSet<&str> = expectation
        .all_rules()
        .map(String::as_str)
        .chain([fixture])
        .collect();
    let found: BTreeSet<&str> = findings
        .iter()
        .map(|finding| (finding["rule"].as_str().unwrap(), &finding["level"]))
        .filter(|(rule, level)| *level != "note" || named.contains(rule))
        .map(|(rule, _)| rule)
        .collect();
    let expected = expectation.rules_in(fixture, profile);
    if found == expected {
        Ok(())
    } else {
        Err(format!("expected {expected:?}, found {found:?}"))
    }
}

/// A rule says what it was last seen on. What passes here is seen on this engine, and on the Rust that the
/// workspace is for.
fn seen_on_what_is_here() -> Result<(), Failed> {
    let rust = format!("rustc {}.", env!("CARGO_PKG_RUST_VERSION"));
    let engine = format!(", {}", wasify_runtime::VERSION.to_lowercase());
    let mut stale = Vec::new();
    for rule in wasify_lints::registry::rules()? {
        // What doesn't build was never run.
        let engine = if rule.group == "build" { "" } else { &engine };
        if let Some(seen_on) = &rule.proof.seen_on
            && !(seen_on.starts_with(&rust) && seen_on.ends_with(engine))
        {
            stale.push(format!("{}: `{seen_on}`", rule.id));
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    let (stale, expected) = (stale.join("\n"), format!("{rust}N{engine}"));
    Err(format!("`proof.seen-on` is not `{expected}`:\n{stale}").into())
}

fn found_by_its_package() {
    let together = built::report(&["-p", "dirs-none", "-p", "std-temp-dir", "--release"]);
    let skipped = together["skipped"].as_array().unwrap();
    let is_skipped = |skipped: &Value| skipped["rule"] == "dirs-none";
    assert!(skipped.iter().any(is_skipped), "{skipped:?}");
    let findings = together["findings"].as_array().unwrap();
    assert!(findings.iter().all(|found| found["rule"] != "dirs-none"));

    let alone = built::report(&["-p", "dirs-none", "--release"]);
    let mut found = alone["findings"].as_array().unwrap().iter();
    let found = found.find(|found| found["rule"] == "dirs-none").unwrap();
    assert_eq!(found["confidence"], "possible");
    assert_eq!(found["package"]["version"], "6.0.0");
}
