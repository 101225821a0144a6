//! Questions that a server in trouble answers with nothing, and 200.
//!
//! A database that was restored without a table, a job that recognises all faces anew, a proxy that drops a
//! filter: the answer is well formed and empty. A tool that believed it would take every name out of every file.

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// The people in assets, the list of people, and a search for one.
    People,
    /// The boxes of an asset (`GET /faces`) and of all assets (the sync stream).
    Faces,
    /// The list of albums.
    Albums,
    /// The assets of an album: a search with `albumIds`, and on 2.x the album itself.
    AlbumMembers,
    /// The list of tags, the tags of an asset, and a search with `tagIds`.
    Tags,
}
