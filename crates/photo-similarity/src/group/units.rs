//! What a stage puts together, as the nodes of the next.

use super::contents::bucket;
use super::graph::{Link, shortest};

/// Nodes of one stage, put together.
pub(super) struct Units {
    /// Of each node.
    of_node: Vec<u32>,
    /// The representative of each unit.
    leaders: Vec<u32>,
    /// Nodes by unit; those of unit `i` lie between `starts[i]` and `starts[i + 1]`.
    nodes: Vec<u32>,
    starts: Vec<u32>,
}

impl Units {
    /// Of clusters with the representative first; what is in none is a unit of its own. Numbered by the first node.
    pub(super) fn of(nodes: usize, clusters: Vec<Vec<u32>>) -> Self {
        let mut leader_of: Vec<u32> = (0_u32..).take(nodes).collect();
        for cluster in clusters {
            for node in &cluster {
                leader_of[*node as usize] = cluster[0];
            }
        }
        let mut unit_of_leader = vec![u32::MAX; nodes];
        let (mut of_node, mut leaders) = (Vec::with_capacity(nodes), Vec::new());
        for leader in leader_of {
            let unit = &mut unit_of_leader[leader as usize];
            if *unit == u32::MAX {
                *unit = u32::try_from(leaders.len()).unwrap_or(u32::MAX);
                leaders.push(leader);
            }
            of_node.push(*unit);
        }
        let (nodes, starts) = bucket(&of_node, leaders.len());
        Self { of_node, leaders, nodes, starts }
    }

    pub(super) fn len(&self) -> usize {
        self.leaders.len()
    }

    pub(super) fn of_node(&self, node: u32) -> u32 {
        self.of_node[node as usize]
    }

    pub(super) fn leader(&self, unit: u32) -> u32 {
        self.leaders[unit as usize]
    }

    /// Its nodes, by number.
    pub(super) fn nodes(&self, unit: u32) -> &[u32] {
        let unit = unit as usize;
        &self.nodes[self.starts[unit] as usize..self.starts[unit + 1] as usize]
    }

    /// Links between nodes as links between units: the shortest counts.
    pub(super) fn links(&self, links: impl Iterator<Item = Link>) -> Vec<Link> {
        let between =
            |link: Link| Link::between(self.of_node(link.one), self.of_node(link.other), link.distance);
        shortest(links.filter_map(between).collect())
    }
}
