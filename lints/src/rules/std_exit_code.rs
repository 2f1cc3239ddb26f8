//! Exit codes that the host sees as 1.

use crate::callers;
use crate::check::Judging;
use crate::facts::graph::Node;
use crate::facts::program::Program;
use crate::finding::Finding;
use crate::judge;
use crate::rule::Rule;

pub(super) fn check(
    rule: &'static Rule,
    judging: &Judging<'_, '_>,
) -> Result<Vec<Finding>, String> {
    let mut findings = Vec::new();
    let mut named = false;
    for (program, certainty) in &judging.programs {
        let exits = program.exits();
        named |= program.symbols.iter().any(Option::is_some);
        let mut callers = callers::callers(program, &exits, &[]);
        callers.retain(|caller| {
            caller.chain.len() == 2 && loses_its_code(program, caller.function, &exits)
        });
        findings.extend(judge::callers(
            program,
            certainty,
            rule,
            (&[], &[]),
            callers,
        ));
    }
    if named || judging.programs.is_empty() {
        Ok(findings)
    } else {
        Err(
            "the binary has no function names (stripped), and calls of `exit` are found by name"
                .into(),
        )
    }
}

/// Whether the function exits with anything but a constant 0 or 1.
fn loses_its_code(program: &Program<'_>, function: Node, exits: &[Node]) -> bool {
    let calls = program
        .graph
        .out(function)
        .iter()
        .filter(|out| exits.contains(&out.to));
    let mut codes = calls.map(|out| program.argument(function, out.at));
    codes.any(|code| !matches!(code, Some(0 | 1)))
}
