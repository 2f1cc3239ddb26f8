//! What a binary shows to the outside.

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A component, with core modules inside.
    Component,
    /// A core module.
    Module,
}

impl Kind {
    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Component => "component",
            Kind::Module => "module",
        }
    }
}

/// What a binary shows to the outside. Every list is sorted by name.
#[derive(Debug, Clone)]
pub struct Surface {
    /// Component or core module.
    pub kind: Kind,
    /// The file's size in bytes.
    pub bytes: u64,
    /// The highest WASI version it imports: `0.2.6` and the like, `preview1` or `unstable` for core
    /// modules, `None` when it imports no WASI at all.
    pub wasi: Option<String>,
    /// What it wants from the host.
    pub imports: Vec<Interface>,
    /// What it offers.
    pub exports: Vec<Export>,
    /// The `producers` sections, of all modules.
    pub producers: Vec<Producer>,
    /// The memory of the main core module.
    pub memory: Option<Memory>,
    /// The sections of all modules, by size.
    pub sections: Vec<Section>,
    /// The core modules inside, the file itself when it is one.
    pub modules: Vec<ModuleSummary>,
    /// Instructions of the withdrawn exception-handling encoding (`try`, `catch`, `rethrow`).
    pub legacy_exceptions: u32,
}

/// An imported interface (`wasi:filesystem/types`) or core module name (`env`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interface {
    /// Without the version.
    pub name: String,
    /// The version after `@`, when there is one.
    pub version: Option<String>,
    /// The functions of it that a core module imports, sorted.
    pub functions: Vec<ImportedFunction>,
}

/// A function of an imported interface.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImportedFunction {
    /// As in the interface: `[method]descriptor.read-via-stream`.
    pub name: String,
    /// Whether a path leads to it from an export.
    pub called: bool,
}

/// An exported item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Export {
    /// With its version: `wasi:cli/run@0.2.0`.
    pub name: String,
    /// `function`, `instance`, `memory`, `table`, `global`, `component`, `module` or `type`.
    pub kind: String,
}

/// A row of a `producers` section.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Producer {
    /// `language`, `processed-by` or `sdk`.
    pub field: String,
    /// For example `rustc`.
    pub name: String,
    /// For example `1.95.0 (59807616e 2026-04-14)`; may be empty.
    pub version: String,
}

/// A linear memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// In pages of 64 KiB.
    pub initial_pages: u64,
    /// In pages of 64 KiB; `None` when it may grow without a limit of its own.
    pub maximum_pages: Option<u64>,
    /// Whether it is shared between threads.
    pub shared: bool,
    /// Whether addresses have 64 bits.
    pub memory64: bool,
}

/// A section's size, added up over all modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// `code`, `data`, `custom name`, `custom .debug_info` and so on.
    pub name: String,
    /// In bytes, headers not counted.
    pub bytes: u64,
}

/// A core module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleSummary {
    /// Its place: `module`, or `component/module[0]`.
    pub path: String,
    /// In bytes.
    pub bytes: u64,
    /// How many functions it defines.
    pub functions: u32,
}
