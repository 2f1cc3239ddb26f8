//! What was looked at and is well.

use wasify_lints::tools::{C_COMPILER, State, Tool};

use super::super::super::Report;
use super::super::OF_DOCTOR;
use super::super::text::{clean, count};
use super::{Look, item};
use crate::ecosystem::Checkup;

pub(super) fn render(report: &Report, look: &Look) -> String {
    let mut lines = Vec::new();
    if let Some(checkup) = &report.checkup {
        lines.extend(rust(checkup));
        lines.extend(c_compiler(report));
        lines.extend(runtime(checkup));
        lines.extend(settings(checkup));
        lines.extend(flags(checkup));
    }
    let checked = report.checkup.as_ref().and_then(|it| it.checked.as_ref());
    let failed = checked.is_some_and(|checked| !checked.passed());
    let passed = checked.filter(|checked| checked.passed());
    lines.extend(passed.map(|it| super::super::checked(it, OF_DOCTOR)));
    if let Some(survey) = &report.survey {
        let all = count(survey.built as u64, "package");
        lines.extend((survey.fine > 0 && !failed).then(|| {
            format!(
                "nothing that is known speaks against {} of {all}",
                survey.fine
            )
        }));
    }
    if lines.is_empty() {
        lines.push("nothing that was looked at".to_owned());
    }
    let mut text: String = lines.iter().map(|line| item("-", line, look)).collect();
    text.push('\n');
    text
}

fn well<'c>(checkup: &'c Checkup, name: &str) -> Option<&'c Tool> {
    let mut tools = checkup.tools.iter();
    tools.find(|tool| tool.name == name && tool.state == State::Well && tool.needed_for.is_some())
}

/// `rustc 1.95.0`.
fn named(tool: &Tool) -> String {
    let version = tool.found.as_ref().map(|found| found.version.as_str());
    match version.unwrap_or_default() {
        "" => tool.name.clone(),
        version => format!("{} {}", tool.name, clean(version)),
    }
}

fn rust(checkup: &Checkup) -> Vec<String> {
    let mut lines = Vec::new();
    let own: Vec<String> = ["rustc", "cargo"]
        .iter()
        .filter_map(|name| well(checkup, name).map(named))
        .collect();
    if !own.is_empty() {
        let toolchain = checkup.toolchain.as_deref();
        let toolchain = toolchain.map(|name| format!(", of the toolchain {}", clean(name)));
        lines.push(format!(
            "{}{}",
            own.join(" and "),
            toolchain.unwrap_or_default()
        ));
    }
    let target = well(checkup, "wasm32-wasip2");
    lines.extend(
        target.map(|_| "Rust's standard library for wasm32-wasip2 is installed".to_owned()),
    );
    let linker = well(checkup, "wasm-component-ld");
    lines.extend(linker.map(|tool| format!("{}, which links components", named(tool))));
    lines
}

fn c_compiler(report: &Report) -> Option<String> {
    let tool = well(report.checkup.as_ref()?, C_COMPILER)?;
    let compiler = report.c_search.as_ref()?.compiler.as_ref()?;
    let found = tool.found.as_ref()?;
    let what = format!("{} {}", clean(&compiler.name), clean(&found.version));
    Some(format!(
        "C code is compiled by {}, which was tried",
        what.trim_end()
    ))
}

fn runtime(checkup: &Checkup) -> Option<String> {
    let found = well(checkup, "runtime")?.found.as_ref()?;
    let version = &found.version;
    Some(format!(
        "wasify's own runtime, Wasmtime {version}, runs what is built"
    ))
}

fn settings(checkup: &Checkup) -> Option<String> {
    checkup.settings.is_empty().then(|| match checkup.flags_of_rustc {
        0 => "cargo's settings: no flags of rustc for the target".to_owned(),
        some => format!(
            "cargo's settings: {} of rustc's flags for the target, none of them known to keep programs from \
             linking",
            count(some as u64, "word")
        ),
    })
}

fn flags(checkup: &Checkup) -> Option<String> {
    let flags = count(checkup.flags as u64, "flag");
    let well = checkup.flags > 0 && checkup.stale.is_empty();
    well.then(|| format!("{flags} in wasify.toml, and of none is it known that its reason is gone"))
}
