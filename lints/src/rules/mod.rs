//! The conditions that a table can't say, one file a rule.

mod rust_empty_main;
mod std_exit_code;
mod std_net_preview1;
mod std_unsupported;
mod wasm_legacy_exceptions;
mod wasm_preview1_module;
mod wasm_unknown_import;
mod wasm_wasi_prerelease;

use crate::check::Judging;
use crate::finding::Finding;
use crate::rule::Rule;

/// A condition: the findings, or why it can't be decided here.
type Condition = fn(&'static Rule, &Judging<'_, '_>) -> Result<Vec<Finding>, String>;

/// The conditions by rule id, sorted; a test compares them with the rule files.
pub(crate) const CONDITIONS: &[(&str, Condition)] = &[
    ("rust-empty-main", rust_empty_main::check),
    ("std-exit-code", std_exit_code::check),
    ("std-net-preview1", std_net_preview1::check),
    ("std-unsupported", std_unsupported::check),
    ("wasm-legacy-exceptions", wasm_legacy_exceptions::check),
    ("wasm-preview1-module", wasm_preview1_module::check),
    ("wasm-unknown-import", wasm_unknown_import::check),
    ("wasm-wasi-prerelease", wasm_wasi_prerelease::check),
];

/// Runs the condition of a rule whose file says `code = true`.
pub(crate) fn check(
    rule: &'static Rule,
    judging: &Judging<'_, '_>,
) -> Result<Vec<Finding>, String> {
    match CONDITIONS.iter().find(|(id, _)| *id == rule.id) {
        Some((_, condition)) => condition(rule, judging),
        None => Err("this version of wasify has no code for the rule".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::CONDITIONS;

    #[test]
    fn conditions_and_rule_files_that_ask_for_one_agree() {
        let rules = crate::registry::rules().expect("the rule files are valid");
        let wanted: Vec<&str> = rules
            .iter()
            .filter(|rule| rule.matches.code)
            .map(|rule| rule.id.as_str())
            .collect();
        let there: Vec<&str> = CONDITIONS.iter().map(|(id, _)| *id).collect();
        assert_eq!(
            wanted, there,
            "`code = true` in a rule file needs a line in CONDITIONS"
        );
    }
}
