//! What a link found nowhere: every missing symbol, with the objects and crates that want it.

use std::collections::{BTreeMap, BTreeSet};

use super::crates::Role;
use super::graph::Node;
use super::linkmap::{LinkMap, Origin, origin};
use super::packages::Packages;
use super::program::{Context, Program};
use super::{names, read};
use crate::Error;
use crate::finding::Package;

/// The module from which a linker imports what it has found nowhere.
const NOWHERE: &str = "env";

/// A symbol that no object and no library of a link has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingSymbol {
    /// As the linker knows it.
    pub symbol: String,
    /// As people know it: demangled.
    pub name: String,
    /// Whether it is a function, and not data.
    pub function: bool,
    /// Who wants it, sorted.
    pub wanted_by: Vec<Wanting>,
}

/// An object that refers to a missing symbol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanting {
    /// Whose code it is; `None` when the object is of no package of the build.
    pub package: Option<Package>,
    /// The object's path, as the linker gives it: `/t/libdep-0c8e4e0a.rlib(lock.o)`.
    pub object: String,
}

/// The module that was linked in spite of what is missing, which is imported.
#[derive(Debug, Clone, Copy)]
pub struct Unlinked<'a> {
    /// Its bytes, linked with relocations.
    pub module: &'a [u8],
    /// The linker's map of it.
    pub link_map: &'a str,
}

/// Reads what is missing out of what the linker `said`, and out of the module, when there is one: it
/// knows whose code is compiled into the object of another crate. Sorted by name.
///
/// # Errors
/// The module can't be read.
pub fn missing_symbols(
    said: &str,
    unlinked: Option<Unlinked<'_>>,
    packages: &Packages,
) -> Result<Vec<MissingSymbol>, Error> {
    let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (object, symbol) in said.lines().filter_map(undefined) {
        wanted.entry(symbol).or_default().insert(object);
    }
    let map = unlinked.map(|unlinked| LinkMap::parse(unlinked.link_map));
    let map = map.unwrap_or_default();
    let callers = match unlinked {
        Some(unlinked) => callers(unlinked.module, &map, packages)?,
        None => BTreeMap::new(),
    };
    for (symbol, callers) in &callers {
        // A function that is declared as an import of `env` is no undefined symbol to the linker.
        let objects = wanted.entry(symbol).or_default();
        if objects.is_empty() {
            objects.extend(callers.iter().map(|(object, _)| *object));
        }
    }
    let known = unlinked.is_some();
    let mut missing: Vec<MissingSymbol> = wanted
        .into_iter()
        .map(|(symbol, objects)| MissingSymbol {
            symbol: symbol.to_owned(),
            name: names::demangle(symbol).into_owned(),
            function: !known || callers.contains_key(symbol),
            wanted_by: wanting(&objects, callers.get(symbol), packages),
        })
        .collect();
    missing.sort_by(|a, b| (&a.name, &a.symbol).cmp(&(&b.name, &b.symbol)));
    Ok(missing)
}

/// `rust-lld: error: OBJECT: undefined symbol: SYMBOL`: the object and the symbol.
fn undefined(line: &str) -> Option<(&str, &str)> {
    let (before, symbol) = line.trim_end().rsplit_once(": undefined symbol: ")?;
    let starts = ["error: ", "warning: "];
    let object = starts
        .iter()
        .find_map(|start| Some(before.split_once(start)?.1))?;
    Some((object, symbol))
}

/// The functions that refer to each import from nowhere: the object each was compiled into, and whose
/// code it is.
type Callers<'a> = BTreeMap<&'a str, BTreeSet<(&'a str, Option<Package>)>>;

fn callers<'a>(
    module: &'a [u8],
    map: &LinkMap<'a>,
    packages: &Packages,
) -> Result<Callers<'a>, Error> {
    let mut callers = Callers::new();
    let Some(module) = read::read(module)?.modules.into_iter().next() else {
        return Ok(callers);
    };
    let context = Context {
        map,
        packages,
        texts: &[],
    };
    let program = Program::new(module, &context)?;
    for (import, at) in program.module.imports.iter().zip(0..) {
        if import.module != NOWHERE {
            continue;
        }
        let callers = callers.entry(import.name).or_default();
        for user in program.graph.users_of(at) {
            let object = object(&program, map, *user);
            callers.extend(object.map(|object| (object, author(&program, *user, at))));
        }
    }
    Ok(callers)
}

