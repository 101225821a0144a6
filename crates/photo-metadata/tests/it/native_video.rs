//! Videos of all layouts that cameras use, read and written by the native engine, judged by ExifTool.

use std::path::{Path, PathBuf};

use photo_metadata::{Change, Container, Engine, FileTags, Native, Tag, TagEdit, Value};
use sample_pictures::{Gps, Kind, Picture, Video};

use crate::judged::{differences, exiftool, judged};

/// Videos that were made, of all layouts that cameras use.
fn made(folder: &Path) -> Vec<(PathBuf, Container)> {
    let mut files = Vec::new();
    for (kind, container) in [(Kind::Mp4, Container::Mp4), (Kind::Mov, Container::Mov)] {
        for moov_first in [false, true] {
            for is_full in [false, true] {
                let video = Video {
                    moov_first,
                    created: is_full.then_some(1_700_000_000),
                    apple_creation_date: is_full.then(|| "2023-11-14T23:13:20+0100".to_owned()),
                    place: is_full.then(|| Gps::new(52.52, 13.405)),
                    ..Video::default()
                };
                let path = folder.join(format!("{moov_first}-{is_full}.{}", kind.extension()));
                let picture = Picture::new(kind).size(80, 60).orientation(6).video(video);
                picture.write_to(&path).expect("a sample");
                files.push((path, container));
            }
        }
    }
    files
}

#[test]
fn a_video_of_any_layout_says_natively_what_it_says_to_exiftool() {
    let folder = tempfile::tempdir().expect("a folder");
    let exiftool = exiftool();
    for (path, container) in made(folder.path()) {
        let native =
            Native.read(&path, container).unwrap_or_else(|error| panic!("{}: {error}", path.display()));

        let differences = differences(&native, &exiftool.read(&path, container).expect("a readable file"));

        assert!(differences.is_empty(), "{}: {differences:#?}", path.display());
    }
}

/// What a file is to say: the dates and texts that fit it.
fn wanted(held: &FileTags) -> Vec<(Tag, Value)> {
    let list = |items: &[&str]| Value::List(items.iter().map(|item| (*item).to_owned()).collect());
    let coordinates = match held.get(Tag::UserDataCoordinates) {
        Some(_) => Tag::UserDataCoordinates,
        None => Tag::KeysCoordinates,
    };
    vec![
        (Tag::Subject, list(&["Zoë", "at the lake"])),
        (Tag::PersonInImage, list(&["Zoë"])),
        (Tag::TagsList, list(&["People/Zoë", "Places/Lake"])),
        (Tag::Description, Value::text("At the lake,\n\"with\" <Zoë> & 東京")),
        (Tag::Rating, Value::text("4")),
        (Tag::XmpDateTimeOriginal, Value::text("2001:02:03 06:05:06+02:00")),
        (Tag::MovieCreateDate, Value::text("2001:02:03 04:05:06")),
        (Tag::TrackCreateDate, Value::text("2001:02:03 04:05:06")),
        (Tag::MediaCreateDate, Value::text("2001:02:03 04:05:06")),
        (Tag::KeysCreationDate, Value::text("2001:02:03 06:05:06+02:00")),
        (Tag::KeysDescription, Value::text("At the lake, with Zoë")),
        (coordinates, Value::text("-33.868812 151.209296 12.5")),
    ]
}

fn is_in_place(tag: Tag) -> bool {
    let is_date = matches!(tag, Tag::MovieCreateDate | Tag::TrackCreateDate | Tag::MediaCreateDate);
    is_date || tag.name().starts_with("XMP-")
}

fn change(container: Container, held: &FileTags, wanted: Vec<(Tag, Value)>) -> Change {
    let edit = |(tag, new)| TagEdit { tag, old: held.get(tag).cloned(), new: Some(new) };
    Change { container, edits: wanted.into_iter().map(edit).collect(), iptc: None }
}

#[test]
fn a_video_of_any_layout_is_written_natively_and_keeps_all_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let exiftool = exiftool();
    for (number, (path, container)) in made(folder.path()).into_iter().enumerate() {
        let held = Native.read(&path, container).expect("a readable file");
        let all = wanted(&held);
        let in_place = all.iter().filter(|(tag, _)| is_in_place(*tag)).cloned().collect();
        for (kind, wanted) in [("in-place", in_place), ("all", all)] {
            let target = folder.path().join(format!("{number}-{kind}.out"));
            let change = change(container, &held, wanted);

            Native.write_copy(&path, &target, &change).expect("a new version");
            let findings = judged(&exiftool, &path, &target, &change);

            assert!(findings.is_empty(), "{} {kind}: {findings:#?}", path.display());
            let draft = Native.draft(&path, &change).expect("a draft").expect("native code drafts");
            assert!(kind == "all" || draft.keeps_places(), "{}", path.display());
            let read = Native.read(&target, container).expect("a readable file");
            let differences =
                differences(&read, &exiftool.read(&target, container).expect("a readable file"));
            assert!(differences.is_empty(), "{} {kind}: {differences:#?}", path.display());
        }
    }
}

