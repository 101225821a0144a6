//! A small copy of a picture, for looking at.
//!
//! It is always a JPEG that was made here: upright, without metadata (a place or a name in the original does not
//! travel), white where the original is transparent, and within a number of bytes. So it can be put into a page or
//! sent on without asking where the original came from.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, RgbImage};

use crate::decode::{Limits, colours};
use crate::error::SimilarityError;

/// How large a preview may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreviewSize {
    /// Pixels of its longer side, at least 1. A smaller picture stays as small as it is.
    pub long_side: u32,
    /// Bytes of the JPEG.
    pub bytes: usize,
}

/// A small copy of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// A JPEG without metadata.
    pub jpeg: Vec<u8>,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// From the quality that shows no loss at this size down to the least that is still worth looking at.
const QUALITIES: [u8; 5] = [82, 70, 55, 40, 25];

/// Makes a small copy of a whole file that [`crate::decode()`] reads.
pub fn preview(bytes: &[u8], size: PreviewSize, limits: &Limits) -> Result<Preview, SimilarityError> {
    let mut long_side = size.long_side.max(1);
    let picture = colours(bytes, long_side, limits)?;
    loop {
        let small = shrunk(&picture, long_side)?;
        for quality in QUALITIES {
            let jpeg = encoded(&small, quality)?;
            if jpeg.len() <= size.bytes {
                return Ok(Preview { jpeg, width: small.width(), height: small.height() });
            }
        }
        if long_side == 1 {
            let needed = encoded(&small, QUALITIES[QUALITIES.len() - 1])?.len() as u64;
            return Err(SimilarityError::TooLarge { needed, allowed: size.bytes as u64, unit: "bytes" });
        }
        long_side = (long_side * 2 / 3).max(1);
    }
}

/// Not larger than `long_side`; a picture that is small enough is left alone.
fn shrunk(picture: &RgbImage, long_side: u32) -> Result<RgbImage, SimilarityError> {
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    if longer <= long_side {
        return Ok(picture.clone());
    }
    let (width, height) = (scaled(width, long_side, longer), scaled(height, long_side, longer));
    let refused = |error: &dyn std::fmt::Display| SimilarityError::Damaged(error.to_string());
    // The kind of pixel is named: left open, the code for all kinds is compiled, which takes minutes.
    let whole = TypedImageRef::<U8x3>::from_buffer(picture.width(), picture.height(), picture.as_raw())
        .map_err(|error| refused(&error))?;
    let mut small = TypedImage::<U8x3>::new(width, height);
    Resizer::new()
        .resize_typed(&whole, &mut small, &ResizeOptions::new())
        .map_err(|error| refused(&error))?;
    RgbImage::from_raw(width, height, small.pixels().iter().flat_map(|pixel| pixel.0).collect())
        .ok_or_else(|| SimilarityError::Damaged("its small copy has missing rows".to_owned()))
}

/// `side` times `long_side` through `longer`, rounded, at least 1.
fn scaled(side: u32, long_side: u32, longer: u32) -> u32 {
    let scaled = (u64::from(side) * u64::from(long_side) + u64::from(longer) / 2) / u64::from(longer.max(1));
    u32::try_from(scaled).unwrap_or(long_side).max(1)
}

