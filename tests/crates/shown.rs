//! What is seen of a case, held against what it says.

use std::path::Path;

use libtest_mimic::Failed;
use serde_json::Value;
use wasify_lints::registry;

use crate::common;
use crate::project;
use crate::support::cases::{Case, Fails};

/// Passes when wasify says of a project what the case says.
pub(crate) fn show(rule: &str, case: &Case, name: &str) -> Result<(), Failed> {
    let folder = project::write(rule, case, name)?;
    if let Some(target) = &case.target {
        return Ok(checks(&folder, target, case)?);
    }
    match &case.fails {
        Some(fails) => {
            if is_by_the_graph(rule)? {
                foretold(rule, fails, &doctor(&folder, case))?;
            }
            explained(rule, fails, &build(&folder, case))?;
        }
        None => {
            fine(rule, &doctor(&folder, case))?;
            built(&build(&folder, case))?;
        }
    }
    Ok(())
}

/// Whether the rule goes by the graph too, and not only by what a failure says.
fn is_by_the_graph(rule: &str) -> Result<bool, String> {
    let rules = registry::rules().map_err(|error| error.to_string())?;
    let found = rules.iter().find(|known| known.id == rule);
    let found = found.ok_or("there is no rule of this name")?;
    Ok(!found.matches.crates.is_empty())
}

fn doctor(folder: &Path, case: &Case) -> Value {
    let mut command = common::wasify(folder);
    project::with_flags(&mut command, case).args(["doctor", "--format", "json"]);
    common::report(&mut command)
}

fn build(folder: &Path, case: &Case) -> Value {
    let mut command = common::wasify(folder);
    project::with_flags(&mut command, case)
        .args(["build", "--format", "json", "--target-dir"])
        .arg(project::target_dir());
    common::report(&mut command)
}

/// What plain cargo checks for another target.
fn checks(folder: &Path, target: &str, case: &Case) -> Result<(), String> {
    project::add_target(folder, target)?;
    let out = project::target_dir();
    let out = out.to_str().ok_or("the target directory is no text")?;
    let arguments = ["check", "--target", target, "--target-dir", out];
    project::cargo(folder, &arguments, case)
}

/// The packages of whose findings a rule is the reason.
fn found<'r>(rule: &str, report: &'r Value) -> Vec<&'r str> {
    let findings = report["findings"].as_array().unwrap();
    let of_it = findings.iter().filter(|finding| finding["rule"] == rule);
    of_it
        .map(|finding| finding["package"]["name"].as_str().unwrap_or_default())
        .collect()
}

fn foretold(rule: &str, fails: &Fails, report: &Value) -> Result<(), String> {
    if found(rule, report).contains(&fails.package.as_str()) {
        return Ok(());
    }
    let findings = report["findings"].as_array().unwrap();
    let all: Vec<String> = findings
        .iter()
        .map(|finding| format!("{} of {}", finding["rule"], finding["package"]["name"]))
        .collect();
    let package = &fails.package;
    Err(format!(
        "doctor does not foretell `{package}` by the rule, only: {all:?}"
    ))
}

fn fine(rule: &str, report: &Value) -> Result<(), String> {
    match found(rule, report).as_slice() {
        [] => Ok(()),
        packages => Err(format!(
            "doctor says by the rule that {packages:?} won't build"
        )),
    }
}

fn explained(rule: &str, fails: &Fails, report: &Value) -> Result<(), String> {
    let Some(packages) = report["build"]["packages"].as_array() else {
        return Err("it builds".to_owned());
    };
    let package = packages
        .iter()
        .find(|package| package["package"]["name"] == fails.package.as_str())
        .ok_or_else(|| {
            format!(
                "`{}` is not said to fail: {}",
                fails.package, report["build"]
            )
        })?;
    let errors = package["errors"].as_array().unwrap();
    let says = |error: &Value| error["message"].as_str().unwrap().contains(&fails.error);
    if !errors.iter().any(says) {
        return Err(format!("`{}` is in none of {errors:?}", fails.error));
    }
    if package["rule"] != rule {
        let (other, said) = (&package["rule"], &package["error"]);
        return Err(format!("it is explained by {other}: {said}"));
    }
    match report["exit_code"].as_u64() {
        Some(1) => Ok(()),
        code => Err(format!("the exit code is {code:?}")),
    }
}

fn built(report: &Value) -> Result<(), String> {
    if report["build"].is_null() {
        return Ok(());
    }
    let packages = report["build"]["packages"].as_array().unwrap();
    let said = packages.iter().map(|package| {
        let name = &package["package"]["name"];
        format!("{name} by {}: {}", package["rule"], package["error"])
    });
    let said: Vec<String> = said.collect();
    Err(format!(
        "it does not build: {} {said:?}",
        report["build"]["message"]
    ))
}
