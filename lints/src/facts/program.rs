//! A core module as a program: functions, what they refer to, and what its entries lead to.

use std::sync::OnceLock;

use wasmparser::Operator;

use super::crates::{Crate, Crates, Role};
use super::flow::Flow;
use super::graph::{Edge, Graph, Node, Out, Via};
use super::lines::{Inlined, Lines};
use super::linkmap::LinkMap;
use super::module::{Import, Module, is_c_main};
use super::names;
use super::packages::Packages;
use super::reach::Reach;
use super::text::{self, Text};
use super::{foreign, witness};
use crate::Error;

/// A core module with its references.
#[derive(Debug)]
pub(crate) struct Program<'a> {
    /// The module as it was read.
    pub(crate) module: Module<'a>,
    /// The linker symbol of every function that has one.
    pub(crate) symbols: Vec<Option<&'a str>>,
    pub(crate) crates: Crates,
    pub(crate) graph: Graph,
    pub(crate) reach: Reach,
    /// Where a run begins for certain: the user's `main`, or the exports when there is none.
    pub(crate) begins: Vec<Node>,
    /// Whether the references are exact (from relocations) or conservative.
    pub(crate) exact: bool,
    /// Instructions of the withdrawn exception-handling encoding.
    pub(crate) legacy_exceptions: u32,
    /// The texts that were looked for, and the node of the first.
    texts: (Vec<Text>, Node),
    lines: OnceLock<Option<Lines<'a>>>,
}

/// What else is known about a program.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) map: &'a LinkMap<'a>,
    pub(crate) packages: &'a Packages,
    pub(crate) texts: &'a [Text],
}

impl<'a> Program<'a> {
    /// Finds the references of a module: exactly where it has relocations, else conservatively.
    pub(crate) fn new(module: Module<'a>, context: &Context<'_>) -> Result<Self, Error> {
        let functions = node(module.function_count());
        let texts = context.texts.to_vec();
        let (symbols, edges, nodes, first_text, exact, legacy_exceptions);
        if let Some(mut found) = witness::references(&module) {
            first_text = functions + node(found.data.len());
            let of_texts = text::in_witness(&module, &found.data, &texts, (functions, first_text));
            found.edges.extend(of_texts);
            nodes = first_text + node(texts.len());
            legacy_exceptions = if module.tags {
                foreign::legacy_exceptions(&module)?
            } else {
                0
            };
            (symbols, edges, exact) = (found.symbols, found.edges, true);
        } else {
            first_text = functions;
            let constants = text::in_foreign(&module, &texts, first_text);
            let found = foreign::references(&module, &constants, first_text + node(texts.len()))?;
            nodes = first_text + node(texts.len()) + found.type_nodes;
            (edges, exact, legacy_exceptions) = (found.edges, false, found.legacy_exceptions);
            symbols = named_functions(&module);
        }
        let crates = Crates::new(&module, &symbols, context.map, context.packages);
        let graph = Graph::new(nodes as usize, &edges);
        let mains = mains(&module, &symbols, &crates, &edges);
        let exports: Vec<Node> = module
            .exports
            .iter()
            .map(|(_, index)| *index)
            .chain(module.start)
            .collect();
        let entries: Vec<Node> = mains.iter().chain(&exports).copied().collect();
        let reach = Reach::new(&graph, &entries);
        let begins = if mains.is_empty() { exports } else { mains };
        let texts = (texts, first_text);
        let lines = OnceLock::new();
        Ok(Program {
            module,
            symbols,
            crates,
            graph,
            reach,
            begins,
            exact,
            legacy_exceptions,
            texts,
            lines,
        })
    }

    /// How many functions there are, imported ones included; their nodes come first.
    pub(crate) fn functions(&self) -> Node {
        node(self.module.function_count())
    }

    /// Whether a node stands for anything in a table with one type.
    pub(crate) fn is_type(&self, of: Node) -> bool {
        of >= self.texts.1 + node(self.texts.0.len())
    }

    /// The node of a text that was looked for.
    pub(crate) fn text(&self, text: Text) -> Option<Node> {
        let index = self.texts.0.iter().position(|known| *known == text)?;
        Some(self.texts.1 + node(index))
    }

