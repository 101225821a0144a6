//! Who looks like whom: neighbours side by side in memory.

/// A neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Neighbour {
    pub(super) node: u32,
    pub(super) distance: u16,
}

/// Two nodes and the bits between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    pub(super) one: u32,
    pub(super) other: u32,
    pub(super) distance: u16,
}

impl Link {
    /// The smaller node first; `None` for a node and itself.
    pub(super) fn between(one: u32, other: u32, distance: u16) -> Option<Self> {
        (one != other).then(|| Self { one: one.min(other), other: one.max(other), distance })
    }
}

/// Sorts links and keeps the shortest between two nodes.
pub(super) fn shortest(mut links: Vec<Link>) -> Vec<Link> {
    links.sort_unstable();
    links.dedup_by_key(|link| (link.one, link.other));
    links
}

/// Neighbours of each node, sorted.
pub(super) struct Graph {
    starts: Vec<usize>,
    neighbours: Vec<Neighbour>,
}

impl Graph {
    /// `links` are sorted, each pair of nodes once.
    pub(super) fn new<'a>(nodes: usize, links: impl Iterator<Item = &'a Link> + Clone) -> Self {
        let mut starts = vec![0; nodes + 1];
        for link in links.clone() {
            starts[link.one as usize + 1] += 1;
            starts[link.other as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut neighbours = vec![Neighbour { node: 0, distance: 0 }; starts[nodes]];
        let mut put = |at: u32, node: u32, distance: u16| {
            let place = &mut next[at as usize];
            neighbours[*place] = Neighbour { node, distance };
            *place += 1;
        };
        // First those before a node, then those behind it: both come in order.
        links.clone().for_each(|link| put(link.other, link.one, link.distance));
        links.for_each(|link| put(link.one, link.other, link.distance));
        Self { starts, neighbours }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn around(&self, node: u32) -> &[Neighbour] {
        &self.neighbours[self.starts[node as usize]..self.starts[node as usize + 1]]
    }

    pub(super) fn between(&self, one: u32, other: u32) -> Option<u16> {
        let (few, node) = match (self.around(one), self.around(other)) {
            (ones, others) if ones.len() <= others.len() => (ones, other),
            (_, others) => (others, one),
        };
        let place = few.binary_search_by_key(&node, |neighbour| neighbour.node).ok()?;
        Some(few[place].distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_sorted_and_the_shortest_link_counts() {
        let links = [(3, 1, 9), (0, 1, 4), (1, 3, 7), (2, 2, 0), (1, 2, 5)];
        let links = shortest(
            links.iter().filter_map(|(one, other, bits)| Link::between(*one, *other, *bits)).collect(),
        );

        let graph = Graph::new(4, links.iter());

        let around: Vec<u32> = graph.around(1).iter().map(|neighbour| neighbour.node).collect();
        assert_eq!(around, [0, 2, 3]);
        assert_eq!([graph.between(1, 3), graph.between(3, 1), graph.between(0, 3)], [Some(7), Some(7), None]);
    }
}
