//! JPEG: brightness only, or colours where somebody looks at it, scaled down while decoding.
//!
//! A JPEG stores brightness apart from colours and as frequencies of 8 by 8 pixels. Reading the lowest frequencies alone
//! gives an eighth, a quarter or a half of the size for little more than the cost of unpacking: a fifth of what decoding
//! everything costs. libjpeg (in its fast family) does that; files that it does not understand go to a decoder in Rust,
//! which has no such shortcut.

mod fallback;
mod library;
mod segments;

use image::RgbImage;
use image::metadata::Orientation;

use crate::decode::colours::{Wanted, picture};
use crate::decode::{Decoded, Format, Limits, PixelSource, upright};
use crate::error::SimilarityError;
use crate::luma::Luma;
use segments::Segments;

/// Decodes a whole file, its short side at least `short_side` where it has as many pixels. `turn` is how it is to be turned
/// when it does not say so itself.
pub(super) fn decode(
    bytes: &[u8],
    short_side: u32,
    limits: &Limits,
    turn: Orientation,
) -> Result<Decoded, SimilarityError> {
    let segments = Segments::of(bytes);
    let rows = rows(bytes, short_side, limits, segments, Wanted::Brightness)?;
    let luma = Luma::new(rows.width, rows.height, rows.samples)?;
    let turn = segments.turn.unwrap_or(turn);
    upright(luma, turn, rows.whole, Format::Jpeg, PixelSource::Picture)
}

/// The same in colours, and how they are to be turned.
pub(super) fn colours(
    bytes: &[u8],
    short_side: u32,
    limits: &Limits,
) -> Result<(RgbImage, Orientation), SimilarityError> {
    let segments = Segments::of(bytes);
    let rows = rows(bytes, short_side, limits, segments, Wanted::Colours)?;
    let turn = segments.turn.unwrap_or(Orientation::NoTransforms);
    Ok((picture(rows.width, rows.height, rows.samples)?, turn))
}

/// Decoded pixels, rows without gaps.
struct Rows {
    width: u32,
    height: u32,
    samples: Vec<u8>,
    /// Width and height of the whole picture.
    whole: (u32, u32),
}

fn rows(
    bytes: &[u8],
    short_side: u32,
    limits: &Limits,
    segments: Segments,
    wanted: Wanted,
) -> Result<Rows, SimilarityError> {
    match library::decode(bytes, short_side, limits, segments, wanted) {
        Ok(rows) => Ok(rows),
        Err(library::Refused::Final(error)) => Err(error),
        Err(library::Refused::Unknown(reason)) => fallback::decode(bytes, limits, &reason, wanted),
    }
}
