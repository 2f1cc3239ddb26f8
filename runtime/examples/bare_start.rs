//! The least that starts a component whose code is compiled, with nothing but the libraries: what `wasify
//! run` is measured against in `cli/benches/speed`.
//!
//! ```text
//! bare_start compile COMPONENT CODE    compiles
//! bare_start run CODE [ARGS]           starts
//! ```

use anyhow::{Context as _, bail};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};

struct Guest {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

fn main() -> anyhow::Result<std::process::ExitCode> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let engine = Engine::default();
    match &args[..] {
        ["compile", component, code] => {
            let compiled = engine.precompile_component(&std::fs::read(component)?)?;
            std::fs::write(code, compiled).context("failed to write the code")?;
            Ok(0.into())
        }
        ["run", code, guest_args @ ..] => Ok(start(&engine, code, guest_args)?.into()),
        _ => bail!("`compile COMPONENT CODE` or `run CODE [ARGS]`"),
    }
}

fn start(engine: &Engine, code: &str, args: &[&str]) -> anyhow::Result<u8> {
    #[expect(unsafe_code, reason = "the benchmark has just compiled it")]
    // SAFETY: the file is what `compile` wrote.
    let component = unsafe { Component::deserialize_file(engine, code) }?;
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    let wasi = WasiCtx::builder()
        .inherit_stdio()
        .arg(code)
        .args(args)
        .build();
    let table = ResourceTable::new();
    let mut store = Store::new(engine, Guest { wasi, table });
    let command = Command::instantiate(&mut store, &component, &linker)?;
    match command.wasi_cli_run().call_run(&mut store) {
        Ok(Ok(())) => Ok(0),
        Ok(Err(())) => Ok(1),
        Err(error) => match error.downcast_ref() {
            Some(I32Exit(code)) => Ok(u8::try_from(*code)?),
            None => Err(error.into()),
        },
    }
}
