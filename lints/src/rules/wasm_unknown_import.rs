//! Imports of a core module that are neither of WASI nor known by another rule.

use std::collections::BTreeSet;

use crate::check::Judging;
use crate::facts::Kind;
use crate::finding::Finding;
use crate::judge;
use crate::matcher::names_import;
use crate::rule::Rule;

pub(super) fn check(
    rule: &'static Rule,
    judging: &Judging<'_, '_>,
) -> Result<Vec<Finding>, String> {
    // The modules of a component name each other as they like.
    if judging.surface.kind != Kind::Module {
        return Ok(Vec::new());
    }
    let rules = crate::registry::rules().map_err(|error| error.to_string())?;
    let mut names = BTreeSet::new();
    for (program, _) in &judging.programs {
        for import in &program.module.imports {
            let known = is_wasi(import.module)
                || rules
                    .iter()
                    .any(|rule| names_import(rule, import.module, import.name));
            if !known {
                names.insert(format!("`{}.{}`", import.module, import.name));
            }
        }
    }
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let list = names.into_iter().collect::<Vec<_>>().join(", ");
    let mut finding = judge::whole_file(rule, vec![format!("imports: {list}")]);
    finding.message = finding.message.replace("{imports}", &list);
    Ok(vec![finding])
}

/// Whether a module name is WASI's. A name with a colon is of an interface, which a component made of
/// the module would import; which host has it is not this rule's to say.
fn is_wasi(module: &str) -> bool {
    module == "wasi_snapshot_preview1" || module.contains(':') || module.starts_with('$')
}
