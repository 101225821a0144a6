//! What is noted of a change once its new version is complete: both versions, and how the old one comes back.

use photo_metadata::Recipe;

/// Both versions of a file, at the moment before the one replaces the other.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seal<'a> {
    /// The digest of the file before; `None` for a file that is made.
    pub old: Option<&'a str>,
    /// The digest of the new version; `None` for a file that is taken away.
    pub new: Option<&'a str>,
    /// How the old version is made of the new one, so that an undo brings back the very bytes. `None` where that
    /// would take too much room: then an undo goes tag by tag.
    pub back: Option<&'a Recipe>,
    /// Whether the new version is written into the file itself instead of replacing it. Such a change needs a way
    /// back: only by it a write that was broken off is put in order.
    pub in_place: bool,
}

/// The way back of a change, without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WayBack {
    /// Bytes of the state that it takes. Those that it shares with other changes are counted for each of them.
    pub size: u64,
    /// Whether the new version is written into the file itself.
    pub in_place: bool,
}

/// What is kept for the exact undo of some changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WaysBack {
    /// Changes that have a way back.
    pub changes: u64,
    /// Bytes of the state that their ways back take.
    pub bytes: u64,
}
