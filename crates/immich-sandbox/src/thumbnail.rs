//! The small pictures of assets, made from what the asset is made of.
//!
//! Like the real server: upright, the short side of the named size, never larger than the original, none for
//! what cannot be decoded. Unlike it: JPEG (where the picture has no transparency), no HEIC and no raw files,
//! and a pattern stands in for videos and for assets that have no bytes here. The pattern comes from the
//! checksum: a grey square for all of them would make them duplicates of each other.

use std::{
    collections::HashMap,
    fs,
    io::Cursor,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use image::{
    DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Luma, codecs::jpeg::JpegEncoder,
    imageops::FilterType, metadata::Orientation,
};

use crate::{Asset, AssetId, AssetKind, media_type, planted::Planted};

/// Quality of the JPEG, as the server has it by default.
const QUALITY: u8 = 80;
/// Bytes of pictures that are kept.
const KEPT: usize = 64 * 1024 * 1024;
/// The side of a block of the pattern, in pixels.
const BLOCK: u32 = 50;

/// Which of the pictures of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Size {
    Thumbnail,
    Preview,
}

impl Size {
    /// Pixels of the short side.
    const fn short_side(self) -> u32 {
        match self {
            Self::Thumbnail => 250,
            Self::Preview => 1440,
        }
    }
}

/// An encoded picture and its media type.
pub(crate) type Encoded = (String, Vec<u8>);

/// What a small picture is made from.
#[derive(Debug)]
pub(crate) enum Source {
    /// It is there already.
    Ready(Planted),
    /// An original without a file; served as it is where it is small enough.
    Planted(Planted),
    /// An original on disk.
    File(PathBuf),
    /// There is nothing to look at: a pattern.
    Pattern([u8; 20]),
}

impl Source {
    /// `None` when the server has no picture of such an asset.
    pub(crate) fn of(asset: &Asset) -> Option<Self> {
        if let Some(ready) = &asset.planted_thumbnail {
            return Some(Self::Ready(ready.clone()));
        }
        if asset.kind == AssetKind::Video {
            return Some(Self::Pattern(asset.checksum));
        }
        if !media_type::is_decoded_here(&asset.original_file_name) {
            return None;
        }
        Some(match (&asset.planted, &asset.disk_path) {
            (Some(planted), _) => Self::Planted(planted.clone()),
            (None, Some(path)) => Self::File(path.clone()),
            (None, None) => Self::Pattern(asset.checksum),
        })
    }

    /// What stands for the thumbhash, in base64; null while there is no small picture.
    pub(crate) fn thumbhash(asset: &Asset) -> Option<String> {
        Self::of(asset).map(|_| STANDARD.encode(asset.looks.unwrap_or(asset.checksum)))
    }

    fn make(&self, size: Size) -> Option<Encoded> {
        match self {
            Self::Ready(planted) => Some(as_it_is(planted.bytes())),
            Self::Planted(planted) => shrink(planted.bytes(), size, true),
            Self::File(path) => shrink(fs::read(path).ok()?, size, false),
            Self::Pattern(checksum) => pattern(checksum),
        }
    }

    /// Changes when the original does.
    fn stamp(&self) -> Option<(u64, Option<SystemTime>)> {
        let Self::File(path) = self else { return None };
        fs::metadata(path).ok().map(|about| (about.len(), about.modified().ok()))
    }
}

type Kept = (Option<(u64, Option<SystemTime>)>, Option<Arc<Encoded>>);

/// Pictures that were made, shared by all requests.
#[derive(Debug, Clone, Default)]
pub(crate) struct Thumbnails(Arc<Mutex<Cache>>);

#[derive(Debug, Default)]
struct Cache {
    made: HashMap<(AssetId, Size), Kept>,
    bytes: usize,
}

impl Thumbnails {
    /// The picture of an asset, made now or before; `None` when none can be made.
    pub(crate) fn get(&self, id: AssetId, size: Size, source: &Source) -> Option<Encoded> {
        // What is there already, or is made in no time, needs no place.
        if matches!(source, Source::Ready(_) | Source::Pattern(_)) {
            return source.make(size);
        }
        let stamp = source.stamp();
        let known = self.lock().made.get(&(id, size)).filter(|kept| kept.0 == stamp).cloned();
        if let Some((_, made)) = known {
            return made.as_deref().cloned();
        }
        let made = source.make(size).map(Arc::new);
        self.lock().keep((id, size), (stamp, made.clone()));
        made.as_deref().cloned()
    }

