//! Links that failed: what was missing, who wants it, and the modules that can be looked into all the
//! same.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use cargo_metadata::CompilerMessage;
use wasify_lints::facts::build::{BuildError, Stage};
use wasify_lints::facts::{MissingSymbol, Packages, Unlinked as Module, missing_symbols};
use wasify_lints::finding::Package;
use wasify_lints::missing;

use super::failure::Said;
use super::package_id;
use super::run::Ran;
use crate::ecosystem::{BuiltArtifact, Missing, MissingSymbols};
use crate::execute::shim::WitnessFiles;

/// A target whose link failed.
#[derive(Debug)]
pub(super) struct Unlinked {
    name: String,
    package: Package,
    library: bool,
    /// The name of the linker's output, without its ending.
    stem: String,
    files: WitnessFiles,
    /// What the linker said.
    said: String,
}

/// The links that failed in this run, and left something to go by.
pub(super) fn find(ran: &Ran) -> Vec<Unlinked> {
    ran.errors.iter().filter_map(unlinked).collect()
}

fn unlinked(message: &CompilerMessage) -> Option<Unlinked> {
    let diagnostic = &message.message;
    if !diagnostic.message.starts_with("linking with ") {
        return None;
    }
    let notes: Vec<&str> = diagnostic
        .children
        .iter()
        .map(|child| child.message.as_str())
        .collect();
    // The first note is the linker's command line.
    let output = notes.iter().find_map(|note| output_of(note))?;
    let files = WitnessFiles::of_unlinked(&output)?;
    // Where wasify was not the linker, there is what rustc passes on of its words.
    let said = match fs::read(&files.undefined) {
        Ok(said) => String::from_utf8_lossy(&said).into_owned(),
        Err(_) => notes.join("\n"),
    };
    Some(Unlinked {
        name: message.target.name.clone(),
        package: package_id::package(&message.package_id),
        library: message.target.is_cdylib(),
        stem: output.file_stem()?.to_string_lossy().into_owned(),
        files,
        said,
    })
}

/// What follows `"-o"` in a command line whose words rustc writes as Rust does.
fn output_of(line: &str) -> Option<PathBuf> {
    let (_, rest) = line.split_once("\"-o\" \"")?;
    let mut path = String::new();
    let mut chars = rest.chars();
    loop {
        match chars.next()? {
            '"' => return Some(path.into()),
            '\\' => path.push(chars.next()?),
            c => path.push(c),
        }
    }
}

impl Unlinked {
    /// The module that can't run, for the inspection.
    pub(super) fn module(&self) -> Option<BuiltArtifact> {
        let there = self.files.module.exists() && self.files.map.exists();
        there.then(|| BuiltArtifact {
            name: self.name.clone(),
            package: self.package.clone(),
            path: self.files.module.clone(),
            witness: Some(self.files.module.clone()),
            link_map: Some(self.files.map.clone()),
            linked: false,
            library: self.library,
            default_run: false,
            stubbed: Vec::new(),
        })
    }

    fn missing(&self, packages: &Packages) -> anyhow::Result<Vec<MissingSymbol>> {
        let module = self.module().map(|_| fs::read(&self.files.module));
        let map = fs::read(&self.files.map).unwrap_or_default();
        let map = String::from_utf8_lossy(&map);
        let module = module.transpose().context("failed to read the module")?;
        let module = module.as_deref().map(|module| Module {
            module,
            link_map: &map,
        });
        Ok(missing_symbols(&self.said, module, packages)?)
    }
}

/// Tells whose the programs are, and the files that build scripts wrote.
pub(super) fn add_to(packages: &mut Packages, ran: &Ran, unlinked: &[Unlinked]) {
    for script in &ran.scripts {
        let package = package_id::package(&script.package_id);
        packages.add_build_script(script.out_dir.as_str(), package);
    }
    for failed in unlinked {
        let crate_name = failed.name.replace('-', "_");
        packages.add(&failed.stem, &crate_name, failed.package.clone());
        packages.add_program(failed.package.clone());
    }
}

