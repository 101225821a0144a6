//! What was asked for is what ExifTool reads, and it can write more.

use std::path::PathBuf;

use sample_pictures::{ByteOrder, Charset, Digest, Exif, Gps, HeifLayout, Iptc, Kind, Picture, Video, Xmp};
use tempfile::TempDir;

use crate::judge::{self, Tags};

/// A picture in a folder that lives as long as the answer.
fn written(picture: &Picture, extension: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("sample").with_extension(extension);
    picture.write_to(&path).unwrap();
    (folder, path)
}

fn tags_of(picture: &Picture, kind: Kind) -> Tags {
    let (_folder, path) = written(picture, kind.extension());
    Tags::of(&path)
}

/// Several pictures in a folder that lives as long as the answer.
fn written_all<'a>(pictures: impl IntoIterator<Item = (Kind, &'a Picture)>) -> (TempDir, Vec<PathBuf>) {
    let folder = TempDir::new().unwrap();
    let paths = pictures
        .into_iter()
        .enumerate()
        .map(|(index, (kind, picture))| {
            let path = folder.path().join(format!("{index}.{}", kind.extension()));
            picture.write_to(&path).unwrap();
            path
        })
        .collect();
    (folder, paths)
}

/// The tags of each picture, with its kind.
fn tags_by_kind(pictures: impl IntoIterator<Item = (Kind, Picture)>) -> Vec<(Kind, Tags)> {
    let pictures: Vec<(Kind, Picture)> = pictures.into_iter().collect();
    let (_folder, paths) = written_all(pictures.iter().map(|(kind, picture)| (*kind, picture)));
    let tags = Tags::of_all(&paths);
    pictures.iter().map(|(kind, _)| *kind).zip(tags).collect()
}

/// As much metadata as the container holds.
fn full(kind: Kind) -> Picture {
    let mut picture = Picture::new(kind).size(64, 48).seed(3);
    if kind.holds_exif() {
        picture = picture.orientation(6).exif(
            Exif::new()
                .taken("2024:07:01 12:00:00")
                .offset("+02:00")
                .sub_sec("123")
                .camera("Sample", "One")
                .image_description("A lake")
                .user_comment("Grüße")
                .rating(4)
                .gps(Gps::new(-33.856, 151.215).altitude(12.5)),
        );
    }
    if kind.holds_iptc() {
        picture = picture.iptc(Iptc::new().keyword("Käse").caption("Ein See").digest(Digest::Right));
    }
    if kind.holds_xmp() {
        picture = picture.xmp(
            Xmp::new()
                .subject("Lake")
                .hierarchical("Places|Lake")
                .tags_list("Places/Lake")
                .description("Water & <hills>")
                .title("Lake")
                .rating(4)
                .label("Red")
                .date_created("2024-07-01T12:00:00+02:00")
                .face("Ada", 0.5, 0.4, 0.1, 0.2)
                .region_dimensions(64, 48),
        );
    }
    picture
}

#[test]
fn no_kind_makes_exiftool_complain() {
    let pictures = Kind::ALL.into_iter().flat_map(|kind| [(kind, Picture::new(kind)), (kind, full(kind))]);

    for (kind, tags) in tags_by_kind(pictures) {
        assert_eq!(tags.complaints(), [""; 0], "{kind:?}");
        assert_eq!(tags.get("File:MIMEType"), kind.mime_type(), "{kind:?}");
    }
}

#[test]
fn the_size_is_read_from_every_kind() {
    let pictures = Kind::ALL.map(|kind| (kind, Picture::new(kind).size(80, 56)));

    for (kind, tags) in tags_by_kind(pictures) {
        assert_eq!(tags.get("Composite:ImageSize"), "80 56", "{kind:?}");
    }
}

