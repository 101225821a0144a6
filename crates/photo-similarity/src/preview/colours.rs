//! The colours of a picture, upright and on white.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageError, ImageReader, RgbImage, RgbaImage};

use crate::decode::Limits;
use crate::error::SimilarityError;

/// Decodes a whole file; its size is looked at before anything is allocated for it.
pub(super) fn colours(bytes: &[u8], limits: &Limits) -> Result<RgbImage, SimilarityError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut allowed = image::Limits::no_limits();
    allowed.max_alloc = Some(limits.memory);
    reader.limits(allowed);
    if reader.format().is_none() {
        return Err(SimilarityError::Unsupported("this kind of file".to_owned()));
    }
    let mut decoder = reader.into_decoder().map_err(in_words)?;
    admit(decoder.dimensions(), decoder.total_bytes(), limits)?;
    // An orientation that cannot be read is none; the pixels are still those of the picture.
    let turn = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(in_words)?;
    picture.apply_orientation(turn);
    Ok(if picture.color().has_alpha() { on_white(&picture.into_rgba8()) } else { picture.into_rgb8() })
}

fn admit((width, height): (u32, u32), decoded: u64, limits: &Limits) -> Result<(), SimilarityError> {
    let needed = u64::from(width) * u64::from(height);
    if needed > limits.pixels {
        return Err(SimilarityError::TooLarge { needed, allowed: limits.pixels, unit: "pixels" });
    }
    // As decoded, and once more as colours of one byte each.
    let needed = decoded.saturating_add(needed.saturating_mul(4));
    if needed > limits.memory {
        return Err(SimilarityError::TooLarge { needed, allowed: limits.memory, unit: "bytes of memory" });
    }
    Ok(())
}

fn on_white(picture: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        image::Rgb([red, green, blue].map(|part| {
            let (part, alpha) = (u32::from(part), u32::from(alpha));
            u8::try_from((part * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
        }))
    })
}

fn in_words(error: ImageError) -> SimilarityError {
    match error {
        ImageError::Unsupported(error) => SimilarityError::Unsupported(error.to_string()),
        other => SimilarityError::Damaged(other.to_string()),
    }
}
