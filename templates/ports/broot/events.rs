//! The terminal that isn't there: its keys are never pressed.

use termimad::TimedEvent;
use termimad::crossbeam::channel::{self, Receiver};

/// Takes the place of termimad's, which reads the terminal on a thread of its own.
pub struct NoEvents;

impl NoEvents {
    pub fn supports_multi_key_combinations(&self) -> bool {
        false
    }

    pub fn receiver(&self) -> Receiver<TimedEvent> {
        channel::never()
    }

    pub fn unblock(&self, _quit: bool) {}
}
