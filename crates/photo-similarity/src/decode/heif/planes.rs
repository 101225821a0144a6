//! From the planes of a decoded HEIF to brightness as a JPEG has it.
//!
//! Phones take colours apart as JPEG does (BT.601), over the full range; then the first plane is the answer. Cameras and
//! AVIF encoders use others (BT.709, BT.2020) and the range of television; brightness of BT.601 is then a sum of all three
//! planes.

use crate::decode::heif::library::{Channel, Colours, Image, Plane, Profile};
use crate::decode::samples::on_white;
use crate::error::SimilarityError;
use crate::luma::{Luma, bt601};

/// The matrix that means red, green and blue as they are.
const IDENTITY: i32 = 0;

/// Brightness; `None` where the image holds other planes.
pub(super) fn luma(image: &Image) -> Option<Result<Luma, SimilarityError>> {
    let colours = image.colours();
    if colours == Colours::Other {
        return None;
    }
    let brightness = image.plane(Channel::Brightness)?;
    // Without a word about it, HEIF means the matrix of JPEG and the full range.
    let profile = image.profile().unwrap_or(Profile { matrix: 6, full_range: true });
    let differences = match (image.plane(Channel::Blue), image.plane(Channel::Red)) {
        (Some(blue), Some(red)) if colours == Colours::Apart => Some((blue, red)),
        _ => None,
    };
    let mut samples = match differences {
        Some((blue, red)) if profile.matrix == IDENTITY => identity(brightness, blue, red),
        Some((blue, red)) => mixed(brightness, blue, red, profile),
        None => stretched(brightness, profile.full_range),
    };
    if let Some(alpha) = image.plane(Channel::Alpha)
        && (alpha.width, alpha.height) == (brightness.width, brightness.height)
    {
        let opacity = stretched(alpha, true);
        samples.iter_mut().zip(opacity).for_each(|(sample, alpha)| *sample = on_white(*sample, alpha));
    }
    Some(Luma::new(brightness.width, brightness.height, samples))
}

/// Brightness of red, green, blue and alpha.
pub(super) fn luma_of_colours(image: &Image) -> Result<Luma, SimilarityError> {
    let no_pixels = || SimilarityError::Damaged("it has no pixels".to_owned());
    let plane = image.plane(Channel::Interleaved).filter(|plane| plane.bits <= 8).ok_or_else(no_pixels)?;
    let row = |row: &[u8]| -> Vec<u8> {
        let pixels = row[..plane.width as usize * 4].as_chunks().0.iter();
        pixels.map(|[red, green, blue, alpha]| on_white(bt601(*red, *green, *blue), *alpha)).collect()
    };
    Luma::new(plane.width, plane.height, plane.bytes.chunks(plane.stride).flat_map(row).collect())
}

/// A row of a plane as samples of 8 bits.
fn narrow(plane: &Plane<'_>, row: usize) -> Vec<u8> {
    let start = row * plane.stride;
    let width = plane.width as usize;
    if plane.bits <= 8 {
        let shift = 8 - plane.bits;
        return plane.bytes[start..start + width].iter().map(|sample| sample << shift).collect();
    }
    let wide = plane.bytes[start..start + width * 2].as_chunks().0.iter();
    let shift = plane.bits - 8;
    wide.map(|pair| u8::try_from(u16::from_ne_bytes(*pair) >> shift).unwrap_or(u8::MAX)).collect()
}

/// A plane by itself, over the full range.
fn stretched(plane: Plane<'_>, full_range: bool) -> Vec<u8> {
    let table: Vec<u8> = (0..=255_u8).map(|sample| rounded(level(sample, full_range))).collect();
    let rows = (0..plane.height as usize).flat_map(|row| narrow(&plane, row));
    rows.map(|sample| table[usize::from(sample)]).collect()
}

fn identity(green: Plane<'_>, blue: Plane<'_>, red: Plane<'_>) -> Vec<u8> {
    sum(green, blue, red, |green, blue, red| bt601(red, green, blue))
}

/// Brightness of BT.601 out of the planes of any matrix.
fn mixed(brightness: Plane<'_>, blue: Plane<'_>, red: Plane<'_>, profile: Profile) -> Vec<u8> {
    let Some((from_blue, from_red)) = shares(profile.matrix) else {
        return stretched(brightness, profile.full_range);
    };
    let stretch = if profile.full_range { 1.0 } else { 255.0 / 224.0 };
    let difference = |sample: u8| (f32::from(sample) - 128.0) * stretch;
    let table = |share: f32| -> Vec<f32> { (0..=255_u8).map(|sample| difference(sample) * share).collect() };
    let (blues, reds) = (table(from_blue), table(from_red));
    let levels: Vec<f32> = (0..=255_u8).map(|sample| level(sample, profile.full_range)).collect();
    sum(brightness, blue, red, |luma, blue, red| {
        rounded(levels[usize::from(luma)] + blues[usize::from(blue)] + reds[usize::from(red)])
    })
}

