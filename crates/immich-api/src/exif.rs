//! The `exifInfo` of an asset: what Immich read from the file, with the edits made since.
//!
//! Named after the server; it also holds what the user typed in Immich, such as the description.

use crate::asset::pixels;
use crate::json::Json;
use crate::lenient::{instant, integer, member, number, text};
use jiff::Timestamp;

/// What Immich knows about the picture itself; `None` where it does not say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exif {
    /// The caption. An empty one is sent where there is none.
    pub description: Option<String>,
    /// Degrees north, -90 to 90.
    pub latitude: Option<f64>,
    /// Degrees east, -180 to 180.
    pub longitude: Option<f64>,
    /// Metres above the sea; no known server sends it.
    pub altitude: Option<f64>,
    /// When the picture was taken.
    pub date_time_original: Option<Timestamp>,
    /// `Europe/Paris`, `UTC+2` or `UTC`; `None` when the file names no zone.
    pub time_zone: Option<String>,
    /// Stars, -1 (rejected, up to 2.x) to 5.
    pub rating: Option<i32>,
    /// Size of the file in bytes, when it was last read.
    pub file_size: Option<u64>,
    /// EXIF orientation, `1` to `8`, as text.
    pub orientation: Option<String>,
    /// Maker of the camera.
    pub make: Option<String>,
    /// Model of the camera.
    pub model: Option<String>,
    /// Model of the lens.
    pub lens_model: Option<String>,
    /// Stored width in pixels, before the orientation is applied.
    pub image_width: Option<u32>,
    /// Stored height in pixels, before the orientation is applied.
    pub image_height: Option<u32>,
    /// Looked up from the coordinates.
    pub city: Option<String>,
    /// Looked up from the coordinates.
    pub state: Option<String>,
    /// Looked up from the coordinates.
    pub country: Option<String>,
    /// Such as `EQUIRECTANGULAR`.
    pub projection_type: Option<String>,
}

impl Exif {
    /// Reads the member `exifInfo`; what makes no sense in it is `None`.
    pub(crate) fn from_json(value: &Json<'_>) -> Self {
        let word = |name| text(member(value, name));
        Self {
            description: word("description"),
            latitude: within(number(member(value, "latitude")), 90.0),
            longitude: within(number(member(value, "longitude")), 180.0),
            altitude: number(member(value, "altitude")),
            date_time_original: instant(member(value, "dateTimeOriginal")),
            time_zone: word("timeZone"),
            rating: integer(member(value, "rating")).and_then(rating),
            file_size: integer(member(value, "fileSizeInByte")).and_then(|size| u64::try_from(size).ok()),
            orientation: word("orientation"),
            make: word("make"),
            model: word("model"),
            lens_model: word("lensModel"),
            image_width: pixels(member(value, "exifImageWidth")),
            image_height: pixels(member(value, "exifImageHeight")),
            city: word("city"),
            state: word("state"),
            country: word("country"),
            projection_type: word("projectionType"),
        }
    }
}

fn within(degrees: Option<f64>, limit: f64) -> Option<f64> {
    degrees.filter(|degrees| degrees.abs() <= limit)
}

fn rating(stars: i64) -> Option<i32> {
    i32::try_from(stars).ok().filter(|stars| (-1..=5).contains(stars))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::json::answer;

    #[test]
    fn coordinates_outside_of_the_earth_are_unknown() {
        let exif = Exif::from_json(&answer!({"latitude": 90.01, "longitude": "-180"}));

        assert_eq!((exif.latitude, exif.longitude), (None, Some(-180.0)));
    }

    #[test]
    fn a_rating_that_no_file_can_hold_is_unknown() {
        let stars = |value: Value| Exif::from_json(&answer!({"rating": value})).rating;

        assert_eq!(stars(json!(5)), Some(5));
        assert_eq!(stars(json!("3")), Some(3));
        assert_eq!(stars(json!(-1)), Some(-1));
        assert_eq!([stars(json!(6)), stars(json!(2.5)), stars(json!(null))], [None; 3]);
    }
}
