//! The one pass over the bytes: every core module inside, and what the file shows to the outside.

use std::collections::BTreeMap;

use wasmparser::{
    ComponentExternalKind, CompositeInnerType, ConstExpr, CustomSectionReader, DataKind,
    ElementItems, ElementKind, Encoding, ExportSectionReader, ExternalKind, ImportSectionReader,
    KnownCustom, Name, Operator, Parser, Payload, ProducersSectionReader, TypeRef,
};

use super::module::{Body, Import, Module, Segment};
use super::surface::{Export, Kind, Memory, Producer};
use crate::Error;

/// What one pass over a file gives.
#[derive(Debug)]
pub(crate) struct Read<'a> {
    pub(crate) kind: Kind,
    pub(crate) modules: Vec<Module<'a>>,
    /// The names that the outermost component imports.
    pub(crate) component_imports: Vec<&'a str>,
    pub(crate) exports: Vec<Export>,
    pub(crate) producers: Vec<Producer>,
    /// The memories of all modules: the module's index in `modules`, and the memory.
    pub(crate) memories: Vec<(usize, Memory)>,
    pub(crate) sections: BTreeMap<String, u64>,
}

/// Reads a component or core module.
pub(crate) fn read(bytes: &[u8]) -> Result<Read<'_>, Error> {
    check_magic(bytes)?;
    let mut reader = Reader::new();
    for payload in Parser::new(0).parse_all(bytes) {
        reader.payload(payload?)?;
    }
    reader.finish()
}

/// Tells what isn't WebAssembly from what is broken WebAssembly, by the first bytes alone.
pub(crate) fn check_magic(bytes: &[u8]) -> Result<(), Error> {
    if bytes.is_empty() {
        return Err(Error::Empty);
    }
    let start = &bytes[..bytes.len().min(4)];
    if b"\0asm".starts_with(start) {
        return Ok(());
    }
    let found = if start
        .iter()
        .all(|byte| byte.is_ascii_graphic() || *byte == b' ')
    {
        format!("the text `{}`", String::from_utf8_lossy(start))
    } else {
        let bytes: Vec<String> = start.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("the bytes `{}`", bytes.join(" "))
    };
    Err(Error::NotWasm { found })
}

/// What the parser is inside of, from the outermost inwards.
struct Level {
    encoding: Encoding,
    /// The index in `modules` when it is a core module.
    module: Option<usize>,
    path: String,
    /// Components and modules inside so far, for their paths.
    inner: (u32, u32),
}

struct Reader<'a> {
    levels: Vec<Level>,
    read: Read<'a>,
    kind: Option<Kind>,
}

impl<'a> Reader<'a> {
    fn new() -> Self {
        Reader {
            levels: Vec::new(),
            kind: None,
            read: Read {
                kind: Kind::Module,
                modules: Vec::new(),
                component_imports: Vec::new(),
                exports: Vec::new(),
                producers: Vec::new(),
                memories: Vec::new(),
                sections: BTreeMap::new(),
            },
        }
    }

