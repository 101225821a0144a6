//! The assets of an album: in the order of adding, and asked for by id in constant time.
//!
//! Albums of tens of thousands of photos are common, and every search by album asks each asset whether it is
//! one of them.

use std::collections::HashSet;

use crate::AssetId;

/// Assets, each once, in the order of adding.
#[derive(Debug, Clone, Default)]
pub(crate) struct Members {
    order: Vec<AssetId>,
    known: HashSet<AssetId>,
}

impl Members {
    /// Adds one at the end; `false` when it is there already.
    pub(crate) fn insert(&mut self, id: AssetId) -> bool {
        let is_new = self.known.insert(id);
        if is_new {
            self.order.push(id);
        }
        is_new
    }

    /// Takes one out; `false` when it is not there.
    pub(crate) fn remove(&mut self, id: AssetId) -> bool {
        let was_there = self.known.remove(&id);
        if was_there {
            self.order.retain(|other| *other != id);
        }
        was_there
    }

    pub(crate) fn contains(&self, id: &AssetId) -> bool {
        self.known.contains(id)
    }

    pub(crate) fn as_slice(&self) -> &[AssetId] {
        &self.order
    }

    pub(crate) const fn set(&self) -> &HashSet<AssetId> {
        &self.known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_adding_stays_and_each_is_there_once() {
        let id = |text| AssetId::parse(text).unwrap();
        let (a, b) = (id("00000000-0000-4000-8000-00000000000b"), id("00000000-0000-4000-8000-00000000000a"));
        let mut members = Members::default();

        let added = [members.insert(a), members.insert(b), members.insert(a)];
        let removed = [members.remove(a), members.remove(a)];

        assert_eq!((added, removed), ([true, true, false], [true, false]));
        assert_eq!((members.as_slice(), members.contains(&a)), ([b].as_slice(), false));
    }
}
