//! Cargo projects, built for real: what comes out, and that it is what plain cargo makes.

mod at_once;
mod common;
mod failures;
mod hosts;
mod interrupted;
mod local;
mod offline_rustup;
mod published;
mod refused;
mod reports;
mod running;
mod tools;
mod unlinked;
mod unusable;
mod wrapper;
