//! C compilers for packages with C code: which one is taken, that it really works, and what build scripts
//! made with another.
#![cfg(unix)]

mod common;
mod crates;
mod installing;
mod objects;
mod searching;
