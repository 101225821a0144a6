//! Which of the many tags of a file the server believes.
//!
//! Measured on a real server, one file per case. What surprises: a sidecar wins field by field, but one date
//! in it hides every date of the file; a hierarchical tag hides all plain keywords; a position of 0,0 is no
//! position; and an offset beats the zone of the place.
//!
//! Two things differ from the real server: the zone of a place comes from a table of cities, and a missing
//! offset is not guessed from the difference between a local and a UTC time in the same file.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use crate::{AssetKind, Camera, dates::Dated, exiftool::Tags, zone};

/// Dates in the order of belief.
const DATES: [&str; 12] = [
    "SubSecDateTimeOriginal",
    "SubSecCreateDate",
    "DateTimeOriginal",
    "CreationDate",
    "CreateDate",
    "SubSecMediaCreateDate",
    "MediaCreateDate",
    "DateTimeCreated",
    "GPSDateTime",
    "DateTimeUTC",
    "SonyDateTime2",
    "SourceImageCreateTime",
];

/// Tags that name an offset, in the order of belief.
const OFFSETS: [&str; 4] = ["OffsetTimeOriginal", "OffsetTime", "OffsetTimeDigitized", "TimeZone"];

/// What the server takes from a file and its sidecar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub(crate) description: String,
    pub(crate) rating: Option<i8>,
    pub(crate) position: Option<(f64, f64)>,
    /// The instant and the zone; `None` when no date tag was of use.
    pub(crate) taken: Option<(Timestamp, Option<String>)>,
    pub(crate) tags: Vec<String>,
    pub(crate) dimensions: Option<(u32, u32)>,
    pub(crate) camera: Camera,
    pub(crate) duration_ms: Option<u64>,
    /// The raw structure, for the import of faces.
    pub(crate) region_info: Option<Value>,
    pub(crate) orientation: u8,
}

/// Decides. `sidecar` overrides `file` as told above.
pub(crate) fn read(file: &Tags, sidecar: Option<&Tags>, kind: AssetKind) -> Reading {
    let merged = merge(file, sidecar);
    let position = position(&merged);
    let orientation = number(&merged, "Orientation").filter(|n| (1.0..=8.0).contains(n));
    let orientation = orientation.and_then(to_integer).and_then(|n| u8::try_from(n).ok());
    Reading {
        description: description(&merged),
        rating: rating(&merged),
        position,
        taken: taken(&merged, position, kind),
        tags: tags(&merged),
        dimensions: dimensions(&merged),
        camera: camera(&merged, orientation),
        duration_ms: duration(&merged, kind),
        region_info: merged.get("RegionInfo").cloned(),
        orientation: orientation.unwrap_or(1),
    }
}

fn merge(file: &Tags, sidecar: Option<&Tags>) -> Tags {
    let mut merged = file.clone();
    let Some(sidecar) = sidecar else { return merged };
    if first_date(sidecar).is_some() {
        for name in DATES.iter().chain(&OFFSETS) {
            merged.remove(*name);
        }
    }
    // The length of a film is never that of its sidecar.
    let overriding = sidecar.iter().filter(|(name, _)| *name != "Duration");
    merged.extend(overriding.map(|(name, value)| (name.clone(), value.clone())));
    merged
}

