//! One JSON of an export, understood: about a photo, about an album, or about something else.
//!
//! Nothing is told by the name of the file, which is cut off and translated. A JSON with `photoTakenTime` is about a
//! photo; one with a `title` and without that time is about an album. Every other value may be missing or of another
//! type than usual, and is then taken as not said.

use serde::Deserialize;
use serde_json::Value;

/// What a JSON is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Note {
    /// A photo or video.
    Photo(Box<PhotoNote>),
    /// The album that the folder is.
    Album(AlbumNote),
    /// Something else.
    Other,
}

/// What the export says of a photo.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct PhotoNote {
    /// Its name when it was uploaded to Google.
    pub(super) title: String,
    /// The caption.
    pub(super) description: String,
    /// Its address at Google.
    pub(super) url: Option<String>,
    /// When it was taken, in seconds since 1970.
    pub(super) taken: Option<i64>,
    /// Latitude and longitude in units of 10⁻⁷ degrees, which are about a centimetre.
    pub(super) position: Option<(i32, i32)>,
    /// Names of people.
    pub(super) people: Vec<String>,
    /// What is so or not.
    pub(super) flags: Flags,
}

/// What is so or not about a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flags(u8);

impl Flags {
    pub(super) const FAVOURITE: Self = Self(1);
    pub(super) const ARCHIVED: Self = Self(2);
    pub(super) const TRASHED: Self = Self(4);
    pub(super) const LOCKED: Self = Self(8);
    pub(super) const PARTNER: Self = Self(16);
    /// Some of what is said is of another type than usual.
    pub(super) const ODD: Self = Self(32);

    /// Whether this one is set.
    pub(super) fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    fn with(self, flag: Self, is_set: bool) -> Self {
        Self(if is_set { self.0 | flag.0 } else { self.0 })
    }
}

/// What the export says of an album.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct AlbumNote {
    /// Its title, empty for none.
    pub(super) title: String,
    /// Its description with the texts and places between its photos.
    pub(super) description: String,
    /// Its date, in seconds since 1970.
    pub(super) date: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Raw {
    title: Value,
    description: Value,
    url: Value,
    photo_taken_time: Value,
    geo_data: Value,
    geo_data_exif: Value,
    favorited: Value,
    archived: Value,
    trashed: Value,
    in_locked_folder: Value,
    people: Value,
    google_photos_origin: Value,
    date: Value,
    enrichments: Value,
    album_data: Value,
}

/// Understands a JSON; `None` for what is no JSON object, or says a time that is none.
pub(super) fn read(json: &[u8]) -> Option<Note> {
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    // The deserializer would take a list for an object whose keys are left out.
    json.trim_ascii_start().starts_with(b"{").then_some(())?;
    let raw: Raw = serde_json::from_slice(json).ok()?;
    if raw.photo_taken_time.is_object() {
        return Some(Note::Photo(Box::new(photo(raw))));
    }
    if !raw.photo_taken_time.is_null() {
        return None;
    }
    if raw.album_data.is_object() {
        return Some(album(&serde_json::from_value(raw.album_data).unwrap_or_default()));
    }
    Some(album(&raw))
}

fn photo(raw: Raw) -> PhotoNote {
    let is = |value: &Value| value.as_bool() == Some(true);
    PhotoNote {
        flags: Flags::default()
            .with(Flags::FAVOURITE, is(&raw.favorited))
            .with(Flags::ARCHIVED, is(&raw.archived))
            .with(Flags::TRASHED, is(&raw.trashed))
            .with(Flags::LOCKED, is(&raw.in_locked_folder))
            .with(Flags::PARTNER, raw.google_photos_origin.get("fromPartnerSharing").is_some())
            .with(Flags::ODD, is_odd(&raw)),
        taken: seconds(&raw.photo_taken_time),
        // What the camera wrote comes before what Google guessed or was told.
        position: position(&raw.geo_data_exif).or_else(|| position(&raw.geo_data)),
        people: raw.people.as_array().into_iter().flatten().filter_map(name).collect(),
        url: raw.url.as_str().filter(|url| url.len() > "https://photos.google.com/".len()).map(str::to_owned),
        title: text(raw.title),
        description: text(raw.description),
    }
}

/// Whether something is said in a way that nobody knows.
fn is_odd(raw: &Raw) -> bool {
    let is = |values: &[&Value], usual: fn(&Value) -> bool| {
        values.iter().all(|value| value.is_null() || usual(value))
    };
    let is_time = |time: &Value| time.get("timestamp").is_none() || seconds(time).is_some();
    let usual = is(&[&raw.title, &raw.description, &raw.url], Value::is_string)
        && is(&[&raw.geo_data, &raw.geo_data_exif, &raw.google_photos_origin], Value::is_object)
        && is(&[&raw.favorited, &raw.archived, &raw.trashed, &raw.in_locked_folder], Value::is_boolean)
        && is(&[&raw.people], Value::is_array);
    !(usual && is_time(&raw.photo_taken_time))
}

fn album(raw: &Raw) -> Note {
    let Some(title) = raw.title.as_str() else { return Note::Other };
    let mut lines: Vec<&str> = raw.description.as_str().into_iter().collect();
    for enrichment in raw.enrichments.as_array().into_iter().flatten() {
        lines.extend(enrichment.pointer("/narrativeEnrichment/text").and_then(Value::as_str));
        let places = enrichment.pointer("/locationEnrichment/location").and_then(Value::as_array);
        for place in places.into_iter().flatten() {
            lines.extend(["name", "description"].into_iter().filter_map(|key| place.get(key)?.as_str()));
        }
    }
    lines.retain(|line| !line.trim().is_empty());
    Note::Album(AlbumNote {
        title: title.trim().to_owned(),
        description: lines.join("\n"),
        date: seconds(&raw.date),
    })
}

