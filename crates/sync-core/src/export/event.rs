//! What an export tells.

use std::path::Path;

use super::Part;

/// Something about an export.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ExportEvent<'a> {
    /// How far it is.
    Progress(ExportProgress),
    /// A file was exported; in a preview, it would be.
    Wrote {
        /// Which.
        file: ExportedFile<'a>,
        /// Whether it took the place of one that was exported earlier.
        is_update: bool,
        /// Whether another file has the name that it would have.
        is_renamed: bool,
    },
    /// A file was exported, and what is known could not be written into it.
    Bare {
        /// Which.
        file: ExportedFile<'a>,
        /// Why.
        why: &'a str,
    },
    /// A file was there already, with the same bytes, and is known from now on.
    Adopted {
        /// Which.
        file: ExportedFile<'a>,
    },
    /// A file or asset that was left, and why.
    Left {
        /// Which.
        file: ExportedFile<'a>,
        /// Why.
        kind: LeftKind,
    },
    /// Something went wrong with a file.
    Failed {
        /// Which.
        file: ExportedFile<'a>,
        /// What.
        message: &'a str,
        /// Whether the same may work the next time.
        transient: bool,
    },
    /// A file that this export has no more went to the trash; in a preview, it would.
    Removed {
        /// Which.
        file: ExportedFile<'a>,
    },
    /// So many files that we exported are no more part of this export, and stay.
    Stays {
        /// Files.
        files: u64,
    },
}

/// A file that is exported.
#[derive(Debug, Clone, Copy)]
pub struct ExportedFile<'a> {
    /// Where it is, or would be, below the destination. Of an asset that is left out, its original name.
    pub path: &'a Path,
    /// The asset, by its UUID.
    pub asset: &'a str,
    /// Which of its files; `None` for all of them.
    pub part: Option<Part>,
}

/// How far an export is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExportProgress {
    /// Files that ended one way or another.
    pub ended: u64,
    /// Of so many; 0 as long as it is not known.
    pub total: u64,
    /// Bytes that were written.
    pub bytes: u64,
    /// Of about so many.
    pub bytes_in_all: u64,
}

/// Why something was not exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LeftKind {
    /// It is there as it should be.
    Unchanged,
    /// In the album "Hidden".
    Hidden,
    /// In "Recently Deleted".
    Trashed,
    /// A reduced copy of a shared album.
    Shared,
    /// From messages, and not saved to the library.
    Syndicated,
    /// A picture of a burst that nobody picked.
    NotPicked,
    /// Its file is in iCloud only.
    InCloud,
    /// Its file is nowhere.
    Lost,
    /// Its file is on a volume that is not connected.
    Offline,
    /// Its file would be outside of the library.
    LeadsOut,
    /// Somebody changed the exported file, and it stays as they want it.
    ChangedHere,
    /// Another file is where it would be.
    InTheWay,
}

impl LeftKind {
    /// Whether the user has to know of it.
    pub fn is_trouble(self) -> bool {
        match self {
            Self::InCloud | Self::Lost | Self::Offline | Self::LeadsOut | Self::InTheWay => true,
            Self::Unchanged
            | Self::Hidden
            | Self::Trashed
            | Self::Shared
            | Self::Syndicated
            | Self::NotPicked
            | Self::ChangedHere => false,
        }
    }

    /// The name in JSON and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Hidden => "hidden",
            Self::Trashed => "trashed",
            Self::Shared => "shared-album",
            Self::Syndicated => "syndicated",
            Self::NotPicked => "not-picked",
            Self::InCloud => "in-cloud",
            Self::Lost => "lost",
            Self::Offline => "offline",
            Self::LeadsOut => "leads-out",
            Self::ChangedHere => "changed-here",
            Self::InTheWay => "in-the-way",
        }
    }
}
