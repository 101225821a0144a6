//! Albums, the folders that hold them, and imports.

use jiff::Timestamp;

/// The place of an album in [`Library::albums`](crate::Library::albums).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AlbumId(pub u32);

/// The place of an import in [`Library::import_sessions`](crate::Library::import_sessions).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImportSessionId(pub u32);

/// An album. What Photos keeps for itself (progress, memories, moments) is not among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Album {
    /// Its name in this library. Titles are not unique.
    pub uuid: String,
    /// May be empty, and may contain `/`.
    pub title: String,
    /// Who made it, and how.
    pub kind: AlbumKind,
    /// The folders it is in, the outermost first. Empty at the top.
    pub folders: Vec<FolderName>,
    /// In which order the user looks at it.
    pub sort: AlbumSort,
    /// Whether it, or a folder it is in, was deleted and can still be brought back.
    pub is_trashed: bool,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// The date of the first photo.
    pub start: Option<Timestamp>,
    /// The date of the last photo.
    pub end: Option<Timestamp>,
    /// Who shares it.
    pub owner: Option<String>,
}

impl Album {
    /// The titles of its folders and its own, such as `Trips / 2019 / Rome`.
    pub fn path(&self, separator: &str) -> String {
        let mut path = String::new();
        for folder in &self.folders {
            path.push_str(&folder.title);
            path.push_str(separator);
        }
        path.push_str(&self.title);
        path
    }
}

/// A folder on the way to an album.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderName {
    /// Its name in this library.
    pub uuid: String,
    /// What the user calls it.
    pub title: String,
}

/// A folder of albums and folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its name in this library.
    pub uuid: String,
    /// What the user calls it.
    pub title: String,
    /// The folders it is in, the outermost first.
    pub folders: Vec<FolderName>,
    /// Whether it was deleted and can still be brought back.
    pub is_trashed: bool,
}

/// Who made an album, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AlbumKind {
    /// The user put photos into it.
    User,
    /// Shared with others through iCloud.
    Shared,
    /// Defined by a rule; the database does not hold what is in it.
    Smart,
    /// A book, a calendar, a slideshow.
    Project,
}

/// In which order an album is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AlbumSort {
    /// As the user arranged it.
    Manual,
    /// The oldest first.
    OldestFirst,
    /// The newest first.
    NewestFirst,
    /// By title.
    Title,
}

/// An import: photos that came into the library together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSession {
    /// Its name in this library.
    pub uuid: String,
    /// When it was made.
    pub created: Option<Timestamp>,
}
