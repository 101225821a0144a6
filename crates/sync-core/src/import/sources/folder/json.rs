//! JSON beside a photo: as Google Photos exports it, and as immich-go writes it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::super::xmp;
use super::keys;
use crate::import::{Facts, Origin, SourceAlbum, When};

/// What JSON says of a photo.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) facts: Facts,
    /// Albums that it names.
    pub(super) albums: Vec<SourceAlbum>,
    /// It lies in a trash.
    pub(super) is_trashed: bool,
}

/// Reads it; `None` for what is no JSON object.
pub(super) fn read(bytes: &[u8]) -> Option<Said> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let json: Value = serde_json::from_slice(bytes).ok()?;
    json.as_object()?;
    let text =
        |key: &str| json.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let yes = |key: &str| json.get(key).and_then(Value::as_bool).filter(|is| *is);
    let albums = albums(&json);
    let stars = json.get("rating").and_then(Value::as_u64).and_then(|stars| u8::try_from(stars).ok());
    let facts = Facts {
        description: text("description").map(str::to_owned),
        rating: stars.filter(|stars| (1..=5).contains(stars)),
        is_favourite: yes("favorited").or_else(|| yes("favorite")),
        is_archived: yes("archived"),
        position: [&json["geoDataExif"], &json["geoData"], &json].into_iter().find_map(position),
        taken: taken(&json),
        albums: albums.iter().map(|album| album.key.clone()).collect(),
        tags: names(&json, "tags", &["value", "name"]),
        people: names(&json, "people", &["name"]),
        ..Facts::default()
    };
    Some(Said { facts, albums, is_trashed: yes("trashed").is_some() })
}

fn taken(json: &Value) -> Option<When> {
    let google = &json["photoTakenTime"]["timestamp"];
    let seconds = google.as_str().and_then(|text| text.trim().parse().ok()).or_else(|| google.as_i64());
    if let Some(instant) =
        seconds.filter(|seconds| *seconds != 0).and_then(|at| Timestamp::from_second(at).ok())
    {
        return Some(When { instant, offset: None, origin: Origin::Index });
    }
    // A date that was never set is written as one of the year 1.
    let when = xmp::when(json.get("dateTaken")?.as_str()?)?;
    let is_set = when.instant.as_second() > Timestamp::from_second(-3_000_000_000).ok()?.as_second();
    is_set.then_some(When { origin: Origin::Index, ..when })
}

/// A place; 0, 0 is written where there is none.
fn position(place: &Value) -> Option<(f64, f64)> {
    let place = (place.get("latitude")?.as_f64()?, place.get("longitude")?.as_f64()?);
    let is_on_earth = place.0.abs() <= 90.0 && place.1.abs() <= 180.0;
    (is_on_earth && place != (0.0, 0.0)).then_some(place)
}

/// Names in a list of texts, or of objects that have one under one of these keys.
fn names(json: &Value, list: &str, keys: &[&str]) -> BTreeSet<String> {
    let items = json.get(list).and_then(Value::as_array).into_iter().flatten();
    let name = |item: &Value| {
        let text = item.as_str().or_else(|| keys.iter().find_map(|key| item.get(key)?.as_str()))?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    items.filter_map(name).collect()
}

fn albums(json: &Value) -> Vec<SourceAlbum> {
    let items = json.get("albums").and_then(Value::as_array).into_iter().flatten();
    let album = |item: &Value| {
        let title = item.get("title").or_else(|| item.get("albumName"))?.as_str()?.trim().to_owned();
        let description = item.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
        (!title.is_empty()).then(|| SourceAlbum { key: keys::titled("json", &title), title, description })
    };
    items.filter_map(album).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_of_google_is_read() {
        let said = read(
            br#"{"title":"a.jpg","description":"One\nTwo","photoTakenTime":{"timestamp":"1580472794"},
            "geoDataExif":{"latitude":0.0,"longitude":0.0},"geoData":{"latitude":52.5,"longitude":-13.25},
            "people":[{"name":"Anna"}],"favorited":true,"trashed":true}"#,
        )
        .unwrap();

        assert_eq!(said.facts.description.as_deref(), Some("One\nTwo"));
        assert_eq!(said.facts.position, Some((52.5, -13.25)));
        assert_eq!(said.facts.taken.unwrap().instant.to_string(), "2020-01-31T12:13:14Z");
        assert!(said.is_trashed && said.facts.is_favourite == Some(true) && said.facts.is_archived.is_none());
        assert_eq!(said.facts.people.into_iter().collect::<Vec<_>>(), ["Anna"]);
    }

    #[test]
    fn json_of_immich_go_is_read() {
        let said = read(
            br#"{"fileName":"a.jpg","latitude":52.5,"longitude":13.25,"dateTaken":"2020-01-31T12:13:14+02:00",
            "albums":[{"title":"Sea","description":"x"}],"tags":[{"value":"Places/Sea"}],"rating":4,"archived":true}"#,
        )
        .unwrap();

        let taken = said.facts.taken.unwrap();
        assert_eq!((taken.instant.to_string().as_str(), taken.offset), ("2020-01-31T10:13:14Z", Some(120)));
        assert_eq!((said.facts.rating, said.facts.is_archived), (Some(4), Some(true)));
        assert_eq!(said.albums[0].title, "Sea");
        assert_eq!(said.facts.tags.into_iter().collect::<Vec<_>>(), ["Places/Sea"]);
    }

    #[test]
    fn what_says_nothing_is_nothing() {
        assert!(read(b"[1]").is_none() && read(b"{").is_none() && read(b"").is_none());
        let said =
            read(br#"{"dateTaken":"0001-01-01T00:00:00Z","rating":0,"latitude":0,"longitude":0}"#).unwrap();
        assert_eq!(said.facts, Facts::default());
    }
}
