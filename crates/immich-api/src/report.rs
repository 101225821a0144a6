//! What a walk saw, for the summary of a run.

use crate::asset::Unreadable;
use crate::ids::AssetId;

/// How many unreadable items are named; all are counted.
const MOST_NAMED: usize = 1000;

/// What a walk yielded and what it left out, each asset counted once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WalkReport {
    /// Pages that were read, over all rounds.
    pub pages: u64,
    /// Assets that were handed on.
    pub yielded: u64,
    /// Those of them that only a further round found.
    pub repaired: u64,
    /// Whether the walk saw everything: a round during which nothing moved, or one without anything new.
    pub complete: bool,
    /// What the server counted before the last round, with partners' assets; `None` when it cannot say.
    pub counted: Option<u64>,
    /// Assets of other users.
    pub dropped_foreign: u64,
    /// Assets that are not shown, such as the videos of live photos.
    pub dropped_hidden: u64,
    /// Assets in the trash.
    pub dropped_trashed: u64,
    /// Assets that do not match the query, although the server sent them.
    pub dropped_unasked: u64,
    /// Items that could not be understood.
    pub unreadable_count: u64,
    /// The first thousand of them.
    pub unreadable: Vec<Unreadable>,
    /// Assets that were asked for by id and do not exist.
    pub missing: Vec<AssetId>,
}

impl WalkReport {
    pub(crate) fn note_unreadable(&mut self, item: Unreadable) {
        self.unreadable_count += 1;
        if self.unreadable.len() < MOST_NAMED {
            self.unreadable.push(item);
        }
    }
}
