//! Whether a guest asked for its environment variables.

use wasmtime::component::Linker;
use wasmtime_wasi::cli::WasiCliView as _;
use wasmtime_wasi::p2::bindings::cli::environment::Host as _;

use super::{WASI, record};
use crate::denial::{Door, Used};
use crate::state::State;

pub(super) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut environment = linker.instance(&format!("wasi:cli/environment@{WASI}"))?;
    environment.func_wrap("get-environment", |mut store, (): ()| {
        let variables = store.data_mut().cli().get_environment()?;
        let recorder = store.data().recorder.clone();
        if variables.is_empty() {
            record::deny(&recorder, &store, &Door::Environment);
        } else {
            record::used(&recorder, Used::Environment);
        }
        Ok((variables,))
    })
}
