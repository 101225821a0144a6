//! Blocks made by hand: what is read, what is written, what is left alone.

use super::super::Exif;
use crate::edits::TagEdit;
use crate::regions::Orientation;
use crate::tag::Tag;
use crate::value::Value;

/// An entry of a hand-made directory: tag, type, count, value.
pub(super) type Made<'a> = (u16, u16, u32, &'a [u8]);

/// A directory in a block with this byte order, its values behind it; the position that it starts at is even.
pub(super) fn directory(at: usize, big: bool, entries: &[Made<'_>], next: u32) -> Vec<u8> {
    let u16_of = |number: u16| if big { number.to_be_bytes() } else { number.to_le_bytes() };
    let u32_of = |number: u32| if big { number.to_be_bytes() } else { number.to_le_bytes() };
    let mut table = u16_of(u16::try_from(entries.len()).unwrap()).to_vec();
    let mut values: Vec<u8> = Vec::new();
    let values_at = at + 6 + 12 * entries.len();
    for (id, kind, count, value) in entries {
        table.extend(u16_of(*id));
        table.extend(u16_of(*kind));
        table.extend(u32_of(*count));
        if value.len() <= 4 {
            table.extend(value.iter().copied().chain([0; 4]).take(4));
        } else {
            table.extend(u32_of(u32::try_from(values_at + values.len()).unwrap()));
            values.extend(*value);
            values.resize(values.len().next_multiple_of(2), 0);
        }
    }
    table.extend(u32_of(next));
    table.extend(values);
    table
}

/// A block with one directory.
pub(super) fn block(big: bool, entries: &[Made<'_>]) -> Vec<u8> {
    let header: &[u8] = if big { b"MM\0*\0\0\0\x08" } else { b"II*\0\x08\0\0\0" };
    [header, &directory(8, big, entries, 0)].concat()
}

pub(super) fn edit(tag: Tag, new: Option<&str>) -> TagEdit {
    TagEdit { tag, old: None, new: new.map(Value::text) }
}

pub(super) fn value(bytes: &[u8], tag: Tag) -> Option<String> {
    let exif = Exif::parse(bytes).unwrap();
    let mut values = exif.tags().into_iter().filter(|(own, _)| *own == tag);
    values.next().map(|(_, value)| value.as_text().to_owned())
}

#[test]
fn texts_end_with_their_nul_and_keep_their_blanks() {
    let description = |kind, value: &[u8]| {
        let count = u32::try_from(value.len()).unwrap();
        self::value(&block(false, &[(0x10e, kind, count, value)]), Tag::ImageDescription)
    };

    assert_eq!(description(2, b"  two words  \0rest\0").as_deref(), Some("  two words  "));
    assert_eq!(description(2, b"caf\xe9").as_deref(), Some("caf?"));
    assert_eq!(description(7, b"un\0known").as_deref(), Some("unknown"));
    assert_eq!(description(2, b"").as_deref(), Some(""));
}

#[test]
fn an_orientation_out_of_range_is_upright() {
    let orientation = |number: u8| {
        let exif = Exif::parse(&block(true, &[(0x112, 3, 1, &[0, number])])).unwrap();
        exif.orientation()
    };

    assert_eq!(orientation(6), Orientation::new(6).unwrap());
    assert_eq!(orientation(9), Orientation::UPRIGHT);
}

#[test]
fn a_shorter_text_takes_the_place_of_the_old_one() {
    let old = block(true, &[(0x10e, 2, 12, b"old caption\0"), (0x110, 2, 8, b"Camera\0\0")]);

    let new = Exif::parse(&old).unwrap().apply(&[edit(Tag::ImageDescription, Some("new one"))]).unwrap();

    assert_eq!(new.bytes.len(), old.len());
    assert_eq!(value(&new.bytes, Tag::ImageDescription).as_deref(), Some("new one"));
    let splices = new.splices.unwrap();
    assert_eq!((splices.len(), splices[0].bytes.as_slice()), (1, &b"new one\0\0\0\0\0"[..]));
}

#[test]
fn a_value_that_two_entries_share_is_not_overwritten() {
    let mut shared = block(true, &[(0x10e, 2, 12, b"old caption\0"), (0x110, 2, 12, b"old caption\0")]);
    let place = shared[18..22].to_vec();
    shared[30..34].copy_from_slice(&place);

    let new = Exif::parse(&shared).unwrap().apply(&[edit(Tag::ImageDescription, Some("new"))]).unwrap();

    assert_eq!(new.bytes[..4], shared[..4]);
    assert_eq!(new.bytes[8..shared.len()], shared[8..]);
    assert_eq!(value(&new.bytes, Tag::ImageDescription).as_deref(), Some("new"));
}

#[test]
fn a_longer_text_is_appended_and_everything_else_stays_where_it_was() {
    let old = block(false, &[(0x10f, 2, 6, b"Maker\0"), (0x927c, 7, 6, b"\x01note\x02")]);

    let new = Exif::parse(&old).unwrap().apply(&[edit(Tag::ImageDescription, Some("a caption"))]).unwrap();

    assert_eq!((&new.bytes[..4], &new.bytes[8..old.len()]), (&old[..4], &old[8..]));
    let (before, mut after) =
        (Exif::parse(&old).unwrap().listing(), Exif::parse(&new.bytes).unwrap().listing());
    assert_eq!(after.remove("IFD0:ImageDescription"), Some(vec!["a caption".to_owned()]));
    assert_eq!(before, after);
    assert!(before["IFD0:0x927c"][0].contains('@'));
}

#[test]
fn a_new_block_has_what_the_standard_asks_for() {
    let edits = [
        edit(Tag::GpsLatitude, Some("52.5")),
        edit(Tag::GpsLatitudeRef, Some("N")),
        edit(Tag::UserComment, Some("schön")),
        edit(Tag::Subject, Some("of another block")),
    ];

    let new = Exif::create(&edits).unwrap();

    let listing = Exif::parse(&new.bytes).unwrap().listing();
    let of = |key: &str| listing[key].join(",");
    assert!(new.bytes.starts_with(b"MM\0*\0\0\0\x08"));
    assert_eq!(of("GPS:GPSLatitude"), "52.5");
    assert_eq!(of("GPS:GPSVersionID"), "2 3 0 0");
    assert_eq!(of("ExifIFD:UserComment"), "schön");
    assert_eq!(of("ExifIFD:ExifVersion"), "0232");
    assert_eq!(of("ExifIFD:ComponentsConfiguration"), "1 2 3 0");
    assert_eq!(of("ExifIFD:ColorSpace"), "65535");
    assert_eq!(of("IFD0:YCbCrPositioning"), "1");
    assert!(Exif::create(&[edit(Tag::UserComment, None)]).is_err());
}

#[test]
fn a_directory_that_loses_its_last_tag_goes() {
    let old =
        Exif::create(&[edit(Tag::GpsAltitudeRef, Some("0")), edit(Tag::ExifRating, Some("3"))]).unwrap();
    let mut bytes = old.bytes;
    // Without the version, which is a tag of its own.
    let exif = Exif::parse(&bytes).unwrap();
    let gps = exif.parsed.directories.iter().find(|directory| directory.name == "GPS").unwrap().clone();
    bytes[gps.at..gps.at + 2].copy_from_slice(&[0, 1]);
    bytes.copy_within(gps.at + 14..gps.at + 26, gps.at + 2);

    let new = Exif::parse(&bytes).unwrap().apply(&[edit(Tag::GpsAltitudeRef, None)]).unwrap();

    let names: Vec<String> =
        Exif::parse(&new.bytes).unwrap().parsed.directories.into_iter().map(|own| own.name).collect();
    assert_eq!(names, ["IFD0"]);
    assert_eq!(value(&new.bytes, Tag::ExifRating).as_deref(), Some("3"));
}

#[test]
fn what_leads_outside_is_read_and_not_written() {
    let mut cut = block(true, &[(0x10e, 2, 4, b"abc\0"), (0x110, 2, 40, &[b'x'; 40])]);
    cut.truncate(cut.len() - 8);

    assert_eq!(value(&cut, Tag::ImageDescription).as_deref(), Some("abc"));
    assert!(Exif::parse(&cut).unwrap().apply(&[edit(Tag::ImageDescription, Some("x"))]).is_err());
}

#[test]
fn a_tag_that_is_held_twice_is_not_written() {
    let twice = block(true, &[(0x4746, 3, 1, &[0, 3]), (0x4746, 3, 1, &[0, 4])]);
    let exif = Exif::parse(&twice).unwrap();

    assert_eq!(exif.tags().len(), 2);
    assert!(exif.apply(&[edit(Tag::ExifRating, Some("5"))]).is_err());
    assert!(exif.apply(&[edit(Tag::ImageDescription, Some("fine"))]).is_ok());
}

#[test]
fn the_same_edit_again_changes_nothing() {
    let edits = [edit(Tag::ImageDescription, Some("caption")), edit(Tag::GpsLongitude, Some("13.377704"))];
    let once = Exif::parse(&block(true, &[])).unwrap().apply(&edits).unwrap();

    let twice = Exif::parse(&once.bytes).unwrap().apply(&edits).unwrap();

    assert_eq!(twice.bytes, once.bytes);
    assert_eq!(twice.splices, Some(Vec::new()));
}

#[test]
fn two_hundred_edits_do_not_let_a_block_grow_for_ever() {
    let mut bytes = block(false, &[(0x10e, 2, 4, b"abc\0"), (0x110, 2, 6, b"Model\0")]);
    let mut longest = 0;
    for number in 0..200 {
        let caption = "caption ".repeat(number % 7 + 1);
        let latitude = format!("{}.5", number % 90);
        let edits = [
            edit(Tag::ImageDescription, (number % 5 != 4).then_some(caption.as_str())),
            edit(Tag::GpsLatitude, (number % 11 != 3).then_some(latitude.as_str())),
            edit(Tag::UserComment, Some(if number % 2 == 0 { "plain" } else { "größer" })),
        ];
        bytes = Exif::parse(&bytes).unwrap().apply(&edits).unwrap().bytes;
        if number == 20 {
            longest = bytes.len();
        }
    }

    assert_eq!(bytes.len(), longest, "it still grows after 20 edits");
    assert!(longest < 600, "{longest}");
    assert!(value(&bytes, Tag::UserComment).is_some());
}

#[test]
fn a_maker_note_that_reaches_over_a_directory_keeps_its_bytes() {
    let mut bytes = super::random::rich(true, b"caption\0", b"ASCII\0\0\0x", true);
    let exif = Exif::parse(&bytes).unwrap();
    let find = |name: &str| exif.parsed.directories.iter().find(|own| own.name == name).unwrap();
    let note = find("ExifIFD").first(0x927c).unwrap();
    let length = u32::try_from(find("GPS").range().end - note.value.clone().unwrap().start).unwrap();
    bytes[note.at + 4..note.at + 8].copy_from_slice(&length.to_be_bytes());
    let edits = [edit(Tag::GpsLatitudeRef, Some("S")), edit(Tag::GpsAltitudeRef, Some("1"))];

    for edits in [&edits[..1], &edits[..]] {
        let new = Exif::parse(&bytes).unwrap().apply(edits).unwrap();

        let note = |bytes: &[u8]| Exif::parse(bytes).unwrap().listing()["ExifIFD:0x927c"].clone();
        assert_eq!(note(&new.bytes), note(&bytes));
    }
}

#[test]
fn an_empty_pointer_gets_its_directory() {
    let old = block(false, &[(0x110, 2, 4, b"PS3\0"), (0x8825, 4, 0, b"")]);
    assert!(Exif::parse(&old).unwrap().tags().is_empty());

    let new = Exif::parse(&old).unwrap().apply(&[edit(Tag::GpsLatitude, Some("52.5"))]).unwrap();

    assert_eq!(value(&new.bytes, Tag::GpsLatitude).as_deref(), Some("52.5"));
}
