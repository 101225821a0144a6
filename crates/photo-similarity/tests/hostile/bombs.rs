//! Small files that claim, or unpack to, more than anybody's memory; and such that never end.

use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use photo_similarity::{Limits, SimilarityError, decode};

use crate::encode::{Jpeg, webp};
use crate::memory::{growth, turn};
use crate::scene::scene;

/// What a decoder may take beside what it is allowed: rows, tables, and what the system counts in pages.
const SLACK: u64 = 24 << 20;

/// Time for one file, in code that is not optimised on a busy machine.
const MOST_TIME: Duration = Duration::from_secs(30);

const LIMITS: Limits = Limits { pixels: 500_000_000, memory: 64 << 20 };

fn zlib(bytes: &[u8], times: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..times {
        encoder.write_all(bytes).unwrap();
    }
    encoder.finish().unwrap()
}

fn chunk(name: &[u8], content: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend(name);
    bytes.extend(content);
    bytes.extend(crc32fast::hash(&bytes[4..]).to_be_bytes());
    bytes
}

fn png(width: u32, height: u32, colour: u8, before: &[u8], pixels: &[u8]) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, colour, 0, 0, 0]].concat();
    let magic = b"\x89PNG\r\n\x1a\n".to_vec();
    [magic, chunk(b"IHDR", &head), before.to_vec(), chunk(b"IDAT", pixels), chunk(b"IEND", b"")].concat()
}

/// A TIFF with one strip, of these sizes.
fn tiff(width: u32, height: u32, count_of_strips: u32) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0\x08\0".to_vec();
    let entries = [
        (0x100_u16, 1, width),
        (0x101, 1, height),
        (0x102, 1, 8),
        (0x103, 1, 1),
        (0x106, 1, 1),
        (0x111, count_of_strips, 8),
    ];
    for (tag, count, value) in entries.into_iter().chain([(0x116, 1, height), (0x117, count_of_strips, 8)]) {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(4_u16.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 64]);
    bytes
}

