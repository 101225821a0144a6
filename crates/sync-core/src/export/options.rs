//! What an export is told.

use std::path::PathBuf;

use jiff::tz::TimeZone;

use super::Template;

/// What an export is told. All of it was read and understood before.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct ExportOptions {
    /// The folder of each photo below the destination.
    pub folder: Template,
    /// The name of each file without its ending; `None` for the name that the photo was imported with.
    pub name: Option<Template>,
    /// What stands behind the name of an edited version.
    pub edited_suffix: String,
    /// Which assets.
    pub selection: Selection,
    /// Which of their files.
    pub files: Files,
    /// Whether an XMP file with what is known is put beside each picture and video.
    pub sidecar: bool,
    /// Whether the same is written into the exported pictures and videos.
    pub embed: bool,
    /// What is said by these.
    pub said: Said,
    /// Whether the time of each file is that of the photo; else it is that of the file in the library.
    pub touch: bool,
    /// What becomes of a file that is in the way and not ours, or not any more.
    pub on_conflict: OnConflict,
    /// Whether files that we exported go to a trash when this export has them no more.
    pub cleanup: Option<Cleanup>,
    /// How many files are copied at the same time.
    pub workers: usize,
    /// Whether somebody said that much may go.
    pub confirmed: bool,
}

/// Which assets are exported beside those that Photos shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Selection {
    /// Those in the album "Hidden".
    pub hidden: bool,
    /// Those in "Recently Deleted".
    pub trashed: bool,
    /// Reduced copies of shared albums.
    pub shared: bool,
    /// What others sent in messages and nobody saved.
    pub syndicated: bool,
    /// Pictures of bursts that nobody picked.
    pub unpicked: bool,
}

/// Which files of an asset are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Files {
    /// Edited versions.
    pub edited: bool,
    /// Originals of which the edited version is exported.
    pub originals_of_edited: bool,
    /// Videos of live photos.
    pub live: bool,
    /// Raw pictures beside others.
    pub raw: bool,
}

impl Default for Files {
    fn default() -> Self {
        Self { edited: true, originals_of_edited: true, live: true, raw: true }
    }
}

/// What a sidecar or an exported file says beyond title, caption, keywords, date and place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Said {
    /// Albums as keywords.
    pub albums_as_keywords: bool,
    /// Names of people as keywords.
    pub people_as_keywords: bool,
    /// Five stars for favourites.
    pub favourite_rating: bool,
}

/// What becomes of a file that is in the way and not ours, or not any more. It is never overwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnConflict {
    /// The exported file takes a free name, with a number behind it.
    #[default]
    Rename,
    /// The file is not exported.
    Skip,
}

/// Where files go that this export has no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleanup {
    /// A folder on the file system of the destination; it is made when missing.
    pub trash: PathBuf,
    /// The clock of the user, for the notes in it.
    pub zone: TimeZone,
}
