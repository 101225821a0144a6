//! What is known about a photo, in neutral terms: no server, no container.
//!
//! `None` and an empty list mean *unknown*: the file keeps what it has. A value is never deleted
//! because somebody does not know it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::text;
use crate::time::CaptureTime;

/// What a photo is said to be. Only what the user chose to write is filled in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PhotoFields {
    /// Names of the people shown, without blanks around.
    pub people: BTreeSet<String>,
    /// Where it was taken.
    pub position: Option<Position>,
    /// The caption.
    pub caption: Option<Caption>,
    /// When it was taken.
    pub taken: Option<CaptureTime>,
    /// How it is rated.
    pub rating: Option<RatingWish>,
}

impl PhotoFields {
    /// Whether nothing at all is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
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
    /// Take away the five stars that were written for a favourite which is none any more.
    TakeBackFavorite,
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
