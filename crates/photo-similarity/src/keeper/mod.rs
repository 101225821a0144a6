//! Which photo of a group is the best, and why.
//!
//! What the user said comes first: what is pinned, then the preferences, then favourites, albums and places. Then what
//! cannot be brought back: pixels. Immich's own suggestion starts with the size of the file and so prefers bloated
//! re-encodings; here bytes come after the camera, which says that a file is the original. An enlarged copy has more
//! pixels than its original, and nothing tells: it wins, unless one of the two is pinned, a favourite or in an album.
//!
//! Sizes within one per cent are equal: turning without loss cuts off an edge, and a caption makes a file larger.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::decode::Format;
use crate::photo::PhotoId;

mod clutter;
mod ranking;
#[cfg(test)]
mod tests;

/// What is known of a photo when the best of a group is chosen.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and any mix of them occurs")]
pub struct Traits<'a> {
    /// Its name.
    pub id: PhotoId,
    /// Photos with the same number are copies of one exposure, as [`Member::set`](crate::Member::set) says. Kinds of
    /// files are compared only where all are.
    pub set: u16,
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
    /// Sharpness and brightness, of a burst only: among copies a noisy or bolder one would win.
    pub look: Option<Look>,
}

/// How well a photo came out, as [`Signature`](crate::Signature) measures it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Variance of the Laplacian.
    pub sharpness: f32,
    /// Share of pixels that are black or white, 0 to 1.
    pub clipped: f32,
    /// Mean brightness, 0 to 255.
    pub mean: f32,
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
    /// What comes straight from a camera first, even if it has fewer pixels.
    Camera,
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

/// Chooses the best of the photos; `None` for none. Does not depend on their order.
pub fn keeper(photos: &[Traits<'_>], prefer: &[Preference]) -> Option<Verdict> {
    let order = ranking(photos, prefer);
    let best = *order.first()?;
    let reason = order.get(1).and_then(|next| ranking::difference(photos, prefer, best, *next));
    Some(Verdict { best, reason: reason.unwrap_or(Criterion::Id) })
}

/// The positions of the photos from the best to the least. Does not depend on their order.
pub fn ranking(photos: &[Traits<'_>], prefer: &[Preference]) -> Vec<usize> {
    ranking::of(photos, prefer)
}
