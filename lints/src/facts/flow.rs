//! Control flow inside one function: is a call on the way of everything that matters?

use wasmparser::{FunctionBody, Operator};

/// A basic block.
#[derive(Debug, Default)]
struct Block {
    /// Blocks that may come next.
    next: Vec<usize>,
    /// Offsets of the call instructions' operands in the code section's contents.
    calls: Vec<u32>,
}

/// The blocks of one function; the first is the entry, the second stands for leaving it.
#[derive(Debug)]
pub(crate) struct Flow {
    blocks: Vec<Block>,
}

const ENTRY: usize = 0;
const EXIT: usize = 1;

/// How many calls without work of the program's own count as much as one with.
const OWN: u64 = 4;

/// A structured instruction that is still open.
struct Open {
    /// Where a branch to it goes.
    target: usize,
    /// Where the code after it goes on.
    after: usize,
    /// For an `if` without an `else` so far: the block that tests.
    test: Option<usize>,
}

impl Flow {
    /// Reads the control flow; `None` for a body that can't be decoded. `code_start` is where the
    /// code section's contents start, for the offsets of calls.
    pub(crate) fn read(body: &FunctionBody<'_>, code_start: u64) -> Option<Flow> {
        let mut builder = Builder {
            blocks: vec![Block::default(), Block::default()],
            open: vec![Open {
                target: EXIT,
                after: EXIT,
                test: None,
            }],
            current: Some(ENTRY),
        };
        let mut operators = body.get_operators_reader().ok()?;
        while !operators.eof() {
            let (operator, offset) = operators.read_with_offset().ok()?;
            let at = u32::try_from(offset.checked_sub(code_start)?).ok()?;
            builder.operator(&operator, at)?;
        }
        Some(Flow {
            blocks: builder.blocks,
        })
    }

    /// Whether every path through the function makes one of the calls that `wanted` picks. Paths
    /// that end in a trap don't count.
    pub(crate) fn always(&self, wanted: impl Fn(u32) -> bool) -> bool {
        let marked = self.marked(wanted);
        let on_the_way = self.reachable(ENTRY, |_| false);
        let reached = marked
            .iter()
            .zip(&on_the_way)
            .any(|(marked, reached)| *marked && *reached);
        reached && !self.reachable(ENTRY, |block| marked[block])[EXIT]
    }

    /// Whether every path makes one of the calls that `wanted` picks, but for those that give up:
    /// that end in a trap, or that do less than half as much as is done on the way of the calls.
    /// `work` weighs a call by the program's own functions below it. Where those were inlined, only
    /// calls without any are left, which count a little for giving up being another way of working.
    /// A call that `finishes` ends the program well without returning. This only
    /// makes sense where returning ends the program's work.
    pub(crate) fn mostly(
        &self,
        wanted: impl Fn(u32) -> bool,
        finishes: impl Fn(u32) -> bool,
        mut work: impl FnMut(u32) -> u64,
    ) -> bool {
        let marked = self.marked(wanted);
        let mut ends = self.marked(finishes);
        ends[EXIT] = true;
        let all = self.reachable(ENTRY, |_| false);
        let avoiding = self.reachable(ENTRY, |block| marked[block]);
        let before = self.leading_to(&marked);
        let ends_well = self.leading_to(&ends);
        let goes_on = (0..self.blocks.len()).any(|block| marked[block] && ends_well[block]);
        if !goes_on {
            return false;
        }
        let (mut instead, mut on_the_way) = (0, 0);
        for (index, block) in self.blocks.iter().enumerate() {
            let works = block.calls.iter().map(|call| work(*call));
            if all[index] && !avoiding[index] {
                on_the_way += OWN * works.sum::<u64>();
            } else if avoiding[index] && !before[index] && ends_well[index] {
                instead += works.map(|work| (OWN * work).max(1)).sum::<u64>();
            }
        }
        on_the_way > 2 * instead
    }

    fn marked(&self, wanted: impl Fn(u32) -> bool) -> Vec<bool> {
        self.blocks
            .iter()
            .map(|block| block.calls.iter().any(|call| wanted(*call)))
            .collect()
    }

    /// The blocks reachable from `start` without entering those that `stop` picks.
    fn reachable(&self, start: usize, stop: impl Fn(usize) -> bool) -> Vec<bool> {
        let mut seen = vec![false; self.blocks.len()];
        let mut todo = vec![start];
        while let Some(block) = todo.pop() {
            if seen[block] || stop(block) {
                continue;
            }
            seen[block] = true;
            todo.extend(&self.blocks[block].next);
        }
        seen
    }

