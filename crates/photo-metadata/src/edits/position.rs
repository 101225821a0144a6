//! Coordinates: absolute degrees with a hemisphere letter in EXIF, signed degrees elsewhere.
//!
//! EXIF has no sign. A tool that writes a number and forgets the letter moves Sydney to Japan; a
//! file that lost its letters is read as north-east by Immich. So both letters are always wanted.
//! A file's altitude is not ours to touch unless the altitude is known: no server sends it.

use super::{Datum, Draft};
use crate::fields::{Known, Position};
use crate::structure::Container;
use crate::tag::Tag;
use crate::value::{Value, coordinates};

/// The places that belong together: one of a group alone says nothing.
const EXIF: [Tag; 4] = [Tag::GpsLatitude, Tag::GpsLatitudeRef, Tag::GpsLongitude, Tag::GpsLongitudeRef];
const XMP: [Tag; 2] = [Tag::XmpLatitude, Tag::XmpLongitude];

pub(super) fn plan(position: Known<Position>, draft: &mut Draft<'_>) {
    match position {
        Known::Unknown => {}
        Known::Nothing => take_back(draft),
        Known::Is(position) => {
            let agreed = draft.base.agreed.position.is_some_and(|agreed| is_same(agreed, position));
            let places = places(draft);
            if draft.server_wins(Datum::Gps, &places, agreed, |tag, value| is_said(tag, value, position)) {
                everywhere(position, draft);
            }
        }
    }
}

/// Where the file has coordinates; 0, 0 is what cameras write without a fix.
fn places(draft: &Draft<'_>) -> Vec<Tag> {
    let number = |tag| draft.current(tag).and_then(Value::as_number);
    let no_fix = |lat, lon| number(lat) == Some(0.0) && number(lon) == Some(0.0);
    let mut places = Vec::new();
    if !no_fix(Tag::GpsLatitude, Tag::GpsLongitude) {
        places.extend(EXIF);
    }
    if !no_fix(Tag::XmpLatitude, Tag::XmpLongitude) {
        places.extend(XMP);
    }
    places.extend([Tag::KeysCoordinates, Tag::UserDataCoordinates]);
    places
}

fn is_same(one: Position, other: Position) -> bool {
    let near = |tag, one: f64, other: f64| Value::number(one).says_the_same(&Value::number(other), tag);
    near(Tag::GpsLatitude, one.latitude(), other.latitude())
        && near(Tag::GpsLongitude, one.longitude(), other.longitude())
}

fn is_said(tag: Tag, value: &Value, position: Position) -> bool {
    let wanted = match tag {
        Tag::GpsLatitude => Value::number(position.latitude().abs()),
        Tag::GpsLatitudeRef => Value::text(north_or_south(position)),
        Tag::GpsLongitude => Value::number(position.longitude().abs()),
        Tag::GpsLongitudeRef => Value::text(east_or_west(position)),
        Tag::XmpLatitude => Value::number(position.latitude()),
        Tag::XmpLongitude => Value::number(position.longitude()),
        _ => iso_6709(position, altitude_of(Some(value))),
    };
    value.says_the_same(&wanted, tag)
}

fn everywhere(position: Position, draft: &mut Draft<'_>) {
    let container = draft.container();
    if container.holds_exif() {
        exif(position, draft);
    }
    let wants_xmp = !container.is_exif_first();
    for (tag, degrees) in [(Tag::XmpLatitude, position.latitude()), (Tag::XmpLongitude, position.longitude())]
    {
        if wants_xmp || draft.has(tag) {
            draft.set(tag, Value::number(degrees));
        }
    }
    if container == Container::Xmp {
        altitude(position, Tag::XmpAltitude, Tag::XmpAltitudeRef, draft);
    }
    if container.is_quicktime() {
        quicktime(position, draft);
    }
}

/// A position goes as a whole, and only where both coordinates are still ours. The letters go with it.
fn take_back(draft: &mut Draft<'_>) {
    if draft.is_ours(Tag::GpsLatitude) && draft.is_ours(Tag::GpsLongitude) {
        for tag in EXIF {
            draft.clear(tag);
        }
        draft.take_back(&[Tag::GpsAltitude, Tag::GpsAltitudeRef]);
    }
    if draft.is_ours(Tag::XmpLatitude) && draft.is_ours(Tag::XmpLongitude) {
        draft.take_back(&XMP);
        draft.take_back(&[Tag::XmpAltitude, Tag::XmpAltitudeRef]);
    }
    draft.take_back(&[Tag::KeysCoordinates, Tag::UserDataCoordinates]);
}

fn north_or_south(position: Position) -> &'static str {
    if position.latitude() < 0.0 { "S" } else { "N" }
}

