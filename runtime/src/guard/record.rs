//! The list of what a guest asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::{AsContext, WasmBacktrace};

use crate::denial::{Denial, Door, Frame, Used};

/// How many different denials are told apart: a guest that tries every port must not fill memory.
const MOST_DENIALS: usize = 1000;
/// How many of them are told with a backtrace, which takes a moment.
const MOST_BACKTRACES: usize = 50;
/// How many characters of a name or path are kept: the longest path of Linux.
const MOST_TEXT: usize = 4096;
/// How many granted things are kept.
const MOST_USED: usize = 20_000;

/// What a guest asked for, and whether it got it.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    denials: Vec<Denial>,
    places: BTreeMap<Door, usize>,
    used: BTreeSet<Used>,
}

impl Recorder {
    /// The denials in the order of the first question, and what was used.
    pub(crate) fn take(&mut self) -> (Vec<Denial>, Vec<Used>) {
        self.places.clear();
        (
            std::mem::take(&mut self.denials),
            std::mem::take(&mut self.used).into_iter().collect(),
        )
    }

    /// Counts a denial. Whether its frames are wanted.
    fn denied(&mut self, door: &Door) -> bool {
        if let Some(place) = self.places.get(door) {
            self.denials[*place].times += 1;
            return false;
        }
        if self.denials.len() == MOST_DENIALS {
            return false;
        }
        self.places.insert(door.clone(), self.denials.len());
        self.denials.push(Denial {
            door: door.clone(),
            frames: Vec::new(),
            times: 1,
        });
        self.denials.len() <= MOST_BACKTRACES
    }

    fn set_frames(&mut self, door: &Door, frames: Vec<Frame>) {
        if let Some(denial) = self
            .places
            .get(door)
            .and_then(|place| self.denials.get_mut(*place))
            && denial.frames.is_empty()
        {
            denial.frames = frames;
        }
    }

    fn used(&mut self, used: Used) {
        if self.used.len() < MOST_USED {
            self.used.insert(used);
        }
    }
}

/// A text of the guest's, as much of it as a message needs: there may be megabytes of it.
pub(crate) fn clipped(text: &str) -> String {
    match text.char_indices().nth(MOST_TEXT) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Writes a denial down, with the guest's functions when there is a store to ask.
pub(crate) fn deny(recorder: &Arc<Mutex<Recorder>>, store: impl AsContext, door: &Door) {
    let lock = || recorder.lock().unwrap_or_else(PoisonError::into_inner);
    let wanted = lock().denied(door);
    if wanted {
        let frames = frames(&WasmBacktrace::force_capture(store));
        lock().set_frames(door, frames);
    }
}

/// Writes down what a guest was granted and used.
pub(crate) fn used(recorder: &Arc<Mutex<Recorder>>, used: Used) {
    let mut recorder = recorder.lock().unwrap_or_else(PoisonError::into_inner);
    recorder.used(used);
}

/// A backtrace in this crate's words.
pub(crate) fn frames(backtrace: &WasmBacktrace) -> Vec<Frame> {
    backtrace
        .frames()
        .iter()
        .map(|frame| Frame {
            symbol: frame.func_name().map(str::to_owned),
            function: frame.func_index(),
            offset: frame.module_offset().map(|offset| offset as u64),
            inside: frame.func_offset().map(|offset| offset as u64),
            module: frame.module().name().map(str::to_owned),
        })
        .collect()
}
