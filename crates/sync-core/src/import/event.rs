//! What an import tells.

use super::{Passed, SkipKind, Trouble};
use crate::deeds::LocalPath;

/// Something about an import.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ImportEvent<'a> {
    /// How far it is.
    Progress(Progress),
    /// A file that is not imported.
    Passed(&'a Passed),
    /// Something that is wrong in the source.
    Trouble(&'a Trouble),
    /// A photo is new on the server; in a preview, it would be.
    Uploaded {
        /// Which.
        path: &'a LocalPath,
    },
    /// A photo that was sent although it is damaged.
    Damaged {
        /// Which.
        path: &'a LocalPath,
        /// What of it is missing.
        why: &'a str,
    },
    /// A photo was on the server already, and is known now.
    Adopted {
        /// Which.
        path: &'a LocalPath,
    },
    /// Something about a photo that is there was changed on the server.
    Updated {
        /// Which.
        path: &'a LocalPath,
    },
    /// A photo that was left, and why; told unless it is unchanged.
    Left {
        /// Which.
        path: &'a LocalPath,
        /// Why.
        kind: SkipKind,
        /// The same in words, where there is more to say.
        why: Option<&'a str>,
    },
    /// Source and server changed the same field, and one of them won.
    Conflict {
        /// Of which photo.
        path: &'a LocalPath,
        /// Which field, see [`crate::deeds::Value::field`].
        field: &'static str,
        /// Whether the server kept its own.
        server_wins: bool,
    },
    /// A photo that something went wrong with.
    Failed {
        /// Which.
        path: &'a LocalPath,
        /// What.
        message: &'a str,
        /// Whether the same may work the next time.
        transient: bool,
    },
    /// So many photos are gone from the source and stay on the server.
    Gone {
        /// Of those that we uploaded.
        photos: u64,
    },
}

/// How far an import is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Come across up to now.
    pub seen: u64,
    /// Of these, ended one way or another, or arrived at least: albums and tags follow for many at once.
    pub ended: u64,
    /// Whether everything has been come across.
    pub is_listed: bool,
    /// Bytes of uploads that left, as they leave.
    pub bytes_sent: u64,
}
