//! The types of what a component imports and exports.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use cargo_metadata::semver::Version;
use wit_component::DecodedWasm;
use wit_parser::{InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem};

/// All types, and the world that is the component's.
#[derive(Debug)]
pub(super) struct Types {
    pub(super) resolve: Resolve,
    pub(super) world: WorldId,
}

impl Types {
    pub(super) fn of(component: &[u8]) -> Result<Types> {
        match wit_component::decode(component)? {
            DecodedWasm::Component(resolve, world) => Ok(Types { resolve, world }),
            DecodedWasm::WitPackage(..) => bail!("it is a package of types, not a component"),
        }
    }

    /// These interfaces, those that are exported, and those whose types any of them needs.
    pub(super) fn with_types(&self, needed: BTreeSet<InterfaceId>) -> BTreeSet<InterfaceId> {
        let exports = self.resolve.worlds[self.world].exports.values();
        let exported = exports.filter_map(|item| match item {
            WorldItem::Interface { id, .. } => Some(*id),
            _ => None,
        });
        let mut to_do: Vec<InterfaceId> = needed.into_iter().chain(exported).collect();
        let mut all = BTreeSet::new();
        while let Some(id) = to_do.pop() {
            if all.insert(id) {
                to_do.extend(self.used_by(id));
            }
        }
        all
    }

    /// The imported interfaces, by name.
    pub(super) fn interfaces(&self) -> Vec<(String, InterfaceId)> {
        let imports = &self.resolve.worlds[self.world].imports;
        let interface = |item: &WorldItem| match item {
            WorldItem::Interface { id, .. } => Some(*id),
            _ => None,
        };
        imports
            .iter()
            .filter_map(|(key, item)| Some((self.resolve.name_world_key(key), interface(item)?)))
            .collect()
    }

    /// The other interfaces that an interface has types of.
    pub(super) fn used_by(&self, interface: InterfaceId) -> BTreeSet<InterfaceId> {
        let types = self.resolve.interfaces[interface].types.values();
        let origins = types.flat_map(|id| self.aliased(*id));
        let owners = origins.filter_map(|id| match self.resolve.types[id].owner {
            TypeOwner::Interface(owner) => Some(owner),
            _ => None,
        });
        owners.filter(|owner| *owner != interface).collect()
    }

    /// A type, and what it is another name of, one after the other.
    fn aliased(&self, id: TypeId) -> Vec<TypeId> {
        let mut all = vec![id];
        let mut id = id;
        while let TypeDefKind::Type(Type::Id(next)) = self.resolve.types[id].kind {
            all.push(next);
            id = next;
        }
        all
    }

    /// The type that others are names of.
    pub(super) fn origin(&self, id: TypeId) -> TypeId {
        self.aliased(id).pop().unwrap_or(id)
    }
}

/// Whether an import of the core module leads to an import of the component: the same, or one that
/// versions of the same package were merged into.
pub(super) fn is_same(world: &str, core: &str) -> bool {
    // The names of the standard, before which programs of today had none.
    let core = core.strip_prefix("cm32p2|").unwrap_or(core);
    let (world, core) = (world.split_once('@'), core.split_once('@'));
    let (Some((world, has)), Some((core, wants))) = (world, core) else {
        return world == core;
    };
    // `@0.2` is all that the standard's names say.
    let parse = |text: &str| match text.matches('.').count() {
        1 => format!("{text}.0").parse::<Version>(),
        _ => text.parse(),
    };
    world == core
        && match (parse(has), parse(wants)) {
            (Ok(has), Ok(wants)) => is_merged(&has, &wants),
            _ => has == wants,
        }
}

/// Whether `wit-component` makes one import of two versions.
fn is_merged(has: &Version, wants: &Version) -> bool {
    if has == wants {
        return true;
    }
    let compatible = match (has.major, has.minor) {
        (0, 0) => false,
        (0, minor) => wants.major == 0 && wants.minor == minor,
        (major, _) => wants.major == major,
    };
    compatible && has.pre.is_empty() && wants.pre.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_are_merged_lead_to_one_import() {
        let same = is_same;
        assert!(same("wasi:io/poll@0.2.6", "wasi:io/poll@0.2.0"));
        assert!(same("wasi:io/poll@0.2.6", "cm32p2|wasi:io/poll@0.2"));
        assert!(same("a:b/c@1.2.0", "a:b/c@1.0.1"));
        assert!(same("named", "named"));
        assert!(!same("wasi:io/poll@0.3.0", "wasi:io/poll@0.2.0"));
        assert!(!same("wasi:io/poll@0.2.6", "wasi:io/streams@0.2.6"));
        assert!(!same("a:b/c@0.2.0-rc.1", "a:b/c@0.2.0"));
        assert!(!same("a:b/c@1.0.0", "a:b/c"));
    }
}
