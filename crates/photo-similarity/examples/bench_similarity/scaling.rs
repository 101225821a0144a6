//! A picture made smaller as the server does it: by Lanczos, the short side as wanted.

use std::io::Cursor;

use anyhow::{Context as _, Result};
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{ResizeOptions, Resizer};
use image::{DynamicImage, ImageDecoder as _, ImageReader, RgbImage};

/// A JPEG with all its colours, upright.
pub(crate) fn whole(bytes: &[u8]) -> Result<RgbImage> {
    let mut decoder = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?.into_decoder()?;
    let turn = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(turn);
    Ok(picture.into_rgb8())
}

/// The picture with a short side of `short` pixels, or as it is where it has no more.
pub(crate) fn small(picture: &RgbImage, short: u32) -> Result<RgbImage> {
    if picture.width().min(picture.height()) <= short { Ok(picture.clone()) } else { scaled(picture, short) }
}

/// The picture with a short side of `short` pixels.
pub(crate) fn scaled(picture: &RgbImage, short: u32) -> Result<RgbImage> {
    let (width, height) = picture.dimensions();
    let shorter = width.min(height);
    let side = |side: u32| (side * short + shorter / 2) / shorter;
    let (width, height) = (side(width), side(height));
    let source = TypedImageRef::<U8x3>::from_buffer(picture.width(), picture.height(), picture.as_raw())?;
    let mut result = TypedImage::<U8x3>::new(width, height);
    Resizer::new().resize_typed(&source, &mut result, &ResizeOptions::new())?;
    let pixels = result.pixels().iter().flat_map(|pixel| pixel.0).collect();
    RgbImage::from_raw(width, height, pixels).context("rows are missing")
}