/// A value as text; a caption of digits comes as a number.
fn text(tags: &Tags, name: &str) -> Option<String> {
    match tags.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(on) => Some(on.to_string()),
        Value::Array(list) => list.first().and_then(plain),
        Value::Null | Value::Object(_) => None,
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(on) => Some(on.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn number(tags: &Tags, name: &str) -> Option<f64> {
    let value = match tags.get(name)? {
        Value::Array(list) => list.first()?.as_f64(),
        other => other.as_f64(),
    };
    value.filter(|number| number.is_finite())
}

fn to_integer(number: f64) -> Option<i64> {
    // Values of tags are far below the bounds; anything else is nonsense.
    #[expect(clippy::cast_possible_truncation, reason = "checked against the bounds first")]
    (number.abs() < 1e15).then_some(number as i64)
}

fn description(tags: &Tags) -> String {
    let found = ["ImageDescription", "Description"].iter().filter_map(|name| text(tags, name));
    found.map(|text| text.trim().to_owned()).find(|text| !text.is_empty()).unwrap_or_default()
}

/// 0 and -1 mean unrated, anything else outside of 1 to 5 means nothing.
fn rating(tags: &Tags) -> Option<i8> {
    let stars = number(tags, "Rating").and_then(to_integer)?;
    i8::try_from(stars).ok().filter(|stars| (1..=5).contains(stars))
}

fn position(tags: &Tags) -> Option<(f64, f64)> {
    let (latitude, longitude) = (number(tags, "GPSLatitude")?, number(tags, "GPSLongitude")?);
    let nowhere = latitude == 0.0 && longitude == 0.0;
    let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    (on_earth && !nowhere).then_some((latitude, longitude))
}

fn first_date(tags: &Tags) -> Option<(&'static str, Dated)> {
    DATES.iter().find_map(|name| Some((*name, Dated::parse(&text(tags, name)?)?)))
}

fn taken(tags: &Tags, position: Option<(f64, f64)>, kind: AssetKind) -> Option<(Timestamp, Option<String>)> {
    let (name, date) = first_date(tags)?;
    let told = date.offset.or_else(|| OFFSETS.iter().find_map(|name| zone::parse_offset(&text(tags, name)?)));
    let of_place = position.map(|(latitude, longitude)| zone::of_place(latitude, longitude).to_owned());
    let is_utc = matches!(name, "GPSDateTime" | "DateTimeUTC");
    // QuickTime counts in UTC; only CreationDate has a wall clock, with its offset.
    let quicktime = kind == AssetKind::Video && date.offset.is_none();
    let name = match told {
        Some(offset) if !quicktime && !is_utc => Some(zone::name_of(offset)),
        _ => of_place.or_else(|| (quicktime || is_utc).then(|| "UTC".to_owned())),
    };
    let clock_zone = match (&name, quicktime || is_utc) {
        (_, true) | (None, _) => TimeZone::UTC,
        (Some(name), false) => zone::parse(name).unwrap_or(TimeZone::UTC),
    };
    Some((date.instant_in(&clock_zone)?, name))
}

/// One source only: the first that is there.
fn tags(tags: &Tags) -> Vec<String> {
    if let Some(list) = list(tags, "TagsList") {
        return list;
    }
    if let Some(list) = list(tags, "HierarchicalSubject") {
        return list.iter().map(|tag| slashes(tag)).collect();
    }
    list(tags, "Keywords").unwrap_or_default()
}

/// `a|b/c` becomes `a/b|c`: the bar separates, so a slash is part of a name.
fn slashes(tag: &str) -> String {
    tag.split('|').map(|name| name.replace('/', "|")).collect::<Vec<_>>().join("/")
}

fn list(tags: &Tags, name: &str) -> Option<Vec<String>> {
    match tags.get(name)? {
        Value::Array(list) => Some(list.iter().filter_map(plain).collect()),
        other => plain(other).map(|only| vec![only]),
    }
}

fn dimensions(tags: &Tags) -> Option<(u32, u32)> {
    let size = text(tags, "ImageSize").unwrap_or_default();
    let from_size = size.split_once(['x', ' ']).and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let side = |name| number(tags, name).and_then(to_integer).and_then(|side| u32::try_from(side).ok());
    from_size.or_else(|| Some((side("ImageWidth")?, side("ImageHeight")?)))
}

fn camera(tags: &Tags, orientation: Option<u8>) -> Camera {
    let lens = ["LensID", "LensType", "LensSpec", "LensModel"].iter().find_map(|name| text(tags, name));
    let lens = lens.map(|lens| lens.trim().to_owned());
    Camera {
        make: text(tags, "Make").or_else(|| text(tags, "AndroidMake")),
        model: text(tags, "Model").or_else(|| text(tags, "AndroidModel")),
        lens_model: lens.filter(|lens| !lens.is_empty() && lens != "----" && !lens.starts_with("Unknown")),
        orientation: orientation.map(|number| number.to_string()),
        f_number: number(tags, "FNumber"),
        focal_length: number(tags, "FocalLength"),
        iso: number(tags, "ISO").and_then(to_integer).and_then(|iso| u32::try_from(iso).ok()),
        exposure_time: text(tags, "ExposureTime"),
        projection_type: text(tags, "ProjectionType").map(|kind| kind.to_uppercase()),
    }
}

fn duration(tags: &Tags, kind: AssetKind) -> Option<u64> {
    let seconds = number(tags, "Duration").filter(|_| kind == AssetKind::Video)?;
    to_integer((seconds * 1000.0).round()).and_then(|milliseconds| u64::try_from(milliseconds).ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reading(file: &Value, sidecar: Option<&Value>) -> Reading {
        read(file.as_object().unwrap(), sidecar.map(|tags| tags.as_object().unwrap()), AssetKind::Image)
    }

    fn taken(file: &Value) -> Option<(String, Option<String>)> {
        reading(file, None).taken.map(|(instant, zone)| (instant.to_string(), zone))
    }

    #[test]
    fn a_date_without_any_zone_counts_as_utc() {
        assert_eq!(
            taken(&json!({ "DateTimeOriginal": "2024:07:01 10:00:00" })),
            Some(("2024-07-01T10:00:00Z".to_owned(), None))
        );
    }

    #[test]
    fn the_offset_beats_the_zone_of_the_place() {
        let file = json!({
            "DateTimeOriginal": "2024:07:01 10:00:00", "OffsetTimeOriginal": "-04:00",
            "GPSLatitude": 35.6895, "GPSLongitude": 139.6917,
        });

        assert_eq!(taken(&file), Some(("2024-07-01T14:00:00Z".to_owned(), Some("UTC-4".to_owned()))));
    }

    #[test]
    fn the_place_gives_the_zone_where_no_offset_is() {
        let file = json!({ "DateTimeOriginal": "2024:07:01 10:00:00", "GPSLatitude": 35.6895, "GPSLongitude": 139.6917 });

        assert_eq!(taken(&file), Some(("2024-07-01T01:00:00Z".to_owned(), Some("Asia/Tokyo".to_owned()))));
    }

    #[test]
    fn the_time_of_the_last_change_is_no_date() {
        assert_eq!(taken(&json!({ "ModifyDate": "2024:07:01 10:00:00" })), None);
    }

    #[test]
    fn a_date_in_the_sidecar_hides_all_dates_of_the_file() {
        let file = json!({
            "SubSecDateTimeOriginal": "2024:07:01 10:00:00.5", "OffsetTimeOriginal": "+09:00", "Rating": 3,
        });
        let sidecar = json!({ "DateTimeOriginal": "2001:02:03 04:05:06" });

        let reading = reading(&file, Some(&sidecar));

        assert_eq!(
            reading.taken.map(|(instant, zone)| (instant.to_string(), zone)),
            Some(("2001-02-03T04:05:06Z".to_owned(), None))
        );
        assert_eq!(reading.rating, Some(3));
    }

    #[test]
    fn the_sidecar_overrides_field_by_field() {
        let file = json!({ "ImageDescription": "file", "Rating": 2, "TagsList": ["a"] });
        let sidecar = json!({ "Rating": 5 });

        let reading = reading(&file, Some(&sidecar));

        assert_eq!((reading.description.as_str(), reading.rating), ("file", Some(5)));
        assert_eq!(reading.tags, ["a"]);
    }

    #[test]
    fn hierarchical_tags_hide_plain_keywords() {
        let file = json!({ "HierarchicalSubject": ["Places|France", "a/b"], "Keywords": ["kw"] });

        assert_eq!(reading(&file, None).tags, ["Places/France", "a|b"]);
        assert_eq!(reading(&json!({ "TagsList": "x/y", "HierarchicalSubject": ["z"] }), None).tags, ["x/y"]);
        assert_eq!(reading(&json!({ "Keywords": ["one", 2] }), None).tags, ["one", "2"]);
    }

    #[test]
    fn zero_zero_is_nowhere() {
        assert_eq!(reading(&json!({ "GPSLatitude": 0, "GPSLongitude": 0 }), None).position, None);
        assert_eq!(
            reading(&json!({ "GPSLatitude": 0, "GPSLongitude": 9.5 }), None).position,
            Some((0.0, 9.5))
        );
    }

    #[test]
    fn unrated_is_null() {
        for (stars, rating) in [(json!(0), None), (json!(-1), None), (json!(6), None), (json!(4), Some(4))] {
            assert_eq!(reading(&json!({ "Rating": stars }), None).rating, rating);
        }
    }

    #[test]
    fn descriptions_are_trimmed_and_may_be_digits() {
        assert_eq!(reading(&json!({ "ImageDescription": "  hello \n" }), None).description, "hello");
        assert_eq!(reading(&json!({ "Description": 123 }), None).description, "123");
    }

    #[test]
    fn a_film_counts_in_utc() {
        let file = json!({ "CreateDate": "2024:05:01 10:00:00", "Duration": 2.0 });
        let reading = read(file.as_object().unwrap(), None, AssetKind::Video);

        assert_eq!(reading.taken, Some(("2024-05-01T10:00:00Z".parse().unwrap(), Some("UTC".to_owned()))));
        assert_eq!(reading.duration_ms, Some(2000));
    }

    #[test]
    fn the_creation_date_of_a_film_has_its_own_offset() {
        let file =
            json!({ "CreationDate": "2024:05:01 12:00:00+02:00", "CreateDate": "2024:05:01 10:00:00" });
        let reading = read(file.as_object().unwrap(), None, AssetKind::Video);

        assert_eq!(reading.taken, Some(("2024-05-01T10:00:00Z".parse().unwrap(), Some("UTC+2".to_owned()))));
    }
}
