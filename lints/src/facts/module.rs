//! A core module as the one pass over the bytes leaves it: slices and indices, nothing decoded that
//! might not be needed.

use std::ops::Range;

use wasmparser::{LinkingSectionReader, RelocSectionReader};

/// A core module inside the file, or the file itself.
#[derive(Debug, Default)]
pub(crate) struct Module<'a> {
    /// Its place: `module`, or `component/module[0]`.
    pub(crate) path: String,
    /// Its size in bytes.
    pub(crate) bytes: u64,
    /// For every function type: its parameters and results, as an index of the first equal type.
    pub(crate) types: Vec<u32>,
    /// The imported functions, in index order.
    pub(crate) imports: Vec<Import<'a>>,
    /// The type of every function, imported ones first.
    pub(crate) function_types: Vec<u32>,
    /// The values of the immutable globals that are constants; linkers keep addresses in them.
    pub(crate) globals: Vec<Option<u32>>,
    /// Exported functions: name and function index.
    pub(crate) exports: Vec<(&'a str, u32)>,
    /// Whether it has or imports exception tags.
    pub(crate) tags: bool,
    /// The start function.
    pub(crate) start: Option<u32>,
    /// The functions in element segments, with their slot where a table's is known.
    pub(crate) elements: Vec<(Option<u32>, u32)>,
    /// Where the code section's contents start in the file.
    pub(crate) code_start: u64,
    /// The body of every defined function, with its place in the file.
    pub(crate) bodies: Vec<Body<'a>>,
    /// Where the data section's contents start in the file.
    pub(crate) data_start: u64,
    /// The data segments, in index order.
    pub(crate) data: Vec<Segment<'a>>,
    /// The content of the `name` section's function names.
    pub(crate) names: Vec<(u32, &'a str)>,
    /// The `linking` section, which only relocatable and `--emit-relocs` modules have.
    pub(crate) linking: Option<LinkingSectionReader<'a>>,
    /// The `reloc.*` sections.
    pub(crate) relocs: Vec<RelocSectionReader<'a>>,
    /// Index of the code section among all sections, as relocations count.
    pub(crate) code_section: Option<u32>,
    /// Index of the data section among all sections, as relocations count.
    pub(crate) data_section: Option<u32>,
    /// The `.debug_*` sections.
    pub(crate) debug: Vec<(&'a str, &'a [u8])>,
    /// How many sections have been seen.
    pub(crate) sections: u32,
}

/// An imported function.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Import<'a> {
    /// The module name: `wasi:cli/exit@0.2.6`, `env`.
    pub(crate) module: &'a str,
    /// The field name.
    pub(crate) name: &'a str,
}

/// A function's body.
#[derive(Debug, Clone)]
pub(crate) struct Body<'a> {
    /// Its bytes' place in the file.
    pub(crate) range: Range<u64>,
    /// Locals and instructions.
    pub(crate) code: wasmparser::FunctionBody<'a>,
}

/// A data segment.
#[derive(Debug, Clone)]
pub(crate) struct Segment<'a> {
    /// The address it is loaded at; `None` for passive segments and computed addresses.
    pub(crate) address: Option<u64>,
    /// Its content.
    pub(crate) bytes: &'a [u8],
    /// Its content's place in the file.
    pub(crate) range: Range<u64>,
}

impl Module<'_> {
    /// The functions that a C program begins with, by their export; names may be stripped.
    pub(crate) fn exported_mains(&self) -> impl Iterator<Item = u32> {
        self.exports
            .iter()
            .filter(|(name, _)| is_c_main(name))
            .map(|(_, function)| *function)
    }

    /// How many functions there are, imported ones included.
    pub(crate) fn function_count(&self) -> usize {
        self.imports.len() + self.bodies.len()
    }
}

/// Whether a symbol is one of those that clang and rustc give to C's `main`.
pub(crate) fn is_c_main(symbol: &str) -> bool {
    matches!(
        symbol,
        "main" | "__main_void" | "__main_argc_argv" | "__original_main"
    )
}
