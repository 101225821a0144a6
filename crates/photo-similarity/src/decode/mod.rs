//! From the bytes of a file to an upright picture of its brightness, not larger than needed.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageReader};

use crate::error::SimilarityError;
use crate::luma::{Luma, bt601};

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
pub fn decode(bytes: &[u8], short_side: u32, limits: &Limits) -> Result<Decoded, SimilarityError> {
    let _ = short_side;
    let damaged = |error: image::ImageError| SimilarityError::Damaged(error.to_string());
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let format = match reader.format() {
        Some(image::ImageFormat::Jpeg) => Format::Jpeg,
        Some(image::ImageFormat::WebP) => Format::WebP,
        Some(image::ImageFormat::Png) => Format::Png,
        Some(image::ImageFormat::Tiff) => Format::Tiff,
        Some(image::ImageFormat::Gif) => Format::Gif,
        _ => return Err(SimilarityError::Unsupported("this kind of file".to_owned())),
    };
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    let needed = u64::from(width) * u64::from(height);
    if needed > limits.pixels {
        return Err(SimilarityError::TooLarge { needed, allowed: limits.pixels, unit: "pixels" });
    }
    let turn = decoder.orientation().map_err(damaged)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    picture.apply_orientation(turn);
    let colours = picture.into_rgb8();
    let (width, height) = colours.dimensions();
    let samples = colours.pixels().map(|pixel| bt601(pixel[0], pixel[1], pixel[2])).collect();
    let luma = Luma::new(width, height, samples)?;
    Ok(Decoded { luma, width, height, format, source: PixelSource::Picture })
}
