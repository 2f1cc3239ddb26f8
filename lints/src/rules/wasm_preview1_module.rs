//! A core module for WASI preview1, which is no component.

use crate::check::Judging;
use crate::facts::Kind;
use crate::finding::Finding;
use crate::judge;
use crate::rule::Rule;

pub(super) fn check(
    rule: &'static Rule,
    judging: &Judging<'_, '_>,
) -> Result<Vec<Finding>, String> {
    let surface = judging.surface;
    let preview1 = surface
        .imports
        .iter()
        .any(|import| import.name == "wasi_snapshot_preview1");
    let applies = surface.kind == Kind::Module && preview1;
    Ok(applies
        .then(|| judge::whole_file(rule, Vec::new()))
        .into_iter()
        .collect())
}