    fn finish(mut self) -> Result<Read<'a>, Error> {
        self.read.kind = self.kind.ok_or(Error::Empty)?;
        self.read.exports.sort();
        self.read.exports.dedup();
        self.read.producers.sort();
        self.read.producers.dedup();
        Ok(self.read)
    }

    fn module(&mut self) -> Option<&mut Module<'a>> {
        let index = self.levels.last()?.module?;
        self.read.modules.get_mut(index)
    }

    fn outermost(&self) -> bool {
        self.levels.len() == 1
    }

    fn payload(&mut self, payload: Payload<'a>) -> Result<(), Error> {
        self.count_section(&payload);
        match payload {
            Payload::Version {
                encoding, range, ..
            } => self.enter(encoding, range.start),
            Payload::End(offset) => self.leave(offset),
            Payload::CustomSection(section) => self.custom(&section),
            Payload::ComponentImportSection(imports) if self.outermost() => {
                for import in imports {
                    self.read.component_imports.push(import?.name.name);
                }
            }
            Payload::ComponentExportSection(exports) if self.outermost() => {
                for export in exports {
                    let export = export?;
                    self.read.exports.push(Export {
                        name: export.name.name.to_owned(),
                        kind: component_kind(export.kind).to_owned(),
                    });
                }
            }
            other => self.module_payload(other)?,
        }
        Ok(())
    }

    fn enter(&mut self, encoding: Encoding, offset: u64) {
        let name = if encoding == Encoding::Module {
            "module"
        } else {
            "component"
        };
        let path = match self.levels.last_mut() {
            None => name.to_owned(),
            Some(outer) => {
                let count = if encoding == Encoding::Module {
                    &mut outer.inner.1
                } else {
                    &mut outer.inner.0
                };
                *count += 1;
                format!("{}/{name}[{}]", outer.path, *count - 1)
            }
        };
        self.kind.get_or_insert(match encoding {
            Encoding::Module => Kind::Module,
            Encoding::Component => Kind::Component,
        });
        let module = (encoding == Encoding::Module).then(|| {
            let module = Module {
                path: path.clone(),
                bytes: offset,
                ..Module::default()
            };
            self.read.modules.push(module);
            self.read.modules.len() - 1
        });
        self.levels.push(Level {
            encoding,
            module,
            path,
            inner: (0, 0),
        });
    }

    fn leave(&mut self, end: u64) {
        if let Some(module) = self.module() {
            // `bytes` held the start until now.
            module.bytes = end.saturating_sub(module.bytes);
        }
        self.levels.pop();
    }

    fn count_section(&mut self, payload: &Payload<'_>) {
        let Some(level) = self.levels.last() else {
            return;
        };
        let Some((id, range)) = payload.as_section() else {
            return;
        };
        let name = match payload {
            Payload::CustomSection(section) => format!("custom {}", section.name()),
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => return,
            _ if level.encoding == Encoding::Component => "component".to_owned(),
            _ => section_name(id).to_owned(),
        };
        *self.read.sections.entry(name).or_default() += range.end.saturating_sub(range.start);
        if let Some(module) = self.module() {
            match payload {
                Payload::CodeSectionStart { .. } => module.code_section = Some(module.sections),
                Payload::DataSection(_) => module.data_section = Some(module.sections),
                _ => {}
            }
            module.sections += 1;
        }
    }

    fn module_payload(&mut self, payload: Payload<'a>) -> Result<(), Error> {
        let outermost = self.outermost();
        let Some(index) = self.levels.last().and_then(|level| level.module) else {
            return Ok(());
        };
        let module = &mut self.read.modules[index];
        match payload {
            Payload::TypeSection(types) => read_types(module, types)?,
            Payload::ImportSection(imports) => self.imports(index, imports)?,
            Payload::FunctionSection(functions) => {
                for ty in functions {
                    module.function_types.push(ty?);
                }
            }
            Payload::MemorySection(memories) => {
                for ty in memories {
                    self.read.memories.push((index, memory(&ty?)));
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    let global = global?;
                    let value = constant(&global.init_expr)?.filter(|_| !global.ty.mutable);
                    module
                        .globals
                        .push(value.and_then(|value| u32::try_from(value).ok()));
                }
            }
            Payload::ExportSection(exports) => self.exports(index, exports, outermost)?,
            Payload::TagSection(tags) => module.tags |= tags.count() > 0,
            Payload::StartSection { func, .. } => module.start = Some(func),
            Payload::ElementSection(elements) => read_elements(module, elements)?,
            Payload::CodeSectionStart {
                unchecked_range, ..
            } => {
                module.code_start = unchecked_range.start;
            }
            Payload::CodeSectionEntry(code) => {
                module.bodies.push(Body {
                    range: code.range(),
                    code,
                });
            }
            Payload::DataSection(data) => read_data(module, data)?,
            _ => {}
        }
        Ok(())
    }

    fn imports(&mut self, index: usize, imports: ImportSectionReader<'a>) -> Result<(), Error> {
        let module = &mut self.read.modules[index];
        for import in imports.into_imports() {
            let import = import?;
            match import.ty {
                TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                    module.imports.push(Import {
                        module: import.module,
                        name: import.name,
                    });
                    module.function_types.push(ty);
                }
                TypeRef::Tag(_) => module.tags = true,
                TypeRef::Global(_) => module.globals.push(None),
                TypeRef::Memory(ty) => self.read.memories.push((index, memory(&ty))),
                _ => {}
            }
        }
        Ok(())
    }

    fn exports(
        &mut self,
        index: usize,
        exports: ExportSectionReader<'a>,
        outermost: bool,
    ) -> Result<(), Error> {
        let module = &mut self.read.modules[index];
        for export in exports {
            let export = export?;
            if matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact) {
                module.exports.push((export.name, export.index));
            }
            if outermost {
                let kind = external_kind(export.kind).to_owned();
                self.read.exports.push(Export {
                    name: export.name.to_owned(),
                    kind,
                });
            }
        }
        Ok(())
    }

    /// Custom sections are allowed to be broken: what can't be read is left out.
    fn custom(&mut self, section: &CustomSectionReader<'a>) {
        if let KnownCustom::Producers(producers) = section.as_known() {
            self.producers(producers);
        }
        let Some(module) = self.module() else { return };
        match section.as_known() {
            KnownCustom::Name(names) => {
                for name in names.into_iter().flatten() {
                    if let Name::Function(functions) = name {
                        let functions = functions.into_iter().flatten();
                        module
                            .names
                            .extend(functions.map(|naming| (naming.index, naming.name)));
                    }
                }
            }
            KnownCustom::Linking(linking) => module.linking = Some(linking),
            KnownCustom::Reloc(relocs) => module.relocs.push(relocs),
            _ if section.name().starts_with(".debug_") => {
                module.debug.push((section.name(), section.data()));
            }
            _ => {}
        }
    }

    fn producers(&mut self, producers: ProducersSectionReader<'a>) {
        for field in producers.into_iter().flatten() {
            for value in field.values.into_iter().flatten() {
                self.read.producers.push(Producer {
                    field: field.name.to_owned(),
                    name: value.name.to_owned(),
                    version: value.version.to_owned(),
                });
            }
        }
    }
}

