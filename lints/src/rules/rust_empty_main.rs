//! A `main` that was compiled to nothing.

use crate::callers::Caller;
use crate::check::Judging;
use crate::facts::graph::{Node, Via};
use crate::facts::program::Program;
use crate::finding::{Confidence, Finding};
use crate::judge;
use crate::rule::Rule;

pub(super) fn check(
    rule: &'static Rule,
    judging: &Judging<'_, '_>,
) -> Result<Vec<Finding>, String> {
    let mut findings = Vec::new();
    for (program, _) in &judging.programs {
        for begin in &program.begins {
            if let Some(main) = empty_main(program, *begin) {
                let caller = Caller {
                    function: main,
                    chain: vec![main],
                    direct: true,
                };
                findings.push(judge::finding(program, rule, &caller, Confidence::Always));
            }
        }
    }
    Ok(findings)
}

/// The user's `main` when it, or the frame that it was inlined into, calls and refers to nothing.
fn empty_main(program: &Program<'_>, begin: Node) -> Option<Node> {
    let symbol = program.symbols.get(begin as usize).copied().flatten()?;
    if !symbol.contains("__rust_begin_short_backtrace") {
        // A library begins with its exports, and one of those may well compute only.
        let main = program.name(begin)?.ends_with("::main");
        return (main && does_nothing(program, begin)).then_some(begin);
    }
    let calls: Vec<Node> = program
        .graph
        .out(begin)
        .iter()
        .filter(|out| out.via == Via::Call)
        .map(|out| out.to)
        .collect();
    match calls[..] {
        [] => does_nothing(program, begin).then_some(begin),
        [main] if !program.is_plumbing(main) => does_nothing(program, main).then_some(main),
        _ => None,
    }
}

fn does_nothing(program: &Program<'_>, function: Node) -> bool {
    let functions = program.functions();
    !program
        .graph
        .out(function)
        .iter()
        .any(|out| out.to < functions)
}
