//! HEIC and AVIF, by the libheif of the system.
//!
//! Decoding one costs ten times what a JPEG does, so a small copy inside of the file is taken where it is large enough and
//! has the shape of the picture. The library turns and mirrors as the file says; an orientation in Exif is not for decoders
//! of such files, and is left alone.

mod library;
mod planes;

use crate::decode::colours::{on_white, picture};
use crate::decode::{Decoded, Format, Limits, PixelSource};
use crate::error::SimilarityError;
use crate::luma::Luma;
use image::RgbImage;
use library::{Channel, Context, Handle};

/// Decodes a whole file, or a small copy in it whose short side is at least `short_side`.
pub(super) fn decode(
    bytes: &[u8],
    format: Format,
    short_side: u32,
    limits: &Limits,
) -> Result<Decoded, SimilarityError> {
    let context = Context::read(bytes)?;
    let picture = context.primary()?;
    let (width, height) = picture.size();
    limits.admit_pixels(width, height)?;
    let copy = small_copy(&picture, short_side, limits);
    let (luma, source) = match copy {
        Some(luma) => (luma, PixelSource::EmbeddedThumbnail),
        None => (pixels(&picture, limits)?, PixelSource::Picture),
    };
    Ok(Decoded { luma, width, height, format, source })
}

/// The colours of the picture, or of a small copy in it that is large enough.
pub(super) fn colours(bytes: &[u8], short_side: u32, limits: &Limits) -> Result<RgbImage, SimilarityError> {
    let context = Context::read(bytes)?;
    let whole = context.primary()?;
    let (width, height) = whole.size();
    limits.admit_pixels(width, height)?;
    let copy = small(&whole, short_side).and_then(|copy| colours_of(&copy, limits).ok());
    copy.filter(|copy| has_same_shape(copy.dimensions(), (width, height)))
        .map_or_else(|| colours_of(&whole, limits), Ok)
}

fn colours_of(handle: &Handle<'_>, limits: &Limits) -> Result<RgbImage, SimilarityError> {
    admit(handle, limits, 7)?;
    let image = handle.decode_colours()?;
    let no_pixels = || SimilarityError::Damaged("it has no pixels".to_owned());
    let plane = image.plane(Channel::Interleaved).filter(|plane| plane.bits <= 8).ok_or_else(no_pixels)?;
    let row = plane.width as usize * 4;
    let samples = plane.bytes.chunks(plane.stride).flat_map(|bytes| on_white(&bytes[..row])).collect();
    picture(plane.width, plane.height, samples)
}

/// The smallest copy that is large enough and not of another shape, as one with bars would be.
fn small<'c>(picture: &Handle<'c>, short_side: u32) -> Option<Handle<'c>> {
    let whole = picture.size();
    let mut copies = picture.thumbnails();
    copies.retain(|copy| {
        let size = copy.size();
        size.0.min(size.1) >= short_side && has_same_shape(size, whole)
    });
    copies.into_iter().min_by_key(Handle::size)
}

fn small_copy(picture: &Handle<'_>, short_side: u32, limits: &Limits) -> Option<Luma> {
    // A small copy that is damaged is no reason to give up on the picture.
    let luma = pixels(&small(picture, short_side)?, limits).ok();
    luma.filter(|luma| has_same_shape((luma.width(), luma.height()), picture.size()))
}

/// Sides in the same ratio, but for a pixel of rounding.
fn has_same_shape(one: (u32, u32), other: (u32, u32)) -> bool {
    let [width, height] = [one.0, one.1].map(f64::from);
    let expected = width * f64::from(other.1) / f64::from(other.0.max(1));
    (height - expected).abs() <= 1.0 + height / 200.0
}

/// Asks for what decoding takes, and `more` bytes for each pixel.
fn admit(handle: &Handle<'_>, limits: &Limits, more: u64) -> Result<(), SimilarityError> {
    let (width, height) = handle.size();
    let pixels = limits.admit_pixels(width, height)?;
    // What the decoder holds and the picture that tiles are put together in, each with colours, and one more to turn it.
    let bytes = if handle.bits() > 8 { 10 } else { 5 };
    limits.admit_memory(pixels.saturating_mul(bytes + more))
}

fn pixels(handle: &Handle<'_>, limits: &Limits) -> Result<Luma, SimilarityError> {
    admit(handle, limits, 0)?;
    let image = handle.decode()?;
    match planes::luma(&image) {
        Some(luma) => luma,
        None => planes::luma_of_colours(&handle.decode_colours()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_with_bars_has_another_shape() {
        assert!(has_same_shape((320, 240), (4032, 3024)) && has_same_shape((320, 213), (6000, 4000)));
        assert!(!has_same_shape((160, 120), (6000, 4000)) && !has_same_shape((240, 320), (4032, 3024)));
    }
}