fn east_or_west(position: Position) -> &'static str {
    if position.longitude() < 0.0 { "W" } else { "E" }
}

fn exif(position: Position, draft: &mut Draft<'_>) {
    draft.set(Tag::GpsLatitude, Value::number(position.latitude().abs()));
    draft.set(Tag::GpsLatitudeRef, Value::text(north_or_south(position)));
    draft.set(Tag::GpsLongitude, Value::number(position.longitude().abs()));
    draft.set(Tag::GpsLongitudeRef, Value::text(east_or_west(position)));
    altitude(position, Tag::GpsAltitude, Tag::GpsAltitudeRef, draft);
}

fn altitude(position: Position, metres: Tag, reference: Tag, draft: &mut Draft<'_>) {
    if let Some(altitude) = position.altitude() {
        draft.set(metres, Value::number(altitude.abs()));
        draft.set(reference, Value::number(if altitude < 0.0 { 1.0 } else { 0.0 }));
    }
}

fn quicktime(position: Position, draft: &mut Draft<'_>) {
    let user_data = draft.has(Tag::UserDataCoordinates);
    for (tag, wanted) in [
        (Tag::UserDataCoordinates, user_data),
        (Tag::KeysCoordinates, !user_data || draft.has(Tag::KeysCoordinates)),
    ] {
        if wanted {
            let altitude = position.altitude().or_else(|| altitude_of(draft.current(tag)));
            draft.set(tag, iso_6709(position, altitude));
        }
    }
}

fn iso_6709(position: Position, altitude: Option<f64>) -> Value {
    Value::text(match altitude {
        Some(metres) => format!("{} {} {metres}", position.latitude(), position.longitude()),
        None => format!("{} {}", position.latitude(), position.longitude()),
    })
}

fn altitude_of(value: Option<&Value>) -> Option<f64> {
    coordinates(value?.as_text()).get(2).copied()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{changes, file};
    use crate::fields::{Known, PhotoFields, Position};
    use crate::structure::Container;
    use crate::tag::Tag;

    fn at(latitude: f64, longitude: f64, altitude: Option<f64>) -> PhotoFields {
        PhotoFields {
            position: Known::of(Position::new(latitude, longitude, altitude)),
            ..PhotoFields::default()
        }
    }

    const SOUTH_WEST: [&str; 4] =
        ["GPS:GPSLatitude=33.8688", "GPS:GPSLatitudeRef=S", "GPS:GPSLongitude=70.5", "GPS:GPSLongitudeRef=W"];

    #[test]
    fn mistake_01_the_hemisphere_is_written() {
        let without = file(Container::Jpeg, &[]);
        let north_east = file(
            Container::Jpeg,
            &[
                (Tag::GpsLatitude, "1"),
                (Tag::GpsLatitudeRef, "N"),
                (Tag::GpsLongitude, "2"),
                (Tag::GpsLongitudeRef, "E"),
            ],
        );

        let wanted = at(-33.8688, -70.5, None);

        assert_eq!(changes(&wanted, &without), SOUTH_WEST);
        assert_eq!(changes(&wanted, &north_east), SOUTH_WEST);
    }

    #[test]
    fn mistake_10_an_unknown_altitude_is_not_written() {
        let photo = file(Container::Jpeg, &[(Tag::GpsAltitude, "35"), (Tag::GpsAltitudeRef, "0")]);

        let changes = changes(&at(-33.8688, -70.5, None), &photo);

        assert!(changes.iter().all(|change| !change.contains("Altitude")), "{changes:?}");
    }

    #[test]
    fn below_the_sea_is_said_by_the_reference() {
        let changes = changes(&at(31.5, 35.5, Some(-430.0)), &file(Container::Jpeg, &[]));

        assert_eq!(changes[4..], ["GPS:GPSAltitude=430", "GPS:GPSAltitudeRef=1"]);
    }

    #[test]
    fn a_stale_copy_in_xmp_is_brought_along() {
        let photo = file(Container::Jpeg, &[(Tag::XmpLatitude, "10")]);

        let changes = changes(&at(52.5, 13.4, None), &photo);

        assert_eq!(changes.last().unwrap(), "XMP-exif:GPSLatitude=52.5");
    }

    #[test]
    fn a_video_keeps_its_place_for_coordinates_and_its_altitude() {
        let android = file(Container::Mp4, &[(Tag::UserDataCoordinates, "10 20 35.5")]);
        let empty = file(Container::Mov, &[]);

        let wanted = at(52.5, 13.4, None);

        assert!(changes(&wanted, &android).contains(&"UserData:GPSCoordinates=52.5 13.4 35.5".to_owned()));
        assert!(changes(&wanted, &empty).contains(&"Keys:GPSCoordinates=52.5 13.4".to_owned()));
    }
}