fn gif(width: u16, height: u16, frames: usize) -> Vec<u8> {
    let mut bytes = b"GIF89a".to_vec();
    bytes.extend(width.to_le_bytes());
    bytes.extend(height.to_le_bytes());
    bytes.extend([0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
    for _ in 0..frames {
        bytes.extend([0x2c, 0, 0, 0, 0]);
        bytes.extend(width.to_le_bytes());
        bytes.extend(height.to_le_bytes());
        bytes.extend([0, 2, 2, 0x44, 0x01, 0]);
    }
    bytes.push(0x3b);
    bytes
}

/// A JPEG whose frame claims another size than it has.
fn jpeg_of(width: u16, height: u16, progressive: bool) -> Vec<u8> {
    let mut bytes = Jpeg { progressive, ..Jpeg::PLAIN }.write(64, 48, &scene(64, 48));
    let frame = bytes.windows(2).position(|pair| pair[0] == 0xff && matches!(pair[1], 0xc0 | 0xc2)).unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

/// A progressive JPEG in which the first scan comes again and again.
fn jpeg_with_scans(count: usize) -> Vec<u8> {
    let bytes = Jpeg { progressive: true, ..Jpeg::PLAIN }.write(640, 480, &scene(640, 480));
    let start = bytes.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    let length = bytes[start..].windows(2).position(|pair| pair == [0xff, 0xc4]).unwrap();
    let (before, after) = bytes.split_at(start + length);
    [before, &before[start..].repeat(count), after].concat()
}

fn webp_of(width: u16, height: u16) -> Vec<u8> {
    let pixels: Vec<u8> =
        scene(64, 48).pixels().flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect();
    let mut bytes = webp(64, 48, &pixels, 50.0);
    let start = bytes.windows(3).position(|mark| mark == [0x9d, 0x01, 0x2a]).unwrap() + 3;
    bytes[start..start + 2].copy_from_slice(&width.to_le_bytes());
    bytes[start + 2..start + 4].copy_from_slice(&height.to_le_bytes());
    bytes
}

/// A bomb's name and what makes it: packing some of them takes its time.
type Bomb = (&'static str, fn() -> Vec<u8>);

/// A PNG of 64 pixels whose chunk of this name unpacks to 150 MB.
fn png_with(name: &[u8], head: &[u8]) -> Vec<u8> {
    png(8, 8, 0, &chunk(name, &[head, &zlib(&zeros(), 150)].concat()), &zlib(&[0; 9], 8))
}

fn zeros() -> Vec<u8> {
    vec![0; 1 << 20]
}

const BOMBS: [Bomb; 16] = [
    ("PNG of 3,600 million pixels", || png(60_000, 60_000, 2, b"", &zlib(&zeros(), 1))),
    ("PNG that needs 1.2 GB", || png(20_000, 20_000, 2, b"", &zlib(&zeros(), 10))),
    ("PNG with a text of 150 MB", || png_with(b"zTXt", b"Comment\0\0")),
    ("PNG with a profile of 150 MB", || png_with(b"iCCP", b"ICC\0\0")),
    ("PNG that unpacks to more than it holds", || png(64, 64, 0, b"", &zlib(&zeros(), 150))),
    ("TIFF of 16 million million pixels", || tiff(4_000_000, 4_000_000, 1)),
    ("TIFF that needs 400 MB", || tiff(20_000, 20_000, 1)),
    ("TIFF with a thousand million strips", || tiff(64, 64, 1_000_000_000)),
    ("GIF of 4,294 million pixels", || gif(65_535, 65_535, 1)),
    ("GIF that needs 400 MB", || gif(10_000, 10_000, 1)),
    ("GIF with 100,000 frames", || gif(64, 64, 100_000)),
    ("JPEG of 4,290 million pixels", || jpeg_of(65_500, 65_500, false)),
    ("JPEG that is mostly missing", || jpeg_of(20_000, 20_000, false)),
    ("progressive JPEG that needs 1.2 GB", || jpeg_of(20_000, 20_000, true)),
    ("progressive JPEG with 5,000 scans", || jpeg_with_scans(5000)),
    ("WebP that is mostly missing", || webp_of(16_383, 16_383)),
];

#[test]
fn no_bomb_takes_more_memory_or_time_than_it_may() {
    let _turn = turn();
    let mut failed = Vec::new();
    for (name, make) in BOMBS {
        let bytes = make();
        let start = Instant::now();
        let (outcome, grown) = growth(|| decode(&bytes, 128, &LIMITS).map(|_| ()));
        let time = start.elapsed();
        eprintln!("{name}: {} KiB, {time:?}, {grown:?} bytes, {outcome:?}", bytes.len() >> 10);
        if time > MOST_TIME || grown.is_some_and(|grown| grown > LIMITS.memory + SLACK) {
            failed.push(format!("{name}: {time:?}, {grown:?} bytes"));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn a_file_that_claims_too_much_is_refused_before_anything_is_decoded() {
    let too_large = ["pixels", "GB", "400 MB"];
    let claims = BOMBS.into_iter().filter(|(name, _)| too_large.iter().any(|words| name.ends_with(words)));
    let refused: Vec<_> =
        claims.map(|(name, make)| (name, decode(&make(), 128, &LIMITS).map(|_| ()))).collect();

    assert_eq!(refused.len(), 8);
    let others: Vec<_> = refused
        .iter()
        .filter(|(_, outcome)| !matches!(outcome, Err(SimilarityError::TooLarge { .. })))
        .collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn a_hundred_scans_are_enough() {
    assert!(decode(&jpeg_with_scans(50), 128, &LIMITS).is_ok());
    let error = decode(&jpeg_with_scans(200), 128, &LIMITS).unwrap_err();

    assert!(matches!(&error, SimilarityError::Damaged(words) if words.contains("scans")), "{error}");
}

#[test]
fn a_picture_within_its_limits_needs_no_more_than_they_allow() {
    let _turn = turn();
    let picture = image::DynamicImage::ImageRgb8(scene(2000, 1500));
    for format in [image::ImageFormat::Png, image::ImageFormat::Tiff, image::ImageFormat::WebP] {
        let mut bytes = Vec::new();
        picture.to_rgba8().write_to(&mut std::io::Cursor::new(&mut bytes), format).unwrap();
        let mut limits = LIMITS;
        let Err(SimilarityError::TooLarge { needed, .. }) =
            decode(&bytes, 2000, &Limits { memory: 1 << 20, ..limits })
        else {
            panic!("{format:?} is decoded in a mebibyte");
        };
        limits.memory = needed;

        let (outcome, grown) = growth(|| decode(&bytes, 2000, &limits).map(|_| ()));

        assert!(outcome.is_ok(), "{format:?}: {outcome:?}");
        assert!(grown.is_none_or(|grown| grown <= needed + SLACK / 4), "{format:?}: {grown:?} for {needed}");
    }
}