/// What was missing from the links of each package, by the crates that want it. The package's first error
/// says so in short.
pub(super) fn missing(
    said: &mut Said,
    unlinked: &[Unlinked],
    packages: &Packages,
) -> anyhow::Result<BTreeMap<Package, Vec<MissingSymbols>>> {
    let mut of_packages = BTreeMap::new();
    for failure in &mut said.failures {
        let links = unlinked
            .iter()
            .filter(|link| link.package == failure.package);
        let mut by_crate = BTreeMap::new();
        for link in links.filter(|_| failure.stage == Stage::Link) {
            let missing = link
                .missing(packages)
                .with_context(|| format!("failed to read what the link of `{}` left", link.name))?;
            group(missing, &mut by_crate)?;
        }
        let missing: Vec<MissingSymbols> = by_crate
            .into_iter()
            .map(|(package, symbols)| MissingSymbols {
                dependency_path: package.iter().cloned().collect(),
                package,
                symbols: symbols.into_values().collect(),
            })
            .collect();
        if !missing.is_empty() {
            let short = BuildError {
                code: None,
                message: in_short(&missing),
                location: None,
            };
            failure.errors.insert(0, short);
            of_packages.insert(failure.package.clone(), missing);
        }
    }
    Ok(of_packages)
}

type ByCrate = BTreeMap<Option<Package>, BTreeMap<String, Missing>>;

fn group(missing: Vec<MissingSymbol>, by_crate: &mut ByCrate) -> anyhow::Result<()> {
    for symbol in missing {
        let family = missing::family(&symbol.symbol).context("failed to read the table")?;
        // Nobody is known to want it only where a table of functions does.
        if symbol.wanted_by.is_empty() {
            let symbols = by_crate.entry(None).or_default();
            symbols.insert(symbol.name.clone(), one(&symbol, family));
        }
        for wanting in &symbol.wanted_by {
            let symbols = by_crate.entry(wanting.package.clone()).or_default();
            let entry = symbols.entry(symbol.name.clone());
            let objects = &mut entry.or_insert_with(|| one(&symbol, family)).objects;
            if !objects.contains(&wanting.object) {
                objects.push(wanting.object.clone());
                objects.sort();
            }
        }
    }
    Ok(())
}

fn one(symbol: &MissingSymbol, family: Option<&'static missing::Family>) -> Missing {
    Missing {
        symbol: symbol.symbol.clone(),
        name: symbol.name.clone(),
        function: symbol.function,
        reason: family.map(|family| family.reason.as_str()),
        objects: Vec::new(),
    }
}

/// `3 functions are missing: `a`, `b` and `c``.
fn in_short(missing: &[MissingSymbols]) -> String {
    /// More than these are counted.
    const SHOWN: usize = 3;
    let mut all: Vec<(&str, bool)> = missing
        .iter()
        .flat_map(|of_crate| &of_crate.symbols)
        .map(|symbol| (symbol.name.as_str(), symbol.function))
        .collect();
    all.sort_unstable();
    all.dedup();
    let functions = all.iter().all(|(_, function)| *function);
    let (one, more) = if functions {
        ("a function is missing", "functions are missing")
    } else {
        ("a symbol is missing", "symbols are missing")
    };
    let quoted = |(name, _): &(&str, bool)| format!("`{name}`");
    match &all[..] {
        [name] => format!("{one}: {}", quoted(name)),
        names => {
            let shown = names.len().min(if names.len() == SHOWN + 1 {
                SHOWN + 1
            } else {
                SHOWN
            });
            let list: Vec<String> = names[..shown].iter().map(quoted).collect();
            let count = names.len();
            match count - shown {
                0 => format!("{count} {more}: {}", list.join(", ")),
                rest => format!("{count} {more}: {} and {rest} more", list.join(", ")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_in_rustcs_command_line() {
        let line = r#" "wasm-component-ld" "-flavor" "wasm" "-o" "C:\\t \"x\"\\a-1.wasm" "-O0""#;
        assert_eq!(output_of(line), Some(r#"C:\t "x"\a-1.wasm"#.into()));
        assert_eq!(output_of("no output"), None);
    }

    #[test]
    fn many_are_counted() {
        let missing = |names: &[&str]| {
            let symbols = names.iter().map(|name| Missing {
                symbol: (*name).to_owned(),
                name: (*name).to_owned(),
                function: *name != "data",
                reason: None,
                objects: Vec::new(),
            });
            in_short(&[MissingSymbols {
                package: None,
                dependency_path: Vec::new(),
                symbols: symbols.collect(),
            }])
        };
        assert_eq!(missing(&["a"]), "a function is missing: `a`");
        assert_eq!(
            missing(&["a", "data"]),
            "2 symbols are missing: `a`, `data`"
        );
        assert_eq!(
            missing(&["a", "b", "c", "d"]),
            "4 functions are missing: `a`, `b`, `c`, `d`"
        );
        assert_eq!(
            missing(&["a", "b", "c", "d", "e"]),
            "5 functions are missing: `a`, `b`, `c` and 2 more"
        );
    }
}
