//! The reference graph: which function calls or refers to which function or piece of data.

/// A node: functions first (imported ones before defined ones), then pieces of data, then the
/// stand-ins for "anything in the table with this type" of binaries without relocations.
pub(crate) type Node = u32;

/// How a node refers to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Via {
    /// A direct call.
    Call,
    /// Taking an address, or sitting in a table or in data: the call, if any, happens elsewhere.
    Reference,
}

/// An edge as it is collected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    pub(crate) from: Node,
    pub(crate) to: Node,
    pub(crate) via: Via,
    /// For edges out of functions: the offset in the code section's contents.
    pub(crate) at: u32,
}

/// Edges by their origin, in compressed rows.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    rows: Vec<u32>,
    edges: Vec<Out>,
    /// The same edges by their destination; only the origins.
    back_rows: Vec<u32>,
    back: Vec<Node>,
}

/// An edge seen from its origin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Out {
    pub(crate) to: Node,
    pub(crate) via: Via,
    pub(crate) at: u32,
}

impl Graph {
    /// Builds the rows; edges to nodes that don't exist are dropped.
    pub(crate) fn new(nodes: usize, edges: &[Edge]) -> Self {
        let known = |edge: &&Edge| (edge.from as usize) < nodes && (edge.to as usize) < nodes;
        let mut rows = vec![0u32; nodes + 1];
        let mut back_rows = vec![0u32; nodes + 1];
        for edge in edges.iter().filter(known) {
            rows[edge.from as usize + 1] += 1;
            back_rows[edge.to as usize + 1] += 1;
        }
        for node in 0..nodes {
            rows[node + 1] += rows[node];
            back_rows[node + 1] += back_rows[node];
        }
        let count = rows[nodes] as usize;
        let mut out = vec![
            Out {
                to: 0,
                via: Via::Call,
                at: 0
            };
            count
        ];
        let mut back = vec![0; count];
        let mut next = rows.clone();
        let mut back_next = back_rows.clone();
        for edge in edges.iter().filter(known) {
            let slot = &mut next[edge.from as usize];
            out[*slot as usize] = Out {
                to: edge.to,
                via: edge.via,
                at: edge.at,
            };
            *slot += 1;
            let slot = &mut back_next[edge.to as usize];
            back[*slot as usize] = edge.from;
            *slot += 1;
        }
        Graph {
            rows,
            edges: out,
            back_rows,
            back,
        }
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len().saturating_sub(1)
    }

    /// The edges out of a node, in the order of the code.
    pub(crate) fn out(&self, node: Node) -> &[Out] {
        let node = node as usize;
        match (self.rows.get(node), self.rows.get(node + 1)) {
            (Some(start), Some(end)) => &self.edges[*start as usize..*end as usize],
            _ => &[],
        }
    }

    /// The nodes that refer to a node; one that does so twice is there twice.
    pub(crate) fn users_of(&self, node: Node) -> &[Node] {
        let node = node as usize;
        match (self.back_rows.get(node), self.back_rows.get(node + 1)) {
            (Some(start), Some(end)) => &self.back[*start as usize..*end as usize],
            _ => &[],
        }
    }
}