#[test]
fn exif_reads_back_in_both_byte_orders() {
    for order in [ByteOrder::Little, ByteOrder::Big] {
        let exif = Exif::new().byte_order(order).taken("2024:07:01 12:00:00").offset("+02:00");
        let exif = exif.sub_sec("123").user_comment("Grüße").gps(Gps::new(-33.856, 151.215));
        let kinds = Kind::ALL.into_iter().filter(|kind| kind.holds_exif());
        let pictures = kinds.map(|kind| (kind, Picture::new(kind).orientation(6).exif(exif.clone())));

        for (kind, tags) in tags_by_kind(pictures) {
            assert_eq!(tags.get("IFD0:Orientation"), "6", "{kind:?} {order:?}");
            assert_eq!(tags.get("ExifIFD:DateTimeOriginal"), "2024:07:01 12:00:00", "{kind:?} {order:?}");
            assert_eq!(tags.get("ExifIFD:OffsetTimeOriginal"), "+02:00", "{kind:?} {order:?}");
            assert_eq!(tags.get("ExifIFD:SubSecTimeOriginal"), "123", "{kind:?} {order:?}");
            assert_eq!(tags.get("ExifIFD:UserComment"), "Grüße", "{kind:?} {order:?}");
            assert_eq!(tags.get("Composite:GPSPosition"), "-33.856 151.215", "{kind:?} {order:?}");
        }
    }
}

#[test]
fn xmp_reads_back_from_every_kind_that_holds_it() {
    let kinds = Kind::ALL.into_iter().filter(|kind| kind.holds_xmp());

    for (kind, tags) in tags_by_kind(kinds.map(|kind| (kind, full(kind)))) {
        assert_eq!(tags.get("XMP-dc:Subject"), "Lake", "{kind:?}");
        assert_eq!(tags.get("XMP-lr:HierarchicalSubject"), "Places|Lake", "{kind:?}");
        assert_eq!(tags.get("XMP-digiKam:TagsList"), "Places/Lake", "{kind:?}");
        assert_eq!(tags.get("XMP-dc:Description"), "Water & <hills>", "{kind:?}");
        assert_eq!(tags.get("XMP-xmp:Rating"), "4", "{kind:?}");
        assert_eq!(tags.get("XMP-mwg-rs:RegionName"), "Ada", "{kind:?}");
        assert_eq!(tags.get("XMP-mwg-rs:RegionAreaX"), "0.5", "{kind:?}");
    }
}

#[test]
fn exiftool_writes_a_description_into_every_writable_kind() {
    let kinds = Kind::ALL.into_iter().filter(|kind| kind.exiftool_writes());
    let pictures: Vec<(Kind, Picture)> =
        kinds.flat_map(|kind| [(kind, Picture::new(kind)), (kind, full_where_possible(kind))]).collect();
    let (_folder, paths) = written_all(pictures.iter().map(|(kind, picture)| (*kind, picture)));

    judge::write(&paths, &["-XMP-dc:Description=written later"]).unwrap();

    for ((kind, _), tags) in pictures.iter().zip(Tags::of_all(&paths)) {
        assert_eq!(tags.get("XMP-dc:Description"), "written later", "{kind:?}");
        assert_eq!(tags.complaints(), [""; 0], "{kind:?}");
    }
}

fn full_where_possible(kind: Kind) -> Picture {
    if kind == Kind::WebpLossless { Picture::new(kind) } else { full(kind) }
}

#[test]
fn exiftool_refuses_what_is_said_to_be_unwritable() {
    for kind in Kind::ALL.into_iter().filter(|kind| !kind.exiftool_writes()) {
        let (_folder, path) = written(&Picture::new(kind), kind.extension());

        assert!(judge::write(&[&path], &["-XMP-dc:Description=no"]).is_err(), "{kind:?}");
    }
}

#[test]
fn iptc_reads_back_with_and_without_a_charset_mark() {
    for (charset, mark) in [(Charset::Utf8Marked, "\u{1b}%G"), (Charset::Unmarked, "")] {
        let iptc = Iptc::new().keyword("Käse").caption("Bröt").charset(charset);
        let tags = tags_of(&Picture::new(Kind::Jpeg).iptc(iptc), Kind::Jpeg);

        assert_eq!(tags.get("IPTC:Keywords"), "Käse", "{charset:?}");
        assert_eq!(tags.get("IPTC:Caption-Abstract"), "Bröt", "{charset:?}");
        assert_eq!(tags.get("IPTC:CodedCharacterSet"), mark.replace('\u{1b}', "."), "{charset:?}");
    }
}

