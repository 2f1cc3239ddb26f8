//! A source that has no events: WASI gives a program a line when it is complete, and no keys.

use std::io;
use std::time::Duration;

use crate::event::source::EventSource;
#[cfg(feature = "event-stream")]
use crate::event::sys::Waker;
use crate::event::InternalEvent;

pub(crate) struct WasiEventSource;

impl WasiEventSource {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(WasiEventSource)
    }
}

impl EventSource for WasiEventSource {
    fn try_read(&mut self, _timeout: Option<Duration>) -> io::Result<Option<InternalEvent>> {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "WASI has no events of a terminal",
        ))
    }

    #[cfg(feature = "event-stream")]
    fn waker(&self) -> Waker {
        Waker
    }
}
