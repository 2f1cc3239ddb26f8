//! `corpus.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    application: Vec<Application>,
}

/// A published application, and which packages of it don't build.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Application {
    #[serde(rename = "crate")]
    pub(crate) name: String,
    pub(crate) version: String,
    /// Package and cause.
    #[serde(default)]
    pub(crate) fails: BTreeMap<String, String>,
    /// Whether cargo finds no set of versions at all.
    #[serde(default)]
    pub(crate) unresolved: bool,
}

impl Application {
    /// Whether it builds as it is.
    pub(crate) fn builds(&self) -> bool {
        self.fails.is_empty() && !self.unresolved
    }
}

/// All of them, as they stand in the file.
pub(crate) fn all() -> Vec<Application> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/corpus.toml");
    let table: Table = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    table.application
}
