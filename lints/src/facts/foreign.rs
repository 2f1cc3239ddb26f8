//! The references of a module without relocations: direct calls, element segments and constants.
//! Conservative: an indirect call may arrive at any function of its type that is in a table.

use std::collections::{BTreeMap, BTreeSet};

use super::code::{CodeReader, Reference};
use super::graph::{Edge, Node, Via};
use super::module::{Module, is_c_main};
use crate::Error;

/// What reading all instructions gives.
#[derive(Debug, Default)]
pub(crate) struct References {
    pub(crate) edges: Vec<Edge>,
    /// How many nodes stand for "any function of this type in a table".
    pub(crate) type_nodes: u32,
    /// Instructions of the withdrawn exception-handling encoding.
    pub(crate) legacy_exceptions: u32,
}

/// Reads the references. `constants` gives the node that an address stands for; the nodes that
/// stand for types follow `first_type_node`.
pub(crate) fn references(
    module: &Module<'_>,
    constants: &BTreeMap<u32, Node>,
    first_type_node: Node,
) -> Result<References, Error> {
    let mut found = References::default();
    let mut types = TypeNodes {
        first: first_type_node,
        nodes: BTreeMap::new(),
    };
    table_slots(module, &mut types, &mut found.edges);
    let constants = Constants::new(module, constants);
    let mut from = u32::try_from(module.imports.len()).unwrap_or(u32::MAX);
    let mut reader = CodeReader::default();
    for body in &module.bodies {
        // Position-independent code has table slots as the table's base and a constant.
        let mut base = 0;
        reader.read(&body.code, |reference, place| {
            let before = std::mem::take(&mut base);
            let (to, via) = match reference {
                Reference::Call(function) => (Some(function), Via::Call),
                Reference::CallIndirect(ty) => (Some(types.node(module, ty)), Via::Reference),
                Reference::Function(function) => (Some(function), Via::Reference),
                Reference::Constant(value) => {
                    let slot = constants.handed_over(from, value.wrapping_add(before));
                    (slot.or_else(|| constants.address(value)), Via::Reference)
                }
                Reference::Global(global) => {
                    let value = module.globals.get(global as usize).copied().flatten();
                    base = value
                        .filter(|value| *value == constants.table_base)
                        .unwrap_or(0);
                    let address = value.and_then(|value| constants.address(value));
                    (address, Via::Reference)
                }
                Reference::LegacyException => {
                    found.legacy_exceptions += 1;
                    (None, Via::Reference)
                }
            };
            let Some(to) = to else { return };
            // The operand follows the one byte of the opcode.
            let at = u32::try_from(place + 1 - module.code_start).unwrap_or(u32::MAX);
            found.edges.push(Edge { from, to, via, at });
        })?;
        from = from.saturating_add(1);
    }
    found.type_nodes = u32::try_from(types.nodes.len()).unwrap_or(u32::MAX);
    Ok(found)
}

/// Whoever calls through a table may get to any function in it that has the type.
fn table_slots(module: &Module<'_>, types: &mut TypeNodes, edges: &mut Vec<Edge>) {
    for (_, function) in &module.elements {
        if let Some(ty) = module.function_types.get(*function as usize) {
            let from = types.node(module, *ty);
            edges.push(Edge {
                from,
                to: *function,
                via: Via::Reference,
                at: 0,
            });
        }
    }
}

/// Counts the instructions of the withdrawn exception-handling encoding.
pub(crate) fn legacy_exceptions(module: &Module<'_>) -> Result<u32, Error> {
    let mut count = 0;
    let mut reader = CodeReader::default();
    for body in &module.bodies {
        reader.read(&body.code, |reference, _| {
            count += u32::from(reference == Reference::LegacyException);
        })?;
    }
    Ok(count)
}

/// What the constants in code may stand for.
struct Constants<'c> {
    addresses: &'c BTreeMap<u32, Node>,
    /// Most constants are small numbers: below this one there is nothing to look up.
    lowest: u32,
    /// C's `main`: what it hands to the runtime is the program's own main, as a table slot.
    mains: BTreeSet<u32>,
    slots: BTreeMap<u32, Node>,
    /// The first slot that is filled.
    table_base: u32,
}

impl<'c> Constants<'c> {
    fn new(module: &Module<'_>, addresses: &'c BTreeMap<u32, Node>) -> Self {
        let named = module.names.iter().filter(|(_, name)| is_c_main(name));
        let named = named.map(|(function, _)| *function);
        let slots = module.elements.iter();
        let slots: BTreeMap<u32, Node> = slots
            .filter_map(|(slot, function)| Some(((*slot)?, *function)))
            .collect();
        Constants {
            addresses,
            lowest: addresses.keys().next().copied().unwrap_or(u32::MAX),
            mains: module.exported_mains().chain(named).collect(),
            table_base: slots.keys().next().copied().unwrap_or(0),
            slots,
        }
    }

    /// The function in a slot, when it is C's `main` that names it.
    fn handed_over(&self, from: u32, slot: u32) -> Option<Node> {
        self.mains
            .contains(&from)
            .then(|| self.slots.get(&slot).copied())
            .flatten()
    }

    /// The node that an address stands for.
    fn address(&self, value: u32) -> Option<Node> {
        if value < self.lowest {
            None
        } else {
            self.addresses.get(&value).copied()
        }
    }
}

/// The nodes that stand for "any function of this type in a table".
struct TypeNodes {
    first: Node,
    nodes: BTreeMap<u32, Node>,
}

impl TypeNodes {
    fn node(&mut self, module: &Module<'_>, ty: u32) -> Node {
        let canonical = module.types.get(ty as usize).copied().unwrap_or(ty);
        let next = self
            .first
            .saturating_add(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        *self.nodes.entry(canonical).or_insert(next)
    }
}
