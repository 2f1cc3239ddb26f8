//! std's network in a preview1 module. The same functions work in a component.

use crate::callers;
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
    let mut imports = surface.imports.iter();
    let preview1 = imports.any(|import| import.name == "wasi_snapshot_preview1");
    if surface.kind != Kind::Module || !preview1 {
        return Ok(Vec::new());
    }
    let mut findings = Vec::new();
    for (program, certainty) in &judging.programs {
        let targets = program.named("3std3net", &rule.matches.functions);
        let callers = callers::callers(program, &targets, &[]);
        findings.extend(judge::callers(
            program,
            certainty,
            rule,
            (&targets, &[]),
            callers,
        ));
    }
    Ok(findings)
}