    /// Forgets the pictures of an asset whose bytes were planted anew.
    pub(crate) fn forget(&self, id: AssetId) {
        let mut cache = self.lock();
        cache.made.remove(&(id, Size::Thumbnail));
        cache.made.remove(&(id, Size::Preview));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cache {
    fn keep(&mut self, key: (AssetId, Size), kept: Kept) {
        if self.bytes > KEPT {
            (self.made, self.bytes) = (HashMap::new(), 0);
        }
        self.bytes += kept.1.as_ref().map_or(0, |made| made.1.len()) + 100;
        self.made.insert(key, kept);
    }
}

/// Width and height of a picture as it is shown; only its head is looked at.
pub(crate) fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let (mut decoder, _) = open(bytes)?;
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let (width, height) = decoder.dimensions();
    Some(if is_sideways(turn) { (height, width) } else { (width, height) })
}

fn is_sideways(turn: Orientation) -> bool {
    matches!(
        turn,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

fn open(bytes: &[u8]) -> Option<(impl ImageDecoder, ImageFormat)> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let format = reader.format()?;
    Some((reader.into_decoder().ok()?, format))
}

fn as_it_is(bytes: Vec<u8>) -> Encoded {
    let format = image::guess_format(&bytes);
    (format.map_or("application/octet-stream", |format| format.to_mime_type()).to_owned(), bytes)
}

/// A small upright copy. With `spares`, a picture that is small and upright already is its own.
fn shrink(bytes: Vec<u8>, size: Size, spares: bool) -> Option<Encoded> {
    let (mut decoder, format) = open(&bytes)?;
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let (width, height) = decoder.dimensions();
    let is_small = width.min(height) <= size.short_side();
    let is_web = matches!(format, ImageFormat::Jpeg | ImageFormat::WebP);
    if spares && is_small && is_web && turn == Orientation::NoTransforms {
        drop(decoder);
        return Some(as_it_is(bytes));
    }
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(turn);
    let small = if is_small { picture } else { resized(&picture, size.short_side()) };
    encode(&small)
}

fn resized(picture: &DynamicImage, short_side: u32) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let scale = |side: u32| {
        let scaled = u64::from(side) * u64::from(short_side) / u64::from(width.min(height).max(1));
        u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
    };
    picture.resize_exact(scale(width), scale(height), FilterType::Lanczos3)
}

fn encode(picture: &DynamicImage) -> Option<Encoded> {
    let mut bytes = Vec::new();
    if picture.color().has_alpha() {
        picture.to_rgba8().write_to(&mut Cursor::new(&mut bytes), ImageFormat::WebP).ok()?;
        return Some(("image/webp".to_owned(), bytes));
    }
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    match picture {
        DynamicImage::ImageLuma8(grey) => grey.write_with_encoder(encoder).ok()?,
        other => other.to_rgb8().write_with_encoder(encoder).ok()?,
    }
    Some(("image/jpeg".to_owned(), bytes))
}

/// Five by four blocks in the greys of the checksum.
fn pattern(checksum: &[u8; 20]) -> Option<Encoded> {
    let grey = |x: u32, y: u32| Luma([checksum[(y / BLOCK * 5 + x / BLOCK) as usize]]);
    encode(&DynamicImage::ImageLuma8(GrayImage::from_fn(5 * BLOCK, 4 * BLOCK, grey)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let shade = |x: u32, y: u32| Luma([u8::try_from((x + y) % 256).unwrap()]);
        encode(&DynamicImage::ImageLuma8(GrayImage::from_fn(width, height, shade))).unwrap().1
    }

    fn size_of(encoded: &Encoded) -> (u32, u32) {
        dimensions(&encoded.1).unwrap()
    }

    #[test]
    fn the_short_side_has_the_named_size_and_nothing_is_enlarged() {
        let wide = Source::Planted(Planted::Bytes(jpeg(2000, 1500).into()));
        let small = Source::Planted(Planted::Bytes(jpeg(100, 80).into()));

        assert_eq!(size_of(&wide.make(Size::Thumbnail).unwrap()), (333, 250));
        assert_eq!(size_of(&wide.make(Size::Preview).unwrap()), (1920, 1440));
        assert_eq!(small.make(Size::Thumbnail), Some(("image/jpeg".to_owned(), jpeg(100, 80))));
    }

    #[test]
    fn a_pattern_differs_with_the_checksum_and_nonsense_has_no_picture() {
        let (one, other) = (pattern(&[7; 20]).unwrap(), pattern(&[8; 20]).unwrap());

        assert_eq!(size_of(&one), (250, 200));
        assert_ne!(one, other);
        assert_eq!(Source::Planted(Planted::Bytes(b"nonsense"[..].into())).make(Size::Thumbnail), None);
    }
}
