//! A picture that looks enough like a photo for decoders and hashes: soft light, edges, and colours whose brightness
//! depends on the formula.

use image::{Rgb, RgbImage};

/// The scene at this size.
pub(crate) fn scene(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (f64::from(x) / f64::from(width), f64::from(y) / f64::from(height));
        Rgb(colour(x, y).map(sample))
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 255 before")]
fn sample(value: f64) -> u8 {
    value.clamp(0.0, 255.0) as u8
}

fn colour(x: f64, y: f64) -> [f64; 3] {
    let light = 60.0 + 120.0 * (1.0 - y) + 40.0 * (x * 7.0).sin() * (y * 5.0).cos();
    let ball = (x - 0.3).powi(2) + (y - 0.55).powi(2) < 0.03;
    let roof = y > 0.5 && y < 0.9 && x > 0.55 && x < 0.55 + (y - 0.5);
    let hill = y > 0.75 + 0.08 * (x * 9.0).sin();
    match (ball, roof, hill) {
        (true, _, _) => [light + 60.0, light - 50.0, light - 70.0],
        (_, true, _) => [light - 60.0, light - 40.0, light + 50.0],
        (_, _, true) => [light - 70.0, light + 20.0, light - 80.0],
        _ => [light, light, light + 20.0],
    }
}
