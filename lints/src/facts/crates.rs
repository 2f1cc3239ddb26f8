//! Which crate every function is from.

use std::collections::BTreeMap;

use super::image;
use super::linkmap::{LinkMap, Origin};
use super::module::Module;
use super::packages::Packages;
use crate::finding::Package;

/// Whose code a crate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The user's own.
    Own,
    /// A dependency.
    Dependency,
    /// The toolchain's: std, wasi-libc, the linker's stubs. Paths leave it out.
    Toolchain,
}

/// A crate with code in the binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crate {
    /// Its package; the version is known from the build or from paths in the data.
    pub package: Package,
    /// Whose code it is.
    pub role: Role,
    /// How many functions of it there are.
    pub functions: u32,
    /// Their size in bytes.
    pub bytes: u64,
}

/// Index of a crate in [`Crates::all`].
pub(crate) type CrateId = u16;

/// The crates, and the crate of every function.
#[derive(Debug, Default)]
pub(crate) struct Crates {
    pub(crate) all: Vec<Crate>,
    of: Vec<Option<CrateId>>,
    /// Where the user's own packages are, inner directories first.
    sources: Vec<(String, Package)>,
}

/// The crates that rustup ships for the target and that every program is linked with.
const TOOLCHAIN: &[&str] = &[
    "__rustc",
    "alloc",
    "compiler_builtins",
    "core",
    "panic_abort",
    "panic_unwind",
    "std",
    "std_detect",
];

impl Crates {
    /// The crate of a function.
    pub(crate) fn of(&self, function: u32) -> Option<&Crate> {
        let id = (*self.of.get(function as usize)?)?;
        self.all.get(usize::from(id))
    }

    /// The crate that a symbol names, of those with code.
    pub(crate) fn of_symbol(&self, symbol: &str) -> Option<&Crate> {
        let name = crate_of_symbol(symbol)?;
        self.all
            .iter()
            .find(|found| found.package.name.replace('-', "_") == name)
    }

    /// The crate of an inlined function: line tables may have its bare name alone, and then its file tells.
    pub(crate) fn of_inlined(&self, symbol: &str, file: &str) -> Option<&Crate> {
        self.of_symbol(symbol).or_else(|| self.of_source(file))
    }

    /// The crate whose source a file is, as the line tables name it.
    fn of_source(&self, file: &str) -> Option<&Crate> {
        let is = |name: &str, version: Option<&str>| {
            let mut all = self.all.iter();
            all.find(|found| {
                found.package.name == name && found.package.version.as_deref() == version
            })
        };
        if let Some((directory, package)) = self.source_of(file) {
            // A directory of dependencies may be below one of the user's own.
            if !file[directory.len()..].contains("/registry/") {
                return is(&package.name, package.version.as_deref());
            }
        }
        let (name, version) = package_of_folder(file.split('/').next()?)?;
        is(name, Some(version))
    }

    fn source_of(&self, file: &str) -> Option<&(String, Package)> {
        let inside = |directory: &str| {
            let rest = file.strip_prefix(directory);
            rest.is_some_and(|rest| rest.starts_with(['/', '\\']))
        };
        self.sources.iter().find(|(directory, _)| inside(directory))
    }

    /// A file of the user's own, from its package's directory; others as they are.
    pub(crate) fn relative<'f>(&self, file: &'f str) -> &'f str {
        match self.source_of(file) {
            Some((directory, _)) => file[directory.len()..].trim_start_matches(['/', '\\']),
            None => file,
        }
    }

    /// Gives every defined function of `module` its crate.
    pub(crate) fn new(
        module: &Module<'_>,
        symbols: &[Option<&str>],
        map: &LinkMap<'_>,
        packages: &Packages,
    ) -> Self {
        let rust = symbols
            .iter()
            .flatten()
            .any(|symbol| super::names::is_rust(symbol));
        let mut namer = Namer {
            packages,
            versions: versions(module),
            rust,
            crates: Crates::default(),
            ids: BTreeMap::new(),
        };
        namer.crates.sources = packages.sources();
        let imported = module.imports.len();
        namer.crates.of = vec![None; imported];
        for (defined, body) in module.bodies.iter().enumerate() {
            let symbol = symbols.get(imported + defined).copied().flatten();
            let id = namer.id(symbol, map.origin(defined, symbol));
            if let Some(found) = id.and_then(|id| namer.crates.all.get_mut(usize::from(id))) {
                found.functions += 1;
                found.bytes += body.range.end - body.range.start;
            }
            namer.crates.of.push(id);
        }
        namer.crates
    }
}

