//! An export of Google Photos as Takeout makes them, with all that is odd about it, and with the right answer.
//!
//! Two zips, a tgz and an unpacked folder; photos in the folder of their year and again in those of their albums; what
//! is said of a photo often in another part; long, emoji and numbered names, cut as Google cuts them; edited versions,
//! live photos, photos of which nothing is said, and things said of no photo.

mod json;
mod name;
mod plan;
mod write;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::PictureError;

/// A made export, and what is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Takeout {
    /// Its parts, in an order that means nothing.
    pub parts: Vec<PathBuf>,
    /// Its photos and videos, each once.
    pub photos: Vec<TakeoutPhoto>,
    /// Titles of its albums.
    pub albums: BTreeSet<String>,
    /// Files in all parts.
    pub files: usize,
    /// JSON files about photos that are not in it.
    pub orphans: usize,
}

/// A photo or video of an export, whatever the number of its copies.
#[expect(clippy::struct_excessive_bools, reason = "each is one answer, and any combination may be right")]
#[derive(Debug, Clone, PartialEq)]
pub struct TakeoutPhoto {
    /// Its name when it was uploaded to Google, with the extension of the file and without characters that no file name has.
    pub name: String,
    /// Its path in the export, one of them.
    pub path: String,
    /// CRC-32 of its bytes.
    pub sum: u32,
    /// The same of its moving half.
    pub motion_sum: Option<u32>,
    /// When it was taken, in seconds since 1970, as far as the export says it.
    pub taken: Option<i64>,
    /// Offset of the clock of its place at that time, in minutes.
    pub offset: Option<i32>,
    /// Latitude and longitude.
    pub position: Option<(f64, f64)>,
    /// Its caption.
    pub description: String,
    /// Whether it has the heart.
    pub is_favourite: bool,
    /// Whether it is in the archive.
    pub is_archived: bool,
    /// Whether it is in the trash.
    pub is_trashed: bool,
    /// Whether a partner shared it.
    pub is_from_partner: bool,
    /// Whether it is in the locked folder.
    pub is_locked: bool,
    /// Names of people.
    pub people: BTreeSet<String>,
    /// Titles of its albums.
    pub albums: BTreeSet<String>,
    /// Whether it is an edited version of another.
    pub is_edited: bool,
    /// Whether the export says anything about it.
    pub has_json: bool,
}

impl Takeout {
    /// Writes an export of so many photos into a folder, the same for the same seed. The first language, such as `en`, is
    /// that of the account; titles and edited versions come in all of them.
    pub fn generate(
        folder: &Path,
        photos: usize,
        seed: u64,
        languages: &[&str],
    ) -> Result<Self, PictureError> {
        write::export(folder, &plan::plan(photos, seed, languages))
    }
}
