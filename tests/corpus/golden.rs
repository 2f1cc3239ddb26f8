//! `golden.toml`: what each application is for.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    application: Vec<Golden>,
}

/// An application, and the commands that it is for.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Golden {
    #[serde(rename = "crate")]
    pub(crate) name: String,
    /// The program's name, without a suffix.
    pub(crate) binary: String,
    #[serde(default)]
    pub(crate) command: Vec<Command>,
    /// Why nothing that it is for can be had on WASI.
    #[serde(default)]
    pub(crate) no_use: Option<String>,
}

/// One use of it; `golden.toml` explains the keys.
#[derive(Deserialize, Serialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Command {
    pub(crate) args: Vec<String>,
    #[serde(default)]
    pub(crate) first: Vec<Vec<String>>,
    #[serde(default)]
    pub(crate) stdin: String,
    /// A file of the sample that is its standard input.
    #[serde(default)]
    pub(crate) stdin_from: Option<String>,
    #[serde(default)]
    pub(crate) env: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) unordered: bool,
    #[serde(default)]
    pub(crate) only: Option<String>,
    /// A file whose content is not compared: it has times in it.
    #[serde(default)]
    pub(crate) but: Option<String>,
    #[serde(default)]
    pub(crate) get: Vec<String>,
    // What rows were made of before these were known stays the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) say: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hear: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pour: Option<String>,
    #[serde(default)]
    pub(crate) limit: Option<String>,
}

impl Command {
    /// Whether it goes on until it is stopped.
    pub(crate) fn serves(&self) -> bool {
        !self.get.is_empty() || !self.say.is_empty() || self.pour.is_some()
    }

    /// As somebody would type it.
    pub(crate) fn shown(&self) -> String {
        let word = |arg: &String| match arg.contains([' ', '"', '$', '|', '*']) {
            true => format!("'{arg}'"),
            false => arg.clone(),
        };
        let words: Vec<String> = self.args.iter().map(word).collect();
        words.join(" ")
    }
}

/// All of them, as they stand in the file.
pub(crate) fn all() -> Vec<Golden> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/golden.toml");
    let table: Table = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    for golden in &table.application {
        assert_ne!(
            golden.command.is_empty(),
            golden.no_use.is_none(),
            "{}: commands, or why there are none",
            golden.name
        );
    }
    table.application
}
