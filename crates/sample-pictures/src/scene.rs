//! The landscape in every picture: a sky, a sun or a moon, ranges of hills, sometimes a lake.
//!
//! Something to look at in the demo, and different enough from seed to seed that a similarity
//! search does not take two for one. Only `+ - * /` and `sqrt` are used: these round the same
//! way on every machine, sines do not.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, Rgb, RgbImage, imageops};

use crate::PictureError;
use crate::bytes::mix;

type Colour = [f32; 3];

/// The colours of a time of day: top of the sky, horizon, sun, far hills, near hills.
const PALETTES: [[Colour; 5]; 6] = [
    [[62., 128., 204.], [203., 228., 242.], [255., 251., 224.], [132., 164., 186.], [48., 98., 58.]],
    [[92., 112., 172.], [252., 194., 152.], [255., 238., 196.], [156., 134., 152.], [58., 62., 72.]],
    [[58., 40., 104.], [252., 134., 82.], [255., 206., 128.], [124., 72., 104.], [34., 26., 46.]],
    [[118., 166., 206.], [242., 228., 202.], [255., 246., 214.], [176., 152., 138.], [152., 88., 38.]],
    [[148., 180., 212.], [238., 242., 246.], [255., 255., 246.], [176., 190., 206.], [228., 235., 242.]],
    [[10., 16., 48.], [56., 66., 116.], [242., 242., 224.], [32., 42., 74.], [8., 12., 26.]],
];

/// How many ranges of hills stand behind each other.
const RANGES: usize = 4;
/// How near each of them is, from 0 at the horizon to 1.
const NEARNESS: [f32; RANGES] = [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0];

/// Paints the scene of a seed, at least one pixel in each direction.
pub(crate) fn paint(width: u32, height: u32, seed: u64, moment: f32) -> RgbImage {
    let (width, height) = (width.max(1), height.max(1));
    let scene = Scene::of_seed(seed, moment, width, height);
    let (across, down) = (size(width), size(height));
    RgbImage::from_fn(width, height, |x, y| {
        let colour = scene.colour((size(x) + 0.5) / across, (size(y) + 0.5) / down);
        Rgb(colour.map(channel))
    })
}

/// The pixels as stored, for a picture that is shown upright after turning by `orientation`.
pub(crate) fn stored(width: u32, height: u32, seed: u64, orientation: Option<u16>) -> RgbImage {
    let upright = match orientation {
        Some(5..=8) => paint(height, width, seed, 0.0),
        _ => paint(width, height, seed, 0.0),
    };
    match orientation {
        Some(2) => imageops::flip_horizontal(&upright),
        Some(3) => imageops::rotate180(&upright),
        Some(4) => imageops::flip_vertical(&upright),
        Some(5) => imageops::flip_horizontal(&imageops::rotate90(&upright)),
        Some(6) => imageops::rotate270(&upright),
        Some(7) => imageops::flip_horizontal(&imageops::rotate270(&upright)),
        Some(8) => imageops::rotate90(&upright),
        _ => upright,
    }
}

/// A bare JPEG of the scene.
pub(crate) fn jpeg(
    width: u32,
    height: u32,
    seed: u64,
    orientation: Option<u16>,
) -> Result<Vec<u8>, PictureError> {
    jpeg_of(&stored(width, height, seed, orientation))
}

/// A bare JPEG of these pixels.
pub(crate) fn jpeg_of(pixels: &RgbImage) -> Result<Vec<u8>, PictureError> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, 82).encode(
        pixels.as_raw(),
        pixels.width(),
        pixels.height(),
        ExtendedColorType::Rgb8,
    )?;
    Ok(out)
}

struct Scene {
    seed: u64,
    palette: [Colour; 5],
    sun: (f32, f32),
    sun_radius: f32,
    shore: Option<f32>,
    aspect: f32,
    /// Per column, the height at which each range begins, from far to near.
    crests: Vec<[f32; RANGES]>,
}

impl Scene {
    fn of_seed(seed: u64, moment: f32, width: u32, height: u32) -> Self {
        let choice = mix(seed.wrapping_add(17));
        let [palette, x, y, radius, lake, shore, ..] = choice.to_le_bytes();
        let unit = |byte: u8| f32::from(byte) / 255.0;
        let across = size(width);
        Self {
            seed,
            palette: PALETTES[usize::from(palette) % PALETTES.len()],
            sun: (0.15 + 0.7 * unit(x) + 0.2 * moment, 0.12 + 0.3 * unit(y)),
            sun_radius: 0.035 + 0.03 * unit(radius),
            shore: (lake % 3 == 0).then_some(0.78 + 0.08 * unit(shore)),
            aspect: across / size(height),
            crests: (0..width).map(|column| crests(seed, (size(column) + 0.5) / across)).collect(),
        }
    }

