//! Coordinates: absolute degrees with a hemisphere letter in EXIF, signed degrees elsewhere.
//!
//! EXIF has no sign. A tool that writes a number and forgets the letter moves Sydney to Japan; a
//! file that lost its letters is read as north-east by Immich. So both letters are always wanted.
//! A file's altitude is not ours to touch unless the altitude is known: no server sends it.

use super::Draft;
use crate::fields::Position;
use crate::tag::Tag;
use crate::value::{Value, coordinates};

pub(super) fn plan(position: Position, draft: &mut Draft<'_>) {
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
    if container.is_quicktime() {
        quicktime(position, draft);
    }
}

fn exif(position: Position, draft: &mut Draft<'_>) {
    let hemisphere = |degrees: f64, positive, negative| if degrees < 0.0 { negative } else { positive };
    draft.set(Tag::GpsLatitude, Value::number(position.latitude().abs()));
    draft.set(Tag::GpsLatitudeRef, Value::text(hemisphere(position.latitude(), "N", "S")));
    draft.set(Tag::GpsLongitude, Value::number(position.longitude().abs()));
    draft.set(Tag::GpsLongitudeRef, Value::text(hemisphere(position.longitude(), "E", "W")));
    if let Some(metres) = position.altitude() {
        draft.set(Tag::GpsAltitude, Value::number(metres.abs()));
        draft.set(Tag::GpsAltitudeRef, Value::number(if metres < 0.0 { 1.0 } else { 0.0 }));
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
            let text = match altitude {
                Some(metres) => format!("{} {} {metres}", position.latitude(), position.longitude()),
                None => format!("{} {}", position.latitude(), position.longitude()),
            };
            draft.set(tag, Value::text(text));
        }
    }
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