    /// The blocks from which a marked one can be reached.
    fn leading_to(&self, marked: &[bool]) -> Vec<bool> {
        let mut back = vec![Vec::new(); self.blocks.len()];
        for (index, block) in self.blocks.iter().enumerate() {
            for next in &block.next {
                back[*next].push(index);
            }
        }
        let mut leads = marked.to_vec();
        let mut todo: Vec<usize> = (0..marked.len()).filter(|block| marked[*block]).collect();
        while let Some(block) = todo.pop() {
            for before in &back[block] {
                if !leads[*before] {
                    leads[*before] = true;
                    todo.push(*before);
                }
            }
        }
        leads
    }
}

struct Builder {
    blocks: Vec<Block>,
    open: Vec<Open>,
    /// The block that code is added to; `None` where it can't be reached.
    current: Option<usize>,
}

impl Builder {
    fn block(&mut self) -> usize {
        self.blocks.push(Block::default());
        self.blocks.len() - 1
    }

    /// Goes on from the current block to `to`.
    fn flow_to(&mut self, to: usize) {
        if let Some(current) = self.current {
            self.blocks[current].next.push(to);
        }
    }

    fn branch(&mut self, depth: u32) -> Option<()> {
        let index = self.open.len().checked_sub(1 + depth as usize)?;
        let target = self.open[index].target;
        self.flow_to(target);
        Some(())
    }

    /// Ends the current block; what follows is a new one that it may go on to.
    fn split(&mut self) {
        let next = self.block();
        self.flow_to(next);
        self.current = self.current.map(|_| next);
    }

    fn operator(&mut self, operator: &Operator<'_>, at: u32) -> Option<()> {
        match operator {
            Operator::Block { .. } | Operator::TryTable { .. } | Operator::Try { .. } => {
                let after = self.block();
                self.open.push(Open {
                    target: after,
                    after,
                    test: None,
                });
            }
            Operator::Loop { .. } => self.enter_loop(),
            Operator::If { .. } => self.enter_if(),
            Operator::Else => {
                let after = self.open.last()?.after;
                self.flow_to(after);
                self.current = self.open.last_mut()?.test.take();
                self.split();
            }
            Operator::End => self.end()?,
            Operator::Br { relative_depth } => {
                self.branch(*relative_depth)?;
                self.current = None;
            }
            Operator::BrIf { relative_depth }
            | Operator::BrOnNull { relative_depth }
            | Operator::BrOnNonNull { relative_depth } => {
                self.branch(*relative_depth)?;
                self.split();
            }
            Operator::BrTable { targets } => {
                for target in targets.targets() {
                    self.branch(target.ok()?)?;
                }
                self.branch(targets.default())?;
                self.current = None;
            }
            Operator::Return => self.leave(),
            // Traps and throws leave no result: such paths end here.
            Operator::Unreachable | Operator::Throw { .. } | Operator::ThrowRef => {
                self.current = None;
            }
            Operator::Call { .. } | Operator::CallIndirect { .. } | Operator::CallRef { .. } => {
                self.call(at);
            }
            Operator::ReturnCall { .. } | Operator::ReturnCallIndirect { .. } => {
                self.call(at);
                self.leave();
            }
            _ => {}
        }
        Some(())
    }

    fn enter_loop(&mut self) {
        let head = self.block();
        let after = self.block();
        self.flow_to(head);
        self.current = self.current.map(|_| head);
        self.open.push(Open {
            target: head,
            after,
            test: None,
        });
    }

    fn enter_if(&mut self) {
        let after = self.block();
        let then = self.block();
        let test = self.current;
        self.flow_to(then);
        self.current = test.map(|_| then);
        self.open.push(Open {
            target: after,
            after,
            test,
        });
    }

    fn end(&mut self) -> Option<()> {
        let open = self.open.pop()?;
        self.flow_to(open.after);
        if let Some(test) = open.test {
            self.blocks[test].next.push(open.after);
        }
        self.current = (open.after != EXIT).then_some(open.after);
        Some(())
    }

    /// Records a call; its operand follows the opcode's one byte.
    fn call(&mut self, at: u32) {
        if let Some(current) = self.current {
            self.blocks[current].calls.push(at + 1);
        }
    }