struct Namer<'a> {
    packages: &'a Packages,
    versions: BTreeMap<String, String>,
    rust: bool,
    crates: Crates,
    ids: BTreeMap<(Package, bool), CrateId>,
}

impl Namer<'_> {
    fn id(&mut self, symbol: Option<&str>, origin: Option<Origin<'_>>) -> Option<CrateId> {
        let named = symbol.and_then(crate_of_symbol);
        let (package, role) = self.package(named, origin)?;
        let key = (package, role == Role::Toolchain);
        if let Some(id) = self.ids.get(&key) {
            return Some(*id);
        }
        let id = CrateId::try_from(self.crates.all.len()).ok()?;
        self.crates.all.push(Crate {
            package: key.0.clone(),
            role,
            functions: 0,
            bytes: 0,
        });
        self.ids.insert(key, id);
        Some(id)
    }

    /// The crate that a name tells comes before the one whose object the code is in: generic code
    /// of a library is compiled into whoever uses it.
    fn package(&self, named: Option<&str>, origin: Option<Origin<'_>>) -> Option<(Package, Role)> {
        let toolchain = |name: &str| {
            Some((
                Package {
                    name: name.to_owned(),
                    version: None,
                },
                Role::Toolchain,
            ))
        };
        match (named, origin) {
            (Some(name), _) if TOOLCHAIN.contains(&name) => toolchain(name),
            (Some(name), Some(Origin::Toolchain(_) | Origin::Libc)) => toolchain(name),
            (None, Some(Origin::Toolchain(name))) => toolchain(name),
            (None, Some(Origin::Libc)) => toolchain("wasi-libc"),
            (None, Some(Origin::Linker)) => toolchain("linker"),
            (None, Some(Origin::Crate(stem))) => {
                let package = self.packages.of_file(stem)?;
                Some((package.clone(), self.role(&package.name.replace('-', "_"))))
            }
            (Some(name), Some(Origin::Crate(stem))) => {
                let package = self.packages.of_file(stem);
                let same = package.filter(|package| package.name.replace('-', "_") == name);
                Some((
                    same.cloned().unwrap_or_else(|| self.named(name)),
                    self.role(name),
                ))
            }
            (Some(name), _) => Some((self.named(name), self.role(name))),
            // In a Rust program without a map, unmangled names are wasi-libc's or a C library's.
            (None, None) if self.rust => toolchain("C"),
            (None, None) => None,
        }
    }

    fn named(&self, name: &str) -> Package {
        self.packages.of_crate(name).cloned().unwrap_or_else(|| {
            let (package, version) = match self.versions.get(name) {
                Some(version) => version.split_once(' ').unwrap_or((name, version)),
                None => {
                    return Package {
                        name: name.to_owned(),
                        version: None,
                    };
                }
            };
            Package {
                name: package.to_owned(),
                version: Some(version.to_owned()),
            }
        })
    }

    fn role(&self, name: &str) -> Role {
        if self.packages.is_own(name) {
            Role::Own
        } else {
            Role::Dependency
        }
    }
}

/// The crate a mangled Rust symbol starts with, read without demangling it: this is done for every
/// function.
pub(crate) fn crate_of_symbol(symbol: &str) -> Option<&str> {
    if let Some(path) = symbol.strip_prefix("_R") {
        return v0_root(path);
    }
    let path = symbol
        .strip_prefix("_ZN")
        .filter(|_| symbol.contains("17h"))?;
    let first = identifier(path)?;
    let Some(group) = first.strip_prefix("_$LT$") else {
        return Some(first);
    };
    // `<A as B>::c`: the crate of `A`, else that of `B`.
    let mut sides = group.split("$u20$as$u20$");
    sides
        .next()
        .and_then(legacy_head)
        .or_else(|| sides.next().and_then(legacy_head))
}

