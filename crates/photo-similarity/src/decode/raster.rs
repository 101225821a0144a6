//! PNG, TIFF, GIF and moving WebP, by the `image` crate. Of a moving picture the first frame counts.
//!
//! The crate honours its limit of memory in most places and forgets it in some, so the size that a file claims is
//! checked here before it gets to decode anything.

use std::io::Cursor;

use image::codecs::{gif::GifDecoder, png::PngDecoder, tiff::TiffDecoder, webp::WebPDecoder};
use image::error::UnsupportedErrorKind;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, RgbImage};

use crate::decode::colours::{on_white, picture};
use crate::decode::{Decoded, Format, Limits, PixelSource, samples, upright};
use crate::error::SimilarityError;
use crate::luma::Luma;

/// Decodes a whole picture.
pub(super) fn decode(bytes: &[u8], format: Format, limits: &Limits) -> Result<Decoded, SimilarityError> {
    let mut decoder = open(bytes, format, limits).map_err(in_words)?;
    let (width, height) = decoder.dimensions();
    let pixels = limits.admit_pixels(width, height)?;
    let raw = decoder.total_bytes();
    limits.admit_memory(needed(format, pixels, raw))?;
    // An orientation that cannot be read is none; the pixels are still those of the picture.
    let turn = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    decoder.set_limits(allowed(limits)).map_err(in_words)?;
    let colour = decoder.color_type();
    let size = usize::try_from(raw).map_err(|_| limits.too_much_memory(raw))?;
    let mut buffer = vec![0; size];
    decoder.read_image_boxed(&mut buffer).map_err(in_words)?;
    let samples = samples::luma(colour, buffer).ok_or_else(|| {
        SimilarityError::Unsupported(format!("A picture with pixels of the kind {colour:?}"))
    })?;
    upright(Luma::new(width, height, samples)?, turn, (width, height), format, PixelSource::Picture)
}

/// The same in colours, and how they are to be turned.
pub(super) fn colours(
    bytes: &[u8],
    format: Format,
    limits: &Limits,
) -> Result<(RgbImage, Orientation), SimilarityError> {
    let mut decoder = open(bytes, format, limits).map_err(in_words)?;
    let (width, height) = decoder.dimensions();
    let pixels = limits.admit_pixels(width, height)?;
    // As brightness, and once as colours with transparency and once without.
    limits.admit_memory(
        needed(format, pixels, decoder.total_bytes()).saturating_add(pixels.saturating_mul(7)),
    )?;
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    decoder.set_limits(allowed(limits)).map_err(in_words)?;
    let decoded = DynamicImage::from_decoder(decoder).map_err(in_words)?;
    if !decoded.color().has_alpha() {
        return Ok((decoded.into_rgb8(), turn));
    }
    Ok((picture(width, height, on_white(&decoded.into_rgba8()).collect())?, turn))
}

fn open<'a>(
    bytes: &'a [u8],
    format: Format,
    limits: &Limits,
) -> Result<Box<dyn ImageDecoder + 'a>, ImageError> {
    let file = Cursor::new(bytes);
    Ok(match format {
        Format::Tiff => Box::new(TiffDecoder::new(file)?),
        Format::Gif => Box::new(GifDecoder::new(file)?),
        Format::WebP => Box::new(WebPDecoder::new(file)?),
        _ => Box::new(PngDecoder::with_limits(file, allowed(limits))?),
    })
}

fn allowed(limits: &Limits) -> image::Limits {
    let mut allowed = image::Limits::no_limits();
    allowed.max_alloc = Some(limits.memory);
    allowed
}

/// Bytes of memory at the worst moment: what is decoded, its brightness, and what the decoder keeps besides.
fn needed(format: Format, pixels: u64, raw: u64) -> u64 {
    let inside = match format {
        // A copy of all pixels; with an ink for black it is a third larger than what comes out.
        Format::Tiff => raw.saturating_mul(4) / 3,
        // A frame of at most the size of the picture, with transparency.
        Format::Gif | Format::WebP => pixels.saturating_mul(4),
        _ => 0,
    };
    raw.saturating_add(inside).saturating_add(pixels)
}

fn in_words(error: ImageError) -> SimilarityError {
    match error {
        ImageError::Unsupported(error) => SimilarityError::Unsupported(match error.kind() {
            UnsupportedErrorKind::Color(_) => "A picture with pixels of a rare kind".to_owned(),
            UnsupportedErrorKind::GenericFeature(feature) => format!("A picture with {feature}"),
            _ => "A picture of a rare kind".to_owned(),
        }),
        ImageError::Limits(_) => {
            SimilarityError::Damaged("its parts need more memory than is allowed".to_owned())
        }
        other => SimilarityError::Damaged(other.to_string()),
    }
}
