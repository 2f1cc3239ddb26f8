//! What is said to the task that accepts connections on WASI: a channel wakes it.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::worker::WorkerHandleAccept;

/// The sending end.
#[derive(Clone)]
pub(crate) struct WakerQueue(UnboundedSender<WakerInterest>);

impl WakerQueue {
    pub(crate) fn new() -> (Self, UnboundedReceiver<WakerInterest>) {
        let (sender, receiver) = unbounded_channel();
        (WakerQueue(sender), receiver)
    }

    /// Without effect once nothing is accepted any more.
    pub(crate) fn wake(&self, interest: WakerInterest) {
        let _ = self.0.send(interest);
    }
}

pub(crate) enum WakerInterest {
    /// The worker takes connections again.
    WorkerAvailable(usize),
    Pause,
    Resume,
    Stop,
    /// Another worker, in place of one that has ended.
    Worker(WorkerHandleAccept),
}
