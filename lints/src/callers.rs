//! From the places where a rule matches back to the code that is to be told about it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::facts::graph::{Node, Via};
use crate::facts::program::Program;
use crate::finding::Package;

/// A function outside the plumbing that leads to a target.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) function: Node,
    /// From the caller to the target, both included.
    pub(crate) chain: Vec<Node>,
    /// Whether an entry leads to the target through this caller by direct calls alone.
    pub(crate) direct: bool,
}

/// The nearest functions outside the plumbing from which an entry leads to the targets. The crates
/// that the targets themselves are in count as plumbing too: who calls into them is asked for.
pub(crate) fn callers(program: &Program<'_>, targets: &[Node], barriers: &[Node]) -> Vec<Caller> {
    let inside: BTreeSet<&Package> = targets
        .iter()
        .filter_map(|target| program.crate_of(*target))
        .map(|found| &found.package)
        .collect();
    let passes = |node: Node| {
        program.is_plumbing(node)
            || program
                .crate_of(node)
                .is_some_and(|found| inside.contains(&found.package))
    };
    let mut next: BTreeMap<Node, Node> = BTreeMap::new();
    let mut todo: VecDeque<Node> = VecDeque::new();
    let mut callers = Vec::new();
    for target in targets
        .iter()
        .filter(|target| program.reach.at_all(**target))
    {
        next.insert(*target, *target);
        todo.push_back(*target);
    }
    while let Some(node) = todo.pop_front() {
        // Anything with an indirect call may lead to a type's stand-in: that names nobody.
        if program.is_type(node) {
            continue;
        }
        for before in program.graph.users_of(node) {
            let known = next.contains_key(before) || barriers.binary_search(before).is_ok();
            if known || !program.reach.at_all(*before) {
                continue;
            }
            next.insert(*before, node);
            if passes(*before) {
                todo.push_back(*before);
            } else {
                callers.push(*before);
            }
        }
    }
    callers.sort_unstable();
    callers
        .into_iter()
        .map(|function| caller(program, function, &next))
        .collect()
}

fn caller(program: &Program<'_>, function: Node, next: &BTreeMap<Node, Node>) -> Caller {
    let mut chain = vec![function];
    let mut node = function;
    while let Some(after) = next.get(&node).filter(|after| **after != node) {
        chain.push(*after);
        node = *after;
    }
    // Direct calls down to a function; after that only constants: what the function says itself.
    let functions = chain
        .iter()
        .take_while(|node| **node < program.functions())
        .count();
    let calls = chain[..functions].windows(2).all(|step| {
        program
            .edge(step[0], step[1])
            .is_some_and(|out| out.via == Via::Call)
    });
    let constants = chain[functions..]
        .iter()
        .all(|node| *node >= program.functions());
    let direct = program.reach.directly(function) && calls && constants;
    Caller {
        function,
        chain,
        direct,
    }
}
