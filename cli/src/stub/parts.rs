//! A component taken apart, and put together again.

use anyhow::{Context as _, Result, anyhow, bail};
use wasmparser::{CanonicalFunction, CanonicalOption, FuncType, Parser, Payload, TypeRef};
use wit_component::{ComponentEncoder, LibraryInfo, StringEncoding};
use wit_parser::InterfaceId;

use super::rewire::{self, Stub};
use super::types::{self, Types};
use crate::errors::helped;

/// The module name of the functions of WASI preview1.
const PREVIEW1: &str = "wasi_snapshot_preview1";
/// The module that the stubbed imports lead to.
pub(super) const STUBS: &str = "wasify:stubs";

/// The parts of a component that `wit-component` has made.
#[derive(Debug)]
pub(super) struct Parts {
    /// The core module with the program.
    main: Vec<u8>,
    /// The one that gives it the functions of WASI preview1, where it uses those.
    adapter: Option<Vec<u8>>,
    /// The types of what it imports and exports.
    pub(super) types: Types,
    strings: StringEncoding,
    /// Custom sections around it, as they are: name and content.
    custom: Vec<(String, Vec<u8>)>,
}

/// A function that the core module imports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CoreImport {
    /// The import's module name in the core module: `wasi:sockets/tcp@0.2.0`.
    pub(super) module: String,
    /// `[method]tcp-socket.start-bind`.
    pub(super) name: String,
    /// The core type.
    pub(super) signature: FuncType,
    /// The component's import that it leads to, in the component's version: `wasi:sockets/tcp@0.2.6`.
    pub(super) interface: String,
    /// The same as the types know it.
    pub(super) id: InterfaceId,
}

/// What is read of a component in one pass.
#[derive(Debug, Default)]
struct Read<'a> {
    modules: Vec<&'a [u8]>,
    custom: Vec<(String, Vec<u8>)>,
    /// Names of encodings in the options of lifted and lowered functions.
    encodings: Vec<&'static str>,
}

impl Parts {
    pub(super) fn of(file: &[u8]) -> Result<Parts> {
        let read = read(file).context("failed to read the component")?;
        let (main, adapter) = programs(&read)?;
        Ok(Parts {
            main: main.to_vec(),
            adapter: adapter.map(<[u8]>::to_vec),
            types: Types::of(file)?,
            strings: strings(&read)?,
            custom: read.custom,
        })
    }

    /// The functions that the program imports from the component's instances, in their order.
    pub(super) fn imports(&self) -> Result<Vec<CoreImport>> {
        let known = self.types.interfaces();
        let mut imports = Vec::new();
        let mut all = functions(&self.main)?;
        if let Some(adapter) = &self.adapter {
            all.extend(functions(adapter)?);
        }
        for (module, name, signature) in all {
            let mut fitting = known
                .iter()
                .filter(|(world, _)| types::is_same(world, &module));
            // What only the types need, or comes from elsewhere, has no interface.
            if let Some((interface, id)) = fitting.next() {
                imports.push(CoreImport {
                    interface: interface.clone(),
                    id: *id,
                    module,
                    name,
                    signature,
                });
            }
        }
        Ok(imports)
    }

    /// A core module with the types of what it imports, and of what it exports of the component's exports.
    fn described(
        &self,
        mut module: Vec<u8>,
        package: &str,
        exports: impl Fn(&str) -> bool,
    ) -> Result<Vec<u8>> {
        let mut resolve = self.types.resolve.clone();
        let names: Vec<bool> = resolve.worlds[self.types.world]
            .exports
            .keys()
            .map(|key| exports(&resolve.name_world_key(key)))
            .collect();
        let mut names = names.into_iter();
        let world = &mut resolve.worlds[self.types.world];
        world.exports.retain(|_, _| names.next().unwrap_or(false));
        // Each of the two modules has a world of its own, and those have different names.
        if let Some(id) = world.package {
            let mut name = resolve.packages[id].name.clone();
            resolve.package_names.shift_remove(&name);
            name.name = package.to_owned();
            resolve.package_names.insert(name.clone(), id);
            resolve.packages[id].name = name;
        }
        wit_component::embed_component_metadata(
            &mut module,
            &resolve,
            self.types.world,
            self.strings,
        )
        .context("failed to describe the new component")?;
        Ok(module)
    }

    fn exported_by_adapter(&self) -> Vec<String> {
        let exports = self.adapter.as_deref().map(exports);
        exports.and_then(Result::ok).unwrap_or_default()
    }

    /// A component of the program and the stubs.
    pub(super) fn together(&self, stubs: &[Stub]) -> Result<Vec<u8>> {
        let main = rewire::rewired(&self.main, stubs)?;
        let is_adapters = |name: &str| {
            let name = format!("{name}#");
            self.exported_by_adapter()
                .iter()
                .any(|it| it.starts_with(&name))
        };
        let main = self.described(main, "program", |name| !is_adapters(name))?;
        // Not as adapters, as `wit-component` knows them: it would make those smaller, and it did that once
        // with the one that is in the component.
        let glue = LibraryInfo {
            instantiate_after_shims: false,
            arguments: Vec::new(),
        };
        let mut encoder = ComponentEncoder::default()
            .validate(true)
            .module(&main)
            .and_then(|encoder| encoder.library(STUBS, &rewire::stubs(stubs), glue.clone()))
            .context("failed to put the program and the stubs together")?;
        if let Some(adapter) = &self.adapter {
            let adapter =
                self.described(rewire::rewired(adapter, stubs)?, "adapter", is_adapters)?;
            encoder = encoder
                .library(PREVIEW1, &adapter, glue)
                .context("failed to add the adapter")?;
        }
        let mut component = encoder
            .encode()
            .context("failed to put the component together again")?;
        for (name, data) in &self.custom {
            use wasm_encoder::ComponentSection as _;
            let section = wasm_encoder::CustomSection {
                name: name.into(),
                data: data.into(),
            };
            section.append_to_component(&mut component);
        }
        wasmparser::validate(&component).context("the new component is not valid")?;
        Ok(component)
    }
}