    /// The import behind a function node.
    pub(crate) fn import(&self, function: Node) -> Option<Import<'a>> {
        self.module.imports.get(function as usize).copied()
    }

    /// The canonical name of a function; `None` for other nodes and unnamed functions.
    pub(crate) fn name(&self, function: Node) -> Option<String> {
        if let Some(import) = self.import(function) {
            return Some(format!("{}#{}", import.module, import.name));
        }
        let symbol = self.symbols.get(function as usize).copied().flatten()?;
        Some(names::canonical(&names::demangle(symbol)))
    }

    /// The canonical name of a function, or its number where it has none.
    pub(crate) fn label(&self, function: Node) -> String {
        let unnamed = || format!("function {function} of {}", self.module.path);
        self.name(function).unwrap_or_else(unnamed)
    }

    /// The crate of a function.
    pub(crate) fn crate_of(&self, function: Node) -> Option<&Crate> {
        self.crates.of(function)
    }

    /// Whether a node is runtime plumbing: the toolchain's own code, or no code at all.
    pub(crate) fn is_plumbing(&self, node: Node) -> bool {
        if node >= self.functions() {
            return true;
        }
        match self.crate_of(node) {
            Some(found) => found.role == Role::Toolchain,
            None => self.import(node).is_some(),
        }
    }

    /// The functions that the edge from a function to another node is in, by the line tables: the
    /// function itself, then those inlined into it there.
    pub(crate) fn frames(&self, from: Node, to: Node) -> Vec<Inlined> {
        let lines = self.edge(from, to).zip(self.lines());
        lines
            .map(|(out, lines)| lines.frames(u64::from(out.at)))
            .unwrap_or_default()
    }

    /// The functions that an instruction of the code section is in, as in [`Program::frames`].
    pub(crate) fn lines_at(&self, at: u64) -> Vec<Inlined> {
        let lines = self.lines();
        lines.map(|lines| lines.frames(at)).unwrap_or_default()
    }

    /// The first edge between two nodes, a call before other references.
    pub(crate) fn edge(&self, from: Node, to: Node) -> Option<Out> {
        let edges = self.graph.out(from);
        let call = edges
            .iter()
            .find(|out| out.to == to && out.via == Via::Call);
        call.or_else(|| edges.iter().find(|out| out.to == to))
            .copied()
    }

    /// The line tables, read on first need.
    fn lines(&self) -> Option<&Lines<'a>> {
        self.lines
            .get_or_init(|| Lines::read(&self.module.debug))
            .as_ref()
    }

    /// `std::process::exit`, as often as it is there.
    pub(crate) fn exits(&self) -> Vec<Node> {
        self.named("7process4exit", &["std::process::exit".to_owned()])
    }

    /// The functions of these names, all of which have `hint` in their symbol.
    pub(crate) fn named(&self, hint: &str, names: &[String]) -> Vec<Node> {
        // Cheap before exact: demangling every symbol would take longer than all the rest.
        let hinted = (0..)
            .zip(&self.symbols)
            .filter(|(_, symbol)| symbol.as_ref().is_some_and(|symbol| symbol.contains(hint)));
        let is_named = |node: Node| {
            let name = self.name(node);
            name.is_some_and(|name| names.iter().any(|wanted| *wanted == *name))
        };
        hinted
            .map(|(node, _)| node)
            .filter(|node| is_named(*node))
            .collect()
    }

    /// The constant that a function has as the last argument of the call at `at`, when the
    /// instruction before the call is a constant.
    pub(crate) fn argument(&self, function: Node, at: u32) -> Option<i32> {
        let defined = (function as usize).checked_sub(self.module.imports.len())?;
        let mut operators = self
            .module
            .bodies
            .get(defined)?
            .code
            .get_operators_reader()
            .ok()?;
        let call = self.module.code_start + u64::from(at) - 1;
        let mut before = None;
        while !operators.eof() && operators.original_position() < call {
            before = match operators.read().ok()? {
                Operator::I32Const { value } => Some(value),
                _ => None,
            };
        }
        before
    }

    /// The control flow of a defined function.
    pub(crate) fn flow(&self, function: Node) -> Option<Flow> {
        let defined = (function as usize).checked_sub(self.module.imports.len())?;
        Flow::read(
            &self.module.bodies.get(defined)?.code,
            self.module.code_start,
        )
    }
}

/// A count as a node. A module's functions, symbols and texts together fit: the format's own limit
/// for each is below 2^32, and files that large are refused before.
fn node(count: usize) -> Node {
    Node::try_from(count).unwrap_or(Node::MAX)
}

fn named_functions<'a>(module: &Module<'a>) -> Vec<Option<&'a str>> {
    let mut symbols = vec![None; module.function_count()];
    for (index, name) in &module.names {
        if let Some(slot) = symbols.get_mut(*index as usize) {
            *slot = Some(*name);
        }
    }
    symbols
}

/// The user's `main`. Rust's runtime calls it through a closure, so it is found by what it is: what
/// the C `main` hands over, or the frame below the runtime's closure that it was inlined into.
fn mains(
    module: &Module<'_>,
    symbols: &[Option<&str>],
    crates: &Crates,
    edges: &[Edge],
) -> Vec<Node> {
    let symbol = |of: Node| {
        symbols
            .get(of as usize)
            .copied()
            .flatten()
            .unwrap_or_default()
    };
    let exported: Vec<Node> = module.exported_mains().collect();
    let (mut handed_over, mut frames) = (Vec::new(), Vec::new());
    for edge in edges {
        let from = symbol(edge.from);
        if is_c_main(from) || exported.contains(&edge.from) {
            let function = (edge.to as usize) < module.function_count();
            let user = crates
                .of(edge.to)
                .is_none_or(|found| found.role != Role::Toolchain);
            if function && user && edge.via == Via::Reference {
                handed_over.push(edge.to);
            }
        } else if from.contains("10lang_start")
            && edge.via == Via::Call
            && symbol(edge.to).contains("__rust_begin_short_backtrace")
        {
            frames.push(edge.to);
        }
    }
    let mut mains = if handed_over.is_empty() {
        frames
    } else {
        handed_over
    };
    mains.sort_unstable();
    mains.dedup();
    mains
}
