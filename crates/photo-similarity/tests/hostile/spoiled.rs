//! Sound files, spoiled at random: in their lengths and sizes most of all, where decoders believe what they read.

use std::time::{Duration, Instant};

use fastrand::Rng;
use image::{DynamicImage, ImageFormat};
use photo_similarity::{Limits, SimilarityError, decode};
use sample_pictures::{Exif, Kind, Picture};

use crate::encode::{Channels, Jpeg, webp};
use crate::memory::{growth, turn};
use crate::scene::scene;

const LIMITS: Limits = Limits { pixels: 4_000_000, memory: 32 << 20 };

/// What a decoder may take beside what it is allowed.
const SLACK: u64 = 24 << 20;

/// Time for one file, in code that is not optimised on a busy machine.
const MOST_TIME: Duration = Duration::from_secs(20);

/// Inputs per format of a short run.
const SHORT: usize = 300;

const NUMBERS: [u32; 10] = [0, 1, 2, 7, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, u32::MAX];

fn seeds() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let (width, height) = (72, 56);
    let rgb = scene(width, height);
    let rgba = DynamicImage::ImageRgb8(rgb.clone()).into_rgba8();
    let written = |format| {
        let mut bytes = Vec::new();
        rgba.write_to(&mut std::io::Cursor::new(&mut bytes), format).unwrap();
        bytes
    };
    let with_exif = |kind| {
        Picture::new(kind)
            .size(width, height)
            .orientation(6)
            .exif(Exif::new().taken("2024:07:01 12:00:00"))
            .build()
    };
    let inks: Vec<u8> = rgba.pixels().flat_map(|pixel| pixel.0).collect();
    let jpegs = vec![
        Jpeg::PLAIN.write(width, height, &rgb),
        Jpeg { progressive: true, ..Jpeg::PLAIN }.write(width, height, &rgb),
        Jpeg { restart_rows: 1, ..Jpeg::PLAIN }.write(width, height, &rgb),
        Jpeg { channels: Channels::Cmyk, ..Jpeg::PLAIN }.write(width, height, &inks),
        Jpeg { channels: Channels::Grey, ..Jpeg::PLAIN }.write(
            width,
            height,
            &rgb.as_raw()[..(width * height) as usize],
        ),
        with_exif(Kind::Jpeg),
    ];
    vec![
        ("JPEG", jpegs),
        (
            "WebP",
            vec![webp(width, height, &rgba, 80.0), written(ImageFormat::WebP), with_exif(Kind::WebpExtended)],
        ),
        ("PNG", vec![written(ImageFormat::Png), with_exif(Kind::Png)]),
        ("TIFF", vec![written(ImageFormat::Tiff), with_exif(Kind::Tiff)]),
        ("GIF", vec![written(ImageFormat::Gif)]),
        ("HEIF", heifs()),
    ]
}

/// Real ones where there are any: no encoder for them comes with the tests.
fn heifs() -> Vec<Vec<u8>> {
    let mut files = vec![Picture::new(Kind::Heic).build(), Picture::new(Kind::Avif).build()];
    let names = ["L_exif_xmp_iptc.heic", "avif_exif_xmp.avif", "apple_still_sample_4.heic"];
    let folder = crate::corpus::folder().join("heif");
    files.extend(names.iter().filter_map(|name| std::fs::read(folder.join(name)).ok()));
    files
}

fn spoiled(bytes: &[u8], other: &[u8], random: &mut Rng) -> Vec<u8> {
    let mut new = bytes.to_vec();
    for _ in 0..=random.usize(..4) {
        if new.is_empty() {
            return new;
        }
        // Half of the changes to the head, where sizes stand.
        let reach = if random.bool() { new.len().min(200) } else { new.len() };
        let at = random.usize(..reach);
        match random.u8(..8) {
            0 => new[at] ^= 1 << random.u8(..8),
            1 => new[at] = random.u8(..),
            2 => new.truncate(at),
            3 => drop(new.drain(at..(at + random.usize(1..64)).min(new.len()))),
            4 => {
                let from = random.usize(..other.len());
                let piece = &other[from..(from + random.usize(1..128)).min(other.len())];
                new.splice(at..at, piece.iter().copied());
            }
            _ => {
                let number = NUMBERS[random.usize(..NUMBERS.len())];
                let number = if random.bool() { number.to_be_bytes() } else { number.to_le_bytes() };
                let length = if random.bool() { 2 } else { 4 };
                let end = (at + length).min(new.len());
                new[at..end].copy_from_slice(&number[4 - length..][..end - at]);
            }
        }
    }
    new
}

fn variable(name: &str) -> Option<u64> {
    std::env::var_os(name)?.into_string().ok()?.parse().ok()
}

#[test]
fn no_spoiled_file_breaks_its_decoder() {
    let _turn = turn();
    let seconds = variable("IMMICH_SYNC_FUZZ_SECONDS");
    let mut random = Rng::with_seed(variable("IMMICH_SYNC_FUZZ_SEED").unwrap_or(7));
    // Where the input of a crash is found, which no assertion sees.
    let last = std::env::temp_dir().join(format!("spoiled-{}", std::process::id()));
    let mut failed = Vec::new();
    for (format, files) in seeds() {
        let start = Instant::now();
        let (mut inputs, mut decoded) = (0, 0);
        while seconds.map_or(inputs < SHORT, |seconds| start.elapsed() < Duration::from_secs(seconds)) {
            let [one, other] = [(); 2].map(|()| &files[random.usize(..files.len())]);
            let input = spoiled(one, other, &mut random);
            std::fs::write(&last, &input).unwrap();
            let begin = Instant::now();
            let (outcome, grown) = growth(|| decode(&input, random.u32(1..300), &LIMITS));
            inputs += 1;
            decoded += usize::from(outcome.is_ok());
            let stumbled =
                matches!(&outcome, Err(SimilarityError::Damaged(words)) if words.contains("stumbled"));
            if stumbled
                || begin.elapsed() > MOST_TIME
                || grown.is_some_and(|grown| grown > LIMITS.memory + SLACK)
            {
                let kept = std::env::temp_dir().join(format!("spoiled-{format}-{inputs}"));
                std::fs::write(&kept, &input).unwrap();
                failed.push(format!(
                    "{}: {:?}, {grown:?} bytes, {outcome:?}",
                    kept.display(),
                    begin.elapsed()
                ));
            }
        }
        eprintln!("{format}: {inputs} spoiled files, {decoded} of them decoded");
    }
    std::fs::remove_file(&last).unwrap();
    assert!(failed.is_empty(), "{failed:#?}");
}
