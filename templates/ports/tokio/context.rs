//! One thread, which waits for itself.

use super::{EnterRuntime, CONTEXT};

use crate::runtime::scheduler;

/// What is to be believed of the runtime that this thread is inside of, until it is dropped.
struct Pretended(EnterRuntime);

impl Pretended {
    fn new(state: EnterRuntime) -> Pretended {
        Pretended(CONTEXT.with(|context| context.runtime.replace(state)))
    }
}

impl Drop for Pretended {
    fn drop(&mut self) {
        CONTEXT.with(|context| context.runtime.set(self.0));
    }
}

/// Runs what may block, as a thread of its own would: outside of the runtime and of the calling task's
/// budget.
#[track_caller]
pub(crate) fn blocking<R>(run: impl FnOnce() -> R) -> R {
    let _outside = Pretended::new(EnterRuntime::NotEntered);
    crate::task::coop::budget(run)
}

/// Lets the runtime that this thread is inside of run its tasks, and wait for its driver unless `woken` says
/// that there is no need to. `false` when there is none, or it is waiting already: then nothing will happen.
pub(crate) fn turn(woken: &dyn Fn() -> bool) -> bool {
    // Who blocks has left the runtime, and its tasks are inside of it.
    let _inside = Pretended::new(EnterRuntime::Entered {
        allow_block_in_place: true,
    });
    super::with_scheduler(|context| match context {
        Some(scheduler::Context::CurrentThread(context)) => context.turn(woken),
        _ => false,
    })
}
