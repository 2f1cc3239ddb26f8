//! Cargo projects, built for real: what comes out, and that it is what plain cargo makes.

mod at_once;
mod checking;
mod checkup;
mod common;
mod ejecting;
mod failures;
mod fixing;
mod hanging;
mod hosts;
mod interrupted;
mod local;
mod locks;
mod no_network;
mod own_settings;
mod published;
mod refused;
mod reports;
mod running;
mod rustup;
mod stubbing;
mod tools;
mod unlinked;
mod unreadable;
mod unusable;
mod wrapper;
