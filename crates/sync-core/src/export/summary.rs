//! The end of an export in numbers, which have to add up.

use std::collections::BTreeMap;

use super::LeftKind;
use crate::error::SyncError;
use crate::state::RunId;
use crate::summary::Summary;

/// How an export ended. Counted are files that are to be exported, and assets that are left out as a whole; each ends once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportSummary {
    /// Assets that the library told.
    pub assets: u64,
    /// Files, and assets that are left out.
    pub seen: u64,
    /// Files that are new.
    pub written: u64,
    /// Files that were exported earlier and were renewed.
    pub updated: u64,
    /// Files that were there with the same bytes, and are known now.
    pub adopted: u64,
    /// Not exported, by reason; what is as it was among them.
    pub left: BTreeMap<LeftKind, u64>,
    /// Something went wrong; the next run tries again.
    pub failed: u64,
    /// Files that are no more part of the export and went to the trash.
    pub removed: u64,
    /// Files that are no more part of the export, and stay.
    pub stays: u64,
    /// Bytes that were written.
    pub bytes: u64,
    /// Whether a stop request ended it.
    pub stopped: bool,
    /// Whether the library could be told completely.
    pub listing_complete: bool,
    /// The run in the state; `None` when nothing was to do, and in a preview.
    pub run: Option<RunId>,
}

impl ExportSummary {
    /// Files that were written or taken as ours.
    pub fn done(&self) -> u64 {
        self.written + self.updated + self.adopted
    }

    /// Everything that was left, for whatever reason.
    pub fn left_in_all(&self) -> u64 {
        self.left.values().sum()
    }

    /// What the user should know of.
    pub fn troubled(&self) -> u64 {
        self.left.iter().filter(|(kind, _)| kind.is_trouble()).map(|(_, count)| count).sum()
    }

    /// Whether everything ended exactly once.
    pub fn adds_up(&self) -> bool {
        self.done() + self.left_in_all() + self.failed == self.seen
    }

    pub(super) fn leave(&mut self, kind: LeftKind) {
        self.seen += 1;
        *self.left.entry(kind).or_default() += 1;
    }

    /// An error unless everything ended exactly once.
    pub(super) fn require_sum(&self) -> Result<(), SyncError> {
        if self.adds_up() {
            return Ok(());
        }
        let (done, skipped) = (self.done(), self.left_in_all());
        Err(SyncError::DoesNotAddUp { done, skipped, failed: self.failed, seen: self.seen })
    }

    /// The same as the history keeps it.
    pub(super) fn of_history(&self) -> Summary {
        let skipped = self.left.iter().map(|(kind, count)| (kind.name().to_owned(), *count)).collect();
        Summary {
            seen: self.seen,
            done: self.done(),
            files: self.written + self.updated,
            skipped,
            troubled: self.troubled(),
            failed: self.failed,
            stopped: self.stopped,
            listing_complete: self.listing_complete,
            ..Summary::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_ends_once() {
        let mut summary = ExportSummary { seen: 3, written: 1, adopted: 1, failed: 1, ..Default::default() };
        summary.leave(LeftKind::InCloud);
        summary.leave(LeftKind::Unchanged);

        assert!(summary.adds_up() && summary.require_sum().is_ok());
        assert_eq!((summary.done(), summary.troubled()), (2, 1));
        assert!(summary.of_history().adds_up());
        summary.seen += 1;
        assert!(summary.require_sum().is_err());
    }
}
