//! What an entry leads to, and the shortest way there.

use super::graph::{Graph, Node, Via};

/// For every node, whether and how it is reached.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    /// The node before this one on a shortest path of direct calls; itself for an entry.
    direct: Vec<Option<Node>>,
    /// The same with every kind of reference.
    any: Vec<Option<Node>>,
}

impl Reach {
    /// Searches from the entries, in their order.
    pub(crate) fn new(graph: &Graph, entries: &[Node]) -> Self {
        let mut direct = vec![None; graph.len()];
        let mut order = Vec::new();
        for entry in entries {
            if let Some(slot @ None) = direct.get_mut(*entry as usize) {
                *slot = Some(*entry);
                order.push(*entry);
            }
        }
        search(graph, &mut direct, &mut order, |via| via == Via::Call);
        let mut any = direct.clone();
        search(graph, &mut any, &mut order, |_| true);
        Reach { direct, any }
    }

    /// Whether an entry leads here through direct calls alone.
    pub(crate) fn directly(&self, node: Node) -> bool {
        self.direct.get(node as usize).is_some_and(Option::is_some)
    }

    /// Whether an entry leads here at all.
    pub(crate) fn at_all(&self, node: Node) -> bool {
        self.any.get(node as usize).is_some_and(Option::is_some)
    }

    /// The nodes from an entry to `node`, both included; by direct calls where there is such a path.
    pub(crate) fn path(&self, node: Node) -> Vec<Node> {
        let parents = if self.directly(node) {
            &self.direct
        } else {
            &self.any
        };
        let mut path = vec![node];
        let mut at = node;
        while let Some(Some(before)) = parents.get(at as usize) {
            if *before == at || path.len() > parents.len() {
                break;
            }
            at = *before;
            path.push(at);
        }
        path.reverse();
        path
    }
}

/// Breadth first from the nodes in `order`, which grows by those found.
fn search(
    graph: &Graph,
    parents: &mut [Option<Node>],
    order: &mut Vec<Node>,
    follow: impl Fn(Via) -> bool,
) {
    let mut next = 0;
    while let Some(node) = order.get(next).copied() {
        next += 1;
        for out in graph.out(node).iter().filter(|out| follow(out.via)) {
            let slot = &mut parents[out.to as usize];
            if slot.is_none() {
                *slot = Some(node);
                order.push(out.to);
            }
        }
    }
}