/// The seconds of a time, which Google writes as text.
fn seconds(time: &Value) -> Option<i64> {
    let timestamp = time.get("timestamp")?;
    timestamp.as_i64().or_else(|| timestamp.as_str()?.trim().parse().ok())
}

/// A place; latitude 0 and longitude 0 stand for none.
#[expect(clippy::cast_possible_truncation, reason = "180 degrees are 1.8 · 10⁹ units, which an i32 holds")]
fn position(geo: &Value) -> Option<(i32, i32)> {
    let degrees = |key: &str, limit: f64| {
        let degrees = geo.get(key)?.as_f64()?;
        (degrees.abs() <= limit).then(|| (degrees * 1e7).round() as i32)
    };
    let place = (degrees("latitude", 90.0)?, degrees("longitude", 180.0)?);
    (place != (0, 0)).then_some(place)
}

fn name(person: &Value) -> Option<String> {
    let name = person.get("name")?.as_str()?.trim();
    // The texts of a photo are kept in one string, divided by zeros.
    (!name.is_empty()).then(|| name.replace('\0', ""))
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) if text.contains('\0') => text.replace('\0', ""),
        Value::String(text) => text,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(json: &str) -> PhotoNote {
        match read(json.as_bytes()) {
            Some(Note::Photo(photo)) => *photo,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_photo_is_known_by_its_time() {
        let photo = photo(
            r#"{"title":"IMG_1.HEIC","description":"two\nlines","photoTakenTime":{"timestamp":"1561000000"},
            "geoData":{"latitude":1.5,"longitude":2.5},"geoDataExif":{"latitude":52.5200066,"longitude":13.404954},
            "people":[{"name":"Ada"},{"name":" "},{}],"favorited":true,"trashed":false,"inLockedFolder":true,
            "url":"https://photos.google.com/photo/AF1Qip","googlePhotosOrigin":{"fromPartnerSharing":{}}}"#,
        );

        assert_eq!((photo.title.as_str(), photo.description.as_str()), ("IMG_1.HEIC", "two\nlines"));
        assert_eq!((photo.taken, photo.position), (Some(1_561_000_000), Some((525_200_066, 134_049_540))));
        assert_eq!(
            (photo.people, photo.url.as_deref()),
            (vec!["Ada".to_owned()], Some("https://photos.google.com/photo/AF1Qip"))
        );
        let set = [Flags::FAVOURITE, Flags::ARCHIVED, Flags::TRASHED, Flags::LOCKED, Flags::PARTNER];
        assert_eq!(set.map(|flag| photo.flags.has(flag)), [true, false, false, true, true]);
    }

    #[test]
    fn nowhere_is_no_place_and_the_second_place_counts_then() {
        let photo = photo(
            r#"{"photoTakenTime":{"timestamp":-5},"geoDataExif":{"latitude":0.0,"longitude":0.0},
            "geoData":{"latitude":-44.7,"longitude":169.1}}"#,
        );

        assert_eq!((photo.taken, photo.position), (Some(-5), Some((-447_000_000, 1_691_000_000))));
    }

    #[test]
    fn what_is_of_another_type_is_not_said_and_marked() {
        let odd =
            photo(r#"{"title":"a.jpg","photoTakenTime":{"timestamp":[]},"description":5,"favorited":true}"#);

        assert!(odd.flags.has(Flags::ODD) && odd.flags.has(Flags::FAVOURITE));
        assert_eq!((odd.taken, odd.description.as_str()), (None, ""));
        assert!(!photo(r#"{"photoTakenTime":{},"geoData":null}"#).flags.has(Flags::ODD));
        assert_eq!(read(br#"{"title":"a.jpg","photoTakenTime":"1561000000"}"#), None, "it is no album");
    }

    #[test]
    fn an_album_is_known_by_a_title_in_whatever_file() {
        let json = r#"{"title":" Été ","description":"","access":"protected","date":{"timestamp":"1"},"enrichments":[
            {"narrativeEnrichment":{"text":"First day"}},
            {"locationEnrichment":{"location":[{"name":"Lisboa","description":"Portugal","latitudeE7":1}]}}]}"#;

        let expected = AlbumNote {
            title: "Été".into(),
            description: "First day\nLisboa\nPortugal".into(),
            date: Some(1),
        };
        assert_eq!(read(json.as_bytes()), Some(Note::Album(expected.clone())));
        let old = format!(r#"{{"albumData":{json}}}"#);
        assert_eq!(read(old.as_bytes()), Some(Note::Album(expected)));
    }

    #[test]
    fn what_is_about_something_else_is_told_apart_from_what_is_no_json() {
        for other in [r#"{"title":null}"#, r#"{"title":[{"title":"x"}]}"#, r#"{"comments":[]}"#, "{}"] {
            assert_eq!(read(other.as_bytes()), Some(Note::Other), "{other}");
        }
        for none in [
            "",
            "[1]x",
            r#"["title","a.jpg"]"#,
            " [\"title\"]",
            "7",
            "\"title\"",
            "{",
            "\u{0}",
            "{\"title\":",
            &"[".repeat(100_000),
        ] {
            assert_eq!(read(none.as_bytes()), None);
        }
    }
}
