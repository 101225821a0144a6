//! Originals against their thumbnails: who compares files on disk with a server compares these.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use photo_similarity::{Hash, HashKind, Limits, Signature, decode};
use sample_pictures::{Kind, Picture};

use crate::bars::Bars;
use crate::ours::SHORT_SIDE;
use crate::table::Table;
use crate::{encoding, scaling};

/// The short side and the quality of a server's thumbnails.
const SHORT: u32 = 250;
const QUALITY: f32 = 80.0;
/// Files of the corpus with fewer pixels are left out.
const FULL: u64 = 1_000_000;
/// Bits that a thumbnail may move the hash.
const ALLOWED: u32 = 10;

const PHOTOS: &str = "photos of 1024 pixels";
const CAMERA: &str = "camera originals";
const CORPUS: &str = "corpus, 1 to 8 megapixels";
const ENLARGED: &str = "photos enlarged to 12 megapixels";
/// Drawings of a few shapes, for want of more photos: what they lack is texture, so that many frequencies are as strong
/// as the median. They are shown and not counted.
const PATTERNS: &str = "drawn patterns, not photos";

/// A photo and its thumbnail.
pub(crate) struct Thumbnail {
    /// Where the photo comes from.
    source: &'static str,
    original: Vec<u8>,
    pub(crate) webp: Vec<u8>,
}

impl Thumbnail {
    /// As it would be on a server: of a photo that was not made here.
    pub(crate) fn is_real(&self) -> bool {
        [PHOTOS, CAMERA, CORPUS].contains(&self.source)
    }
}

/// Makes the thumbnails of all full-size JPEGs at hand, and puts those of real photos into `folder` below `thumbnails`.
pub(crate) fn make(shared: &Path, folder: &Path) -> Result<Vec<Thumbnail>> {
    let target = folder.join("thumbnails");
    std::fs::create_dir(&target)?;
    let mut made = Vec::new();
    for (source, path, least) in
        [(PHOTOS, "similarity/base", 0), (CAMERA, "similarity/full", FULL), (CORPUS, "corpus/jpg", FULL)]
    {
        for file in files(&shared.join(path))? {
            let original = std::fs::read(&file)?;
            // What another decoder refuses has no thumbnail on the server either.
            let Ok(picture) = scaling::whole(&original) else { continue };
            if u64::from(picture.width()) * u64::from(picture.height()) < least {
                continue;
            }
            let webp = webp(&picture)?;
            std::fs::write(target.join(format!("{:03}.webp", made.len())), &webp)?;
            made.push(Thumbnail { source, original, webp });
        }
    }
    let enlarged: Vec<Thumbnail> = made.iter().take(124).step_by(6).map(enlarged).collect::<Result<_>>()?;
    made.extend(enlarged);
    for seed in 0..24 {
        let original = Picture::new(Kind::Jpeg).size(1600, 1200).seed(seed).build();
        let webp = webp(&scaling::whole(&original)?)?;
        made.push(Thumbnail { source: PATTERNS, original, webp });
    }
    Ok(made)
}

fn webp(picture: &RgbImage) -> Result<Vec<u8>> {
    encoding::webp(&scaling::small(picture, SHORT)?, QUALITY)
}

/// The photo at the size of a camera's, with noise as a camera's: decoded scaled down to an eighth.
fn enlarged(photo: &Thumbnail) -> Result<Thumbnail> {
    let mut picture = scaling::scaled(&scaling::whole(&photo.original)?, 3000)?;
    let mut numbers = fastrand::Rng::with_seed(1);
    for sample in picture.iter_mut() {
        *sample = sample.saturating_add(numbers.u8(..9)).saturating_sub(4);
    }
    let mut original = Vec::new();
    JpegEncoder::new_with_quality(&mut original, 90).encode_image(&picture)?;
    Ok(Thumbnail { source: ENLARGED, webp: webp(&picture)?, original })
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files: Vec<PathBuf> =
        entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|name| name.eq_ignore_ascii_case("jpg")));
    files.sort();
    Ok(files)
}

/// How far the hash of a thumbnail is from that of its original.
pub(crate) fn measured(made: &[Thumbnail], bars: &mut Bars) -> Result<Table> {
    let mut table = Table::new(
        "Bits of 256 between an original and its thumbnail (WebP, 250 pixels, quality 80)",
        &["originals of", "photos", "p50", "p99", "max", "within 10"],
    );
    let mut all = Vec::new();
    let mut plain = 0;
    for source in [PHOTOS, CAMERA, CORPUS, ENLARGED, PATTERNS] {
        let mut bits = Vec::new();
        for thumbnail in made.iter().filter(|thumbnail| thumbnail.source == source) {
            match (hash(&thumbnail.original)?, hash(&thumbnail.webp)?) {
                (Some(one), Some(other)) => bits.push(one.distance(other)),
                _ => plain += 1,
            }
        }
        if source != PATTERNS {
            all.extend(&bits);
        }
        table.row(line(source, &mut bits).0);
    }
    let (cells, within) = line("all photos", &mut all);
    table.row(cells);
    table.note(format!("{plain} photos are too plain to be compared by their hash"));
    bars.at_least("share of thumbnails within 10 bits of their original", 0.99, within);
    Ok(table)
}

fn hash(bytes: &[u8]) -> Result<Option<Hash>> {
    let look = Signature::of(HashKind::P256, &decode(bytes, SHORT_SIDE, &Limits::default())?.luma);
    Ok((!look.is_plain()).then_some(look.hash))
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few hundred photos"
)]
fn line(name: &str, bits: &mut [u32]) -> ([String; 6], f64) {
    bits.sort_unstable();
    let rank = |share: f64| ((bits.len() as f64 * share).ceil() as usize).clamp(1, bits.len().max(1)) - 1;
    let at = |share: f64| bits.get(rank(share)).map_or_else(String::new, u32::to_string);
    let within = bits.iter().filter(|bits| **bits <= ALLOWED).count() as f64 / bits.len().max(1) as f64;
    let cells = [name.to_owned(), bits.len().to_string(), at(0.5), at(0.99), at(1.0), format!("{within:.4}")];
    (cells, within)
}
