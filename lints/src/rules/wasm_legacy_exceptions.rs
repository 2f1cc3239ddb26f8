//! The exception-handling encoding that was withdrawn.

use crate::check::Judging;
use crate::finding::Finding;
use crate::judge;
use crate::rule::Rule;

pub(super) fn check(
    rule: &'static Rule,
    judging: &Judging<'_, '_>,
) -> Result<Vec<Finding>, String> {
    let count = judging.surface.legacy_exceptions;
    if count == 0 {
        return Ok(Vec::new());
    }
    let note = format!("{count} instructions of the old encoding");
    Ok(vec![judge::whole_file(rule, vec![note])])
}
