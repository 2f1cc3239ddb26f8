//! Why a C function is missing from every library of the target, where that is known.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::Error;

const FILE: &str = "missing-symbols.toml";

/// Symbols that are missing for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Family {
    /// `file-locks`.
    pub id: String,
    /// Why nobody has them, in one line that can follow their names.
    pub reason: String,
    /// The symbols; one that ends in `*` stands for all that begin so.
    pub symbols: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    family: Vec<Family>,
}

impl Family {
    fn has(&self, symbol: &str) -> bool {
        self.symbols
            .iter()
            .any(|pattern| match pattern.strip_suffix('*') {
                Some(start) => symbol.starts_with(start),
                None => symbol == pattern,
            })
    }
}

/// All families, in the order of the file.
///
/// # Errors
/// The embedded file does not follow the format; its test keeps that from being released.
pub fn families() -> Result<&'static [Family], Error> {
    static FAMILIES: OnceLock<Vec<Family>> = OnceLock::new();
    if let Some(families) = FAMILIES.get() {
        return Ok(families);
    }
    let text = include_str!("../missing-symbols.toml");
    let file: File = toml::from_str(text).map_err(|error| Error::Rule {
        file: FILE.to_owned(),
        message: error.to_string(),
    })?;
    Ok(FAMILIES.get_or_init(|| file.family))
}

/// The family of a symbol.
///
/// # Errors
/// As [`families`].
pub fn family(symbol: &str) -> Result<Option<&'static Family>, Error> {
    Ok(families()?.iter().find(|family| family.has(symbol)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_symbol_has_one_family() {
        let mut seen = BTreeSet::new();
        for symbol in families()
            .unwrap()
            .iter()
            .flat_map(|family| &family.symbols)
        {
            assert!(seen.insert(symbol), "{symbol} is there twice");
        }
        let id = |symbol| family(symbol).unwrap().map(|family| family.id.as_str());
        assert_eq!(id("flock"), Some("file-locks"));
        assert_eq!(id("_ZdlPvm"), Some("cpp"));
        assert_eq!(id("flocks"), None);
    }
}
