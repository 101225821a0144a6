//! The end of a run in numbers, which have to add up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::SyncError;
use crate::plan::SkipReason;

/// How a run ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Photos that the run looked at.
    pub seen: u64,
    /// Photos that were changed; in a dry run, that would be.
    pub done: u64,
    /// Files that were written for these: originals and sidecars.
    #[serde(default)]
    pub files: u64,
    /// Parts of photos that were left as the file has them.
    #[serde(default)]
    pub kept: u64,
    /// Photos that needed nothing or must not be touched, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Skipped photos that the user should know of.
    pub troubled: u64,
    /// Photos that something went wrong with.
    pub failed: u64,
    /// Whether a stop request ended the run; what was not reached is not counted as seen.
    pub stopped: bool,
    /// Whether the server's listing was complete.
    pub listing_complete: bool,
    /// Items of the listing that could not be understood.
    pub unreadable: u64,
}

impl Summary {
    /// Counts a skipped photo.
    pub fn skip(&mut self, reason: &SkipReason) {
        self.seen += 1;
        self.troubled += u64::from(reason.is_trouble());
        *self.skipped.entry(reason.code().to_owned()).or_default() += 1;
    }

    /// Adds what another part of the same run came to.
    pub(crate) fn join(&mut self, other: &Self) {
        self.seen += other.seen;
        self.done += other.done;
        self.files += other.files;
        self.kept += other.kept;
        for (reason, number) in &other.skipped {
            *self.skipped.entry(reason.clone()).or_default() += number;
        }
        self.troubled += other.troubled;
        self.failed += other.failed;
        self.stopped |= other.stopped;
        self.listing_complete &= other.listing_complete;
        self.unreadable += other.unreadable;
    }

    /// All skipped photos.
    pub fn skipped_in_all(&self) -> u64 {
        self.skipped.values().sum()
    }

    /// Whether every photo ended exactly once.
    pub fn adds_up(&self) -> bool {
        self.done + self.skipped_in_all() + self.failed == self.seen
    }

    /// An error unless every photo ended exactly once.
    pub(crate) fn require_sum(&self) -> Result<(), SyncError> {
        if self.adds_up() {
            return Ok(());
        }
        Err(SyncError::DoesNotAddUp {
            done: self.done,
            skipped: self.skipped_in_all(),
            failed: self.failed,
            seen: self.seen,
        })
    }

    /// Whether everything that was asked for is done.
    pub fn is_clean(&self) -> bool {
        self.failed == 0 && self.troubled == 0 && self.unreadable == 0 && self.listing_complete
    }
}
