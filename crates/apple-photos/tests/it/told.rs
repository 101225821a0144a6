//! What this crate tells of a library, in the words of the oracle.

use apple_photos::{Asset, Dates, Face, FileRole, Flag, Kind, Library, Origin, Presence, RelatedFile};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde_json::{Map, Value, json};

/// One asset, with the oracle's names of fields.
pub(crate) fn asset(library: &Library, asset: &Asset) -> Map<String, Value> {
    let mut told = Map::new();
    let mut say = |key: &str, value: Value| {
        told.insert(key.to_owned(), value);
    };
    for (key, flag) in FLAGS {
        say(key, asset.flags.has(flag).into());
    }
    say("ismovie", (asset.kind == Kind::Video).into());
    say("visible", (!asset.flags.has(Flag::NotShown)).into());
    say("isreference", (asset.origin == Origin::Referenced).into());
    say("original_filename", json!(asset.original_name));
    say("title", json!(asset.title));
    say("description", json!(asset.caption));
    say("keywords", json!(asset.keywords.iter().map(|word| &**word).collect::<Vec<_>>()));
    say("latitude", json!(asset.location.map(|location| location.latitude)));
    say("longitude", json!(asset.location.map(|location| location.longitude)));
    let mut albums: Vec<_> = asset.albums.iter().map(|id| library.album(*id).uuid.as_str()).collect();
    albums.sort_unstable();
    say("album_uuids", json!(albums));
    say("external_edit", asset.edit.as_ref().is_some_and(apple_photos::Edit::is_external).into());
    say("fingerprint", json!(asset.fingerprint));
    say("original_filesize", json!(asset.original_bytes.unwrap_or(0)));
    for (prefix, size) in [("", asset.size), ("original_", asset.original_size)] {
        say(&format!("{prefix}width"), json!(size.width));
        say(&format!("{prefix}height"), json!(size.height));
        say(&format!("{prefix}orientation"), json!(size.orientation));
    }
    dates(&asset.dates, asset.edit.as_ref().and_then(|edit| edit.at), &mut say);
    bursts(asset, &mut say);
    files(library, asset, &mut say);
    let session = asset.import_session.and_then(|id| library.import_session(id));
    say("import_uuid", json!(session.map(|session| &session.uuid)));
    let by = asset.imported_by.as_ref();
    say("imported_by", json!([by.and_then(|by| by.name.as_ref()), by.and_then(|by| by.bundle.as_ref())]));
    say("cloud_guid", json!(asset.cloud.master_guid));
    say("persons", json!(persons(library, asset)));
    // The oracle knows no faces of nobody.
    let faces = asset.faces.iter().filter(|face| face.person.is_some());
    say("faces", json!(faces.map(|face| self::face(library, face, asset)).collect::<Vec<_>>()));
    say(
        "place_country",
        json!(asset.place.as_ref().and_then(|place| place.read()?.area(1).map(str::to_owned))),
    );
    told
}

const FLAGS: [(&str, Flag); 18] = [
    ("favorite", Flag::Favourite),
    ("hidden", Flag::Hidden),
    ("intrash", Flag::Trashed),
    ("hasadjustments", Flag::Edited),
    ("panorama", Flag::Panorama),
    ("live_photo", Flag::LivePhoto),
    ("screenshot", Flag::Screenshot),
    ("screen_recording", Flag::ScreenRecording),
    ("slow_mo", Flag::SlowMotion),
    ("time_lapse", Flag::TimeLapse),
    ("selfie", Flag::Selfie),
    ("portrait", Flag::Portrait),
    ("hdr", Flag::Hdr),
    ("raw_original", Flag::RawIsOriginal),
    ("shared", Flag::Shared),
    ("syndicated", Flag::Syndicated),
    ("saved_to_library", Flag::SavedToLibrary),
    ("shared_library", Flag::InSharedLibrary),
];

fn dates(dates: &Dates, edited: Option<Timestamp>, say: &mut dyn FnMut(&str, Value)) {
    let utc = |instant: Option<Timestamp>| json!(instant.map(|instant| written(instant, Offset::UTC)));
    let offset = dates.zone.offset();
    say("date", json!(dates.taken.map(|taken| written(taken, offset.unwrap_or(Offset::UTC)))));
    say("tzoffset", json!(offset.map(Offset::seconds)));
    say("date_added", utc(dates.added));
    say("date_modified", utc(edited));
    say("date_trashed", utc(dates.trashed));
    // Where the database does not tell it, the oracle repeats the other.
    let (original, offset) = match dates.original_taken {
        Some(original) => (Some(original), dates.original_offset),
        None => (dates.taken, offset),
    };
    say("date_original", json!(original.map(|taken| written(taken, offset.unwrap_or(Offset::UTC)))));
}

pub(crate) fn in_utc(instant: Timestamp) -> String {
    written(instant, Offset::UTC)
}

/// As the oracle writes dates: microseconds only where there are any.
fn written(instant: Timestamp, offset: Offset) -> String {
    let local = instant.to_zoned(TimeZone::fixed(offset));
    let fraction = if instant.subsec_nanosecond() == 0 { "" } else { ".%6f" };
    local.strftime(&format!("%Y-%m-%dT%H:%M:%S{fraction}%:z")).to_string()
}

fn bursts(asset: &Asset, say: &mut dyn FnMut(&str, Value)) {
    let burst = asset.burst.as_ref();
    say("burst_uuid", json!(burst.map(|burst| &burst.uuid)));
    say("burst_selected", burst.is_some_and(apple_photos::Burst::is_selected).into());
    say("burst_key", burst.is_some_and(apple_photos::Burst::is_key).into());
    say("burst_pick_type", json!(burst.map_or(0, |burst| burst.pick)));
}

fn files(library: &Library, asset: &Asset, say: &mut dyn FnMut(&str, Value)) {
    let path = |file: Option<&RelatedFile>| {
        let here = file.filter(|file| file.presence == Presence::Here)?;
        let inside = here.path.strip_prefix(library.path()).unwrap_or(&here.path);
        Some(inside.to_string_lossy().into_owned())
    };
    say("path", json!(path(asset.main_file())));
    say("path_raw", json!(path(asset.file(FileRole::Raw))));
    say("path_edited", json!(path(asset.file(FileRole::Edited))));
    say("path_live_photo", json!(path(asset.file(FileRole::LiveVideo))));
    say("path_edited_live_photo", json!(path(asset.file(FileRole::EditedLiveVideo))));
    say("ismissing", (!asset.main_file().is_some_and(RelatedFile::is_here)).into());
    say("has_raw", asset.file(FileRole::Raw).is_some().into());
}

fn persons(library: &Library, asset: &Asset) -> Vec<String> {
    let persons = asset.faces.iter().filter_map(|face| Some(library.person(face.person?)));
    let mut names: Vec<String> =
        persons.map(|person| person.name.clone().unwrap_or("_UNKNOWN_".to_owned())).collect();
    names.sort_unstable();
    names
}

/// A face: its name, its place in pixels of the picture as it is shown, and whether it was drawn.
fn face(library: &Library, face: &Face, asset: &Asset) -> Value {
    let name = face.person.and_then(|id| library.person(id).name.clone());
    let corners = face.area.map(|area| area.corners(asset.size.width, asset.size.height));
    json!({ "uuid": face.uuid, "name": name, "corners": corners, "manual": face.is_manual })
}
