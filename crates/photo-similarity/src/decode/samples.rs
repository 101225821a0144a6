//! From pixels of any kind to brightness.
//!
//! What is see-through is laid on white, in every format: so do the viewers in which people look at photos, and a copy
//! that lost its transparency was most often saved so.

use image::ColorType;

use crate::luma::bt601;

/// Brightness of a pixel on white.
pub(super) fn on_white(luma: u8, alpha: u8) -> u8 {
    let (luma, alpha) = (u32::from(luma), u32::from(alpha));
    u8::try_from((luma * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}

/// Brightness of pixels as the `image` crate delivers them; `None` for a kind that it cannot deliver.
pub(super) fn luma(colour: ColorType, bytes: Vec<u8>) -> Option<Vec<u8>> {
    Some(match colour {
        ColorType::L8 => bytes,
        ColorType::La8 => bytes.as_chunks().0.iter().map(|[luma, alpha]| on_white(*luma, *alpha)).collect(),
        ColorType::Rgb8 => {
            bytes.as_chunks().0.iter().map(|[red, green, blue]| bt601(*red, *green, *blue)).collect()
        }
        ColorType::Rgba8 => {
            let pixels = bytes.as_chunks().0.iter();
            pixels.map(|[red, green, blue, alpha]| on_white(bt601(*red, *green, *blue), *alpha)).collect()
        }
        ColorType::L16 => pixels::<2, 1>(&bytes, wide),
        ColorType::La16 => pixels::<2, 2>(&bytes, wide),
        ColorType::Rgb16 => pixels::<2, 3>(&bytes, wide),
        ColorType::Rgba16 => pixels::<2, 4>(&bytes, wide),
        ColorType::Rgb32F => pixels::<4, 3>(&bytes, real),
        ColorType::Rgba32F => pixels::<4, 4>(&bytes, real),
        _ => return None,
    })
}

/// Pixels of `CHANNELS` channels with `WIDTH` bytes each.
fn pixels<const WIDTH: usize, const CHANNELS: usize>(bytes: &[u8], narrow: fn([u8; WIDTH]) -> u8) -> Vec<u8> {
    let channels = bytes.as_chunks::<WIDTH>().0.as_chunks::<CHANNELS>().0;
    let pixel = |pixel: &[[u8; WIDTH]; CHANNELS]| match pixel.map(narrow).as_slice() {
        [luma] => *luma,
        [luma, alpha] => on_white(*luma, *alpha),
        [red, green, blue] => bt601(*red, *green, *blue),
        [red, green, blue, alpha] => on_white(bt601(*red, *green, *blue), *alpha),
        _ => 0,
    };
    channels.iter().map(pixel).collect()
}

/// 16 bits to 8, 65535 to 255.
fn wide(bytes: [u8; 2]) -> u8 {
    u8::try_from((u32::from(u16::from_ne_bytes(bytes)) + 128) / 257).unwrap_or(u8::MAX)
}

/// 0.0 to 1.0; what is not a number is black.
fn real(bytes: [u8; 4]) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 255 before")]
    let narrow = |value: f32| (value.clamp(0.0, 1.0) * 255.0).round() as u8;
    narrow(f32::from_ne_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_colour_is_equally_bright_in_every_kind_of_pixel() {
        let narrow = vec![200_u8, 100, 50];
        let wide: Vec<u8> = narrow.iter().flat_map(|value| (u16::from(*value) * 257).to_ne_bytes()).collect();
        let real: Vec<u8> =
            narrow.iter().flat_map(|value| (f32::from(*value) / 255.0).to_ne_bytes()).collect();
        let opaque = [narrow.clone(), vec![255]].concat();

        let expected = Some(vec![bt601(200, 100, 50)]);
        assert_eq!(luma(ColorType::Rgb8, narrow), expected);
        assert_eq!(luma(ColorType::Rgb16, wide), expected);
        assert_eq!(luma(ColorType::Rgb32F, real), expected);
        assert_eq!(luma(ColorType::Rgba8, opaque), expected);
    }

    #[test]
    fn nothing_is_white_and_half_of_black_is_grey() {
        assert_eq!(luma(ColorType::Rgba8, vec![9, 8, 7, 0]), Some(vec![255]));
        assert_eq!(luma(ColorType::La8, vec![0, 128]), Some(vec![127]));
        assert_eq!(luma(ColorType::Rgba16, vec![0; 8]), Some(vec![255]));
    }

    #[test]
    fn values_that_are_no_number_do_no_harm() {
        assert_eq!((real(f32::NAN.to_ne_bytes()), real(f32::INFINITY.to_ne_bytes())), (0, 255));
    }
}
