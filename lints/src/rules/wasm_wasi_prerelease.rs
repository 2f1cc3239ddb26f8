//! Imports of a WASI version from before its release.

use crate::check::Judging;
use crate::finding::Finding;
use crate::judge;
use crate::rule::Rule;

pub(super) fn check(
    rule: &'static Rule,
    judging: &Judging<'_, '_>,
) -> Result<Vec<Finding>, String> {
    let imports = judging.surface.imports.iter().filter(|import| {
        let suffix = import
            .version
            .as_ref()
            .is_some_and(|version| version.contains('-'));
        import.name.starts_with("wasi:") && suffix
    });
    let names: Vec<String> = imports
        .map(|import| {
            format!(
                "`{}@{}`",
                import.name,
                import.version.as_deref().unwrap_or_default()
            )
        })
        .collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![judge::whole_file(
        rule,
        vec![format!("imports: {}", names.join(", "))],
    )])
}
