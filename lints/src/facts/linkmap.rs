//! The linker's map: which object file, hence which crate, every function comes from.

/// The object each defined function comes from, in the order of function indices.
#[derive(Debug, Default)]
pub(crate) struct LinkMap<'a> {
    functions: Vec<Entry<'a>>,
}

#[derive(Debug, Clone, Copy)]
struct Entry<'a> {
    object: &'a str,
    symbol: &'a str,
}

/// What kind of file an object came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin<'a> {
    /// The toolchain's Rust libraries: the crate's name.
    Toolchain(&'a str),
    /// wasi-libc and its start files.
    Libc,
    /// An rlib, or an object of the crate being linked: the file's stem, hash included.
    Crate(&'a str),
    /// Made by the linker itself.
    Linker,
}

impl<'a> LinkMap<'a> {
    /// Reads a map in the format of `wasm-ld -Map`. Lines that don't follow it are passed over.
    pub(crate) fn parse(text: &'a str) -> Self {
        let mut functions = Vec::new();
        let mut in_code = false;
        for line in text.lines() {
            // Address, offset and size take fixed columns; then `Out`, `In` and `Symbol` are told
            // apart by their indentation of 1, 9 and 17.
            let Some(rest) = line.get(26..) else { continue };
            let depth = rest.len() - rest.trim_start().len();
            match depth {
                0 | 1 => in_code = rest.trim_start() == "CODE",
                9 if in_code => {
                    let rest = rest.trim_start();
                    let Some(place) = rest.rfind(":(") else {
                        continue;
                    };
                    let symbol = rest[place + 2..]
                        .strip_suffix(')')
                        .unwrap_or(&rest[place + 2..]);
                    functions.push(Entry {
                        object: &rest[..place],
                        symbol,
                    });
                }
                _ => {}
            }
        }
        LinkMap { functions }
    }

    /// The object of the defined function with this place in the code section, when the map agrees that
    /// it is the function with this symbol.
    pub(crate) fn object(&self, defined: usize, symbol: Option<&str>) -> Option<&'a str> {
        let entry = self.functions.get(defined)?;
        let same = symbol.is_none_or(|symbol| symbol == entry.symbol);
        same.then_some(entry.object)
    }

    /// The origin of the defined function with this place in the code section, when the map agrees
    /// that it is the function with this symbol.
    pub(crate) fn origin(&self, defined: usize, symbol: Option<&str>) -> Option<Origin<'a>> {
        self.object(defined, symbol).map(origin)
    }
}

/// What an object's path tells of where it comes from.
pub(crate) fn origin(object: &str) -> Origin<'_> {
    if object == "<internal>" {
        return Origin::Linker;
    }
    let file = match object.find(".rlib(") {
        Some(end) => &object[..end],
        None => object,
    };
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    if file.contains("self-contained") || name.contains("libc.a(") || name.starts_with("crt1") {
        return Origin::Libc;
    }
    if file.contains("/rustlib/") || file.contains("\\rustlib\\") {
        let stem = name.strip_prefix("lib").unwrap_or(name);
        return Origin::Toolchain(stem.split('-').next().unwrap_or(stem));
    }
    Origin::Crate(name.split('.').next().unwrap_or(name))
}
