//! WebP: brightness only, where it is stored apart from colours.
//!
//! Most WebP files (and every thumbnail of an Immich server) store brightness as BT.601 in the range of television, 16 to
//! 235, which is stretched here to 0 to 255 so that its hash is that of the same picture in other formats. Files without
//! loss store colours. Moving ones are left to `raster`.

mod library;

use image::RgbImage;
use image::metadata::Orientation;

use crate::decode::colours::{Wanted, on_white, picture};
use crate::decode::{Decoded, Format, Limits, PixelSource, raster, samples, upright};
use crate::error::SimilarityError;
use crate::luma::{Luma, bt601};
use library::{Features, Pixels};

/// Decodes a whole file, its short side at least `short_side` where it has as many pixels.
pub(super) fn decode(bytes: &[u8], short_side: u32, limits: &Limits) -> Result<Decoded, SimilarityError> {
    let features = Features::of(bytes)?;
    if features.moves {
        return raster::decode(bytes, Format::WebP, limits);
    }
    let whole = (features.width, features.height);
    let pixels = limits.admit_pixels(whole.0, whole.1)?;
    let (width, height) = scaled(whole, short_side, features.lossless);
    let delivered = u64::from(width) * u64::from(height);
    // Without loss the decoder keeps four bytes a pixel, else some rows and the transparency.
    let kept = if features.lossless { 4 } else { u64::from(features.alpha) };
    limits.admit_memory(pixels.saturating_mul(kept).saturating_add(delivered.saturating_mul(5)))?;
    let samples = match library::decode(bytes, &features, (width, height), Wanted::Brightness)? {
        Pixels::Brightness(rows) => rows.into_iter().map(stretched).collect(),
        Pixels::BrightnessOn(rows, alpha) => rows
            .into_iter()
            .zip(alpha)
            .map(|(luma, alpha)| samples::on_white(stretched(luma), alpha))
            .collect(),
        Pixels::Colours(colours) => {
            let pixels = colours.as_chunks().0.iter();
            pixels
                .map(|[red, green, blue, alpha]| samples::on_white(bt601(*red, *green, *blue), *alpha))
                .collect()
        }
    };
    upright(Luma::new(width, height, samples)?, turn(bytes), whole, Format::WebP, PixelSource::Picture)
}

/// The same in colours, and how they are to be turned.
pub(super) fn colours(
    bytes: &[u8],
    short_side: u32,
    limits: &Limits,
) -> Result<(RgbImage, Orientation), SimilarityError> {
    let features = Features::of(bytes)?;
    if features.moves {
        return raster::colours(bytes, Format::WebP, limits);
    }
    let whole = (features.width, features.height);
    let pixels = limits.admit_pixels(whole.0, whole.1)?;
    let (width, height) = scaled(whole, short_side, features.lossless);
    let delivered = u64::from(width) * u64::from(height);
    limits.admit_memory(pixels.saturating_mul(4).saturating_add(delivered.saturating_mul(7)))?;
    match library::decode(bytes, &features, (width, height), Wanted::Colours)? {
        Pixels::Colours(colours) => Ok((picture(width, height, on_white(&colours).collect())?, turn(bytes))),
        Pixels::Brightness(_) | Pixels::BrightnessOn(..) => {
            Err(SimilarityError::Damaged("its colours are missing".to_owned()))
        }
    }
}

/// The size to decode at: what is much larger than asked for is scaled down while decoding, which spares memory more than
/// time.
fn scaled(whole: (u32, u32), short_side: u32, lossless: bool) -> (u32, u32) {
    let short = whole.0.min(whole.1);
    let divisor = (short / short_side.max(1)).min(8);
    if lossless || divisor < 2 {
        return whole;
    }
    (whole.0.div_ceil(divisor), whole.1.div_ceil(divisor))
}

/// From 16..=235 to 0..=255.
fn stretched(luma: u8) -> u8 {
    let above = u32::from(luma.clamp(16, 235)) - 16;
    u8::try_from((above * 255 + 109) / 219).unwrap_or(u8::MAX)
}

/// How to turn the picture, as its Exif says.
fn turn(bytes: &[u8]) -> Orientation {
    let exif = chunk(bytes, b"EXIF").map(|exif| exif.strip_prefix(b"Exif\0\0").unwrap_or(exif));
    exif.and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms)
}

/// The content of the first chunk of this name.
fn chunk<'a>(bytes: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut rest = bytes.get(12..)?;
    loop {
        let (head, body) = rest.split_first_chunk::<8>()?;
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let size = usize::try_from(size).ok()?;
        if head.starts_with(name) {
            return Some(body.get(..size).unwrap_or(body));
        }
        rest = body.get(size.checked_add(size % 2)?..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_of_television_becomes_the_whole_range() {
        assert_eq!([0, 16, 126, 235, 255].map(stretched), [0, 0, 128, 255, 255]);
    }

    #[test]
    fn what_is_much_too_large_is_scaled_and_stays_large_enough() {
        assert_eq!(scaled((1920, 1440), 256, false), (384, 288));
        assert_eq!(scaled((333, 250), 256, false), (333, 250));
        assert_eq!(scaled((16_000, 12_000), 256, false), (2000, 1500));
        assert_eq!(scaled((1920, 1440), 256, true), (1920, 1440));
    }

    #[test]
    fn chunks_are_found_behind_odd_ones() {
        let file = b"RIFF\0\0\0\0WEBPVP8X\x03\0\0\0abc\0EXIF\x04\0\0\0MM\0*";
        assert_eq!(chunk(file, b"EXIF"), Some(b"MM\0*".as_slice()));
        assert_eq!(chunk(file, b"XMP "), None);
        assert_eq!(chunk(b"RIFF\0\0\0\0WEBPVP8X\xff\xff\xff\xff", b"EXIF"), None);
    }
}
