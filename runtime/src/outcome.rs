//! How a run ended.

use crate::denial::{Denial, Frame, Used};

/// What a run left.
#[derive(Debug)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// What it was refused, in the order in which it first asked.
    pub denials: Vec<Denial>,
    /// What it was granted and made use of, sorted.
    pub used: Vec<Used>,
    /// Whether it wanted more memory than it may have.
    pub memory_limit_hit: bool,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The program said that all went well.
    Success,
    /// The program said that it failed. WASI 0.2 carries no number: it is 1, unless the guest uses the
    /// newer `exit-with-code`.
    Failure(u8),
    /// The guest was stopped: a panic, an `unreachable`, an access out of bounds.
    Trap {
        /// The engine's name for it: `wasm \`unreachable\` instruction executed`.
        message: String,
        /// The guest's functions, the innermost first.
        frames: Vec<Frame>,
    },
    /// It took longer than it may.
    TimedOut {
        /// Where it was, when it was computing and not waiting.
        frames: Vec<Frame>,
    },
}
