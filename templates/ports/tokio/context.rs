//! One thread, which waits for itself.

use super::{EnterRuntime, CONTEXT};

use crate::runtime::scheduler;

/// Runs what may block, as a thread of its own would: outside of the runtime and of the calling task's
/// budget.
#[track_caller]
pub(crate) fn blocking<R>(run: impl FnOnce() -> R) -> R {
    struct Entered(EnterRuntime);

    impl Drop for Entered {
        fn drop(&mut self) {
            CONTEXT.with(|context| context.runtime.set(self.0));
        }
    }

    let before = CONTEXT.with(|context| context.runtime.replace(EnterRuntime::NotEntered));
    let _entered = Entered(before);
    crate::task::coop::budget(run)
}

/// Lets the runtime that this thread is inside of run its tasks, and wait for its driver unless `woken` says
/// that there is no need to. `false` when there is none, or it is waiting already: then nothing will happen.
pub(crate) fn turn(woken: &dyn Fn() -> bool) -> bool {
    super::with_scheduler(|context| match context {
        Some(scheduler::Context::CurrentThread(context)) => context.turn(woken),
        _ => false,
    })
}
