//! JPEG by a decoder in Rust, for what the library refuses. It is strict: what is missing or damaged is an error, because
//! this decoder would fill it with grey.

use std::io::Cursor;

use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use crate::decode::Limits;
use crate::decode::colours::Wanted;
use crate::decode::jpeg::Rows;
use crate::decode::jpeg::library::MAX_SCANS;
use crate::error::SimilarityError;

/// The whole picture; `reason` is why the library refused it.
pub(super) fn decode(
    bytes: &[u8],
    limits: &Limits,
    reason: &str,
    wanted: Wanted,
) -> Result<Rows, SimilarityError> {
    let damaged = |_| SimilarityError::Damaged(reason.to_owned());
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .jpeg_set_max_scans(MAX_SCANS)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(match wanted {
            Wanted::Brightness => ColorSpace::Luma,
            Wanted::Colours => ColorSpace::RGB,
        });
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(bytes), options);
    decoder.decode_headers().map_err(damaged)?;
    let (width, height) =
        decoder.info().map(|info| (u32::from(info.width), u32::from(info.height))).unwrap_or_default();
    let pixels = limits.admit_pixels(width, height)?;
    // Its coefficients, two bytes each for up to four components, and what it delivers.
    limits.admit_memory(pixels.saturating_mul(if wanted == Wanted::Colours { 11 } else { 9 }))?;
    let samples = decoder.decode().map_err(damaged)?;
    Ok(Rows { width, height, samples, whole: (width, height) })
}
