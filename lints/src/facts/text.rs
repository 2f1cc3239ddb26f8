//! Static texts that rules look for, as nodes of the reference graph: a function that refers to one,
//! directly or through constants in data, is found though it was inlined, renamed or stripped.

use std::collections::BTreeMap;

use super::graph::{Edge, Node, Via};
use super::image::{self, Found};
use super::module::Module;
use super::witness::Datum;

/// What a rule looks for in the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Text {
    /// A message, from its first byte on.
    Message(&'static str),
    /// The end of the file name of a panic location.
    PanicFile(&'static str),
}

impl Text {
    fn content(self) -> &'static str {
        match self {
            Text::Message(text) | Text::PanicFile(text) => text,
        }
    }
}

/// The edges from data symbols to the texts inside them. The node of `texts[i]` is `first + i`; that
/// of `data[i]` is `functions + i`.
pub(crate) fn in_witness(
    module: &Module<'_>,
    data: &[Datum],
    texts: &[Text],
    (functions, first): (Node, Node),
) -> Vec<Edge> {
    let mut by_start: Vec<usize> = (0..data.len()).collect();
    by_start.sort_by_key(|index| (data[*index].start, data[*index].size));
    let mut edges = Vec::new();
    let contents: Vec<&str> = texts.iter().map(|text| text.content()).collect();
    for Found { text, place, .. } in image::find(&module.data, &contents) {
        let Ok(offset) = Node::try_from(text) else {
            continue;
        };
        let after = by_start.partition_point(|index| data[*index].start <= place);
        // Strings are merged, so one place may be in several symbols.
        for index in by_start[..after].iter().rev().take(8) {
            let datum = data[*index];
            let holds = place < datum.start + datum.size;
            // A message counts from its start, where a length byte may precede it.
            let starts = matches!(texts[text], Text::PanicFile(_)) || place <= datum.start + 2;
            if holds
                && starts
                && let Ok(index) = Node::try_from(*index)
            {
                let (from, to) = (functions + index, first + offset);
                edges.push(Edge {
                    from,
                    to,
                    via: Via::Reference,
                    at: 0,
                });
            }
        }
    }
    edges
}

/// How many constants in data may lie between a function and a text: a message, the static that
/// holds it, and a constant that refers to that.
const INDIRECTIONS: usize = 3;

/// For a binary without symbols: the node that each address stands for. An address stands for a
/// text when the text is there, or a word that leads to it.
pub(crate) fn in_foreign(module: &Module<'_>, texts: &[Text], first: Node) -> BTreeMap<u32, Node> {
    let mut addresses = BTreeMap::new();
    let pointers = image::pointers(&module.data);
    let contents: Vec<&str> = texts.iter().map(|text| text.content()).collect();
    for Found { text, address, .. } in image::find(&module.data, &contents) {
        let (Some(address), Ok(offset)) = (address, Node::try_from(text)) else {
            continue;
        };
        let node = first + offset;
        match texts[text] {
            // A length byte or two may precede the text.
            Text::Message(_) => {
                addresses.extend((0..3).map(|back| (address.saturating_sub(back), node)));
            }
            Text::PanicFile(suffix) => {
                let end = u64::from(address) + suffix.len() as u64;
                let slices = pointers
                    .iter()
                    .filter(|pointer| u64::from(pointer.to) + u64::from(pointer.next) == end);
                addresses.extend(slices.map(|pointer| (pointer.at, node)));
            }
        }
    }
    let mut fresh = addresses.clone();
    for _ in 0..INDIRECTIONS {
        let Some((lowest, highest)) = range(&fresh) else {
            break;
        };
        fresh = pointers
            .iter()
            .filter(|pointer| (lowest..=highest).contains(&pointer.to))
            .filter_map(|pointer| Some((pointer.at, *fresh.get(&pointer.to)?)))
            .filter(|(at, _)| !addresses.contains_key(at))
            .collect();
        addresses.extend(fresh.iter().map(|(at, node)| (*at, *node)));
    }
    addresses
}

/// The lowest and the highest address, to tell quickly what isn't there.
fn range(addresses: &BTreeMap<u32, Node>) -> Option<(u32, u32)> {
    Some((
        *addresses.first_key_value()?.0,
        *addresses.last_key_value()?.0,
    ))
}
