//! PDQ, after Meta's description (ThreatExchange, `pdq/README.md`): a box filter twice in each direction, every n-th
//! pixel to 64 by 64, frequencies 1 to 16, each above the median or not.
//!
//! Here for comparing with other tools. It was made for finding the very same picture again, and a thumbnail moves it by
//! a third of the distance that it allows, so it is not what photos are grouped by. Bits are in our order; in Meta's
//! the highest is the first.

use super::spectrum::Spectrum;
use crate::luma::Luma;

/// Fractional bits of filtered brightness.
const FRACTION: u32 = 8;

/// The frequencies that make its hash, and the picture of 64 by 64 that its quality comes from.
pub(crate) fn look(picture: &Luma) -> (Spectrum, Vec<u8>) {
    let small = filtered(picture);
    let spectrum = Spectrum::of_words(&small, 64, 1, 16);
    let half = 1 << (FRACTION - 1);
    let bytes =
        small.iter().map(|sample| u8::try_from((sample + half) >> FRACTION).unwrap_or(u8::MAX)).collect();
    (spectrum, bytes)
}

/// The picture at 64 by 64, with [`FRACTION`] bits after the point.
fn filtered(picture: &Luma) -> Vec<i32> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut samples: Vec<i32> =
        picture.samples().iter().map(|sample| i32::from(*sample) << FRACTION).collect();
    let mut line = Vec::new();
    for _ in 0..2 {
        for row in samples.chunks_exact_mut(width) {
            line.clear();
            line.extend_from_slice(row);
            averaged(&line, window(width), |place, mean| row[place] = mean);
        }
        for column in 0..width {
            line.clear();
            line.extend(samples.iter().skip(column).step_by(width));
            averaged(&line, window(height), |place, mean| samples[place * width + column] = mean);
        }
    }
    let nth = |place: usize, side: usize| (2 * place + 1) * side / 128;
    let places =
        (0..64).flat_map(|row| (0..64).map(move |column| nth(row, height) * width + nth(column, width)));
    places.map(|place| samples[place]).collect()
}

/// How many pixels are averaged along a side of this many: a 128th of it, rounded up.
fn window(side: usize) -> usize {
    side.div_ceil(128)
}

/// The mean of the `window` pixels around each; at the ends of as many as there are.
fn averaged(line: &[i32], window: usize, mut put: impl FnMut(usize, i32)) {
    // An even window reaches one further to the right, as in the reference.
    let after = window / 2 + 1;
    let before = window - after;
    let mut sum = 0_i64;
    let (mut start, mut end) = (0, 0);
    for place in 0..line.len() {
        while end < (place + after).min(line.len()) {
            sum += i64::from(line[end]);
            end += 1;
        }
        while start + before < place {
            sum -= i64::from(line[start]);
            start += 1;
        }
        put(place, i32::try_from(sum / i64::try_from(end - start).unwrap_or(1)).unwrap_or(i32::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_centred_and_shorter_at_the_ends() {
        let averages = |window| {
            let mut means = [0; 5];
            averaged(&[0, 10, 20, 30, 100], window, |place, mean| means[place] = mean);
            means
        };

        assert_eq!(averages(1), [0, 10, 20, 30, 100]);
        assert_eq!(averages(2), [5, 15, 25, 65, 100]);
        assert_eq!(averages(3), [5, 10, 20, 50, 65]);
        assert_eq!(averages(4), [10, 15, 40, 50, 65].map(|mean| mean));
    }

    #[test]
    fn even_brightness_stays_even() {
        assert!(
            filtered(&Luma::new(500, 3, vec![77; 1500]).unwrap())
                .iter()
                .all(|sample| *sample == 77 << FRACTION)
        );
    }
}
