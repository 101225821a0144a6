//! All pairs of photos that look alike, found exactly.
//!
//! ```text
//! Looks ─► distinct ones, sorted ─► blocks of 64 ─► every two of them compared ─► nearest of each ─► edges
//! ```
//!
//! There is no index. Comparing all with all takes less than a second for 100,000 photos, whatever the limit; trees
//! that were measured took 12 to 1,400 times longer. What grows with the square is kept away by comparing only what is
//! new with what is known ([`Which::New`], [`Search::merged`]).

mod blocks;
mod distinct;
mod edges;
mod kernel;
mod looks;
mod nearest;
mod sweep;
#[cfg(test)]
mod tests;

use std::num::NonZeroUsize;

use distinct::Distinct;
use nearest::Nearest;

pub use edges::unsettled;
pub use kernel::Kernel;
pub use looks::{Forms, Looks};

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
    /// How many of its nearest neighbours a photo keeps, by distance and position; pairs that neither of the two keeps
    /// are left out. A hundred thousand screenshots of one page would be five thousand million pairs.
    pub nearest: usize,
}

/// Which pairs are looked for.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// All.
    All,
    /// Those with at least one of the photos at these positions, in any order.
    New(&'a [u32]),
}

impl Search {
    /// The pairs within the limit, sorted. The order of positions is that of the ids of photos, so that which of two
    /// equally distant neighbours is kept does not depend on how photos were found; nor does anything else here depend
    /// on threads or instructions.
    ///
    /// `going` is told, from all threads, how many comparisons are done and how many there are; as soon as it answers
    /// no the search ends with `None`.
    pub fn pairs(
        &self,
        looks: &Looks,
        which: Which<'_>,
        going: &(dyn Fn(u64, u64) -> bool + Sync),
    ) -> Option<Vec<Edge>> {
        self.pairs_by(Kernel::best(), looks, which, going)
    }

    /// The same by certain instructions, for comparing them.
    pub fn pairs_by(
        &self,
        kernel: Kernel,
        looks: &Looks,
        which: Which<'_>,
        going: &(dyn Fn(u64, u64) -> bool + Sync),
    ) -> Option<Vec<Edge>> {
        let distinct = Distinct::of(looks, which);
        let nearest = Nearest::of(distinct.len(), self.nearest);
        let is_complete = sweep::sweep(self, kernel, looks, &distinct, &nearest, going);
        is_complete.then(|| edges::spread(&distinct, nearest, self.nearest))
    }

    /// What [`Search::pairs`] of all photos would find, out of what it found among the old ones and what it found with
    /// [`Which::New`] since; sorted.
    ///
    /// The nearest of a photo among all are among its nearest old ones and its nearest new ones, so nothing that counts
    /// was left out before, and what counts no longer is left out now. Where photos are gone that is not so: see
    /// [`unsettled`].
    pub fn merged(&self, mut old: Vec<Edge>, new: Vec<Edge>) -> Vec<Edge> {
        old.extend(new);
        edges::kept(old, self.nearest)
    }
}
