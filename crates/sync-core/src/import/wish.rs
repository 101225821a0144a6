//! What goes with an upload: what the server would otherwise have to be told afterwards, which costs it a job each.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use photo_metadata::{
    Caption, CaptureTime, FileDate, FileTags, Known, PhotoFields, Position, RatingWish, Stars, Tag,
    sidecar_with,
};

use super::merge::{Base, are_near, counts, guessed, note, values, zone};
use super::{Facts, Media, Origin, When};
use crate::deeds::Value;

/// Characters that a caption may have; the server keeps more than anybody writes.
const LONGEST_CAPTION: usize = 20_000;

/// What goes with an upload.
#[derive(Debug, PartialEq)]
pub(super) struct Wish {
    pub(super) is_favourite: bool,
    pub(super) is_archived: bool,
    /// For a file that says no date itself.
    pub(super) created: Timestamp,
    pub(super) sidecar: Option<Vec<u8>>,
    /// What counts as sent with it.
    pub(super) base: Base,
    /// What has to be set afterwards, because the sidecar of the source could not be added to.
    pub(super) is_open: bool,
}

/// What a file says of itself, as far as it was asked.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Own {
    /// When it was taken; the wall clock read as UTC.
    pub(super) taken: Option<Timestamp>,
    /// Whether it says in which zone that was, or where, which comes to the same.
    has_zone: bool,
    /// Where it was taken, in degrees north and east.
    position: Option<(f64, f64)>,
}

impl Own {
    /// Looks at the beginning of a file, or all of it.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let seen = photo_metadata::glance(bytes);
        let movie = seen.tags.as_ref().and_then(|tags| said_of_movie(tags.get(Tag::KeysCreationDate)?));
        let wall = seen.taken.or(movie.map(|(wall, _)| wall));
        let position = seen.tags.as_ref().and_then(position);
        let says_zone = |tags: &FileTags| tags.get(Tag::OffsetTimeOriginal).is_some();
        let has_zone = seen.tags.as_ref().is_some_and(says_zone) || movie.is_some_and(|(_, zoned)| zoned);
        Self {
            taken: wall.and_then(|wall| wall.to_zoned(TimeZone::UTC).ok()).map(|zoned| zoned.timestamp()),
            has_zone: has_zone || position.is_some(),
            position,
        }
    }
}

/// A wall clock, and whether its offset is known.
fn said_of_movie(value: &photo_metadata::Value) -> Option<(jiff::civil::DateTime, bool)> {
    let date = FileDate::parse(value.as_text())?;
    Some((date.wall()?, date.offset.is_some()))
}

/// Where EXIF, XMP or a movie says that it was taken.
fn position(tags: &FileTags) -> Option<(f64, f64)> {
    let number = |tag: Tag| tags.get(tag).and_then(photo_metadata::Value::as_number);
    let signed = |tag: Tag, reference: Tag, negative: &str| {
        let is_negative = tags.get(reference).is_some_and(|text| text.as_text().starts_with(negative));
        number(tag).map(|degrees| if is_negative { -degrees.abs() } else { degrees })
    };
    let exif = signed(Tag::GpsLatitude, Tag::GpsLatitudeRef, "S").zip(signed(
        Tag::GpsLongitude,
        Tag::GpsLongitudeRef,
        "W",
    ));
    let xmp = || number(Tag::XmpLatitude).zip(number(Tag::XmpLongitude));
    exif.or_else(xmp)
}

/// Whether a file has to be looked into before it is known what goes with it.
pub(super) fn asks_for_own(facts: &Facts) -> bool {
    facts.taken.as_ref().is_some_and(|when| counts(when, None) && !counts(when, Some(when.instant)))
}

/// A library has read what the file says, and repeats it.
fn is_library(facts: &Facts) -> bool {
    facts.taken.as_ref().is_some_and(|when| when.origin == Origin::Library)
}

