//! Sums up what was read for people: imports by interface, sizes, the WASI version.

use std::collections::BTreeMap;

use super::crates::{Crate, Role};
use super::program::Program;
use super::read::Read;
use super::surface::{ImportedFunction, Interface, Kind, ModuleSummary, Section, Surface};

/// The core modules in the file.
pub(crate) fn modules(read: &Read<'_>) -> Vec<ModuleSummary> {
    read.modules
        .iter()
        .map(|module| ModuleSummary {
            path: module.path.clone(),
            bytes: module.bytes,
            functions: u32::try_from(module.bodies.len()).unwrap_or(u32::MAX),
        })
        .collect()
}

/// What the file shows to the outside. `read` has given its modules away; `programs` are made of
/// them or of the witness.
pub(crate) fn surface(
    bytes: u64,
    read: &Read<'_>,
    modules: Vec<ModuleSummary>,
    programs: &[Program<'_>],
) -> Surface {
    let imports = interfaces(read, programs);
    let largest = (0..modules.len()).max_by_key(|index| modules[*index].functions);
    let memory = read
        .memories
        .iter()
        .find(|(module, _)| Some(*module) == largest);
    let mut sections: Vec<Section> = read
        .sections
        .iter()
        .map(|(name, bytes)| Section {
            name: name.clone(),
            bytes: *bytes,
        })
        .collect();
    sections.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    Surface {
        kind: read.kind,
        bytes,
        wasi: wasi(&imports),
        imports,
        exports: read.exports.clone(),
        producers: read.producers.clone(),
        memory: memory.map(|(_, memory)| memory.clone()),
        sections,
        modules,
        legacy_exceptions: programs
            .iter()
            .map(|program| program.legacy_exceptions)
            .sum(),
    }
}

/// The imported interfaces: those a component names, with the functions that core modules import
/// from them; for a core module its import modules. What one module of a component provides to
/// another is no import of the file.
fn interfaces(read: &Read<'_>, programs: &[Program<'_>]) -> Vec<Interface> {
    let mut interfaces: BTreeMap<(String, Option<String>), BTreeMap<String, bool>> =
        BTreeMap::new();
    for name in &read.component_imports {
        let (name, version) = split_version(name);
        interfaces
            .entry((name.to_owned(), version.map(str::to_owned)))
            .or_default();
    }
    for program in programs {
        for (index, import) in (0u32..).zip(&program.module.imports) {
            let (name, version) = split_version(import.module);
            let called = program.reach.at_all(index);
            let known = match read.kind {
                Kind::Module => Some((name.to_owned(), version.map(str::to_owned))),
                // A core module may ask for 0.2.0 of what the component imports as 0.2.6.
                Kind::Component => interfaces.keys().find(|(known, _)| known == name).cloned(),
            };
            if let Some(key) = known {
                let functions = interfaces.entry(key).or_default();
                *functions.entry(import.name.to_owned()).or_default() |= called;
            }
        }
    }
    interfaces
        .into_iter()
        .map(|((name, version), functions)| Interface {
            name,
            version,
            functions: functions
                .into_iter()
                .map(|(name, called)| ImportedFunction { name, called })
                .collect(),
        })
        .collect()
}

/// Splits `wasi:cli/run@0.2.0` at its version.
pub(crate) fn split_version(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (name, None),
    }
}

/// The highest WASI version among the imports.
fn wasi(imports: &[Interface]) -> Option<String> {
    let versions = imports
        .iter()
        .filter(|import| import.name.starts_with("wasi:"));
    let highest = versions
        .filter_map(|import| import.version.clone())
        .max_by_key(|version| {
            let numbers = version
                .split(['.', '-', '+'])
                .map(|part| part.parse().unwrap_or(0));
            numbers.collect::<Vec<u64>>()
        });
    highest.or_else(|| {
        let has = |name: &str| imports.iter().any(|import| import.name == name);
        if has("wasi_snapshot_preview1") {
            Some("preview1".to_owned())
        } else if has("wasi_unstable") {
            Some("unstable".to_owned())
        } else {
            None
        }
    })
}

/// The crates of all modules, largest first; those without code left out.
pub(crate) fn crates(programs: &[Program<'_>]) -> Vec<Crate> {
    let mut merged: BTreeMap<_, Crate> = BTreeMap::new();
    for found in programs.iter().flat_map(|program| &program.crates.all) {
        let key = (found.package.clone(), found.role == Role::Toolchain);
        match merged.get_mut(&key) {
            Some(known) => {
                known.functions += found.functions;
                known.bytes += found.bytes;
            }
            None => {
                merged.insert(key, found.clone());
            }
        }
    }
    let mut crates: Vec<Crate> = merged
        .into_values()
        .filter(|found| found.functions > 0)
        .collect();
    crates.sort_by(|a, b| {
        b.bytes
            .cmp(&a.bytes)
            .then_with(|| a.package.cmp(&b.package))
    });
    crates
}

/// How many functions the programs define.
pub(crate) fn functions(programs: &[Program<'_>]) -> u32 {
    let count: usize = programs
        .iter()
        .map(|program| program.module.bodies.len())
        .sum();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// How many of the defined functions an entry leads to.
pub(crate) fn reachable(programs: &[Program<'_>]) -> u32 {
    let count: usize = programs
        .iter()
        .map(|program| {
            let imported = u32::try_from(program.module.imports.len()).unwrap_or(u32::MAX);
            (imported..program.functions())
                .filter(|node| program.reach.at_all(*node))
                .count()
        })
        .sum();
    u32::try_from(count).unwrap_or(u32::MAX)
}