fn object<'a>(program: &Program<'a>, map: &LinkMap<'a>, function: Node) -> Option<&'a str> {
    let defined = (function as usize).checked_sub(program.module.imports.len())?;
    let symbol = program.symbols.get(function as usize).copied().flatten();
    map.object(defined, symbol)
}

/// Whose code refers to `to`: the function itself, or what was inlined into it there.
fn author(program: &Program<'_>, function: Node, to: Node) -> Option<Package> {
    let frames = program.frames(function, to);
    let inlined = frames.last().and_then(|frame| frame.symbol.as_deref());
    inlined
        .and_then(|symbol| program.crates.of_symbol(symbol))
        .or_else(|| program.crate_of(function))
        .filter(|found| found.role != Role::Toolchain)
        .map(|found| found.package.clone())
}

/// Who wants a symbol, of the objects that refer to it.
fn wanting(
    objects: &BTreeSet<&str>,
    callers: Option<&BTreeSet<(&str, Option<Package>)>>,
    packages: &Packages,
) -> Vec<Wanting> {
    let mut all = BTreeSet::new();
    for object in objects {
        let authors: BTreeSet<&Package> = callers
            .into_iter()
            .flatten()
            .filter(|(of, _)| of == object)
            .filter_map(|(_, author)| author.as_ref())
            .collect();
        let wanting = |package: Option<Package>| Wanting {
            package,
            object: (*object).to_owned(),
        };
        if authors.is_empty() {
            all.insert(wanting(package_of(object, packages)));
        } else {
            all.extend(
                authors
                    .into_iter()
                    .map(|author| wanting(Some(author.clone()))),
            );
        }
    }
    all.into_iter().collect()
}

/// The package that an object was made for.
fn package_of(object: &str, packages: &Packages) -> Option<Package> {
    let toolchain = |name: &str| Package {
        name: name.to_owned(),
        version: None,
    };
    match origin(object) {
        Origin::Crate(stem) => packages
            .of_file(stem)
            .or_else(|| packages.of_build_script(object))
            .cloned(),
        Origin::Toolchain(name) => Some(toolchain(name)),
        Origin::Libc => Some(toolchain("wasi-libc")),
        Origin::Linker => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_linker_says() {
        let mut packages = Packages::default();
        let package = |name: &str| Package {
            name: name.to_owned(),
            version: Some("1.0.0".to_owned()),
        };
        packages.add("app-1", "app", package("app"));
        packages.add("libdep-2", "dep", package("dep"));
        packages.add_build_script("/t/build/sys-3/out", package("sys"));
        let said = "rust-lld: error: /t/deps/app-1.a.b.rcgu.o: undefined symbol: fork\n\
                    rust-lld: warning: /t/deps/libdep-2.rlib(dep-2.c.rcgu.o): undefined symbol: fork\n\
                    rust-lld: error: /t/deps/libdep-2.rlib(dep-2.c.rcgu.o): undefined symbol: fork\n\
                    rust-lld: error: /t/build/sys-3/out/libz.a(z.o): undefined symbol: _ZN1a1b17h0123456789abcdefE\n\
                    rust-lld: error: /elsewhere/x.o: undefined symbol: y\n\
                    error: failed to invoke LLD: exit status: 1\n";
        let missing = missing_symbols(said, None, &packages).unwrap();
        let told: Vec<String> = missing
            .iter()
            .map(|missing| {
                let name = |wanting: &Wanting| match &wanting.package {
                    Some(package) => package.name.clone(),
                    None => wanting.object.clone(),
                };
                let by: Vec<String> = missing.wanted_by.iter().map(name).collect();
                format!("{}: {}", missing.name, by.join(", "))
            })
            .collect();
        assert_eq!(told, ["a::b: sys", "fork: app, dep", "y: /elsewhere/x.o"]);
    }
}
