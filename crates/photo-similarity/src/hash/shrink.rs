//! Pictures made small, the one step before all hashes.
//!
//! Lanczos with three lobes, never nearest neighbour: the latter picks single pixels, and lost 76 % of the copies that
//! were planted. The arithmetic on bytes is integer in all variants of `fast_image_resize`, so a small picture is the
//! same on every processor.

use std::f64::consts::PI;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8;
use fast_image_resize::{Filter, FilterType, ResizeAlg, ResizeOptions, Resizer};

use crate::luma::Luma;

/// A picture at `width` by `height` pixels, its rows one after the other; larger or smaller than it was, and squashed
/// where the sides say so.
pub(crate) fn resized(picture: &Luma, width: u32, height: u32) -> Vec<u8> {
    resized_by(&mut Resizer::new(), picture, width, height)
}

fn resized_by(resizer: &mut Resizer, picture: &Luma, width: u32, height: u32) -> Vec<u8> {
    let filter = Filter::new("Lanczos3", lanczos, LOBES).map_or(FilterType::Lanczos3, FilterType::Custom);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).use_alpha(false);
    let mut small = vec![0; width as usize * height as usize];
    // Neither can fail: the picture has as many samples as its sides say. If one did, an empty picture would be too
    // plain to be compared with anything. With the type of pixels said here, not a dozen of them are compiled.
    let source = TypedImageRef::<U8>::from_buffer(picture.width(), picture.height(), picture.samples());
    let target = TypedImage::<U8>::from_buffer(width, height, &mut small);
    if let (Ok(source), Ok(mut target)) = (source, target) {
        let _ = resizer.resize_typed(&source, &mut target, Some(&options));
    }
    small
}

/// Lobes of the filter on each side.
const LOBES: f64 = 3.0;

/// sinc(x) · sinc(x / 3). The sine of the triple angle comes from that of the single one, and that from a series: so
/// it takes a quarter of the time that it took by the sine of the machine's library, of which the last bit may differ
/// from machine to machine.
fn lanczos(x: f64) -> f64 {
    let x = x.abs();
    if x < 1e-5 {
        return 1.0;
    }
    if x >= LOBES {
        return 0.0;
    }
    let third = x * (PI / LOBES);
    let sine = sine(third.min(PI - third));
    let (squared, angle) = (sine * sine, x * PI);
    LOBES * squared * (3.0 - 4.0 * squared) / (angle * angle)
}

/// The sine from 0 to π/2, to 11 digits: its series up to the 17th power.
fn sine(angle: f64) -> f64 {
    /// The odd factorials, from that of 17 down to that of 3.
    const DIVISORS: [f64; 8] = [
        355_687_428_096_000.0,
        -1_307_674_368_000.0,
        6_227_020_800.0,
        -39_916_800.0,
        362_880.0,
        -5_040.0,
        120.0,
        -6.0,
    ];
    let squared = angle * angle;
    angle * (1.0 + DIVISORS.iter().fold(0.0, |sum, divisor| (sum + 1.0 / divisor) * squared))
}

/// The long side of the picture that everything is computed from.
const LONG: f64 = 512.0;
/// Its short side is not below this, where the picture has as many pixels: a panorama of 10 by 1 would be left with
/// fewer rows than its hash has.
const SHORT: f64 = 128.0;

/// The picture at no more than 512 pixels of the long side, or as it is where it is smaller.
///
/// Hash, borders and sharpness all start here, so a picture of 12 megapixels is gone through once.
pub(crate) fn moderate(picture: &Luma) -> Option<Luma> {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let scale = (LONG / width.max(height)).max(SHORT / width.min(height));
    if scale >= 1.0 {
        return None;
    }
    let side = |pixels: f64| scaled(pixels, scale);
    let (width, height) = (side(width), side(height));
    Luma::new(width, height, resized(picture, width, height)).ok()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a side of a picture, scaled down: positive and below 2^32"
)]
fn scaled(pixels: f64, scale: f64) -> u32 {
    (pixels * scale).round().max(1.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use fast_image_resize::CpuExtensions;

    fn gradient_with_noise(width: u32, height: u32) -> Luma {
        let pixel = |place: u32| u8::try_from((place / width * 3 + place % 7919 % 31 + place % width) % 256);
        Luma::new(width, height, (0..width * height).map(|place| pixel(place).unwrap()).collect()).unwrap()
    }

    #[test]
    #[expect(unsafe_code, reason = "only extensions that this processor has are chosen")]
    fn every_processor_gets_the_same_bytes() {
        let mut available = vec![CpuExtensions::None];
        #[cfg(target_arch = "x86_64")]
        available.extend(
            [CpuExtensions::Sse4_1, CpuExtensions::Avx2].into_iter().filter(CpuExtensions::is_supported),
        );
        #[cfg(target_arch = "aarch64")]
        available.extend([CpuExtensions::Neon].into_iter().filter(CpuExtensions::is_supported));
        for (width, height) in [(64, 64), (65, 300), (1000, 667), (333, 250), (9, 8), (3, 500)] {
            let picture = gradient_with_noise(width, height);
            for (to_width, to_height) in [(64, 64), (32, 32), (9, 8), (341, 512)] {
                let mut results = available.iter().map(|extensions| {
                    let mut resizer = Resizer::new();
                    // SAFETY: the processor has these extensions.
                    unsafe { resizer.set_cpu_extensions(*extensions) };
                    resized_by(&mut resizer, &picture, to_width, to_height)
                });

                let first = results.next().unwrap();

                assert!(results.all(|other| other == first), "{width}x{height} to {to_width}x{to_height}");
            }
        }
    }

    #[test]
    fn the_filter_is_lanczos() {
        let sinc = |x: f64| if x == 0.0 { 1.0 } else { (x * PI).sin() / (x * PI) };
        for step in -4000..=4000 {
            let x = f64::from(step) / 1000.0;
            let expected = if x.abs() < 3.0 { sinc(x) * sinc(x / 3.0) } else { 0.0 };

            assert!((lanczos(x) - expected).abs() < 1e-10, "{x}: {} for {expected}", lanczos(x));
        }
    }

    #[test]
    fn small_pictures_are_those_of_the_filter_by_the_library() {
        let options =
            ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
        for (width, height) in [(333, 250), (250, 444), (1000, 667), (65, 64), (40, 30), (9, 300)] {
            let picture = gradient_with_noise(width, height);
            let source = TypedImageRef::<U8>::from_buffer(width, height, picture.samples()).unwrap();
            let mut expected = TypedImage::<U8>::new(64, 64);
            Resizer::new().resize_typed(&source, &mut expected, Some(&options)).unwrap();

            let small = resized(&picture, 64, 64);

            let expected: Vec<u8> = expected.pixels().iter().map(|pixel| pixel.0).collect();
            assert!(small == expected, "{width}x{height}");
        }
    }

    #[test]
    fn a_picture_is_made_no_larger_and_a_panorama_keeps_its_rows() {
        let sides = |width, height| {
            moderate(&gradient_with_noise(width, height)).map(|small| (small.width(), small.height()))
        };

        assert_eq!(sides(512, 512), None);
        assert_eq!(sides(1024, 768), Some((512, 384)));
        assert_eq!(sides(3000, 300), Some((1280, 128)));
        assert_eq!(sides(3000, 100), None);
    }
}