/// Equal function types get one number, because compilers may repeat them.
fn read_types(
    module: &mut Module<'_>,
    types: wasmparser::TypeSectionReader<'_>,
) -> Result<(), Error> {
    let mut first = BTreeMap::new();
    for group in types {
        for ty in group?.into_types() {
            let index = u32::try_from(module.types.len()).unwrap_or(u32::MAX);
            let canonical = match ty.composite_type.inner {
                CompositeInnerType::Func(ty) => *first.entry(format!("{ty:?}")).or_insert(index),
                _ => index,
            };
            module.types.push(canonical);
        }
    }
    Ok(())
}

fn read_elements(
    module: &mut Module<'_>,
    elements: wasmparser::ElementSectionReader<'_>,
) -> Result<(), Error> {
    for element in elements {
        let element = element?;
        let first = match element.kind {
            ElementKind::Active { offset_expr, .. } => constant(&offset_expr)?,
            _ => None,
        };
        let mut slot = first.and_then(|first| u32::try_from(first).ok());
        let mut push = |function: u32| {
            module.elements.push((slot, function));
            slot = slot.map(|slot| slot.wrapping_add(1));
        };
        match element.items {
            ElementItems::Functions(functions) => {
                for function in functions {
                    push(function?);
                }
            }
            ElementItems::Expressions(_, expressions) => {
                for expression in expressions {
                    for operator in expression?.get_operators_reader() {
                        if let Operator::RefFunc { function_index } = operator? {
                            push(function_index);
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

/// The value of a constant expression that is one constant.
fn constant(expression: &ConstExpr<'_>) -> Result<Option<u64>, Error> {
    Ok(match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => Some(u64::from(value.cast_unsigned())),
        Operator::I64Const { value } => Some(value.cast_unsigned()),
        _ => None,
    })
}

fn read_data<'a>(
    module: &mut Module<'a>,
    data: wasmparser::DataSectionReader<'a>,
) -> Result<(), Error> {
    module.data_start = data.range().start;
    for segment in data {
        let segment = segment?;
        let address = match segment.kind {
            DataKind::Passive => None,
            DataKind::Active { offset_expr, .. } => constant(&offset_expr)?,
        };
        let end = segment.range.end;
        let start = end.saturating_sub(segment.data.len() as u64);
        module.data.push(Segment {
            address,
            bytes: segment.data,
            range: start..end,
        });
    }
    Ok(())
}

fn memory(ty: &wasmparser::MemoryType) -> Memory {
    Memory {
        initial_pages: ty.initial,
        maximum_pages: ty.maximum,
        shared: ty.shared,
        memory64: ty.memory64,
    }
}

fn section_name(id: u8) -> &'static str {
    match id {
        1 => "type",
        2 => "import",
        3 => "function",
        4 => "table",
        5 => "memory",
        6 => "global",
        7 => "export",
        8 => "start",
        9 => "element",
        10 => "code",
        11 => "data",
        12 => "data count",
        13 => "tag",
        _ => "unknown",
    }
}

fn external_kind(kind: ExternalKind) -> &'static str {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => "function",
        ExternalKind::Table => "table",
        ExternalKind::Memory => "memory",
        ExternalKind::Global => "global",
        ExternalKind::Tag => "tag",
    }
}

fn component_kind(kind: ComponentExternalKind) -> &'static str {
    match kind {
        ComponentExternalKind::Module => "module",
        ComponentExternalKind::Func => "function",
        ComponentExternalKind::Value => "value",
        ComponentExternalKind::Type => "type",
        ComponentExternalKind::Instance => "instance",
        ComponentExternalKind::Component => "component",
    }
}
