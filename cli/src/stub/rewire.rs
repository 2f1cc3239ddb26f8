//! The core module with its imports led elsewhere, and the module that they lead to.

use std::ops::Range;

use anyhow::{Context as _, Result, bail};
use wasm_encoder::{
    CodeSection, Encode as _, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    Instruction, MemoryType, Module, RawSection, TypeSection, ValType,
};
use wasmparser::{BinaryReader, FuncType, ImportSectionReader, Imports, Parser, Payload};

use super::parts::STUBS;

/// A function that stands for an import.
#[derive(Debug)]
pub(super) struct Stub {
    /// The import's module.
    pub(super) module: String,
    /// And name.
    pub(super) name: String,
    /// What it does, without the end.
    pub(super) body: Vec<Instruction<'static>>,
    /// The core type.
    pub(super) signature: FuncType,
}

impl Stub {
    fn export(&self) -> String {
        format!("{}#{}", self.module, self.name)
    }

    fn is_for(&self, module: &str, name: &str) -> bool {
        self.module == module && self.name == name
    }
}

/// The module in which the stubs' imports lead to [`STUBS`]. Everything but the import section is as it
/// was, byte for byte.
pub(super) fn rewired(module: &[u8], stubs: &[Stub]) -> Result<Vec<u8>> {
    let mut new = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Payload::ImportSection(section) = &payload {
            let data = imports(section, module, stubs)?;
            new.section(&RawSection { id: 2, data: &data });
        } else if let Some((id, range)) = payload.as_section() {
            let data = part(module, range)?;
            new.section(&RawSection { id, data });
        }
    }
    Ok(new.finish())
}

/// A part of a file, by offsets that were read in it.
pub(super) fn part(file: &[u8], range: Range<u64>) -> Result<&[u8]> {
    let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
    file.get(range).context("it ends too early")
}

/// The content of an import section with other names in it. What type an import has stays as it is written.
fn imports(section: &ImportSectionReader<'_>, module: &[u8], stubs: &[Stub]) -> Result<Vec<u8>> {
    let end = section.range().end;
    let mut imports = Vec::new();
    for import in section.clone().into_iter_with_offsets() {
        match import? {
            (start, Imports::Single(_, import)) => imports.push((start, import)),
            _ => bail!("the core module's imports are written in a form that can't be changed"),
        }
    }
    let mut content = Vec::new();
    imports.len().encode(&mut content);
    for (index, (start, import)) in imports.iter().enumerate() {
        let end = imports.get(index + 1).map_or(end, |(next, _)| *next);
        let mut reader = BinaryReader::new(part(module, *start..end)?, *start);
        reader.read_string()?;
        reader.read_string()?;
        let kind = part(module, reader.original_position()..end)?;
        let stub = stubs
            .iter()
            .find(|stub| stub.is_for(import.module, import.name));
        match stub {
            Some(stub) => {
                STUBS.encode(&mut content);
                stub.export().as_str().encode(&mut content);
            }
            None => {
                import.module.encode(&mut content);
                import.name.encode(&mut content);
            }
        }
        content.extend_from_slice(kind);
    }
    Ok(content)
}

/// A module that exports all stubs. It is an adapter, as `wit-component` calls it.
pub(super) fn stubs(stubs: &[Stub]) -> Vec<u8> {
    let (mut types, mut functions) = (TypeSection::new(), FunctionSection::new());
    let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
    for (index, stub) in (0_u32..).zip(stubs) {
        let values = |of: &[wasmparser::ValType]| of.iter().map(value).collect::<Vec<_>>();
        types.ty().function(
            values(stub.signature.params()),
            values(stub.signature.results()),
        );
        functions.function(index);
        exports.export(&stub.export(), ExportKind::Func, index);
        let mut body = Function::new([]);
        for instruction in &stub.body {
            body.instruction(instruction);
        }
        body.instruction(&Instruction::End);
        code.function(&body);
    }
    let mut imports = ImportSection::new();
    // The program's own, where results go.
    let memory = MemoryType {
        minimum: 0,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    imports.import("env", "memory", memory);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions);
    module.section(&exports).section(&code);
    module.finish()
}

/// The core types that the canonical ABI has.
fn value(of: &wasmparser::ValType) -> ValType {
    match of {
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        _ => ValType::I32,
    }
}
