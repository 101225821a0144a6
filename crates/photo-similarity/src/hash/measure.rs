//! How much there is in a picture, how sharp it is and how well exposed.

use crate::luma::Luma;

/// Quality as PDQ defines it, 0 to 100: how much neighbours differ in a picture of 64 by 64, in per cent of the whole
/// range, each difference rounded down, all together divided by 90. A white page has 0; 13 of 7,909 photos had less
/// than 50.
pub(crate) fn quality(small: &[u8]) -> u8 {
    let step = |one: u8, other: u8| u32::from(one.abs_diff(other)) * 100 / 255;
    let across: u32 = small
        .chunks_exact(64)
        .map(|row| row.windows(2).map(|pair| step(pair[0], pair[1])).sum::<u32>())
        .sum();
    let down: u32 = small.iter().zip(small.iter().skip(64)).map(|(above, below)| step(*above, *below)).sum();
    u8::try_from((across + down) / 90).unwrap_or(u8::MAX).min(100)
}

/// Below this and above 255 less this a pixel counts as clipped: JPEG and scaling move black and white a little.
const CLIPPED: u8 = 4;

/// The mean brightness, 0 to 255, and the share of pixels that are black or white, 0 to 1.
pub(crate) fn exposure(picture: &Luma) -> (f32, f32) {
    let mut counts = [0_u64; 256];
    for sample in picture.samples() {
        counts[usize::from(*sample)] += 1;
    }
    let all = picture.samples().len() as u64;
    let sum: u64 = (0_u64..).zip(counts).map(|(brightness, count)| brightness * count).sum();
    let edge = usize::from(CLIPPED);
    let clipped: u64 = counts[..=edge].iter().chain(&counts[255 - edge..]).sum();
    (ratio(sum, all), ratio(clipped, all))
}

/// Variance of the Laplacian (four neighbours less four times the middle): high where edges are sharp. Comparable only
/// between pictures of one size; noise and oversharpening raise it too.
pub(crate) fn sharpness(picture: &Luma) -> f32 {
    let width = picture.width() as usize;
    let samples = picture.samples();
    let (mut sum, mut squares, mut count) = (0_i64, 0_u64, 0_u64);
    for row in (0..samples.len() / width).skip(1) {
        let Some(below) = samples.get((row + 1) * width..(row + 2) * width) else { break };
        let above = &samples[(row - 1) * width..row * width];
        let line = &samples[row * width..(row + 1) * width];
        for (column, around) in line.windows(3).enumerate() {
            let [left, middle, right] = [0, 1, 2].map(|place| i64::from(around[place]));
            let value =
                i64::from(above[column + 1]) + i64::from(below[column + 1]) + left + right - 4 * middle;
            sum += value;
            squares += value.unsigned_abs().pow(2);
            count += 1;
        }
    }
    if count == 0 {
        return 0.0;
    }
    let mean_squared = sum.unsigned_abs().pow(2) / count;
    ratio(squares.saturating_sub(mean_squared), count)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "sums over a picture are below 2^52, and seven digits of their ratio are plenty"
)]
fn ratio(part: u64, whole: u64) -> f32 {
    (part as f64 / whole as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(width: u32, height: u32, field: u32) -> Luma {
        let pixel =
            |place: u32| u8::from((place % width / field + place / width / field).is_multiple_of(2)) * 255;
        Luma::new(width, height, (0..width * height).map(pixel).collect()).unwrap()
    }

    #[test]
    fn an_empty_picture_has_no_quality_and_a_chessboard_all() {
        assert_eq!(quality(&[200; 64 * 64]), 0);
        assert_eq!(quality(board(64, 64, 8).samples()), 100);
    }

    #[test]
    fn one_edge_across_the_middle_is_not_enough_to_judge() {
        let mut half = [0; 64 * 64];
        half[32 * 64..].fill(255);

        assert_eq!(quality(&half), 71);
        half[32 * 64..].fill(100);
        assert_eq!(quality(&half), 27);
    }

    #[test]
    fn finer_detail_is_sharper_and_none_is_not_sharp_at_all() {
        let [fine, coarse] = [2, 16].map(|field| sharpness(&board(100, 80, field)));

        assert!(fine > 2.0 * coarse, "{fine} {coarse}");
        assert!(sharpness(&Luma::new(3, 3, vec![9; 9]).unwrap()).abs() < f32::EPSILON);
        assert!(sharpness(&Luma::new(1, 2, vec![9; 2]).unwrap()).abs() < f32::EPSILON);
    }

    #[test]
    fn exposure_counts_black_and_white() {
        let picture = Luma::new(4, 1, vec![0, 255, 100, 45]).unwrap();

        assert_eq!(exposure(&picture), (100.0, 0.5));
    }
}
