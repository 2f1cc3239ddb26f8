//! std's one error for all that it does not support, where no other rule has found the reason.

use crate::callers;
use crate::check::Judging;
use crate::facts::graph::Node;
use crate::facts::text::Text;
use crate::finding::Finding;
use crate::judge;
use crate::rule::Rule;

pub(super) fn check(
    rule: &'static Rule,
    judging: &Judging<'_, '_>,
) -> Result<Vec<Finding>, String> {
    let mut findings = Vec::new();
    for (index, (program, certainty)) in judging.programs.iter().enumerate() {
        let messages = rule.matches.messages.iter();
        let texts: Vec<Node> = messages
            .filter_map(|text| program.text(Text::Message(text)))
            .collect();
        let mut callers = callers::callers(program, &texts, &[]);
        callers.retain(|caller| !judging.explained.contains(&(index, caller.function)));
        findings.extend(judge::callers(
            program,
            certainty,
            rule,
            (&texts, &[]),
            callers,
        ));
    }
    Ok(findings)
}
