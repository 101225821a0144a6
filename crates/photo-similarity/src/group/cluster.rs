//! Groups around a representative.
//!
//! The node with the most neighbours (then the nearest ones, then the first) gathers those of them that are still free,
//! the nearest first. One joins unless it is beyond the limit of more than half of those that joined before; so nothing
//! joins because it looks like one that looks like another. What is left does the same among itself, until no two free neighbours are
//! left.
//!
//! All decisions are made among nodes that are connected: whatever is added elsewhere changes nothing here. Costs the
//! logarithm of the nodes for each link.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::graph::Graph;

/// With how many of the first members one that wants to join is compared. They are the nearest to the representative,
/// and a hundred thousand screenshots are not compared each with each.
const CORE: usize = 255;

/// What rules who joins.
pub(super) trait Gathering {
    /// Bits between two nodes that no link joins, if that would be a link. A search that keeps only the nearest
    /// neighbours of each node leaves out links of crowds.
    fn unlinked(&self, one: u32, other: u32) -> Option<u16>;

    /// Whether two nodes that no link joins are within the limit of each other.
    fn is_near(&self, one: u32, other: u32) -> bool;

    /// Whether two nodes that a link joins look alike as they are. A turned and a trimmed copy of one photo do not look
    /// like each other, and others say nothing about them.
    fn is_upright(&self, one: u32, other: u32) -> bool;

    /// Whether a node may stand beside all members of the group, whatever its looks.
    fn admits(&self, node: u32) -> bool;

    /// A group begins, or goes on: the node is its member from now on.
    fn joined(&mut self, node: u32, is_first: bool);
}

/// Groups of at least two nodes, the representative first, then by distance and number.
pub(super) fn clusters(graph: &Graph, rules: &mut impl Gathering) -> Vec<Vec<u32>> {
    let mut field = Field::new(graph);
    let mut groups = Vec::new();
    while let Some(first) = field.next() {
        let members = gather(&mut field, first, rules);
        if members.len() > 1 {
            field.take(&members);
            groups.push(members);
        }
    }
    groups
}

/// The representative and all that join it.
fn gather(field: &mut Field<'_>, first: u32, rules: &mut impl Gathering) -> Vec<u32> {
    let (mut members, mut core) = (vec![first], vec![first]);
    rules.joined(first, true);
    let mut near = field.begin(first);
    while let Some(Reverse((_, node))) = near.pop() {
        let is_upright = rules.is_upright(first, node);
        if (!is_upright || is_near_most(field.graph, rules, &core, node)) && rules.admits(node) {
            members.push(node);
            core.extend(Some(node).filter(|_| is_upright && core.len() < CORE));
            rules.joined(node, false);
            field.look_through(node, |node| {
                near.extend(rules.unlinked(first, node).map(|distance| Reverse((distance, node))));
            });
        }
    }
    members
}

/// Whether a node is within the limit of at least half of the first members, the representative among them.
fn is_near_most(graph: &Graph, rules: &impl Gathering, core: &[u32], node: u32) -> bool {
    let mut near = 0;
    core.iter().any(|&member| {
        near += usize::from(rules.is_near(node, member) || graph.between(node, member).is_some());
        2 * near >= core.len()
    })
}

/// How much a node has around it: more free neighbours, then the smaller sum of their distances, then the first.
type Rank = (u32, Reverse<u32>, Reverse<u32>);

/// The nodes that are still free.
struct Field<'a> {
    graph: &'a Graph,
    is_taken: Vec<bool>,
    /// Of each node how many neighbours are free, and the sum of their distances.
    free: Vec<(u32, u32)>,
    /// May hold ranks from before; they only ever sink.
    queue: BinaryHeap<Rank>,
    /// In which search a node was seen last.
    seen: Vec<u32>,
    search: u32,
}

impl<'a> Field<'a> {
    fn new(graph: &'a Graph) -> Self {
        let nodes = graph.len();
        let mut free = vec![(0_u32, 0_u32); nodes];
        for (node, free) in (0_u32..).zip(&mut free) {
            for neighbour in graph.around(node) {
                *free = (free.0 + 1, free.1.saturating_add(u32::from(neighbour.distance)));
            }
        }
        let mut field = Self {
            graph,
            is_taken: vec![false; nodes],
            free,
            queue: BinaryHeap::new(),
            seen: vec![0; nodes],
            search: 0,
        };
        let ranks = (0_u32..).take(nodes).map(|node| field.rank(node)).filter(|rank| rank.0 > 0).collect();
        field.queue = ranks;
        field
    }

    fn rank(&self, node: u32) -> Rank {
        let (count, sum) = self.free[node as usize];
        (count, Reverse(sum), Reverse(node))
    }

    /// The free node with the most around it.
    fn next(&mut self) -> Option<u32> {
        while let Some(rank) = self.queue.pop() {
            let node = rank.2.0;
            if self.is_taken[node as usize] {
                continue;
            }
            let now = self.rank(node);
            if now == rank {
                return Some(node);
            }
            if now.0 > 0 {
                self.queue.push(now);
            }
        }
        None
    }

    /// The free neighbours of the first member, nearest first.
    fn begin(&mut self, first: u32) -> BinaryHeap<Reverse<(u16, u32)>> {
        self.search += 1;
        self.seen[first as usize] = self.search;
        let mut near = Vec::new();
        for neighbour in self.graph.around(first) {
            self.seen[neighbour.node as usize] = self.search;
            if !self.is_taken[neighbour.node as usize] {
                near.push(Reverse((neighbour.distance, neighbour.node)));
            }
        }
        near.into()
    }

    /// Free neighbours of a member that were not seen in this search.
    fn look_through(&mut self, member: u32, mut find: impl FnMut(u32)) {
        for neighbour in self.graph.around(member) {
            let node = neighbour.node as usize;
            if self.seen[node] != self.search && !self.is_taken[node] {
                self.seen[node] = self.search;
                find(neighbour.node);
            }
        }
    }

    fn take(&mut self, members: &[u32]) {
        for member in members {
            self.is_taken[*member as usize] = true;
        }
        for member in members {
            for neighbour in self.graph.around(*member) {
                let free = &mut self.free[neighbour.node as usize];
                *free = (free.0.saturating_sub(1), free.1.saturating_sub(u32::from(neighbour.distance)));
            }
        }
    }
}
