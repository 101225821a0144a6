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

/// As many samples as can be summed up in 32 bits, squares of Laplacians included: 4 times 255, squared, 2^10 times.
const PIECE: usize = 1 << 10;

/// The mean brightness, 0 to 255, and the share of pixels that are black or white, 0 to 1.
pub(crate) fn exposure(picture: &Luma) -> (f32, f32) {
    let (mut sum, mut clipped) = (0_u64, 0_u64);
    for piece in picture.samples().chunks(PIECE) {
        sum += u64::from(piece.iter().map(|sample| u32::from(*sample)).sum::<u32>());
        let is_clipped = |sample: u8| sample <= CLIPPED || sample >= u8::MAX - CLIPPED;
        clipped += u64::from(piece.iter().map(|sample| u32::from(is_clipped(*sample))).sum::<u32>());
    }
    let all = picture.samples().len() as u64;
    (ratio(sum, all), ratio(clipped, all))
}

/// Variance of the Laplacian (four neighbours less four times the middle): high where edges are sharp. Comparable only
/// between pictures of one size; noise and oversharpening raise it too.
pub(crate) fn sharpness(picture: &Luma) -> f32 {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    if width < 3 || height < 3 {
        return 0.0;
    }
    let samples = picture.samples();
    let (mut sum, mut squares) = (0_i64, 0_u64);
    for row in 1..height - 1 {
        let line = |row: usize| &samples[row * width..][..width];
        let (above, middle, below) = (line(row - 1), line(row), line(row + 1));
        for start in (1..width - 1).step_by(PIECE) {
            let end = (start + PIECE).min(width - 1);
            let around = [&above[start..end], &below[start..end], &middle[start - 1..], &middle[start + 1..]];
            let (piece, piece_squares) = laplacians(&middle[start..end], around);
            sum += i64::from(piece);
            squares += u64::from(piece_squares);
        }
    }
    let count = (width as u64 - 2) * (height as u64 - 2);
    let mean_squared = sum.unsigned_abs().pow(2) / count;
    ratio(squares.saturating_sub(mean_squared), count)
}

/// The sum of the Laplacians of at most [`PIECE`] neighbouring pixels, and that of their squares; `around` is what lies
/// above, below, left and right of each.
fn laplacians(middle: &[u8], [above, below, left, right]: [&[u8]; 4]) -> (i32, u32) {
    let (mut sum, mut squares) = (0, 0);
    let pixels = middle.iter().zip(above).zip(below).zip(left).zip(right);
    for ((((middle, above), below), left), right) in pixels {
        let wide = |sample: &u8| i16::from(*sample);
        let value = wide(above) + wide(below) + wide(left) + wide(right) - 4 * wide(middle);
        sum += i32::from(value);
        squares += (i32::from(value) * i32::from(value)).cast_unsigned();
    }
    (sum, squares)
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
    use proptest::prelude::*;

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

    /// By their definitions.
    fn plainly(picture: &Luma) -> (f32, f32, f32) {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let sample = |row: usize, column: usize| i64::from(picture.samples()[row * width + column]);
        let mut values = Vec::new();
        for row in 1..height.max(1) - 1 {
            for column in 1..width.max(1) - 1 {
                let around = sample(row - 1, column) + sample(row + 1, column);
                let beside = sample(row, column - 1) + sample(row, column + 1);
                values.push(around + beside - 4 * sample(row, column));
            }
        }
        let all = picture.samples();
        let sum = all.iter().map(|sample| u64::from(*sample)).sum();
        let clipped = all.iter().filter(|sample| **sample <= 4 || **sample >= 251).count() as u64;
        let count = values.len() as u64;
        let total: i64 = values.iter().sum();
        let squares: u64 = values.iter().map(|value| value.unsigned_abs().pow(2)).sum();
        let variance = count
            .checked_sub(1)
            .map_or(0.0, |_| ratio(squares.saturating_sub(total.unsigned_abs().pow(2) / count), count));
        (variance, ratio(sum, all.len() as u64), ratio(clipped, all.len() as u64))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn sums_in_pieces_are_the_sums_of_all(
            width in prop_oneof![1..40_u32, 1000..1050_u32, 2040..2060_u32],
            height in 1..6_u32,
            seed in any::<u64>(),
        ) {
            let mut numbers = fastrand::Rng::with_seed(seed);
            let mut sample = || if numbers.bool() { numbers.choice([0, 255]).unwrap() } else { numbers.u8(..) };
            let samples = (0..width * height).map(|_| sample()).collect();
            let picture = Luma::new(width, height, samples).unwrap();

            let (mean, clipped) = exposure(&picture);

            let found = [sharpness(&picture), mean, clipped].map(f32::to_bits);
            let (variance, mean, clipped) = plainly(&picture);
            prop_assert_eq!(found, [variance, mean, clipped].map(f32::to_bits));
        }
    }

    #[test]
    fn exposure_counts_black_and_white() {
        let picture = Luma::new(4, 1, vec![0, 255, 100, 45]).unwrap();

        assert_eq!(exposure(&picture), (100.0, 0.5));
    }
}