#[test]
fn a_right_digest_is_the_digest_that_exiftool_computes_and_a_stale_one_is_not() {
    for (digest, fits) in [(Digest::Right, true), (Digest::Stale, false)] {
        let iptc = Iptc::new().keyword("Lake").digest(digest);
        let tags = tags_of(&Picture::new(Kind::Jpeg).iptc(iptc), Kind::Jpeg);

        let stored = tags.get("Photoshop:IPTCDigest");
        assert!(!stored.is_empty());
        assert_eq!(stored == tags.get("File:CurrentIPTCDigest"), fits, "{digest:?}");
    }
}

#[test]
fn maker_note_and_thumbnail_come_back_byte_for_byte() {
    let note: Vec<u8> = b"LSI1\0".iter().copied().chain(0..=255).collect();
    let exif = Exif::new().camera("Sample", "One").maker_note(note.clone()).thumbnail();
    let (_folder, path) = written(&Picture::new(Kind::Jpeg).exif(exif), "jpg");

    let thumbnail = judge::binary(&path, "-ThumbnailImage");
    assert!(image::load_from_memory(&thumbnail).is_ok());
    assert_eq!(judge::binary(&path, "-MakerNoteUnknownBinary"), note);
}

#[test]
fn the_second_image_is_found_by_its_index() {
    let second = Picture::new(Kind::Jpeg).size(16, 16).seed(9).build();
    for order in [ByteOrder::Little, ByteOrder::Big] {
        let picture = full(Kind::Jpeg).exif(Exif::new().byte_order(order)).mpf(second.clone());
        let (_folder, path) = written(&picture, "jpg");

        assert_eq!(judge::binary(&path, "-MPImage2"), second, "{order:?}");
        assert_eq!(Tags::of(&path).complaints(), [""; 0], "{order:?}");
    }
}

#[test]
fn the_video_of_a_motion_photo_is_found_from_the_end() {
    let video = Picture::new(Kind::Mp4).build();
    let picture = full(Kind::Jpeg).motion_photo(video.clone());
    let (_folder, path) = written(&picture, "jpg");

    assert_eq!(judge::binary(&path, "-MotionPhotoVideo"), video);
    assert_eq!(Tags::of(&path).get("XMP-GCamera:MicroVideoOffset"), video.len().to_string());
}

#[test]
fn content_credentials_look_like_some() {
    let tags = tags_of(&full(Kind::Jpeg).content_credentials(), Kind::Jpeg);

    assert_eq!(tags.get("JUMBF:JUMDLabel"), "c2pa");
    assert_eq!(tags.complaints(), [""; 0]);
}

#[test]
fn extended_xmp_of_two_segments_is_joined() {
    let filler = "x".repeat(70_000);
    let extended =
        Xmp::new().foreign(&format!("<my:Long xmlns:my=\"http://example.org/my/\">{filler}</my:Long>"));
    let picture = Picture::new(Kind::Jpeg).xmp(Xmp::new().rating(2)).extended_xmp(extended.document());
    let (_folder, path) = written(&picture, "jpg");

    assert_eq!(judge::binary(&path, "-XMP-my:Long"), filler.as_bytes());
    assert_eq!(Tags::of(&path).get("XMP-xmp:Rating"), "2");
}

#[test]
fn a_trailer_stands_where_exiftool_keeps_it() {
    let picture = full(Kind::Jpeg).trailer(*b"behind the end");
    let (_folder, path) = written(&picture, "jpg");

    judge::write(&[&path], &["-XMP-dc:Description=written later"]).unwrap();

    assert!(std::fs::read(&path).unwrap().ends_with(b"behind the end"));
}

