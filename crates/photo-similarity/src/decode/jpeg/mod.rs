//! JPEG: brightness only, scaled down while decoding.
//!
//! A JPEG stores brightness apart from colours and as frequencies of 8 by 8 pixels. Reading the lowest frequencies alone
//! gives an eighth, a quarter or a half of the size for little more than the cost of unpacking: a fifth of what decoding
//! everything costs. libjpeg (in its fast family) does that; files that it does not understand go to a decoder in Rust,
//! which has no such shortcut.

mod fallback;
mod library;
mod segments;

use crate::decode::{Decoded, Format, Limits, PixelSource, upright};
use crate::error::SimilarityError;
use segments::Segments;

/// Decodes a whole file, its short side at least `short_side` where it has as many pixels.
pub(super) fn decode(bytes: &[u8], short_side: u32, limits: &Limits) -> Result<Decoded, SimilarityError> {
    let segments = Segments::of(bytes);
    let (luma, whole) = match library::decode(bytes, short_side, limits, segments) {
        Ok(decoded) => decoded,
        Err(library::Refused::Final(error)) => return Err(error),
        Err(library::Refused::Unknown(reason)) => fallback::decode(bytes, limits, &reason)?,
    };
    upright(luma, segments.turn, whole, Format::Jpeg, PixelSource::Picture)
}
