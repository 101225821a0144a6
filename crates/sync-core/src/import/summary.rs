//! The end of an import in numbers, which have to add up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::SyncError;
use crate::state::RunId;

/// How an import ended. Counted are photos and videos of the source, the moving half of a photo with it, and the other
/// files that were come across; each ends once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportSummary {
    /// Everything that was come across.
    pub seen: u64,
    /// New on the server.
    pub uploaded: u64,
    /// Was on the server already, by its SHA-1, and is known now.
    pub adopted: u64,
    /// Was sent earlier, and something about it was changed now: an album, a caption, a version.
    pub updated: u64,
    /// Not sent, by reason; what is as it was among them.
    pub skipped: BTreeMap<SkipKind, u64>,
    /// Of those that are new on the server, damaged ones: they were sent as they are.
    pub damaged: u64,
    /// Something went wrong; the next run tries again.
    pub failed: u64,
    /// Items that are gone from the source and were trashed on the server.
    pub trashed: u64,
    /// Bytes of media that were read.
    pub bytes_read: u64,
    /// Bytes of media that were sent.
    pub bytes_sent: u64,
    /// Whether a stop request ended it.
    pub stopped: bool,
    /// Whether the source was listed completely.
    pub listing_complete: bool,
    /// The run in the state; `None` when nothing was to do, and in a preview.
    pub run: Option<RunId>,
}

impl ImportSummary {
    /// Everything that was done.
    pub fn done(&self) -> u64 {
        self.uploaded + self.adopted + self.updated
    }

    /// Everything that was left, for whatever reason.
    pub fn skipped_in_all(&self) -> u64 {
        self.skipped.values().sum()
    }

    /// What the user should know of.
    pub fn troubled(&self) -> u64 {
        let skipped = self.skipped.iter().filter(|(kind, _)| kind.is_trouble());
        skipped.map(|(_, count)| count).sum::<u64>() + self.damaged
    }

    /// Whether everything ended exactly once.
    pub fn adds_up(&self) -> bool {
        self.done() + self.skipped_in_all() + self.failed == self.seen
    }

    /// An error unless everything ended exactly once.
    pub fn require_sum(&self) -> Result<(), SyncError> {
        if self.adds_up() {
            return Ok(());
        }
        let (done, skipped) = (self.done(), self.skipped_in_all());
        Err(SyncError::DoesNotAddUp { done, skipped, failed: self.failed, seen: self.seen })
    }
}

/// Why something was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SkipKind {
    /// It is as it was when it was last sent.
    Unchanged,
    /// The same bytes are in the source more than once; all its albums were honoured.
    Twice,
    /// A sidecar, JSON or list that was used for a photo.
    Used,
    /// A sidecar, JSON or list that belongs to no photo.
    Orphan,
    /// Neither photo nor video nor anything about one.
    NotMedia,
    /// Of the system or of another program.
    Banned,
    /// Left out by the options.
    Excluded,
    /// Hidden in the source.
    Hidden,
    /// In the trash of the source.
    TrashedThere,
    /// Deleted on the server since it was sent.
    DeletedHere,
    /// Empty.
    Empty,
    /// The server takes no such file.
    Refused,
    /// Damaged, or not what its name says.
    Damaged,
    /// Source and server changed the same thing, and the server kept its own.
    Conflict,
    /// Only the cloud of the source has it; sent as soon as it is here.
    InCloud,
    /// It should be there and is not: lost, or on a volume that is not connected.
    Missing,
}

impl SkipKind {
    /// Whether the user has to know of it.
    pub fn is_trouble(self) -> bool {
        match self {
            Self::Empty | Self::Refused | Self::Damaged | Self::Missing => true,
            Self::Unchanged
            | Self::Twice
            | Self::Used
            | Self::Orphan
            | Self::NotMedia
            | Self::Banned
            | Self::Excluded
            | Self::Hidden
            | Self::TrashedThere
            | Self::DeletedHere
            | Self::Conflict
            | Self::InCloud => false,
        }
    }

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Twice => "twice",
            Self::Used => "used",
            Self::Orphan => "orphan",
            Self::NotMedia => "not-media",
            Self::Banned => "banned",
            Self::Excluded => "excluded",
            Self::Hidden => "hidden",
            Self::TrashedThere => "trashed-there",
            Self::DeletedHere => "deleted-here",
            Self::Empty => "empty",
            Self::Refused => "refused",
            Self::Damaged => "damaged",
            Self::Conflict => "conflict",
            Self::InCloud => "in-cloud",
            Self::Missing => "missing",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_ends_once() {
        let mut summary = ImportSummary { seen: 5, uploaded: 1, adopted: 1, failed: 1, ..Default::default() };
        summary.skipped.insert(SkipKind::Empty, 2);

        assert!(summary.adds_up() && summary.require_sum().is_ok());
        assert_eq!((summary.done(), summary.troubled()), (2, 2));
        summary.seen += 1;
        assert!(summary.require_sum().is_err());
    }
}