    fn leave(&mut self) {
        self.flow_to(EXIT);
        self.current = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::{Parser, Payload};

    /// The flow of a function made of `body`, which may call `$work`, `$wanted` and `$exit`, and the
    /// places of its calls in order.
    fn flow(body: &str) -> (Flow, Vec<u32>) {
        let module = format!(
            "(module (func $work) (func $wanted) (func $exit)
               (func (param i32) {body}))"
        );
        let binary = wat::parse_str(module).expect("the text is valid");
        let mut start = 0;
        let mut last = None;
        for payload in Parser::new(0).parse_all(&binary) {
            match payload.expect("the binary is valid") {
                Payload::CodeSectionStart {
                    unchecked_range, ..
                } => start = unchecked_range.start,
                Payload::CodeSectionEntry(body) => last = Some(body),
                _ => {}
            }
        }
        let flow = Flow::read(&last.expect("there is a function"), start).expect("it is decoded");
        let mut places: Vec<u32> = flow
            .blocks
            .iter()
            .flat_map(|block| block.calls.iter().copied())
            .collect();
        places.sort_unstable();
        (flow, places)
    }

    /// Whether the `index`th call is made on every path.
    fn always(body: &str, index: usize) -> bool {
        let (flow, places) = flow(body);
        flow.always(|at| at == places[index])
    }

    #[test]
    fn a_call_is_always_made_unless_a_branch_leads_around_it() {
        assert!(always("call $wanted", 0));
        assert!(!always("local.get 0 if call $wanted end", 0));
        assert!(always("local.get 0 if call $work end call $wanted", 1));
        assert!(!always(
            "local.get 0 if call $work else call $wanted end",
            1
        ));
        assert!(always(
            "block local.get 0 br_if 0 call $work end call $wanted",
            1
        ));
        assert!(!always("block local.get 0 br_if 0 call $wanted end", 0));
        assert!(always("loop call $wanted local.get 0 br_if 0 end", 0));
        assert!(!always("local.get 0 if return end call $wanted", 0));
        assert!(!always(
            "block block local.get 0 br_table 0 1 end call $wanted end",
            0
        ));
    }

    #[test]
    fn paths_that_end_in_a_trap_do_not_count() {
        assert!(always("local.get 0 if unreachable end call $wanted", 0));
        assert!(always(
            "local.get 0 if call $work unreachable end call $wanted",
            1
        ));
    }

    #[test]
    fn a_call_that_is_never_reached_is_never_made() {
        assert!(!always("return call $work", 0));
        let (flow, _) = flow("call $work");
        assert!(!flow.always(|_| false));
    }

    #[test]
    fn calls_on_both_sides_count_together() {
        let (flow, _) = flow("local.get 0 if call $wanted else call $wanted end");
        assert!(flow.always(|_| true));
    }

    /// Whether the wanted call (the `index`th) is on the way of most of the work.
    fn mostly(body: &str, index: usize, works: &[u64], finishing: Option<usize>) -> bool {
        let (flow, places) = flow(body);
        let position = |at| places.iter().position(|place| *place == at);
        flow.mostly(
            |at| at == places[index],
            |at| finishing.is_some() && position(at) == finishing,
            |at| position(at).map_or(0, |place| works[place]),
        )
    }

    #[test]
    fn giving_up_early_is_no_other_way() {
        let body = "local.get 0 if call $work return end call $wanted call $work";
        assert!(mostly(body, 1, &[1, 1, 10], None));
        // Half of the program's work is another use of it.
        assert!(!mostly(body, 1, &[10, 1, 10], None));
        // So it is where only the toolchain's calls are left of that use.
        let inlined = "local.get 0 if call $work call $work call $work return end call $wanted";
        assert!(!mostly(inlined, 3, &[0, 0, 0, 1], None));
        assert!(mostly(inlined, 3, &[0, 0, 0, 10], None));
        // An option that is skipped leaves all the rest to do.
        assert!(!mostly(
            "local.get 0 if call $wanted end call $work",
            0,
            &[1, 10],
            None
        ));
    }

    #[test]
    fn ending_the_program_well_is_another_way_and_failing_is_not() {
        let body = "local.get 0 if call $work call $exit unreachable end call $wanted call $work";
        assert!(mostly(body, 2, &[20, 1, 1, 10], None));
        assert!(!mostly(body, 2, &[20, 1, 1, 10], Some(1)));
        // A call after which the program only fails is no ordinary use.
        assert!(!mostly(
            "local.get 0 if call $wanted unreachable end",
            0,
            &[5],
            None
        ));
    }
}
