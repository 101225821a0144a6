//! Pictures that look like nothing but themselves and their copies.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, Rgb, RgbImage};

/// A picture of this number: soft blots of colour, so that its low frequencies are its own.
pub(super) fn picture(number: u64) -> DynamicImage {
    let mut chance = fastrand::Rng::with_seed(number);
    let small = RgbImage::from_fn(9, 7, |_, _| Rgb([chance.u8(..), chance.u8(..), chance.u8(..)]));
    DynamicImage::ImageRgb8(small).resize_exact(640, 480, FilterType::CatmullRom)
}

/// The same picture, smaller.
pub(super) fn smaller(picture: &DynamicImage) -> DynamicImage {
    picture.resize_exact(320, 240, FilterType::Triangle)
}

/// As a JPEG of this quality.
pub(super) fn jpeg(picture: &DynamicImage, quality: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality)).unwrap();
    bytes.into_inner()
}
