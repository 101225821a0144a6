//! All pairs of hashes within a radius.

use std::num::NonZeroUsize;

use crate::hash::Hash;

/// Two photos that look alike, by their positions; `a < b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edge {
    /// The first of the two.
    pub a: u32,
    /// The second.
    pub b: u32,
    /// Bits in which they differ, in the form in which they differ least.
    pub distance: u16,
}

/// A search for pairs.
#[derive(Debug, Clone, Copy)]
pub struct Search {
    /// The largest distance that counts.
    pub limit: u32,
    /// Threads that search.
    pub threads: NonZeroUsize,
    /// How many of its nearest neighbours a photo keeps; pairs that neither of the two keeps are left out. A hundred
    /// thousand screenshots of one page would be five thousand million pairs.
    pub nearest: usize,
}

impl Search {
    /// All pairs of `hashes` whose second is one of the last `new`: each new one against all before it. With
    /// `new == hashes.len()` all pairs. Sorted by `(a, b)`; independent of the number of threads.
    pub fn pairs(&self, hashes: &[Hash], new: usize) -> Vec<Edge> {
        let mut edges = Vec::new();
        for b in hashes.len().saturating_sub(new)..hashes.len() {
            for a in 0..b {
                let distance = hashes[a].distance(hashes[b]);
                if distance <= self.limit {
                    let position = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
                    let distance = u16::try_from(distance).unwrap_or(u16::MAX);
                    edges.push(Edge { a: position(a), b: position(b), distance });
                }
            }
        }
        edges.sort_unstable();
        edges
    }
}