/// What goes with the upload of a file.
pub(super) fn wish(facts: &Facts, media: &Media, own: Own) -> Wish {
    let mut wish = Wish {
        is_favourite: facts.is_favourite == Some(true),
        is_archived: facts.is_archived == Some(true),
        created: facts.taken.as_ref().map_or(media.modified, |when| when.instant),
        sidecar: facts.sidecar.clone(),
        base: Base::new(),
        is_open: false,
    };
    // A clock without a zone is compared as the wall clock that it is.
    let on_the_clock = |instant: Timestamp| match facts.taken.as_ref().and_then(|when| when.offset) {
        Some(minutes) => instant.as_second() - i64::from(minutes) * 60,
        None => instant.as_second(),
    };
    let own_date = own.taken.and_then(|wall| Timestamp::from_second(on_the_clock(wall)).ok());
    let is_said =
        |place: &(f64, f64)| is_library(facts) && own.position.is_some_and(|own| are_near(*place, own));
    let adds_zone = |when: &When| when.origin == Origin::Library && when.offset.is_some() && !own.has_zone;
    let date = facts.taken.as_ref().filter(|when| counts(when, own_date) || adds_zone(when));
    let place = facts.position.filter(|place| !is_said(place));
    let fields = PhotoFields {
        caption: Known::of(facts.description.as_ref().and_then(|text| Caption::new(text, LONGEST_CAPTION))),
        rating: Known::of(facts.rating.and_then(|stars| Stars::new(stars.into())).map(RatingWish::Stars)),
        position: Known::of(place.and_then(|(north, east)| Position::new(north, east, None))),
        taken: date
            .and_then(|when| CaptureTime::from_instant(when.instant, when.offset.map(zone).as_deref()).ok()),
        ..PhotoFields::default()
    };
    if !fields.is_empty() {
        let empty;
        let old = match &facts.sidecar {
            Some(old) => old,
            None => {
                empty = photo_metadata::new_sidecar_bytes();
                &empty
            }
        };
        match sidecar_with(old, &fields) {
            Some(new) => wish.sidecar = Some(new),
            None => wish.is_open = true,
        }
    }
    if facts.taken.is_none() {
        // What the server shows then is our guess, which gives way to whoever knows better.
        note(&mut wish.base, &guessed(wish.created));
    }
    for value in values(facts) {
        let goes_along = matches!(value, Value::Favourite(_) | Value::Archived(_));
        if goes_along || !wish.is_open {
            note(&mut wish.base, &value);
        }
    }
    wish
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::super::{Locator, MediaKind, Stamp};
    use super::*;

    fn media() -> Media {
        Media {
            path: std::path::PathBuf::from("/a.jpg").into(),
            name: "a.jpg".to_owned(),
            kind: MediaKind::Image,
            size: 1,
            modified: Timestamp::UNIX_EPOCH,
            stamp: Stamp([0; 16]),
            locator: Locator::File("/a.jpg".into()),
        }
    }

    fn says(wish: &Wish, what: &str) -> bool {
        wish.sidecar.as_ref().is_some_and(|bytes| String::from_utf8_lossy(bytes).contains(what))
    }

    #[test]
    fn a_source_that_says_nothing_sends_a_file_alone() {
        let wish = wish(&Facts::default(), &media(), Own::default());

        assert_eq!(wish.sidecar, None);
        assert!(!wish.is_favourite && wish.created == Timestamp::UNIX_EPOCH);
        assert_eq!(wish.base.keys().collect::<Vec<_>>(), ["date"], "the date is a guess");
    }

    #[test]
    fn what_a_source_says_goes_along_in_a_sidecar() {
        let facts = Facts {
            description: Some("Zoë\n2".to_owned()),
            rating: Some(3),
            position: Some((52.5, -13.25)),
            is_favourite: Some(true),
            is_archived: Some(false),
            ..Facts::default()
        };

        let wish = wish(&facts, &media(), Own::default());

        assert!(says(&wish, "Zoë\n2") && says(&wish, "52,30") && says(&wish, "13,15"), "{wish:?}");
        assert_eq!(
            wish.base.keys().collect::<Vec<_>>(),
            ["archive", "date", "description", "favourite", "position", "rating"]
        );
        assert!(wish.is_favourite && !wish.is_archived && !wish.is_open);
    }

    #[test]
    fn the_date_of_an_index_goes_along_only_where_it_counts() {
        let day = SignedDuration::from_hours(24);
        let noon = Timestamp::from_second(1_600_000_000).unwrap();
        let facts = |origin| {
            let taken = Some(When { instant: noon, offset: Some(120), origin });
            Facts { taken, ..Facts::default() }
        };
        let sent = |origin, own| {
            wish(&facts(origin), &media(), Own { taken: own, ..Own::default() }).sidecar.is_some()
        };

        assert!(sent(Origin::Index, None) && sent(Origin::Index, Some(noon + day * 3)));
        assert!(!sent(Origin::Index, Some(noon)));
        assert!(sent(Origin::Name, None) && !sent(Origin::Name, Some(noon + day * 3)));
        assert!(sent(Origin::Sidecar, Some(noon)));
        assert!(asks_for_own(&facts(Origin::Index)) && !asks_for_own(&facts(Origin::Sidecar)));
    }

    #[test]
    fn a_sidecar_of_the_source_that_nobody_can_read_goes_as_it_is() {
        let facts = Facts {
            sidecar: Some(b"broken".to_vec()),
            rating: Some(3),
            is_favourite: Some(true),
            ..Facts::default()
        };

        let wish = wish(&facts, &media(), Own::default());

        assert_eq!(wish.sidecar.as_deref(), Some(&b"broken"[..]));
        assert!(wish.is_open && !wish.base.contains_key("rating"));
    }
}