    /// The colour at a point, both coordinates from 0 to 1.
    fn colour(&self, x: f32, y: f32) -> Colour {
        match self.shore {
            Some(shore) if y > shore => {
                let depth = (y - shore) / (1.0 - shore);
                let ripple = 0.04 * (noise(self.seed ^ 0xa5, y * 60.0) - 0.5);
                let mirrored = self.land(x + ripple, shore - (y - shore) * 1.6);
                blend(mirrored, [24., 44., 66.], 0.25 + 0.35 * depth)
            }
            _ => self.land(x, y),
        }
    }

    /// The nearest range that reaches so high, or the sky.
    fn land(&self, x: f32, y: f32) -> Colour {
        let crests = self.crests[self.column(x)];
        let Some(range) = (0..RANGES).rev().find(|range| y > crests[*range]) else { return self.sky(x, y) };
        let hill = blend(self.palette[3], self.palette[4], NEARNESS[range]);
        let lower = ((y - crests[range]) * 2.2).min(1.0);
        blend(hill, hill.map(|part| part * 0.72), lower)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "`as` saturates, and the number of columns is small"
    )]
    fn column(&self, x: f32) -> usize {
        ((x * self.crests.len() as f32) as usize).min(self.crests.len() - 1)
    }

    fn sky(&self, x: f32, y: f32) -> Colour {
        let [zenith, horizon, sun, ..] = self.palette;
        let sky = blend(zenith, horizon, (y / 0.62).clamp(0.0, 1.0));
        let (across, down) = ((x - self.sun.0) * self.aspect, y - self.sun.1);
        let distance = (across * across + down * down).sqrt();
        if distance < self.sun_radius {
            return sun;
        }
        let glow = (1.0 - (distance - self.sun_radius) / 0.45).max(0.0);
        blend(sky, sun, glow * glow * 0.6)
    }
}

/// The heights at which the ranges of hills begin in one column.
fn crests(seed: u64, x: f32) -> [f32; RANGES] {
    let mut range_seed = seed.wrapping_mul(31);
    NEARNESS.map(|nearness| {
        range_seed = range_seed.wrapping_add(1);
        let rough = noise(range_seed, x * 3.0) * 0.6 + noise(range_seed ^ 0x55, x * 8.0) * 0.28;
        let fine = noise(range_seed ^ 0x99, x * 26.0) * 0.12 * (1.0 - 0.5 * nearness);
        0.44 + 0.42 * nearness - (rough + fine) * (0.30 - 0.12 * nearness)
    })
}

/// Smooth noise from 0 to 1 that takes a new value at each whole number.
#[expect(clippy::cast_possible_truncation, reason = "a position in a picture is a small number")]
fn noise(seed: u64, position: f32) -> f32 {
    let cell = position.floor();
    let lattice = |step: i64| {
        let [byte, other, ..] = mix(seed.wrapping_add((cell as i64 + step).cast_unsigned())).to_le_bytes();
        f32::from(u16::from_le_bytes([byte, other])) / 65_535.0
    };
    let within = position - cell;
    let smooth = within * within * (3.0 - 2.0 * within);
    lattice(0) * (1.0 - smooth) + lattice(1) * smooth
}

fn blend(one: Colour, other: Colour, share: f32) -> Colour {
    [0, 1, 2].map(|part| one[part] * (1.0 - share) + other[part] * share)
}

#[expect(clippy::cast_precision_loss, reason = "sizes of pictures are far below 2^24")]
fn size(pixels: u32) -> f32 {
    pixels as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is clamped to the range of the target"
)]
fn channel(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_seeds_are_two_pictures() {
        assert_ne!(paint(32, 24, 1, 0.0), paint(32, 24, 2, 0.0));
    }

    #[test]
    fn stored_pixels_turned_as_the_tag_says_are_the_upright_picture() {
        for orientation in 1..=8 {
            let mut shown = image::DynamicImage::ImageRgb8(stored(24, 16, 5, Some(orientation)));
            let tag = u8::try_from(orientation).unwrap();
            shown.apply_orientation(image::metadata::Orientation::from_exif(tag).unwrap());

            let upright = if orientation > 4 { paint(16, 24, 5, 0.0) } else { paint(24, 16, 5, 0.0) };

            assert_eq!(shown.into_rgb8(), upright, "orientation {orientation}");
        }
    }
}
