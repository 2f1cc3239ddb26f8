//! Which functions arrive at a target whatever happens, leaving aside paths that give up early.
//!
//! Two kinds of function are told apart. In most, a path that returns without the call is a path
//! without the call. But in `main`, and in the function that does the work of `main`, returning ends
//! the program: a path that returns early there, after a usage error or `--version`, has given up,
//! and says nothing about the program's ordinary use.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::facts::flow::Flow;
use crate::facts::graph::{Node, Via};
use crate::facts::program::Program;

/// How many functions below a call are counted; more makes no difference to which side is larger.
const MOST_WORK: usize = 1024;

/// Answers for one program, with what it has found out on the way.
pub(crate) struct Certainty<'p, 'a> {
    program: &'p Program<'a>,
    flows: RefCell<BTreeMap<Node, Option<Calls>>>,
    works: RefCell<BTreeMap<Node, u64>>,
    /// `main` and the functions that do its work.
    main_like: BTreeSet<Node>,
    /// `std::process::exit`.
    exits: Vec<Node>,
}

/// A function's control flow and the functions it calls, by the place of the call.
#[derive(Debug)]
struct Calls {
    flow: Flow,
    to: BTreeMap<u32, Node>,
    /// The places where the program is ended with success, or with a code that is computed.
    finishing: BTreeSet<u32>,
}

impl<'p, 'a> Certainty<'p, 'a> {
    pub(crate) fn new(program: &'p Program<'a>) -> Self {
        let mut certainty = Certainty {
            program,
            flows: RefCell::default(),
            works: RefCell::default(),
            main_like: BTreeSet::new(),
            exits: program.exits(),
        };
        for begin in &program.begins {
            let mut next = Some(*begin);
            while let Some(function) = next.filter(|next| certainty.main_like.insert(*next)) {
                next = certainty.worker(function);
            }
        }
        certainty
    }

    /// The functions from which a target is called on every path, targets included. Goes upwards
    /// from the targets, so only callers that may qualify have their control flow read.
    pub(crate) fn of(&self, targets: &[Node], barriers: &[Node]) -> BTreeSet<Node> {
        let functions = self.program.functions();
        let mut certain: BTreeSet<Node> = targets
            .iter()
            .copied()
            .filter(|target| *target < functions)
            .collect();
        let mut todo: Vec<Node> = certain.iter().copied().collect();
        while let Some(callee) = todo.pop() {
            let callers: BTreeSet<Node> = self
                .program
                .graph
                .users_of(callee)
                .iter()
                .copied()
                .collect();
            for caller in callers {
                let candidate = caller < functions
                    && !certain.contains(&caller)
                    && barriers.binary_search(&caller).is_err()
                    && self.program.reach.directly(caller);
                if candidate && self.calls(caller, |to| certain.contains(&to)) {
                    certain.insert(caller);
                    todo.push(caller);
                }
            }
        }
        certain
    }

    /// Whether a function calls one of the wanted ones on every path that counts.
    fn calls(&self, function: Node, wanted: impl Fn(Node) -> bool) -> bool {
        self.with_calls(function, |calls| {
            let wanted = |at: u32| calls.to.get(&at).is_some_and(|to| wanted(*to));
            let weigh = |at: u32| calls.to.get(&at).map_or(0, |to| self.work(*to));
            let finishes = |at: u32| calls.finishing.contains(&at);
            let mostly = self.main_like.contains(&function);
            calls.flow.always(wanted) || mostly && calls.flow.mostly(wanted, finishes, weigh)
        })
        .unwrap_or(false)
    }

    /// The function that does most of another's work, when it is always called.
    fn worker(&self, function: Node) -> Option<Node> {
        let callees: BTreeSet<Node> =
            self.with_calls(function, |calls| calls.to.values().copied().collect())?;
        let worker = callees
            .iter()
            .copied()
            .max_by_key(|callee| self.work(*callee))?;
        let rest: u64 = callees
            .iter()
            .filter(|callee| **callee != worker)
            .map(|rest| self.work(*rest))
            .sum();
        let most = self.work(worker) > rest;
        (most && self.calls(function, |to| to == worker)).then_some(worker)
    }

    fn with_calls<T>(&self, function: Node, read: impl FnOnce(&Calls) -> T) -> Option<T> {
        if !self.flows.borrow().contains_key(&function) {
            let calls = self.program.flow(function).map(|flow| {
                let out = self.program.graph.out(function).iter();
                let calls = out.filter(|out| out.via == Via::Call);
                let to: BTreeMap<u32, Node> = calls.map(|out| (out.at, out.to)).collect();
                let finishing = to.iter().filter(|(at, to)| {
                    self.exits.contains(to)
                        && matches!(self.program.argument(function, **at), None | Some(0))
                });
                let finishing = finishing.map(|(at, _)| *at).collect();
                Calls {
                    flow,
                    to,
                    finishing,
                }
            });
            self.flows.borrow_mut().insert(function, calls);
        }
        self.flows.borrow().get(&function)?.as_ref().map(read)
    }

    /// How much of the program's own work a call leads to: its functions, not the toolchain's.
    fn work(&self, start: Node) -> u64 {
        if let Some(known) = self.works.borrow().get(&start) {
            return *known;
        }
        let mut seen = BTreeSet::from([start]);
        let mut todo = vec![start];
        let mut count = 0;
        while let Some(node) = todo.pop() {
            if self.program.is_plumbing(node) {
                continue;
            }
            count += 1;
            let calls = self
                .program
                .graph
                .out(node)
                .iter()
                .filter(|out| out.via == Via::Call);
            for out in calls {
                if seen.len() < MOST_WORK && seen.insert(out.to) {
                    todo.push(out.to);
                }
            }
        }
        self.works.borrow_mut().insert(start, count);
        count
    }
}
