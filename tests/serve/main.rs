//! `wasify run` of a real `wasi:http` component, over real sockets.
#![cfg(unix)]

mod answers;
mod client;
mod faults;
mod permissions;
mod server;
mod stopping;
