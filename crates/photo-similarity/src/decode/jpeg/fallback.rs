//! JPEG by a decoder in Rust, for what the library refuses. It is strict: what is missing or damaged is an error, because
//! this decoder would fill it with grey.

use std::io::Cursor;

use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use crate::decode::Limits;
use crate::decode::jpeg::library::MAX_SCANS;
use crate::error::SimilarityError;
use crate::luma::Luma;

/// The whole picture, and its size; `reason` is why the library refused it.
pub(super) fn decode(
    bytes: &[u8],
    limits: &Limits,
    reason: &str,
) -> Result<(Luma, (u32, u32)), SimilarityError> {
    let damaged = |_| SimilarityError::Damaged(reason.to_owned());
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .jpeg_set_max_scans(MAX_SCANS)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(bytes), options);
    decoder.decode_headers().map_err(damaged)?;
    let (width, height) =
        decoder.info().map(|info| (u32::from(info.width), u32::from(info.height))).unwrap_or_default();
    let pixels = limits.admit_pixels(width, height)?;
    // Its coefficients, two bytes each for up to four components, and what it delivers.
    limits.admit_memory(pixels.saturating_mul(9))?;
    let samples = decoder.decode().map_err(damaged)?;
    Ok((Luma::new(width, height, samples)?, (width, height)))
}
