//! What a source says of an item: in files beside it, in an index, by the folders it lies in. What stands in the photo
//! itself the server reads alone.

use std::collections::BTreeSet;

use immich_api::FaceArea;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a source says of an item; `None` where it says nothing, which is no order to remove anything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// The caption; empty for one that was taken away.
    pub description: Option<String>,
    /// Stars, 1 to 5; 0 for stars that were taken away.
    pub rating: Option<u8>,
    /// The heart.
    pub is_favourite: Option<bool>,
    /// In the archive, or on the timeline.
    pub is_archived: Option<bool>,
    /// Latitude and longitude in degrees, north and east.
    pub position: Option<(f64, f64)>,
    /// When it was taken.
    pub taken: Option<When>,
    /// The albums it is in.
    pub albums: BTreeSet<AlbumKey>,
    /// Paths of tags, parts divided by `/`.
    pub tags: BTreeSet<String>,
    /// Tags that it gets when it is sent and never again: they say how it came.
    pub tags_once: BTreeSet<String>,
    /// Names of people on it.
    pub people: BTreeSet<String>,
    /// Where the faces of people with names are, each of them once.
    pub faces: Option<Vec<FaceMark>>,
    /// An XMP packet that stands beside the file, byte for byte.
    pub sidecar: Option<Vec<u8>>,
}

/// Somebody on a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaceMark {
    /// Their name, without blanks around it; never empty.
    pub name: String,
    /// Where the face is in the picture as it is shown.
    pub area: FaceArea,
}

/// A point in time with how sure it is.
#[derive(Debug, Clone, PartialEq)]
pub struct When {
    /// The moment.
    pub instant: Timestamp,
    /// Minutes east of Greenwich, where that is known.
    pub offset: Option<i32>,
    /// Who says so.
    pub origin: Origin,
}

/// Where a date comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A guess from the name: only for a file that says nothing itself.
    Name,
    /// The index of an export: counts where the file says nothing, or something that is more than a day away.
    Index,
    /// A library that read the file, and lets its user change the date: counts where it is another one than that of the
    /// file, or the file does not say in which zone.
    Library,
    /// A sidecar, or the user: counts before the file.
    Sidecar,
}

/// Names an album of a source, the same in every run; two albums with one title stay two.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlbumKey(pub String);

/// An album of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceAlbum {
    /// Its name in the source.
    pub key: AlbumKey,
    /// What it is called.
    pub title: String,
    /// What stands under the title; empty for nothing.
    pub description: String,
}
