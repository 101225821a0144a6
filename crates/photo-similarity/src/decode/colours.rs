//! The colours of a picture, for looking at it: upright and on white, by the same decoders and within the same limits as
//! its brightness.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};

use crate::decode::{Format, Limits, jpeg, raster, sniff, webp};
use crate::error::SimilarityError;

/// What a decoder delivers of each pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Its brightness.
    Brightness,
    /// Red, green and blue.
    Colours,
}

/// Decodes a whole file. Its short side has at least `short_side` pixels where the picture has as many.
pub(crate) fn colours(bytes: &[u8], short_side: u32, limits: &Limits) -> Result<RgbImage, SimilarityError> {
    let format = sniff::format(bytes)?;
    let decoded = catch_unwind(AssertUnwindSafe(|| match format {
        Format::Jpeg => jpeg::colours(bytes, short_side, limits),
        Format::WebP => webp::colours(bytes, short_side, limits),
        Format::Png | Format::Tiff | Format::Gif => raster::colours(bytes, format, limits),
        Format::Heic | Format::Avif => heif(bytes, format, short_side, limits),
    }));
    let (picture, turn) = decoded
        .unwrap_or_else(|_| Err(SimilarityError::Damaged("its decoder stumbled over it".to_owned())))?;
    let mut picture = DynamicImage::ImageRgb8(picture);
    picture.apply_orientation(turn);
    Ok(picture.into_rgb8())
}

#[cfg(feature = "heif")]
fn heif(
    bytes: &[u8],
    _: Format,
    short_side: u32,
    limits: &Limits,
) -> Result<(RgbImage, Orientation), SimilarityError> {
    Ok((super::heif::colours(bytes, short_side, limits)?, Orientation::NoTransforms))
}

#[cfg(not(feature = "heif"))]
fn heif(
    bytes: &[u8],
    format: Format,
    short_side: u32,
    limits: &Limits,
) -> Result<(RgbImage, Orientation), SimilarityError> {
    Err(super::heif(bytes, format, short_side, limits).err().unwrap_or_else(no_rows))
}

/// Rows of red, green and blue.
pub(super) fn picture(width: u32, height: u32, samples: Vec<u8>) -> Result<RgbImage, SimilarityError> {
    RgbImage::from_raw(width, height, samples).filter(|_| width > 0 && height > 0).ok_or_else(no_rows)
}

/// Pixels of red, green, blue and alpha, on white.
pub(super) fn on_white(pixels: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let pixels = pixels.as_chunks().0.iter();
    pixels.flat_map(|[red, green, blue, alpha]| {
        [red, green, blue].map(|light| super::samples::on_white(*light, *alpha))
    })
}

fn no_rows() -> SimilarityError {
    SimilarityError::Damaged("its rows do not fit its size".to_owned())
}