fn read(file: &[u8]) -> Result<Read<'_>> {
    let mut read = Read::default();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(file) {
        match payload? {
            Payload::ModuleSection {
                unchecked_range, ..
            } => {
                if depth == 0 {
                    read.modules.push(rewire::part(file, unchecked_range)?);
                }
                depth += 1;
            }
            Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentCanonicalSection(section) if depth == 0 => {
                for function in section {
                    encodings(&function?, &mut read.encodings);
                }
            }
            // Two of them are written anew.
            Payload::CustomSection(section)
                if depth == 0 && !matches!(section.name(), "component-name" | "producers") =>
            {
                let content = section.data().to_vec();
                read.custom.push((section.name().to_owned(), content));
            }
            _ => {}
        }
    }
    Ok(read)
}

fn encodings(function: &CanonicalFunction, found: &mut Vec<&'static str>) {
    let options = match function {
        CanonicalFunction::Lift { options, .. } | CanonicalFunction::Lower { options, .. } => {
            options
        }
        _ => return,
    };
    found.extend(options.iter().filter_map(|option| match option {
        CanonicalOption::UTF8 => Some("utf8"),
        CanonicalOption::UTF16 => Some("utf16"),
        CanonicalOption::CompactUTF16 => Some("latin1+utf16"),
        _ => None,
    }));
}

/// The core module that holds the program, the first, and that with the adapter; the others are
/// `wit-component`'s own glue.
fn programs<'a>(read: &Read<'a>) -> Result<(&'a [u8], Option<&'a [u8]>)> {
    let mut modules = read.modules.iter();
    let main = modules.next().context("it has no core module")?;
    let mut others = Vec::new();
    for other in modules {
        if !is_glue(other)? {
            others.push(*other);
        }
    }
    let uses_adapter = functions(main)?.iter().any(|(from, ..)| from == PREVIEW1);
    match others.as_slice() {
        [] => Ok((main, None)),
        [adapter] if uses_adapter => Ok((main, Some(adapter))),
        _ => {
            let mut stubbed = false;
            for module in read.modules.iter().take(4) {
                stubbed |= functions(module)?.iter().any(|(from, ..)| from == STUBS);
            }
            let (error, help) = if stubbed {
                let error = anyhow!("imports of it were stubbed before");
                (
                    error,
                    "stub all of them at once, in the component as it was built",
                )
            } else {
                let error = anyhow!("it has several core modules with code of their own");
                let help = "this works for components of one program, such as those of the target \
                            wasm32-wasip2";
                (error, help)
            };
            Err(helped(error.context("it can't be taken apart"), help))
        }
    }
}

/// The names that a core module exports.
fn exports(module: &[u8]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ExportSection(section) = payload? {
            for export in section {
                names.push(export?.name.to_owned());
            }
        }
    }
    Ok(names)
}

/// Whether a core module only passes calls on: names in it are numbers.
fn is_glue(module: &[u8]) -> Result<bool> {
    let is_number =
        |name: &str| name == "$imports" || name.bytes().all(|byte| byte.is_ascii_digit());
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    if !import.module.is_empty() || !is_number(import.name) {
                        return Ok(false);
                    }
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    if !is_number(export?.name) {
                        return Ok(false);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(true)
}

fn strings(read: &Read<'_>) -> Result<StringEncoding> {
    let mut all = read.encodings.clone();
    all.sort_unstable();
    all.dedup();
    match all.as_slice() {
        [] | ["utf8"] => Ok(StringEncoding::UTF8),
        ["utf16"] => Ok(StringEncoding::UTF16),
        ["latin1+utf16"] => Ok(StringEncoding::CompactUTF16),
        several => bail!(
            "it can't be taken apart: its strings are in several encodings, {}",
            several.join(" and ")
        ),
    }
}

/// The functions that a core module imports.
fn functions(module: &[u8]) -> Result<Vec<(String, String, FuncType)>> {
    let mut types = Vec::new();
    let mut functions = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::TypeSection(section) => {
                for group in section {
                    for of in group?.into_types() {
                        let function = match of.composite_type.inner {
                            wasmparser::CompositeInnerType::Func(function) => Some(function),
                            _ => None,
                        };
                        types.push(function);
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    let TypeRef::Func(of) = import.ty else {
                        continue;
                    };
                    let of = types.get(of as usize).cloned().flatten();
                    let of = of.context("an import has no type")?;
                    functions.push((import.module.to_owned(), import.name.to_owned(), of));
                }
                break;
            }
            _ => {}
        }
    }
    Ok(functions)
}
