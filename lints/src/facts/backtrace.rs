//! Backtraces of a running guest: from an engine's numbers to names and source lines.

use super::graph::Node;
use super::lines::Inlined;
use super::module::Module;
use super::program::Program;
use super::{Facts, Role, names, read};
use crate::Error;
use crate::finding::{Frame, Location};
use crate::trace::{Folded, plain};

/// A function that was running, as an engine tells it.
#[derive(Debug, Clone, Copy)]
pub struct Running<'r> {
    /// Its index in its core module.
    pub function: u32,
    /// The offset of the instruction in the file that the engine has compiled.
    pub offset: Option<u64>,
    /// The offset of the instruction in the function's body.
    pub inside: Option<u64>,
    /// Its name in the name section, mangled.
    pub symbol: Option<&'r str>,
    /// The core module's name in its name section.
    pub module: Option<&'r str>,
}

/// A backtrace for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backtrace {
    /// The functions that were running, the outermost first, folded as a finding's call path is. The last
    /// may be the function of the toolchain that the program had called.
    pub frames: Vec<Frame>,
    /// The user's own function that was running, else a dependency's: the innermost.
    pub function: Option<String>,
    /// The source line in it.
    pub place: Option<Location>,
    /// Every function's name, the toolchain's included, the innermost first.
    pub all: Vec<String>,
}

impl Facts<'_> {
    /// Names the functions of a backtrace, which is given innermost first. `artifact` are the bytes that
    /// these facts were read from.
    ///
    /// # Errors
    /// As [`Facts::read`].
    pub fn backtrace(&self, artifact: &[u8], running: &[Running<'_>]) -> Result<Backtrace, Error> {
        let modules = read::read(artifact)?.modules;
        let finder = Finder {
            facts: self,
            main: largest(&modules),
            modules,
        };
        let mut folded = Folded::default();
        let mut backtrace = Backtrace::default();
        let mut steps: Vec<Step<'_, '_>> = running.iter().map(|call| finder.step(call)).collect();
        backtrace.all = steps.iter().map(|step| step.name.clone()).collect();
        // Of the toolchain's functions at the inner end, the one that the program has called stays.
        let inner = steps.iter().take_while(|step| step.role == Role::Toolchain);
        steps.drain(..inner.count().saturating_sub(1));
        steps.reverse();
        // What calls `main` is the same in every program.
        let begins = |step: &Step<'_, '_>| {
            step.at
                .is_some_and(|(program, node)| program.begins.contains(&node))
        };
        if let Some(main) = steps.iter().rposition(begins) {
            steps.drain(..main);
        }
        let last = steps.len().saturating_sub(1);
        for (index, step) in steps.into_iter().enumerate() {
            if step.role == Role::Toolchain && index != last {
                folded.elide();
                continue;
            }
            let crate_of = step.at.and_then(|(program, node)| program.crate_of(node));
            let mut inlined = step.lines.into_iter();
            let outer = inlined.next().map(|outer| outer.location);
            folded.push(step.name, crate_of, outer);
            for frame in inlined {
                let Some((symbol, (program, _))) = frame.symbol.zip(step.at) else {
                    continue;
                };
                let name = names::canonical(&names::demangle(&symbol));
                backtrace.all.push(plain(&name).to_owned());
                let of = program.crates.of_inlined(&symbol, &frame.location.file);
                folded.push_inlined(name, of, frame.location);
            }
        }
        let innermost = folded.innermost();
        backtrace.function = innermost.map(|frame| frame.function.clone());
        backtrace.place = innermost.and_then(|frame| frame.location.clone());
        backtrace.frames = folded.finish();
        Ok(backtrace)
    }
}

/// The module with the most functions: the program itself, beside the adapters around it.
fn largest(modules: &[Module<'_>]) -> Option<usize> {
    (0..modules.len()).max_by_key(|index| modules[*index].bodies.len())
}

struct Finder<'f, 'p, 'a> {
    facts: &'f Facts<'p>,
    modules: Vec<Module<'a>>,
    main: Option<usize>,
}

struct Step<'f, 'p> {
    name: String,
    role: Role,
    at: Option<(&'f Program<'p>, Node)>,
    lines: Vec<Inlined>,
}

impl<'f, 'p> Finder<'f, 'p, '_> {
    fn step(&self, call: &Running<'_>) -> Step<'f, 'p> {
        let Some((program, node, offset)) = self.find(call) else {
            let name = call.symbol.map(|symbol| {
                let name = names::canonical(&names::demangle(symbol));
                plain(&name).to_owned()
            });
            return Step {
                name: name.unwrap_or_else(|| format!("function {}", call.function)),
                role: Role::Toolchain,
                at: None,
                lines: Vec::new(),
            };
        };
        let role = if program.is_plumbing(node) {
            Role::Toolchain
        } else {
            program.crate_of(node).map_or(Role::Own, |found| found.role)
        };
        Step {
            name: plain(&program.label(node)).to_owned(),
            role,
            at: Some((program, node)),
            lines: offset.map_or_else(Vec::new, |at| program.lines_at(at)),
        }
    }

    /// The function, and the offset of its instruction in the code section of the module that has the
    /// debug information.
    fn find(&self, call: &Running<'_>) -> Option<(&'f Program<'p>, Node, Option<u64>)> {
        if call
            .module
            .is_some_and(|name| name.starts_with("wit-component:"))
        {
            return None;
        }
        let at = call
            .offset
            .and_then(|offset| self.place(call.function, offset));
        let (index, inside) = match at {
            Some((index, inside)) => (index, Some(inside)),
            // An adapted module: its offsets are those of a component that is nowhere.
            None => (self.main?, call.inside),
        };
        let module = self.modules.get(index)?;
        // What a linker of components puts around the program has no names.
        if Some(index) != self.main && module.names.is_empty() {
            return None;
        }
        let body = |module: &Module<'_>| {
            let defined = (call.function as usize).checked_sub(module.imports.len())?;
            module.bodies.get(defined).map(|body| body.range.clone())
        };
        let range = body(module)?;
        let programs = &self.facts.programs;
        let of_artifact = programs
            .iter()
            .find(|program| program.module.path == module.path && !self.facts.witnessed);
        // The witness is the same objects in the same order, so that functions have the same numbers.
        let program = match of_artifact {
            Some(program) => program,
            None if self.facts.witnessed && Some(index) == self.main => programs.first()?,
            None => return None,
        };
        let there = body(&program.module)?;
        let same = there.end - there.start == range.end - range.start;
        let offset = inside.filter(|_| same).map(|inside| {
            let code = there.start.saturating_sub(program.module.code_start);
            code + inside
        });
        Some((program, call.function, offset))
    }

    /// The module that has this function at this place, and the offset in the function's body.
    fn place(&self, function: u32, offset: u64) -> Option<(usize, u64)> {
        let modules = self.modules.iter().enumerate();
        modules.into_iter().find_map(|(index, module)| {
            let defined = (function as usize).checked_sub(module.imports.len())?;
            let range = &module.bodies.get(defined)?.range;
            range
                .contains(&offset)
                .then(|| (index, offset - range.start))
        })
    }
}