fn encoded(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, SimilarityError> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, quality)
        .encode(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .map_err(|error| SimilarityError::Damaged(error.to_string()))?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat, Rgb, Rgba, RgbaImage};
    use proptest::prelude::*;
    use sample_pictures::{Exif, Gps, Kind, Picture};

    use super::*;

    const SIZE: PreviewSize = PreviewSize { long_side: 240, bytes: 12_000 };

    fn of(bytes: &[u8]) -> Preview {
        preview(bytes, SIZE, &Limits::default()).unwrap()
    }

    fn pixels(preview: &Preview) -> RgbImage {
        image::load_from_memory_with_format(&preview.jpeg, ImageFormat::Jpeg).unwrap().into_rgb8()
    }

    /// Mean difference of two pictures of one size, of 255.
    fn difference(one: &RgbImage, other: &RgbImage) -> f64 {
        assert_eq!(one.dimensions(), other.dimensions());
        let sum: u64 = one.iter().zip(other.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        #[expect(clippy::cast_precision_loss, reason = "a sum over a small picture")]
        let mean = sum as f64 / one.len() as f64;
        mean
    }

    #[test]
    fn it_has_the_asked_size_and_the_same_look_in_every_container() {
        let reference = pixels(&of(&Picture::new(Kind::Png).size(480, 360).seed(7).build()));

        for kind in [Kind::Jpeg, Kind::Png, Kind::Tiff, Kind::WebpLossless] {
            let small = of(&Picture::new(kind).size(480, 360).seed(7).build());

            assert_eq!((small.width, small.height), (240, 180), "{kind:?}");
            assert!(small.jpeg.len() <= SIZE.bytes, "{kind:?}: {} bytes", small.jpeg.len());
            let difference = difference(&pixels(&small), &reference);
            assert!(difference < 2.5, "{kind:?} differs by {difference}");
        }
    }

    #[test]
    fn it_is_upright_whatever_the_orientation() {
        let reference = pixels(&of(&Picture::new(Kind::Jpeg).size(480, 360).seed(3).build()));

        for orientation in 1..=8 {
            let (width, height) = if orientation > 4 { (360, 480) } else { (480, 360) };
            let file = Picture::new(Kind::Jpeg).size(width, height).seed(3).orientation(orientation).build();

            let difference = difference(&pixels(&of(&file)), &reference);

            assert!(difference < 2.5, "orientation {orientation} differs by {difference}");
        }
    }

    #[test]
    fn it_tells_nothing_but_the_picture() {
        let exif = Exif::new().camera("Maker", "Secret").gps(Gps::new(52.5, 13.4));
        let file = Picture::new(Kind::Jpeg).size(200, 100).exif(exif).build();

        let small = of(&file);

        assert!(file.windows(6).any(|bytes| bytes == b"Secret"));
        assert!(
            !small.jpeg.windows(4).any(|bytes| bytes == b"Exif" || bytes == b"http"),
            "metadata travelled"
        );
    }

    #[test]
    fn a_small_picture_is_not_enlarged_and_a_strip_keeps_a_pixel() {
        let small = of(&Picture::new(Kind::Png).size(40, 30).build());
        let strip = of(&Picture::new(Kind::Png).size(2000, 2).build());

        assert_eq!((small.width, small.height), (40, 30));
        assert_eq!((strip.width, strip.height), (240, 1));
    }

    #[test]
    fn what_is_transparent_is_white() {
        let mut glass = RgbaImage::from_pixel(64, 64, Rgba([200, 0, 0, 0]));
        for x in 0..32 {
            (0..64).for_each(|y| glass.put_pixel(x, y, Rgba([200, 0, 0, 255])));
        }
        let mut file = Cursor::new(Vec::new());
        DynamicImage::ImageRgba8(glass).write_to(&mut file, ImageFormat::Png).unwrap();

        let shown = pixels(&of(file.get_ref()));

        assert!(shown.get_pixel(60, 32).0.iter().all(|part| *part > 245), "{:?}", shown.get_pixel(60, 32));
        assert!(shown.get_pixel(4, 32).0[1] < 30, "{:?}", shown.get_pixel(4, 32));
    }

    /// Noise is the picture that compresses worst.
    fn noise(width: u32, height: u32) -> Vec<u8> {
        let mut state = 1_u32;
        let picture = RgbImage::from_fn(width, height, |_, _| {
            Rgb([0; 3].map(|_: u8| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state.to_be_bytes()[0]
            }))
        });
        let mut file = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(picture).write_to(&mut file, ImageFormat::Png).unwrap();
        file.into_inner()
    }

    #[test]
    fn even_noise_stays_within_the_bytes() {
        let small = of(&noise(640, 480));

        assert!(small.jpeg.len() <= SIZE.bytes, "{} bytes", small.jpeg.len());
        assert!(small.width >= 100, "{} pixels", small.width);
    }

    #[test]
    fn too_few_bytes_for_any_picture_are_refused() {
        let asked = PreviewSize { long_side: 240, bytes: 10 };

        let answer = preview(&noise(64, 48), asked, &Limits::default());

        assert!(matches!(answer, Err(SimilarityError::TooLarge { unit: "bytes", .. })), "{answer:?}");
    }

    #[test]
    fn more_pixels_than_allowed_are_refused_before_they_are_decoded() {
        let limits = Limits { pixels: 1000, ..Limits::default() };

        let answer = preview(&Picture::new(Kind::Jpeg).size(64, 48).build(), SIZE, &limits);

        assert!(matches!(answer, Err(SimilarityError::TooLarge { unit: "pixels", .. })), "{answer:?}");
    }

    proptest! {
        #[test]
        fn spoiled_files_are_errors_or_pictures_and_nothing_else(
            kind in prop::sample::select(vec![Kind::Jpeg, Kind::Png, Kind::Tiff, Kind::WebpLossless, Kind::Gif]),
            spoil in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut file = Picture::new(kind).size(48, 32).build();
            for (place, byte) in spoil {
                let place = place.index(file.len());
                file[place] = byte;
            }
            file.truncate(1 + cut.index(file.len()) + file.len() / 2);

            if let Ok(small) = preview(&file, SIZE, &Limits { pixels: 1 << 22, memory: 64 << 20 }) {
                prop_assert!(small.jpeg.len() <= SIZE.bytes && small.width.max(small.height) <= 240);
            }
        }
    }
}
