//! Random blocks, random edits, hostile bytes.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::Exif;
use super::blocks::{block, directory, edit};
use crate::edits::TagEdit;
use crate::tag::Tag;

/// A block with all three directories of ours, a MakerNote, a second directory, and some of our tags.
pub(super) fn rich(big: bool, caption: &[u8], comment: &[u8], gps_tags: bool) -> Vec<u8> {
    let u32_of = |number: usize| {
        let number = u32::try_from(number).unwrap();
        if big { number.to_be_bytes() } else { number.to_le_bytes() }
    };
    let count = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap();
    let rationals: Vec<u8> = [52, 1, 30, 1, 0, 0].into_iter().flat_map(u32_of).collect();
    let note: Vec<u8> = (0..90).collect();
    let first = |exif: usize, gps: usize, second: usize| {
        let entries = [
            (0x10e, 2, count(caption), caption),
            (0x110, 2, 6, &b"Model\0"[..]),
            (0x8769, 4, 1, &u32_of(exif)[..]),
            (0x8825, 4, 1, &u32_of(gps)[..]),
        ];
        directory(8, big, &entries, u32::try_from(second).unwrap())
    };
    let exif_at = 8 + first(0, 0, 0).len();
    let exif = directory(
        exif_at,
        big,
        &[
            (0x9003, 2, 20, b"2024:07:01 10:00:00\0"),
            (0x927c, 7, 90, &note),
            (0x9286, 7, count(comment), comment),
        ],
        0,
    );
    let gps_at = exif_at + exif.len();
    let latitude = [(1, 2, 2, &b"N\0"[..]), (2, 5, 3, &rationals[..])];
    let gps = directory(gps_at, big, if gps_tags { &latitude } else { &latitude[..1] }, 0);
    let second_at = gps_at + gps.len();
    let second = directory(second_at, big, &[(0x10e, 2, 8, b"a thumb\0")], 0);
    let header: &[u8] = if big { b"MM\0*\0\0\0\x08" } else { b"II*\0\x08\0\0\0" };
    [header, &first(exif_at, gps_at, second_at), &exif, &gps, &second].concat()
}

fn any_edit() -> impl Strategy<Value = TagEdit> {
    let text = prop_oneof!["[a-z ]{0,40}[a-z]", "[ä-üа-я一-三a-c]{1,20}"];
    let degrees = (0_u32..90_000_000).prop_map(|parts| format!("{}", f64::from(parts) / 1e6));
    let stars = (0_u8..6).prop_map(|stars| stars.to_string());
    let meters = (0_u32..9_000_000).prop_map(|parts| format!("{}", f64::from(parts) / 1e3));
    let date = (1970_u16..2040).prop_map(|year| format!("{year}:07:01 10:00:00"));
    let pick = |tags: &'static [Tag]| proptest::sample::select(tags);
    let some = prop_oneof![
        (pick(&[Tag::ImageDescription, Tag::UserComment]), text).boxed(),
        (pick(&[Tag::GpsLatitude, Tag::GpsLongitude]), degrees).boxed(),
        (pick(&[Tag::ExifRating, Tag::ExifRatingPercent, Tag::GpsAltitudeRef]), stars).boxed(),
        (pick(&[Tag::GpsAltitude]), meters).boxed(),
        (pick(&[Tag::DateTimeOriginal, Tag::CreateDate]), date).boxed(),
        (pick(&[Tag::OffsetTimeOriginal]), "[+-]0[0-9]:00").boxed(),
        (pick(&[Tag::GpsLatitudeRef]), "[NS]").boxed(),
    ];
    (some, proptest::bool::weighted(0.8))
        .prop_map(|((tag, text), sets)| edit(tag, sets.then_some(text.as_str())))
}

fn edits() -> impl Strategy<Value = Vec<TagEdit>> {
    proptest::collection::vec(any_edit(), 1..6).prop_map(|mut edits| {
        edits.sort_by_key(|edit| edit.tag);
        edits.dedup_by_key(|edit| edit.tag);
        edits
    })
}

fn foreign(bytes: &[u8], edits: &[TagEdit]) -> Vec<(String, Vec<String>)> {
    let listing = Exif::parse(bytes).unwrap().listing();
    // A GPS directory that comes back has its version again.
    let is_foreign = |key: &str| key != "GPS:GPSVersionID" && edits.iter().all(|edit| edit.tag.name() != key);
    listing.into_iter().filter(|(key, _)| is_foreign(key)).collect()
}

proptest! {
    #[test]
    fn an_edit_changes_what_was_asked_for_and_nothing_else(
        big: bool,
        caption in "[a-zé ]{0,30}",
        gps: bool,
        rounds in proptest::collection::vec(edits(), 1..5),
    ) {
        let mut bytes = rich(big, format!("{caption}\0").as_bytes(), b"ASCII\0\0\0hello", gps);
        for edits in rounds {
            let new = Exif::parse(&bytes).unwrap().apply(&edits).unwrap();
            let before = foreign(&bytes, &edits);
            let after = foreign(&new.bytes, &edits);
            // Nothing that was moves or changes, but for the bytes of old values and pointers.
            let added: Vec<_> = after.iter().filter(|entry| !before.contains(entry)).collect();
            prop_assert!(added.is_empty(), "{added:?}");
            prop_assert!(before.iter().all(|entry| after.contains(entry)));
            let again = Exif::parse(&new.bytes).unwrap().apply(&edits).unwrap();
            prop_assert_eq!(&again.bytes, &new.bytes);
            prop_assert_eq!(new.splices.map(|splices| super::super::applied(&bytes, splices).unwrap()), Some(new.bytes.clone()));
            bytes = new.bytes;
        }
    }

    #[test]
    fn a_changed_byte_is_no_panic_and_no_hang(
        big: bool,
        changes in proptest::collection::vec((0_usize..420, any::<u8>()), 0..8),
        cut in 0_usize..420,
        edits in edits(),
    ) {
        let mut bytes = rich(big, b"caption\0", b"UNICODE\0a\0b\0", true);
        for (at, byte) in changes {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        bytes.truncate(bytes.len() - cut.min(bytes.len()) / 7);
        let started = Instant::now();
        if let Ok(exif) = Exif::parse(&bytes) {
            let listing = exif.listing();
            if let Ok(new) = exif.apply(&edits) {
                let after = Exif::parse(&new.bytes).unwrap().listing();
                for (key, values) in listing.iter().filter(|(key, _)| edits.iter().all(|edit| edit.tag.name() != *key)) {
                    prop_assert_eq!(Some(values), after.get(key), "{}", key);
                }
            }
        }
        prop_assert!(started.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn bytes_that_are_no_block_are_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), big: bool) {
        let mut bytes = bytes;
        let header = block(big, &[]);
        let length = bytes.len().min(8);
        bytes[..length].copy_from_slice(&header[..length]);
        if let Ok(exif) = Exif::parse(&bytes) {
            exif.listing();
        }
    }
}

#[test]
fn a_block_of_pointers_that_meet_is_read_in_time() {
    // Each of many sub-directories names all of them as its own.
    let count = 2000;
    let pointers: Vec<u8> = (0..count).flat_map(|_| 8_u32.to_be_bytes()).collect();
    let bytes = block(true, &[(0x14a, 4, count, &pointers), (0x927c, 7, 8000, &vec![0; 8000])]);

    let started = Instant::now();
    let exif = Exif::parse(&bytes).unwrap();
    exif.listing();

    assert!(exif.apply(&[edit(Tag::ExifRating, Some("5"))]).is_err());
    assert!(started.elapsed() < Duration::from_secs(1));
}
