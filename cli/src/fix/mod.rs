//! What wasify changes so that a project builds and works.

pub mod choose;
pub mod diff;
pub mod eject;
pub mod journal;
pub mod ports;
