//! The end of a scan in numbers, which have to add up.

use std::collections::BTreeMap;
use std::fmt;

use photo_similarity::Class;
use serde::{Deserialize, Serialize};

use super::place::Place;
use crate::error::SyncError;
use crate::state::ClassCount;

/// How a scan ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanSummary {
    /// Photos and videos that belong to the scan.
    pub seen: u64,
    /// Of these, files of this machine.
    pub files: u64,
    /// What was compared, in the words of the state.
    pub scope: String,
    /// Pictures that were fetched or read, and looked at.
    pub looked_at: u64,
    /// Pictures whose looks were known from an earlier scan.
    pub remembered: u64,
    /// What is not compared by its looks, by reason.
    pub skipped: BTreeMap<SkipKind, u64>,
    /// Pictures that something went wrong with; the next scan tries again.
    pub failed: u64,
    /// Photos of loaded hashes and of other users, which are only compared with; not among those seen.
    pub partners: u64,
    /// What was found, by class; without the groups that the user called no duplicates.
    pub groups: BTreeMap<Class, ClassCount>,
    /// Whether a stop request ended the scan; the groups are those of the scan before then.
    pub stopped: bool,
    /// Whether all sources were listed completely.
    pub listing_complete: bool,
    /// Whether the groups of the scan before were left as they are, because what was listed cannot be all.
    pub groups_kept: bool,
    /// Items of a listing that could not be understood, and folders that could not be read.
    pub unreadable: u64,
}

impl ScanSummary {
    /// All that is not compared by its looks.
    pub fn skipped_in_all(&self) -> u64 {
        self.skipped.values().sum()
    }

    /// Photos and videos that the user should know of.
    pub fn troubled(&self) -> u64 {
        self.skipped.iter().filter(|(kind, _)| kind.is_trouble()).map(|(_, count)| count).sum()
    }

    /// All groups.
    pub fn groups_in_all(&self) -> u64 {
        self.groups.values().map(|count| count.groups).sum()
    }

    /// Under which name the state notes how many photos a scan like this one saw.
    pub(crate) fn note(&self) -> String {
        format!("organize-seen {}", self.scope)
    }

    /// Whether every photo ended exactly once.
    pub fn adds_up(&self) -> bool {
        self.looked_at + self.remembered + self.skipped_in_all() + self.failed == self.seen
    }

    /// Whether everything was looked at.
    pub fn is_clean(&self) -> bool {
        self.failed == 0 && self.troubled() == 0 && self.unreadable == 0 && self.listing_complete
    }

    pub(super) fn skip(&mut self, kind: SkipKind) {
        *self.skipped.entry(kind).or_default() += 1;
    }

    /// An error unless every photo ended exactly once.
    pub(super) fn require_sum(&self) -> Result<(), SyncError> {
        if self.adds_up() {
            return Ok(());
        }
        Err(SyncError::DoesNotAddUp {
            done: self.looked_at + self.remembered,
            skipped: self.skipped_in_all(),
            failed: self.failed,
            seen: self.seen,
        })
    }
}

/// Why something is not compared by its looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SkipKind {
    /// A video: only the same bytes count.
    Video,
    /// A raw file on a disk: only the same bytes count.
    Raw,
    /// The server has made no thumbnail of it.
    NoThumbnail,
    /// A kind of picture that this build does not read.
    Unsupported,
    /// It would take more than is allowed.
    TooLarge,
    /// It is damaged.
    Damaged,
    /// It went away, or was not finished, while it was being read.
    Vanished,
    /// Another name of a file that is looked at already (a hard link).
    SameFile,
    /// Not reached before a stop request.
    NotReached,
}

impl SkipKind {
    /// Its name in statistics.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Raw => "raw",
            Self::NoThumbnail => "no-thumbnail",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too-large",
            Self::Damaged => "damaged",
            Self::Vanished => "vanished",
            Self::SameFile => "same-file",
            Self::NotReached => "not-reached",
        }
    }

    /// Whether the user should know of it.
    pub const fn is_trouble(self) -> bool {
        match self {
            Self::Unsupported | Self::TooLarge | Self::Damaged | Self::NoThumbnail => true,
            Self::Video | Self::Raw | Self::Vanished | Self::SameFile | Self::NotReached => false,
        }
    }
}

impl fmt::Display for SkipKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Video => "videos, compared by their bytes only",
            Self::Raw => "raw files, compared by their bytes only",
            Self::NoThumbnail => "without a thumbnail on the server",
            Self::Unsupported => "of a kind that cannot be read here",
            Self::TooLarge => "larger than allowed",
            Self::Damaged => "damaged",
            Self::Vanished => "gone or unfinished by now",
            Self::SameFile => "further names of the same file",
            Self::NotReached => "not reached",
        })
    }
}

/// A photo that is not compared by its looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCompared {
    /// Where it is.
    pub place: Place,
    /// Its file name.
    pub name: String,
    /// Why; `None` where something went wrong and the next scan tries again.
    pub kind: Option<SkipKind>,
    /// Why, in words.
    pub why: String,
}
