//! The versions of what the proofs' projects depend on: one lock file for all of them, `fixtures/ports/Cargo.lock`,
//! so that what is published tomorrow changes no proof. A project starts with a copy of it, and cargo takes out what
//! the project hasn't got. `BLESS=1` writes it anew, from the projects as they were resolved.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::project;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
/// A package as lock files know it: its name and its version.
type Id = (String, String);

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/ports/Cargo.lock")
}

/// Gives a project that has none the lock file of all.
pub(crate) fn start_with(folder: &Path) -> Result<()> {
    let lock = folder.join("Cargo.lock");
    if !lock.exists() && std::env::var_os("BLESS").is_none() {
        fs::copy(file(), lock)?;
    }
    Ok(())
}

/// Writes the lock file of all, out of those of the projects that are there.
pub(crate) fn write() -> Result<()> {
    let mut packages: BTreeMap<Id, toml::Table> = BTreeMap::new();
    for project in fs::read_dir(project::scratch().join("projects"))? {
        let lock = project?.path().join("Cargo.lock");
        let Ok(text) = fs::read_to_string(&lock) else {
            continue;
        };
        packages.extend(registered(&toml::from_str(&text)?));
    }
    let text = toml::to_string(&toml::Table::from_iter([
        ("version".to_owned(), 4.into()),
        (
            "package".to_owned(),
            packages.into_values().collect::<Vec<_>>().into(),
        ),
    ]))?;
    let head =
        "# Written by `BLESS=1 cargo test -p wasify --test ports`; see tests/ports/locked.rs.\n";
    fs::write(file(), head.to_owned() + &text)?;
    Ok(())
}

/// The packages of a lock file that come from the registry, with the versions of their dependencies spelt out:
/// there will be others of the same name.
fn registered(lock: &toml::Table) -> BTreeMap<Id, toml::Table> {
    let none = Vec::new();
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let tables = packages.unwrap_or(&none).iter();
    let tables: Vec<&toml::Table> = tables.filter_map(toml::Value::as_table).collect();
    let id = |table: &toml::Table| -> Option<Id> {
        let text = |key: &str| table.get(key)?.as_str().map(str::to_owned);
        Some((text("name")?, text("version")?))
    };
    let known: BTreeSet<Id> = tables.iter().filter_map(|table| id(table)).collect();
    let spelt = |word: &str| -> String {
        let mut parts = word.split(' ');
        let name = parts.next().unwrap_or(word);
        let mut versions = known.iter().filter(|(known, _)| known == name);
        let version = parts.next().map(str::to_owned);
        match version.or_else(|| versions.next().map(|(_, version)| version.clone())) {
            Some(version) => format!("{name} {version}"),
            None => word.to_owned(),
        }
    };
    let from_registry = tables.iter().filter(|table| table.contains_key("source"));
    from_registry
        .filter_map(|table| {
            let mut table = (*table).clone();
            if let Some(words) = table
                .get_mut("dependencies")
                .and_then(toml::Value::as_array_mut)
            {
                for word in words {
                    *word = spelt(word.as_str().unwrap_or_default()).into();
                }
            }
            Some((id(&table)?, table))
        })
        .collect()
}
