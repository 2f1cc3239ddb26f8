//! Who calls an import: the place and the path to show.

use crate::callers::{self, Caller};
use crate::facts::graph::Node;
use crate::facts::program::Program;
use crate::facts::{Facts, Interface, Role, split_version};
use crate::finding::{Frame, Location, Package};
use crate::trace;

/// The place of a call.
#[derive(Debug, Default)]
pub(super) struct Call {
    pub(super) package: Option<Package>,
    pub(super) location: Option<Location>,
    pub(super) path: Vec<Frame>,
}

/// The nearest call of a function of the imports, of those that `wanted` picks: one in the user's own
/// crates if there is one, else the one with the shortest path. `None` when no export leads to one.
pub(super) fn nearest(
    facts: &Facts<'_>,
    imports: &[&Interface],
    wanted: impl Fn(&str) -> bool,
) -> Option<Call> {
    let mut best: Option<((bool, usize), Call)> = None;
    for program in &facts.programs {
        let targets: Vec<Node> = (0..)
            .zip(&program.module.imports)
            .filter(|(_, import)| {
                let (name, _) = split_version(import.module);
                imports.iter().any(|wanted| wanted.name == name) && wanted(import.name)
            })
            .map(|(node, _)| node)
            .filter(|node| program.reach.at_all(*node))
            .collect();
        let callers = callers::callers(program, &targets, &[]);
        let nearest = callers.iter().min_by_key(|caller| order(program, caller));
        let found = match nearest {
            Some(caller) => Some((order(program, caller), call(program, caller))),
            // Nothing but the toolchain's own code: what runs before `main`.
            None => targets.first().map(|target| {
                let path = trace::trace(program, &program.reach.path(*target));
                let call = Call {
                    package: None,
                    location: path.location,
                    path: path.frames,
                };
                ((true, usize::MAX), call)
            }),
        };
        best = match (best, found) {
            (Some(best), Some(found)) if best.0 <= found.0 => Some(best),
            (best, found) => found.or(best),
        };
    }
    best.map(|(_, call)| call)
}

/// The user's own code first, then the shortest way.
fn order(program: &Program<'_>, caller: &Caller) -> (bool, usize) {
    let role = program.crate_of(caller.function).map(|found| found.role);
    let length = program.reach.path(caller.function).len() + caller.chain.len();
    (role != Some(Role::Own), length)
}

fn call(program: &Program<'_>, caller: &Caller) -> Call {
    let mut path = program.reach.path(caller.function);
    path.extend(caller.chain.iter().skip(1));
    let trace = trace::trace(program, &path);
    let package = program.crate_of(caller.function);
    Call {
        package: package.map(|found| found.package.clone()),
        location: trace.location,
        path: trace.frames,
    }
}
