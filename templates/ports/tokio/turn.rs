//! Tasks that run while another one blocks the only thread.

use super::Context;

use std::time::Duration;

impl Context {
    /// Runs the tasks that are ready, and waits for the driver when none is and `woken` is not true.
    /// `false` when the scheduler is not at hand, since it is waiting for its driver.
    pub(crate) fn turn(&self, woken: &dyn Fn() -> bool) -> bool {
        let Some(mut core) = self.core.borrow_mut().take() else {
            return false;
        };
        if core.driver.is_none() {
            *self.core.borrow_mut() = Some(core);
            return false;
        }
        let handle = &self.handle;
        let mut idle = false;
        for _ in 0..handle.shared.config.event_interval {
            core.tick();
            let Some(task) = core.next_task(handle) else {
                idle = true;
                break;
            };
            let task = handle.shared.owned.assert_owner(task);
            core = self.run_one(task, core);
        }
        // What the runtime itself blocks on may be woken too, and has to wait until this is done.
        let busy = woken() || !idle || !core.tasks.is_empty() || !self.defer.is_empty();
        if let Some(mut driver) = core.driver.take() {
            core = self.park_internal(core, handle, &mut driver, busy.then_some(Duration::ZERO));
            core.driver = Some(driver);
        }
        *self.core.borrow_mut() = Some(core);
        true
    }
}