/// The first segment of a path in legacy mangling's escapes, as in `$RF$alloc..vec..Vec`.
fn legacy_head(path: &str) -> Option<&str> {
    let mut path = path;
    for skip in [
        "$RF$",
        "mut$u20$",
        "$BP$",
        "const$u20$",
        "dyn$u20$",
        "$u5b$",
        "$LP$",
        "_",
    ] {
        path = path.strip_prefix(skip).unwrap_or(path);
    }
    let (first, _) = path.split_once("..")?;
    let plain = !first.is_empty() && first.chars().all(|c| c.is_alphanumeric() || c == '_');
    plain.then_some(first)
}

/// A length and as many bytes.
fn identifier(text: &str) -> Option<&str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let length: usize = text[..digits].parse().ok()?;
    text.get(digits..digits.checked_add(length)?)
}

/// The crate root of a v0 path, by going down its leftmost path.
fn v0_root(path: &str) -> Option<&str> {
    let mut rest = path;
    loop {
        let tag = rest.bytes().next()?;
        rest = rest.get(1..)?;
        match tag {
            b'N' => rest = rest.get(1..)?,
            b'I' => {}
            b'M' | b'X' => rest = skip_disambiguator(rest),
            b'C' => {
                let rest = skip_disambiguator(rest);
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                let length: usize = rest[..digits].parse().ok()?;
                let name = rest.get(digits..)?;
                let name = name.strip_prefix('_').unwrap_or(name);
                return name.get(..length);
            }
            _ => return None,
        }
    }
}

fn skip_disambiguator(rest: &str) -> &str {
    match rest.strip_prefix('s').and_then(|rest| rest.split_once('_')) {
        Some((number, after)) if number.bytes().all(|b| b.is_ascii_alphanumeric()) => after,
        _ => rest,
    }
}

/// `crate_name` to `package version`, from the registry paths that panic locations leave in data.
fn versions(module: &Module<'_>) -> BTreeMap<String, String> {
    let marker = "/registry/src/";
    let mut versions = BTreeMap::new();
    for found in image::find(&module.data, &[marker]) {
        let rest = &found.rest[marker.len()..found.rest.len().min(256)];
        let mut parts = rest.split(|byte| *byte == b'/').skip(1);
        let Some(Ok(folder)) = parts.next().map(std::str::from_utf8) else {
            continue;
        };
        if let Some((name, version)) = package_of_folder(folder) {
            versions.insert(name.replace('-', "_"), format!("{name} {version}"));
        }
    }
    versions
}

/// Splits `fd-lock-4.0.4` into name and version.
pub(crate) fn package_of_folder(folder: &str) -> Option<(&str, &str)> {
    let version = |at: &usize| {
        let core = folder[at + 1..]
            .split(['-', '+'])
            .next()
            .unwrap_or_default();
        let mut parts = core.split('.');
        let number = |part: Option<&str>| part.is_some_and(|part| part.parse::<u64>().is_ok());
        number(parts.next()) && number(parts.next()) && number(parts.next())
    };
    let at = folder.match_indices('-').map(|(at, _)| at).find(version)?;
    Some((&folder[..at], &folder[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_read_from_mangled_symbols() {
        for (symbol, expected) in [
            ("_RNvNtCshXfaRvt2tfW_3std3env8temp_dir", Some("std")),
            (
                "_RNvXsW_NtNtCs9pv848UzQwQ_4core3fmt3nummNtB7_5Debug3fmt",
                Some("core"),
            ),
            ("_ZN5probe4main17h0123456789abcdefE", Some("probe")),
            (
                "_ZN66_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..ops..drop..Drop$GT$4drop17h0E",
                Some("alloc"),
            ),
            (
                "_ZN44_$LT$$RF$T$u20$as$u20$core..fmt..Display$GT$3fmt17h4bE",
                Some("core"),
            ),
            ("pthread_create", None),
            ("_ZN3foo3barEi", None),
        ] {
            assert_eq!(crate_of_symbol(symbol), expected, "{symbol}");
        }
    }

    #[test]
    fn folders_of_packages_are_split_at_the_version() {
        assert_eq!(
            package_of_folder("fd-lock-4.0.4"),
            Some(("fd-lock", "4.0.4"))
        );
        assert_eq!(
            package_of_folder("a-1b-0.1.0-rc.1"),
            Some(("a-1b", "0.1.0-rc.1"))
        );
        assert_eq!(package_of_folder("src"), None);
    }
}
