//! What the server says of an asset becomes what its file shall say. The one place where the two meet.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use immich_api::{Asset, AssetKind, Exif, Person};
use photo_metadata::{
    Caption, CaptureTime, Datum, Known, PhotoFields, Position, RatingWish, Stars, UnknownZone, text,
};

use super::WriteOptions;
use super::known::Beside;

/// What is wanted for one asset.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    /// What its file shall say.
    pub(super) fields: PhotoFields,
    /// A time zone that nobody knows; the time is then not written.
    pub(super) bad_zone: Option<UnknownZone>,
}

/// Translates. `beside` is what the listing does not say.
pub(super) fn wanted(asset: &Asset, beside: Beside, options: &WriteOptions) -> Wanted {
    let asked = |datum: Datum| options.data.contains(&datum);
    let unknown = Exif::default();
    let exif = asset.exif.as_ref().unwrap_or(&unknown);
    let mut wanted = Wanted { fields: PhotoFields::default(), bad_zone: None };
    if asked(Datum::People) {
        wanted.fields.people = asset.people.as_deref().map(people);
    }
    let sent = asset.exif.is_some();
    if asked(Datum::Gps) && sent {
        let position = exif.latitude.zip(exif.longitude);
        let position = position.and_then(|(lat, lon)| Position::new(lat, lon, exif.altitude));
        wanted.fields.position = Known::of(position);
    }
    if asked(Datum::Caption) && sent {
        let raw = exif.description.as_deref().unwrap_or_default();
        wanted.fields.caption = Known::of(Caption::new(raw, options.caption_limit));
    }
    if asked(Datum::Time) {
        match taken(asset, exif) {
            Ok(taken) => wanted.fields.taken = taken,
            Err(zone) => wanted.bad_zone = Some(zone),
        }
    }
    if asked(Datum::Rating) {
        wanted.fields.rating = rating(asset, exif);
    }
    wanted.fields.albums = beside.albums;
    wanted.fields.faces = beside.faces;
    if asked(Datum::Tags) {
        wanted.fields.tags.clone_from(&beside.tags);
    }
    wanted.fields.all_tags = beside.tags;
    wanted
}

/// Names of those who are shown and not hidden.
fn people(people: &[Person]) -> BTreeSet<String> {
    people.iter().filter(|person| !person.is_hidden).filter_map(|person| text::name(&person.name)).collect()
}

/// The capture time, unless it is a guess.
///
/// For a file without any date Immich takes the file's own modification time. Writing that down would turn a
/// guess into a fact.
fn taken(asset: &Asset, exif: &Exif) -> Result<Option<CaptureTime>, UnknownZone> {
    let Some(instant) = exif.date_time_original else { return Ok(None) };
    let zone = exif.time_zone.as_deref().filter(|zone| !means_unknown(asset.kind, zone));
    // EXIF has four digits for a year, and 0 means "no date".
    if !(1..=9998).contains(&TimeZone::UTC.to_datetime(instant).year()) {
        return Ok(None);
    }
    let guessed = zone.is_none() && asset.file_modified_at == Some(instant);
    if guessed {
        return Ok(None);
    }
    CaptureTime::from_instant(instant, zone).map(Some)
}

/// Movie headers count UTC and say no zone; Immich calls that zone `UTC` (recorded from 2.7.5 and 3.0.3).
/// Writing it down as an offset would claim that the clock on the wall showed UTC.
fn means_unknown(kind: AssetKind, zone: &str) -> bool {
    zone.trim().is_empty() || (kind == AssetKind::Video && zone == "UTC")
}

/// Stars of the server win. A favourite without stars is five. No stars and no favourite is no rating.
fn rating(asset: &Asset, exif: &Exif) -> Known<RatingWish> {
    let stars = exif.rating.and_then(|rating| Stars::new(i64::from(rating)));
    match (stars, asset.is_favorite) {
        (Some(stars), _) => Known::Is(RatingWish::Stars(stars)),
        (None, Some(true)) => Known::Is(RatingWish::Favorite),
        (None, Some(false)) if asset.exif.is_some() => Known::Nothing,
        (None, _) => Known::Unknown,
    }
}
