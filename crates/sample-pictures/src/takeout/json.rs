//! What an export says of its photos and albums.

use serde_json::{Value, json};

use super::plan::{Oddity, Shot};

/// The JSON about a photo.
pub(super) fn photo(shot: &Shot) -> String {
    let place = |position: Option<(f64, f64)>| {
        let (latitude, longitude) = position.unwrap_or((0.0, 0.0));
        json!({"latitude": latitude, "longitude": longitude, "altitude": 0.0, "latitudeSpan": 0.0, "longitudeSpan": 0.0})
    };
    let time = |seconds: i64| json!({"timestamp": seconds.to_string(), "formatted": "written for people"});
    let mut value = json!({
        "title": shot.title,
        "description": shot.description,
        "imageViews": "3",
        "creationTime": time(shot.taken + 3_600),
        "photoTakenTime": time(shot.taken),
        "geoData": place(shot.position),
    });
    let mut add = |key: &str, more: Value| value[key] = more;
    if shot.index.is_multiple_of(2) {
        add("geoDataExif", place(shot.position));
    }
    if !shot.people.is_empty() {
        add("people", shot.people.iter().map(|name| json!({"name": name})).collect());
    }
    if shot.oddity != Oddity::NoUrl {
        add("url", format!("https://photos.google.com/photo/AF1Qip{:016x}", shot.seed).into());
    }
    match shot.oddity {
        Oddity::Favourite => add("favorited", true.into()),
        Oddity::Archived => add("archived", true.into()),
        Oddity::Trashed => add("trashed", true.into()),
        Oddity::Locked => add("inLockedFolder", true.into()),
        Oddity::Partner => add("googlePhotosOrigin", json!({"fromPartnerSharing": {}})),
        _ => add("googlePhotosOrigin", json!({"mobileUpload": {"deviceType": "ANDROID_PHONE"}})),
    }
    format!("{value:#}")
}

/// The JSON about an album.
pub(super) fn album(title: &str) -> String {
    let value = json!({
        "title": title,
        "description": "",
        "access": "protected",
        "date": {"timestamp": "1560000000", "formatted": "written for people"},
        "geoData": {"latitude": 0.0, "longitude": 0.0},
        "enrichments": [{"narrativeEnrichment": {"text": format!("About {title}")}}],
    });
    format!("{value:#}")
}
