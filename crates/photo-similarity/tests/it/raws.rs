//! Raw files by the picture that they carry: the same looks as a JPEG of it, upright, and never the data of the sensor.

use std::path::PathBuf;

use image::imageops;
use photo_similarity::{
    Decoded, Hash, HashKind, Limits, PixelSource, RawPreview, Signature, decode, decode_raw, raw_preview,
};

use crate::encode::Jpeg;
use crate::places::photos;
use crate::scene::scene;

const SHORT: u16 = 3;
const LONG: u16 = 4;

/// A directory of a file in the making: tag, kind, count, value.
type Directory = Vec<(u16, u16, u32, u32)>;

/// A TIFF of one byte order: a head, what `parts` hold from byte 8 on, and the directories behind them, each pointing to
/// the next when `chained`.
fn tiff(is_big: bool, magic: u16, parts: &[u8], directories: &[Directory], chained: bool) -> Vec<u8> {
    let short = |value: u16| if is_big { value.to_be_bytes() } else { value.to_le_bytes() };
    let long = |value: u32| if is_big { value.to_be_bytes() } else { value.to_le_bytes() };
    let start = 8 + u32::try_from(parts.len()).unwrap();
    let mut bytes =
        [if is_big { b"MM" } else { b"II" }.as_slice(), &short(magic), &long(start), parts].concat();
    for (number, directory) in directories.iter().enumerate() {
        bytes.extend(short(u16::try_from(directory.len()).unwrap()));
        for (tag, kind, count, value) in directory {
            bytes.extend(short(*tag));
            bytes.extend(short(*kind));
            bytes.extend(long(*count));
            if *kind == SHORT {
                bytes.extend(short(u16::try_from(*value).unwrap()));
                bytes.extend([0; 2]);
            } else {
                bytes.extend(long(*value));
            }
        }
        let next = u32::try_from(bytes.len()).unwrap() + 4;
        bytes.extend(long(if chained && number + 1 < directories.len() { next } else { 0 }));
    }
    bytes
}

fn picture(width: u32, height: u32) -> Vec<u8> {
    Jpeg::PLAIN.write(width, height, scene(width, height).as_raw())
}

/// What packs the data of a sensor: larger than any picture, and no decoder shows it.
fn sensor() -> Vec<u8> {
    let frame = b"\xff\xd8\xff\xc3\0\x0b\x0e\x10\x00\x18\x00\x01\x01\x11\0";
    [frame.to_vec(), vec![0x55; 300_000]].concat()
}

/// Places of the parts, one behind the other from byte 8 on.
fn laid(parts: &[&[u8]]) -> (Vec<u8>, Vec<(u32, u32)>) {
    let (mut bytes, mut places) = (Vec::new(), Vec::new());
    for part in parts {
        places.push((8 + u32::try_from(bytes.len()).unwrap(), u32::try_from(part.len()).unwrap()));
        bytes.extend_from_slice(part);
    }
    (bytes, places)
}

fn preview(bytes: &[u8]) -> Option<RawPreview> {
    let mut read = |offset: u64, buffer: &mut [u8]| {
        let start = usize::try_from(offset).unwrap();
        buffer.copy_from_slice(&bytes[start..start + buffer.len()]);
        Ok(())
    };
    raw_preview(bytes.len() as u64, 240, 1 << 30, &mut read).unwrap()
}

fn read(bytes: &[u8]) -> Decoded {
    decode_raw(&preview(bytes).unwrap(), 240, &Limits::default()).unwrap()
}

fn hash(decoded: &Decoded) -> Hash {
    Signature::of(HashKind::P256, &decoded.luma).hash
}

/// The hash of the scene as a JPEG by itself.
fn expected() -> Hash {
    hash(&decode(&picture(1200, 900), 240, &Limits::default()).unwrap())
}

/// As Nikon and DNG do it: a thumbnail in front, the sensor and the picture in directories below.
fn with_sub_directories(is_big: bool, turn: u32) -> Vec<u8> {
    let (thumbnail, large, sensor) = (picture(160, 120), picture(1200, 900), sensor());
    let (mut parts, places) = laid(&[&thumbnail, &large, &sensor]);
    let list = 8 + u32::try_from(parts.len()).unwrap();
    // Two places, behind which the first directory of five entries stands, then the two.
    let below = list + 8 + 2 + 4 * 12 + 4;
    let long = |value: u32| if is_big { value.to_be_bytes() } else { value.to_le_bytes() };
    parts.extend([long(below), long(below + 2 + 3 * 12 + 4)].concat());
    let strip = |place: (u32, u32)| {
        vec![(0x0103, SHORT, 1, 7), (0x0111, LONG, 1, place.0), (0x0117, LONG, 1, place.1)]
    };
    let first = vec![
        (0x0112, SHORT, 1, turn),
        (0x014a, LONG, 2, list),
        (0x0201, LONG, 1, places[0].0),
        (0x0202, LONG, 1, places[0].1),
    ];
    tiff(is_big, 42, &parts, &[first, strip(places[2]), strip(places[1])], false)
}

