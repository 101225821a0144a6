//! What the user wants of an export of Google Photos.

use std::path::PathBuf;

use crate::import::HiddenRule;

/// What the user wants of an export.
#[expect(clippy::struct_excessive_bools, reason = "each is a wish of its own")]
#[derive(Debug, Clone, PartialEq)]
pub struct TakeoutOptions {
    /// Its parts in any order: archives, unpacked folders, folders of archives. Absolute.
    pub paths: Vec<PathBuf>,
    /// Photos in the archive of Google Photos are taken.
    pub archived: bool,
    /// Photos in its trash are taken.
    pub trashed: bool,
    /// What happens with photos of its locked folder.
    pub locked: HiddenRule,
    /// What happens with photos that a partner shared.
    pub partner: Partner,
    /// Photos and videos without a JSON are taken.
    pub unmatched: bool,
    /// Albums are made.
    pub albums: bool,
    /// Albums without a title are made, too, and called as their folder.
    pub untitled: bool,
    /// What is sent gets the name of its export as a tag, where the name of the part says it.
    pub tag: bool,
    /// Only photos of the album with this title are taken.
    pub from_album: Option<String>,
}

/// What happens with photos that a partner shared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Partner {
    /// They are taken as any other.
    #[default]
    Include,
    /// They are left out.
    Exclude,
    /// They are taken, and put into an album with this title.
    Album(String),
}

impl TakeoutOptions {
    /// Everything that is in the export, but for what its user threw away or locked up.
    pub fn new(paths: Vec<PathBuf>) -> Self {
        Self {
            paths,
            archived: true,
            trashed: false,
            locked: HiddenRule::Skip,
            partner: Partner::Include,
            unmatched: true,
            albums: true,
            untitled: false,
            tag: false,
            from_album: None,
        }
    }
}
