use anyhow::anyhow;
use taplo_common::environment::Environment;

use crate::{args::LspCommand, Taplo};

impl<E: Environment> Taplo<E> {
    pub async fn execute_lsp(&mut self, _: LspCommand) -> Result<(), anyhow::Error> {
        Err(anyhow!("there is no language server on WASI"))
    }
}
