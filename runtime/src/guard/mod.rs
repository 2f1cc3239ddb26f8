//! The functions of WASI that can be refused: what wasmtime-wasi does, and a note of what was asked.
//!
//! They take the place of wasmtime-wasi's own in the linker, and call them. Being functions of the linker
//! and not of its traits, they see the store, and so the guest's backtrace.

pub(crate) mod environment;
pub(crate) mod files;
pub(crate) mod http;
pub(crate) mod net;
pub(crate) mod places;
pub(crate) mod record;
mod sockets;

use wasmtime::component::Linker;

use crate::state::State;

/// The version under which wasmtime-wasi defines its interfaces.
const WASI: &str = "0.2.12";

/// Everything a guest can import.
pub(crate) fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    linker.allow_shadowing(true);
    files::add_to_linker(&mut linker)?;
    environment::add_to_linker(&mut linker)?;
    sockets::add_to_linker(&mut linker)?;
    http::add_to_linker(&mut linker)?;
    linker.allow_shadowing(false);
    Ok(linker)
}