#[test]
fn a_raw_file_looks_like_a_jpeg_of_it() {
    for is_big in [false, true] {
        let decoded = read(&with_sub_directories(is_big, 1));

        assert_eq!((decoded.width, decoded.height), (1200, 900));
        assert_eq!(decoded.source, PixelSource::EmbeddedThumbnail);
        assert!(hash(&decoded).distance(expected()) <= 10);
    }
}

#[test]
fn the_largest_picture_of_directories_in_a_row_is_taken() {
    let (small, large) = (picture(400, 300), picture(1200, 900));
    let (parts, places) = laid(&[&large, &small]);
    let strip = vec![(0x0103, SHORT, 1, 6), (0x0111, LONG, 1, places[0].0), (0x0117, LONG, 1, places[0].1)];
    let named = vec![(0x0201, LONG, 1, places[1].0), (0x0202, LONG, 1, places[1].1)];

    let decoded = read(&tiff(false, 42, &parts, &[strip, named], true));

    assert_eq!((decoded.width, decoded.height), (1200, 900));
}

#[test]
fn a_camera_that_was_held_upright_is_heeded_and_the_jpeg_knows_better() {
    let decoded = read(&with_sub_directories(false, 6));

    assert_eq!((decoded.width, decoded.height), (900, 1200));
    let turned = imageops::rotate90(&scene(1200, 900));
    let turned = Jpeg::PLAIN.write(900, 1200, turned.as_raw());
    let expected = hash(&decode(&turned, 240, &Limits::default()).unwrap());
    assert!(hash(&decoded).distance(expected) <= 10);

    let exif = b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x01\0\0\0\0\0\0";
    let jpeg = picture(400, 300);
    let jpeg = [&jpeg[..2], exif, &jpeg[2..]].concat();
    let told = decode_raw(&RawPreview { jpeg, orientation: 6 }, 240, &Limits::default()).unwrap();
    assert_eq!((told.width, told.height), (400, 300));
}

#[test]
fn fuji_and_panasonic_have_ways_of_their_own() {
    let jpeg = picture(1200, 900);
    let length = u32::try_from(jpeg.len()).unwrap();
    let mut fuji = b"FUJIFILMCCD-RAW 0201".to_vec();
    fuji.resize(84, 0);
    fuji.extend([100_u32.to_be_bytes(), length.to_be_bytes()].concat());
    fuji.resize(100, 0);
    fuji.extend(&jpeg);
    let panasonic = tiff(false, 0x55, &jpeg, &[vec![(0x002e, 7, length, 8)]], false);

    for raw in [fuji, panasonic] {
        assert!(hash(&read(&raw)).distance(expected()) <= 10);
        assert_eq!(preview(&raw[..raw.len() / 2]), None, "half a file");
    }
}

#[test]
fn a_thumbnail_alone_says_too_little() {
    let small = picture(160, 120);
    let (parts, places) = laid(&[&small]);
    let named = vec![(0x0201, LONG, 1, places[0].0), (0x0202, LONG, 1, places[0].1)];

    assert_eq!(preview(&tiff(true, 42, &parts, &[named], false)), None);
}

#[test]
fn files_of_cameras_have_their_picture() {
    let Some(photos) = photos("files_of_cameras_have_their_picture") else { return };
    let folder: PathBuf = photos.with_file_name("corpus").join("raw");
    // The collected files end after their first part: what is missing reads as zeros here.
    let lengths = ["Canon_EOS-7D_sRAW_real.CR2", "Sony_SLT-A33_real.ARW", "canon_eos_6d.dng"].map(|name| {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let mut read = |offset: u64, buffer: &mut [u8]| {
            let rest = bytes.get(usize::try_from(offset).unwrap()..).unwrap_or_default();
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            Ok(())
        };
        raw_preview(20 << 20, 240, 1 << 30, &mut read).unwrap().unwrap().jpeg.len()
    });
    assert_eq!(lengths[..2], [2_263_216, 897_754]);

    let whole = std::fs::read(folder.join("canon_eos_6d.dng")).unwrap();
    let decoded = read(&whole);
    assert_eq!((decoded.width, decoded.height), (1024, 683));
}
