//! From the bytes of a file to an upright picture of its brightness, not larger than needed.
//!
//! The content decides what a file is, never its name. Each format has its module; all of them ask the limits before they
//! allocate, deliver BT.601 brightness, and lay what is see-through on white.

mod colours;
#[cfg(feature = "heif")]
mod heif;
mod jpeg;
mod raster;
mod samples;
mod sniff;
mod tiff_raw;
mod webp;

pub(crate) use colours::colours;

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage};

use crate::error::SimilarityError;
use crate::luma::Luma;
use crate::raw_preview::RawPreview;

/// What a picture may cost. A file that says it needs more is an error before anything is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of the whole picture.
    pub pixels: u64,
    /// Bytes of memory for decoding, the file itself not counted.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { pixels: 500_000_000, memory: 512 << 20 }
    }
}

impl Limits {
    /// The number of pixels, when that many are allowed.
    fn admit_pixels(&self, width: u32, height: u32) -> Result<u64, SimilarityError> {
        let needed = u64::from(width) * u64::from(height);
        if needed == 0 {
            return Err(SimilarityError::Damaged(format!("it is {width} by {height} pixels large")));
        }
        if needed > self.pixels {
            return Err(SimilarityError::TooLarge { needed, allowed: self.pixels, unit: "pixels" });
        }
        Ok(needed)
    }

    fn admit_memory(&self, needed: u64) -> Result<(), SimilarityError> {
        if needed > self.memory { Err(self.too_much_memory(needed)) } else { Ok(()) }
    }

    fn too_much_memory(&self, needed: u64) -> SimilarityError {
        SimilarityError::TooLarge { needed, allowed: self.memory, unit: "bytes of memory" }
    }
}

/// What kind of file a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// WebP.
    WebP,
    /// PNG.
    Png,
    /// TIFF.
    Tiff,
    /// GIF; its first frame counts.
    Gif,
    /// HEIC and other HEIF with HEVC.
    Heic,
    /// AVIF.
    Avif,
}

/// Where the pixels come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PixelSource {
    /// The picture itself, perhaps scaled down while decoding.
    Picture,
    /// A small copy of it inside of the file.
    EmbeddedThumbnail,
}

/// A decoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// What was decoded: upright, perhaps smaller than the picture, its short side not below what was asked for
    /// unless the picture is that small.
    pub luma: Luma,
    /// Width of the whole picture in pixels, upright.
    pub width: u32,
    /// Height of the whole picture in pixels, upright.
    pub height: u32,
    /// What kind of file it is.
    pub format: Format,
    /// Where the pixels come from.
    pub source: PixelSource,
}

/// Decodes a whole file. `short_side` is how many pixels the short side has to have at least, where the picture has as
/// many; a decoder may deliver more.
///
/// A file of which a part is missing is an error, not half a picture: the hash of a half-grey picture is that of many
/// others. Only an end that is missing by less than a fiftieth of the rows of a JPEG is forgiven, since cameras write such.
pub fn decode(bytes: &[u8], short_side: u32, limits: &Limits) -> Result<Decoded, SimilarityError> {
    let format = sniff::format(bytes)?;
    unharmed(|| match format {
        Format::Jpeg => jpeg::decode(bytes, short_side, limits, Orientation::NoTransforms),
        Format::WebP => webp::decode(bytes, short_side, limits),
        Format::Png | Format::Tiff | Format::Gif => raster::decode(bytes, format, limits),
        Format::Heic | Format::Avif => heif(bytes, format, short_side, limits),
    })
}

/// Decodes the picture that a raw file carries of itself, upright. Sizes are those of that picture, and the photo's may be
/// larger.
pub fn decode_raw(
    preview: &RawPreview,
    short_side: u32,
    limits: &Limits,
) -> Result<Decoded, SimilarityError> {
    let turn = Orientation::from_exif(preview.orientation).unwrap_or(Orientation::NoTransforms);
    let decoded = unharmed(|| jpeg::decode(&preview.jpeg, short_side, limits, turn))?;
    Ok(Decoded { source: PixelSource::EmbeddedThumbnail, ..decoded })
}

/// A decoder that stumbles over a file must not take the run with it.
fn unharmed(decode: impl FnOnce() -> Result<Decoded, SimilarityError>) -> Result<Decoded, SimilarityError> {
    let decoded = catch_unwind(AssertUnwindSafe(decode));
    decoded.unwrap_or_else(|_| Err(SimilarityError::Damaged("its decoder stumbled over it".to_owned())))
}

#[cfg(feature = "heif")]
use heif::decode as heif;

#[cfg(not(feature = "heif"))]
fn heif(_: &[u8], format: Format, _: u32, _: &Limits) -> Result<Decoded, SimilarityError> {
    let name = if format == Format::Avif { "AVIF" } else { "HEIC" };
    Err(SimilarityError::Unsupported(format!("{name} in a build without the feature `heif`")))
}

/// Turns a picture as it is to be looked at; `whole` is its size before.
fn upright(
    luma: Luma,
    turn: Orientation,
    whole: (u32, u32),
    format: Format,
    source: PixelSource,
) -> Result<Decoded, SimilarityError> {
    let (width, height) = match turn.to_exif() {
        5..=8 => (whole.1, whole.0),
        _ => whole,
    };
    if turn == Orientation::NoTransforms {
        return Ok(Decoded { luma, width, height, format, source });
    }
    let (columns, rows) = (luma.width(), luma.height());
    let picture = GrayImage::from_raw(columns, rows, luma.into_samples())
        .ok_or_else(|| SimilarityError::Damaged("its rows do not fit its size".to_owned()))?;
    let mut picture = DynamicImage::ImageLuma8(picture);
    picture.apply_orientation(turn);
    let (columns, rows) = (picture.width(), picture.height());
    let luma = Luma::new(columns, rows, picture.into_bytes())?;
    Ok(Decoded { luma, width, height, format, source })
}
