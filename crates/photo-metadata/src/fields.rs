//! What is known about a photo, in neutral terms: no server, no container.
//!
//! *Unknown* and *there is none* are two things: the first changes nothing, the second takes away what we
//! wrote ourselves in an earlier run, and nothing else.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::text;
use crate::time::CaptureTime;

/// What is known of one value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Known<T> {
    /// Nobody said; the file keeps what it has.
    #[default]
    Unknown,
    /// There is none. What we wrote ourselves goes away; what anybody else wrote stays.
    Nothing,
    /// This.
    Is(T),
}

impl<T> Known<T> {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Unknown | Self::Nothing => None,
        }
    }

    /// A value, or none where somebody knows that there is none.
    pub fn of(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Self::Is)
    }
}

/// What a photo is said to be. Only what the user chose to write is filled in.
///
/// Of the sets, `None` is unknown and an empty set is "there are none".
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PhotoFields {
    /// Names of the people shown, without blanks around.
    pub people: Option<BTreeSet<String>>,
    /// Names of the albums it is in.
    pub albums: Option<BTreeSet<String>>,
    /// Its tags, each with its full path (`Places/Sea`).
    pub tags: Option<BTreeSet<String>>,
    /// All tags that the server has for it, also when tags are not to be written: whoever writes a hierarchical
    /// keyword has to write these in front of it, or a server that reads the file drops them.
    pub all_tags: Option<BTreeSet<String>>,
    /// The faces on it.
    pub faces: Option<Faces>,
    /// Where it was taken.
    pub position: Known<Position>,
    /// The title. Immich has none; other programs show it above the caption.
    #[serde(default)]
    pub title: Known<Caption>,
    /// The caption.
    pub caption: Known<Caption>,
    /// When it was taken.
    pub taken: Option<CaptureTime>,
    /// How it is rated.
    pub rating: Known<RatingWish>,
}

impl PhotoFields {
    /// Whether nothing at all is to be said.
    pub fn is_empty(&self) -> bool {
        let no_names = |names: &Option<BTreeSet<String>>| names.as_ref().is_none_or(BTreeSet::is_empty);
        no_names(&self.people)
            && no_names(&self.albums)
            && no_names(&self.tags)
            && self.faces.as_ref().is_none_or(|faces| faces.list.is_empty())
            && self.position.value().is_none()
            && self.title.value().is_none()
            && self.caption.value().is_none()
            && self.taken.is_none()
            && self.rating.value().is_none()
    }
}

/// The faces of named people on a photo.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Faces {
    /// One for each face, in the order of names and places.
    pub list: Vec<NamedFace>,
}

/// A face, in pixels of the upright picture it was measured on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NamedFace {
    /// Who it is.
    pub name: String,
    /// Left, upper, right and lower edge.
    pub edges: [f64; 4],
    /// Width and height of the upright picture that the edges are measured on.
    pub picture: [f64; 2],
    /// Whether the server read it from the file itself.
    pub from_file: bool,
}

impl NamedFace {
    /// Whether its numbers are numbers, and the picture has a size.
    pub fn is_sound(&self) -> bool {
        self.edges.iter().chain(&self.picture).all(|number| number.is_finite())
            && self.picture.iter().all(|side| *side > 0.0)
    }
}

/// A place on Earth, WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    latitude: f64,
    longitude: f64,
    altitude: Option<f64>,
}

impl Position {
    /// Degrees north and east (south and west negative), metres above sea level if known.
    ///
    /// `None` for anything that is not on the globe, and for 0, 0: cameras without a fix write that,
    /// and Immich itself reads it as "no position".
    pub fn new(latitude: f64, longitude: f64, altitude: Option<f64>) -> Option<Self> {
        let on_globe = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        let no_fix = latitude == 0.0 && longitude == 0.0;
        let altitude = altitude.filter(|metres| metres.is_finite());
        (on_globe && !no_fix).then_some(Self { latitude, longitude, altitude })
    }

    /// Degrees north; south is negative.
    pub fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees east; west is negative.
    pub fn longitude(self) -> f64 {
        self.longitude
    }

    /// Metres above sea level; below is negative.
    pub fn altitude(self) -> Option<f64> {
        self.altitude
    }
}

/// A caption, cleaned and cut to the length that the user allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caption {
    text: String,
    cut: bool,
}

impl Caption {
    /// Cleans and cuts `raw` to `limit` characters; `None` when nothing is left.
    pub fn new(raw: &str, limit: usize) -> Option<Self> {
        let whole = text::caption(raw, usize::MAX)?;
        let text = text::caption(&whole, limit)?;
        let cut = text.len() < whole.len();
        Some(Self { text, cut })
    }

    /// The text to write.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a file's caption already says this.
    ///
    /// Blanks around do not count. Where ours was cut, a longer one with the same beginning is the
    /// same caption: a file is never made to hold less.
    pub fn is_said_by(&self, in_file: &str) -> bool {
        let in_file = in_file.trim();
        in_file == self.text || (self.cut && in_file.starts_with(&self.text))
    }
}

/// What is to become of the rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RatingWish {
    /// So many stars.
    Stars(Stars),
    /// Five stars for a favourite, unless the file has a rating of its own.
    Favorite,
}

/// One to five stars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stars(u8);

impl Stars {
    /// What a favourite without stars of its own gets.
    pub const FAVORITE: Self = Self(5);

    /// `None` outside of 1 to 5: 0 and -1 mean "not rated" and "rejected", and neither is a star.
    pub fn new(count: i64) -> Option<Self> {
        u8::try_from(count).ok().filter(|count| (1..=5).contains(count)).map(Self)
    }

    /// How many.
    pub fn count(self) -> u8 {
        self.0
    }

    /// The same on the scale of Windows, which reads 1-12, 13-37, 38-62, 63-87 and 88-99 as one to
    /// five stars and itself writes 1, 25, 50, 75 and 99.
    pub fn percent(self) -> u8 {
        [1, 25, 50, 75, 99][usize::from(self.0) - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_island_is_no_position() {
        assert_eq!(Position::new(0.0, 0.0, None), None);
        assert_eq!(Position::new(91.0, 0.0, None), None);
        assert_eq!(Position::new(f64::NAN, 0.0, None), None);
        assert!(Position::new(0.0, -70.5, None).is_some());
    }

    #[test]
    fn a_cut_caption_does_not_shorten_a_longer_one() {
        let caption = Caption::new("a long story", 6).unwrap();

        assert_eq!(caption.text(), "a long");
        assert!(caption.is_said_by("a long story"));
        assert!(caption.is_said_by("a long"));
        assert!(!caption.is_said_by("another"));
    }

    #[test]
    fn one_star_is_one_percent_in_windows() {
        let percents: Vec<u8> = (1..=5).map(|n| Stars::new(n).unwrap().percent()).collect();

        assert_eq!(percents, [1, 25, 50, 75, 99]);
        assert_eq!(Stars::new(0), None);
        assert_eq!(Stars::new(-1), None);
    }
}