/// How much of the differences of colour belongs to the brightness of BT.601; `None` where that is nothing.
fn shares(matrix: i32) -> Option<(f32, f32)> {
    let (red, blue) = match matrix {
        1 => (0.2126, 0.0722),
        7 => (0.212, 0.087),
        9 | 10 => (0.2627, 0.0593),
        _ => return None,
    };
    let green = 1.0 - red - blue;
    let from_blue = 2.0 * (1.0 - blue) * (0.114 - 0.587 * blue / green);
    let from_red = 2.0 * (1.0 - red) * (0.299 - 0.587 * red / green);
    Some((from_blue, from_red))
}

/// Puts three planes together; those of colours may be smaller.
fn sum(first: Plane<'_>, blue: Plane<'_>, red: Plane<'_>, pixel: impl Fn(u8, u8, u8) -> u8) -> Vec<u8> {
    let across = first.width.div_ceil(blue.width.max(1)).max(1) as usize;
    let down = first.height.div_ceil(blue.height.max(1)).max(1) as usize;
    let last = (blue.width.min(red.width) as usize - 1, blue.height.min(red.height) as usize - 1);
    let mut samples = Vec::with_capacity(first.width as usize * first.height as usize);
    for row in 0..first.height as usize {
        let below = (row / down).min(last.1);
        let (blues, reds) = (narrow(&blue, below), narrow(&red, below));
        let pixels = narrow(&first, row).into_iter().enumerate().map(|(column, luma)| {
            let at = (column / across).min(last.0);
            pixel(luma, blues[at], reds[at])
        });
        samples.extend(pixels);
    }
    samples
}

/// A sample of brightness from 0.0 to 255.0.
fn level(sample: u8, full_range: bool) -> f32 {
    if full_range { f32::from(sample) } else { (f32::from(sample) - 16.0) * (255.0 / 219.0) }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 255 before")]
fn rounded(value: f32) -> u8 {
    value.clamp(0.0, 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(bytes: &[u8]) -> Plane<'_> {
        Plane { width: u32::try_from(bytes.len()).unwrap(), height: 1, stride: bytes.len(), bits: 8, bytes }
    }

    /// A colour as an encoder with this matrix stores it, over the full range.
    fn stored([red, green, blue]: [f32; 3], (kr, kb): (f32, f32)) -> [u8; 3] {
        let luma = kr * red + (1.0 - kr - kb) * green + kb * blue;
        [luma, 128.0 + (blue - luma) / (2.0 * (1.0 - kb)), 128.0 + (red - luma) / (2.0 * (1.0 - kr))]
            .map(rounded)
    }

    #[test]
    fn every_matrix_gives_the_brightness_of_a_jpeg() {
        for (matrix, weights) in [(1, (0.2126, 0.0722)), (9, (0.2627, 0.0593)), (6, (0.299, 0.114))] {
            for colour in [[200.0, 100.0, 50.0], [10.0, 220.0, 30.0], [0.0, 0.0, 255.0], [90.0, 90.0, 90.0]] {
                let [luma, blue, red] = stored(colour, weights);
                let profile = Profile { matrix, full_range: true };
                let found = mixed(plane(&[luma]), plane(&[blue]), plane(&[red]), profile);

                let expected = bt601(rounded(colour[0]), rounded(colour[1]), rounded(colour[2]));
                assert!(found[0].abs_diff(expected) <= 1, "{matrix} {colour:?}: {} for {expected}", found[0]);
            }
        }
    }

    #[test]
    fn ten_bits_and_the_range_of_television_become_eight_full_ones() {
        let bytes: Vec<u8> = [64_u16, 504, 940].into_iter().flat_map(u16::to_ne_bytes).collect();
        let wide = Plane { width: 3, height: 1, stride: 6, bits: 10, bytes: &bytes };

        assert_eq!(stretched(wide, false), [0, 128, 255]);
    }

    #[test]
    fn smaller_planes_of_colour_and_odd_sizes_fit() {
        let first = Plane { width: 3, height: 3, stride: 4, bits: 8, bytes: &[0; 11] };
        let small = Plane { width: 2, height: 2, stride: 2, bits: 8, bytes: &[1, 2, 3, 4] };

        assert_eq!(sum(first, small, small, |_, blue, _| blue), [1, 1, 2, 1, 1, 2, 3, 3, 4]);
    }
}