#[test]
fn exiftool_finds_our_packet_where_it_would_have_put_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let exiftool = exiftool();
    for (path, container) in made(folder.path()) {
        let (ours, theirs) = (folder.path().join("ours.out"), folder.path().join("theirs.out"));
        let empty = FileTags::empty(container);
        let first = change(container, &empty, vec![(Tag::Rating, Value::text("4"))]);
        let second = change(container, &empty, vec![(Tag::Description, Value::text("more"))]);

        Native.write_copy(&path, &ours, &first).expect("a new version");
        exiftool.write_copy(&ours, &theirs, &second).expect("a new version");

        let tags = Native.read(&theirs, container).expect("a readable file");
        assert!(!tags.is_repeated(Tag::Description) && !tags.is_repeated(Tag::Rating), "{}", path.display());
        assert_eq!(tags.get(Tag::Description), Some(&Value::text("more")));
        for file in [ours, theirs] {
            std::fs::remove_file(file).expect("a file of ours");
        }
    }
}

/// The same bytes with a piece of them replaced by another of the same length.
fn with(bytes: &[u8], piece: &[u8], other: &[u8]) -> Vec<u8> {
    let at = bytes.windows(piece.len()).position(|window| window == piece).expect("the piece");
    let mut bytes = bytes.to_vec();
    bytes[at..at + piece.len()].copy_from_slice(&other[..piece.len()]);
    bytes
}

#[test]
fn what_few_cameras_write_is_read_as_exiftool_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let exiftool = exiftool();
    let full =
        |kind: &str| std::fs::read(folder.path().join(format!("false-true.{kind}"))).expect("a sample");
    let _ = made(folder.path());
    let (mp4, mov) = (full("mp4"), full("mov"));
    let seconds = |since_1970: u32| (since_1970 + 2_082_844_800).to_be_bytes();
    let date = seconds(1_700_000_000);
    let key = b"data\0\0\0\x01\0\0\0\0+";
    let cases = [
        ("a time that was never set", with(&mp4, &date, &[0; 4])),
        ("a time of 1970 since 1904", with(&mp4, &date, &seconds(0))),
        ("a time since 1970", with(&mp4, &date, &1_700_000_000_u32.to_be_bytes())),
        ("a turn that is none", with(&mp4, b"\0\x01\0\0\0\0\0\0\xff\xff", b"\0\0\xb5\x05\0\0\0\0\xff\xff")),
        ("a place in English of Germany", with(&mov, key, b"data\0\0\0\x01DE\x15\xc7+")),
        ("a place in German", with(&mov, key, b"data\0\0\0\x01\0\0\x10\xb5+")),
        ("a place of nowhere", with(&mov, key, b"data\0\0\0\x01ZZ\x55\xc4+")),
        ("keys without a handler", with(&mov, b"hdlr\0\0\0\0\0\0\0\0mdta", b"hdl_\0\0\0\0\0\0\0\0mdta")),
        ("a metadata box with a version", with(&mov, b"\0\0\0\x21hdlr", b"\0\0\0\0hdlr")),
        ("a date without a zone", with(&mov, b"T23:13:20+0100", b"T23:13:20     ")),
        ("a date without a time", with(&mov, b"T23:13:20+0100", b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0")),
        ("a place in user data in German", with(&mp4, b"\x15\xc7+", b"\x10\xb5+")),
        ("a place in user data in Macintosh English", with(&mp4, b"\x15\xc7+", b"\0\0+")),
        ("a place with a zero byte", with(&mov, b"+52.5200+", b"+52.5200+\0")),
        ("degrees without a sign", with(&mp4, b"\x15\xc7+", b"\x15\xc7 ")),
    ];
    for (case, bytes) in cases {
        for (container, bytes) in [(Container::Mp4, &bytes), (Container::Mov, &bytes)] {
            let path = folder.path().join("odd.bin");
            std::fs::write(&path, bytes).expect("a file of ours");

            let native = Native.read(&path, container).unwrap_or_else(|error| panic!("{case}: {error}"));

            let differences =
                differences(&native, &exiftool.read(&path, container).expect("a readable file"));
            assert!(differences.is_empty(), "{case}: {differences:#?}");
        }
    }
}