#[test]
fn every_layout_of_the_item_table_is_read_and_written() {
    for kind in [Kind::Heic, Kind::Avif] {
        let pictures: Vec<Picture> = layouts().into_iter().map(|layout| full(kind).heif(layout)).collect();
        let (_folder, paths) = written_all(pictures.iter().map(|picture| (kind, picture)));
        for (tags, layout) in Tags::of_all(&paths).iter().zip(layouts()) {
            assert_eq!(tags.complaints(), [""; 0], "{kind:?} {layout:?}");
            assert_eq!(tags.get("ExifIFD:SubSecTimeOriginal"), "123", "{kind:?} {layout:?}");
            assert_eq!(tags.get("QuickTime:Rotation"), "3", "{kind:?} {layout:?}");
        }

        judge::write(&paths, &["-XMP-dc:Description=written later", "-EXIF:ImageDescription=too"]).unwrap();

        for (tags, layout) in Tags::of_all(&paths).iter().zip(layouts()) {
            assert_eq!(tags.complaints(), [""; 0], "{kind:?} {layout:?}");
            assert_eq!(tags.get("XMP-dc:Description"), "written later", "{kind:?} {layout:?}");
            assert_eq!(tags.get("IFD0:ImageDescription"), "too", "{kind:?} {layout:?}");
        }
    }
}

/// Every form of the table; an `idat` needs a version that can say so.
fn layouts() -> Vec<HeifLayout> {
    let mut all = Vec::new();
    for iloc_version in 0..=2 {
        for base_offsets in [false, true] {
            for (free_behind_meta, auxiliary_image) in [(0, false), (512, true)] {
                let exif_in_idat = false;
                all.push(HeifLayout {
                    iloc_version,
                    base_offsets,
                    exif_in_idat,
                    free_behind_meta,
                    auxiliary_image,
                });
            }
        }
    }
    all
}

#[test]
fn an_exif_item_inside_the_meta_box_is_read() {
    let layout = HeifLayout { exif_in_idat: true, ..HeifLayout::default() };
    let tags = tags_of(&full(Kind::Heic).heif(layout), Kind::Heic);

    assert_eq!(tags.get("IFD0:ImageDescription"), "A lake");
    assert_eq!(tags.complaints(), [""; 0]);
}

#[test]
fn dates_and_place_of_a_video_read_back() {
    for moov_first in [false, true] {
        let video = Video {
            created: Some(1_719_828_000),
            apple_creation_date: Some("2024-07-01T12:00:00+0200".into()),
            content_identifier: Some("8D2C2B2E-0001".into()),
            place: Some(Gps::new(52.52, 13.405).altitude(34.0)),
            moov_first,
            ..Video::default()
        };
        let tags = tags_of(&Picture::new(Kind::Mov).orientation(6).video(video), Kind::Mov);

        assert_eq!(tags.get("QuickTime:CreateDate"), "2024:07:01 10:00:00");
        assert_eq!(tags.get("Track1:MediaCreateDate"), "2024:07:01 10:00:00");
        assert_eq!(tags.get("Keys:CreationDate"), "2024:07:01 12:00:00+02:00");
        assert_eq!(tags.get("Keys:ContentIdentifier"), "8D2C2B2E-0001");
        assert_eq!(tags.get("Keys:GPSCoordinates"), "52.52 13.405 34");
        assert_eq!(tags.get("Composite:Rotation"), "90");
        assert_eq!(tags.complaints(), [""; 0]);
    }
}

#[test]
fn the_place_of_an_mp4_is_in_its_user_data() {
    let video = Video { place: Some(Gps::new(-33.9, -70.5)), ..Video::default() };
    let tags = tags_of(&Picture::new(Kind::Mp4).video(video), Kind::Mp4);

    assert_eq!(tags.get("UserData:GPSCoordinates"), "-33.9 -70.5");
}

#[test]
fn a_packet_written_to_the_letter_is_stored_to_the_letter() {
    let packet = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF \
        xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/></x:xmpmeta>   ";
    for kind in Kind::ALL.into_iter().filter(|kind| kind.holds_xmp()) {
        let bytes = Picture::new(kind).xmp(packet).build();

        assert!(bytes.windows(packet.len()).any(|part| part == packet.as_bytes()), "{kind:?}");
    }
}

#[test]
fn xmp_in_a_uuid_box_of_a_mov_is_read() {
    let video = Video { xmp_in_uuid: true, ..Video::default() };
    let tags = tags_of(&full(Kind::Mov).video(video), Kind::Mov);

    assert_eq!(tags.get("XMP-dc:Description"), "Water & <hills>");
    assert_eq!(tags.complaints(), [""; 0]);
}
