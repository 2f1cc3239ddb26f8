//! What wasify changes so that a project builds and works.

pub mod ports;
