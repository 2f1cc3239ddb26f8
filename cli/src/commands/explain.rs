//! `wasify explain RULE`: the rule's page.

use anyhow::{Context, Result};
use wasify_lints::registry;

use super::print;
use crate::args::ExplainArgs;
use crate::levels::unknown_rule;
use crate::report::{Status, conditions, human};
use crate::terminal::Terminal;

/// Shows the page.
///
/// # Errors
/// There is no such rule.
pub fn run(args: &ExplainArgs, terminal: &Terminal) -> Result<Status> {
    let rules = registry::rules().context("failed to read the rules")?;
    let name = args.rule.as_str();
    let text = if let Some(rule) = rules.iter().find(|rule| rule.id == name) {
        human::page(rule, terminal.width())
    } else if let Some(condition) = conditions::condition(name) {
        human::condition_page(condition, terminal.width())
    } else if rules.iter().any(|rule| rule.group == name) {
        let group: Vec<_> = rules.iter().filter(|rule| rule.group == name).collect();
        human::table(&group, terminal.width())
    } else {
        return Err(unknown_rule(name, rules));
    };
    print(terminal, &text)?;
    Ok(Status::Clean)
}
