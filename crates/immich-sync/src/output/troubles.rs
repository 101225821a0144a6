//! Troubles of one kind can come by the thousand (a wrong folder, a read-only disk). The first ones are named,
//! the others counted.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How many of a kind are named.
pub(super) const NAMED: u64 = 20;

/// How many troubles of each kind there were.
#[derive(Debug, Default)]
pub(super) struct Troubles(Mutex<BTreeMap<String, u64>>);

impl Troubles {
    /// Counts one; whether it is to be named.
    pub(super) fn count(&self, kind: &str) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(kind.to_owned()).or_default();
        *count += 1;
        *count <= NAMED
    }

    /// How many were not named, over all kinds.
    pub(super) fn unnamed(&self) -> u64 {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.values().map(|count| count.saturating_sub(NAMED)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_each_kind_are_named() {
        let troubles = Troubles::default();

        let named = (0..25).filter(|_| troubles.count("missing")).count();

        assert_eq!(named, 20);
        assert!(troubles.count("refused"), "another kind has its own twenty");
        assert_eq!(troubles.unnamed(), 5);
    }
}
