//! The exact reference graph of a module linked with `--emit-relocs`, from its relocations and
//! symbol table. Vtables are data symbols that refer to functions.

use wasmparser::{Linking, RelocationType, SymbolInfo};

use super::graph::{Edge, Node, Via};
use super::module::Module;

/// A data symbol: a static, a constant, a vtable.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Datum {
    /// The place in the file.
    pub(crate) start: u64,
    /// In bytes.
    pub(crate) size: u64,
}

/// What the symbol table and the relocations say.
#[derive(Debug, Default)]
pub(crate) struct References<'a> {
    /// The symbol of every function that has one, by function index.
    pub(crate) symbols: Vec<Option<&'a str>>,
    /// The data symbols; the node of the first is the number of functions.
    pub(crate) data: Vec<Datum>,
    pub(crate) edges: Vec<Edge>,
}

/// Reads the references, or `None` when the module has no symbol table or no relocations of its
/// code.
pub(crate) fn references<'a>(module: &Module<'a>) -> Option<References<'a>> {
    let mut found = References {
        symbols: vec![None; module.function_count()],
        ..References::default()
    };
    let nodes = read_symbols(module, &mut found)?;
    let mut exact = false;
    for section in &module.relocs {
        let index = Some(section.section_index());
        if index == module.code_section {
            exact = true;
            code_edges(module, section, &nodes, &mut found.edges);
        } else if index == module.data_section {
            data_edges(module, section, &nodes, &mut found);
        }
    }
    exact.then_some(found)
}

/// The node of every symbol, by symbol index.
fn read_symbols<'a>(module: &Module<'a>, found: &mut References<'a>) -> Option<Vec<Option<Node>>> {
    let functions = u32::try_from(module.function_count()).ok()?;
    let mut nodes = Vec::new();
    for subsection in module.linking.clone()?.subsections().flatten() {
        let Linking::SymbolTable(table) = subsection else {
            continue;
        };
        for symbol in table.into_iter().flatten() {
            nodes.push(match symbol {
                SymbolInfo::Func { index, name, .. } => {
                    if let (Some(name), Some(slot)) = (name, found.symbols.get_mut(index as usize))
                    {
                        slot.get_or_insert(name);
                    }
                    (index < functions).then_some(index)
                }
                SymbolInfo::Data {
                    symbol: Some(place),
                    ..
                } => {
                    let segment = module.data.get(place.index as usize);
                    segment.and_then(|segment| {
                        let start = segment.range.start + u64::from(place.offset);
                        let node = functions.checked_add(u32::try_from(found.data.len()).ok()?)?;
                        found.data.push(Datum {
                            start,
                            size: place.size.into(),
                        });
                        Some(node)
                    })
                }
                _ => None,
            });
        }
    }
    Some(nodes)
}

/// What a relocation refers to, when it refers to a function or to data at all.
fn target(
    entry: &wasmparser::RelocationEntry,
    nodes: &[Option<Node>],
    functions: Node,
) -> Option<(Node, Via)> {
    // A type index is no symbol, and the table and tag symbols are no nodes.
    if matches!(entry.ty, RelocationType::TypeIndexLeb) {
        return None;
    }
    let node = (*nodes.get(entry.index as usize)?)?;
    let direct = matches!(entry.ty, RelocationType::FunctionIndexLeb) && node < functions;
    Some((node, if direct { Via::Call } else { Via::Reference }))
}

fn code_edges(
    module: &Module<'_>,
    section: &wasmparser::RelocSectionReader<'_>,
    nodes: &[Option<Node>],
    edges: &mut Vec<Edge>,
) {
    let imported = module.imports.len();
    let functions = u32::try_from(module.function_count()).unwrap_or(u32::MAX);
    let mut body = 0;
    for entry in section.entries().into_iter().flatten() {
        let at = module.code_start + u64::from(entry.offset);
        // Relocations are sorted by place; start over in the odd file where they aren't.
        if module
            .bodies
            .get(body)
            .is_some_and(|found| at < found.range.start)
        {
            body = 0;
        }
        while module
            .bodies
            .get(body)
            .is_some_and(|found| found.range.end <= at)
        {
            body += 1;
        }
        let Some((to, via)) = target(&entry, nodes, functions) else {
            continue;
        };
        if let Ok(from) = u32::try_from(imported + body) {
            edges.push(Edge {
                from,
                to,
                via,
                at: entry.offset,
            });
        }
    }
}

fn data_edges(
    module: &Module<'_>,
    section: &wasmparser::RelocSectionReader<'_>,
    nodes: &[Option<Node>],
    found: &mut References<'_>,
) {
    let functions = u32::try_from(module.function_count()).unwrap_or(u32::MAX);
    let mut by_start: Vec<usize> = (0..found.data.len()).collect();
    by_start.sort_by_key(|index| (found.data[*index].start, found.data[*index].size));
    for entry in section.entries().into_iter().flatten() {
        let at = module.data_start + u64::from(entry.offset);
        let Some((to, _)) = target(&entry, nodes, functions) else {
            continue;
        };
        let after = by_start.partition_point(|index| found.data[*index].start <= at);
        // Symbols may share a place (aliases), so every one that holds the word counts.
        for index in by_start[..after].iter().rev().take(8) {
            let datum = found.data[*index];
            if at < datum.start + datum.size
                && let Ok(index) = u32::try_from(*index)
            {
                found.edges.push(Edge {
                    from: functions + index,
                    to,
                    via: Via::Reference,
                    at: 0,
                });
            }
        }
    }
}
