//! Source lines from DWARF.

use addr2line::Context;
use gimli::{EndianSlice, LittleEndian};

use crate::finding::Location;

type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// The line tables of a module.
pub(crate) struct Lines<'a> {
    context: Context<Slice<'a>>,
}

/// A function as the line tables know it: one that has code, or was inlined into one.
#[derive(Debug)]
pub(crate) struct Inlined {
    /// Its linker symbol.
    pub(crate) symbol: Option<String>,
    /// Where in it the instruction is, or the call of the next one.
    pub(crate) location: Location,
}

impl std::fmt::Debug for Lines<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}

impl<'a> Lines<'a> {
    /// Reads the sections; `None` when there are none, or when they are broken: DWARF is an extra.
    pub(crate) fn read(sections: &[(&str, &'a [u8])]) -> Option<Self> {
        sections.iter().find(|(name, _)| *name == ".debug_line")?;
        let load = |id: gimli::SectionId| {
            let found = sections.iter().find(|(name, _)| *name == id.name());
            let bytes = found.map_or(&[][..], |(_, bytes)| *bytes);
            Ok::<_, gimli::Error>(EndianSlice::new(bytes, LittleEndian))
        };
        let dwarf = gimli::Dwarf::load(load).ok()?;
        Some(Lines {
            context: Context::from_dwarf(dwarf).ok()?,
        })
    }

    /// What an instruction at this offset in the code section belongs to, the function that has the
    /// code first, then those inlined into it down to the innermost; the toolchain's own left out.
    pub(crate) fn frames(&self, at: u64) -> Vec<Inlined> {
        let mut found = Vec::new();
        let Ok(mut frames) = self.context.find_frames(at).skip_all_loads() else {
            return found;
        };
        while let Ok(Some(frame)) = frames.next() {
            let Some(file) = frame.location.as_ref().and_then(|place| place.file) else {
                continue;
            };
            if is_toolchain(file) {
                continue;
            }
            let symbol = frame
                .function
                .as_ref()
                .and_then(|function| function.raw_name().ok());
            let place = frame.location.as_ref();
            let one_based = |number: Option<u32>| number.filter(|number| *number > 0);
            found.push(Inlined {
                symbol: symbol.map(|symbol| symbol.into_owned()),
                location: Location {
                    file: short_path(file).to_owned(),
                    line: one_based(place.and_then(|place| place.line)),
                    column: one_based(place.and_then(|place| place.column)),
                },
            });
        }
        found.reverse();
        found
    }
}

/// Whether a recorded path is in the toolchain's own sources.
fn is_toolchain(file: &str) -> bool {
    file.starts_with("/rustc/") || file.contains("/rustlib/src/rust/library/")
}

/// A path in the registry's sources as `name-version/src/file.rs`; others stay as they are.
pub(crate) fn short_path(file: &str) -> &str {
    let marker = "/registry/src/";
    match file.find(marker) {
        Some(at) => {
            let rest = &file[at + marker.len()..];
            rest.split_once('/').map_or(file, |(_, rest)| rest)
        }
        None => file,
    }
}
