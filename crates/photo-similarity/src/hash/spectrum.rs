//! The low frequencies of a small picture, and the hash that they make.
//!
//! All in whole numbers: the cosines are multiples of 2^-16, so that sums do not depend on their order or on fused
//! multiplication, and so that turning a picture turns its frequencies exactly. A mirrored picture has the same
//! frequencies with every second sign changed, a transposed one has them transposed; what it takes to hash all eight
//! orientations is one transformation and four medians.

use super::Hash;
use super::turn::{TURNS, Turn};

/// Frequencies of a picture in whole numbers; only ever compared with each other.
#[derive(Debug, Clone)]
pub(crate) struct Spectrum {
    /// How many frequencies there are in each direction.
    size: usize,
    /// The lowest of them: 0 where the mean belongs to it.
    first: usize,
    /// `size` rows of them, vertical frequency by row.
    values: Vec<i64>,
}

impl Spectrum {
    /// DCT-II of a square picture of `side` 32 or 64: frequencies `first` to `first + size - 1` in both directions.
    /// `samples` are its rows.
    pub(crate) fn of_bytes(samples: &[u8], side: usize, first: usize, size: usize) -> Self {
        let samples: Vec<i32> = samples.iter().map(|sample| i32::from(*sample)).collect();
        // 64 times 255 times 2^16 is below 2^31.
        Self::of::<i32>(&samples, side, first, size)
    }

    /// The same for samples of at most 2^16.
    pub(crate) fn of_words(samples: &[i32], side: usize, first: usize, size: usize) -> Self {
        Self::of::<i64>(samples, side, first, size)
    }

    /// A wave of an even frequency is the same from both ends of a row, one of an odd frequency has the other sign: so
    /// each row is folded once, into what its ends have in common and in what they differ, and multiplied half as often.
    fn of<S: Sum>(samples: &[i32], side: usize, first: usize, size: usize) -> Self {
        let half = side / 2;
        let waves: Vec<i32> =
            (0..size * half).map(|place| cosine(side, place / half + first, place % half)).collect();
        let fold = |frequency: usize| (frequency + first) % 2;
        let mut rows = vec![0_i64; side * size];
        let mut folds = [vec![0_i32; half], vec![0_i32; half]];
        for (row, sums) in samples.chunks_exact(side).zip(rows.chunks_exact_mut(size)) {
            for place in 0..half {
                let (one, other) = (row[place], row[side - 1 - place]);
                folds[0][place] = one + other;
                folds[1][place] = one - other;
            }
            for (frequency, sum) in sums.iter_mut().enumerate() {
                *sum = S::of_products(&folds[fold(frequency)], &waves[frequency * half..][..half]);
            }
        }
        let mut values = vec![0_i64; size * size];
        for place in 0..half {
            let (one, other) = (&rows[place * size..][..size], &rows[(side - 1 - place) * size..][..size]);
            for (frequency, sums) in values.chunks_exact_mut(size).enumerate() {
                let wave = i64::from(waves[frequency * half + place]);
                let other_wave = if fold(frequency) == 0 { wave } else { -wave };
                for ((sum, one), other) in sums.iter_mut().zip(one).zip(other) {
                    *sum += one * wave + other * other_wave;
                }
            }
        }
        Self { size, first, values }
    }

    /// The hash: one bit for each frequency, vertical frequency by vertical frequency, set where it is above the median.
    pub(crate) fn hash(&self) -> Hash {
        above_median(&self.values)
    }

    /// The hashes of the turned picture, in the order of [`TURNS`]; `hash` is its own. Four of them are the others
    /// transposed.
    pub(crate) fn turned(&self, hash: Hash) -> [Hash; 7] {
        let [mirrored, rotated, flipped] =
            [TURNS[0], TURNS[1], TURNS[2]].map(|turn| above_median(&self.with_signs(turn)));
        let across = |hash| transposed(hash, self.size);
        [mirrored, rotated, flipped, across(hash), across(mirrored), across(rotated), across(flipped)]
    }

    fn with_signs(&self, turn: Turn) -> Vec<i64> {
        let values = self.values.iter().enumerate();
        let is_odd = |frequency: usize| (frequency + self.first) % 2 == 1;
        values
            .map(|(place, value)| {
                let across = turn.mirrored && is_odd(place % self.size);
                let down = turn.flipped && is_odd(place / self.size);
                if across == down { *value } else { -value }
            })
            .collect()
    }
}

/// Numbers that are wide enough for the sums of a row.
trait Sum {
    fn of_products(samples: &[i32], waves: &[i32]) -> i64;
}

impl Sum for i32 {
    fn of_products(samples: &[i32], waves: &[i32]) -> i64 {
        samples.iter().zip(waves).map(|(sample, wave)| sample * wave).sum::<i32>().into()
    }
}

impl Sum for i64 {
    fn of_products(samples: &[i32], waves: &[i32]) -> i64 {
        samples.iter().zip(waves).map(|(sample, wave)| i64::from(*sample) * i64::from(*wave)).sum()
    }
}

/// Rows become columns: what becomes of a hash of `size` by `size` frequencies when the picture is transposed.
pub(crate) fn transposed(hash: Hash, size: usize) -> Hash {
    Hash::of_bits((0..size * size).map(|place| hash.bit(place % size * size + place / size)))
}

/// A bit for each value: whether it is above the median of them all, which is the mean of the two in the middle. Half of
/// the bits are set, unless the two are equal; then their equals are not above it.
fn above_median(values: &[i64]) -> Hash {
    let mut sorted = values.to_vec();
    let (below, upper, _) = sorted.select_nth_unstable(values.len() / 2);
    let lower = below.iter().max().copied().unwrap_or(*upper);
    // Twice the median: no halves.
    let middle = lower + *upper;
    Hash::of_bits(values.iter().map(|value| 2 * value > middle))
}

/// cos(π · frequency · (2 · place + 1) / (2 · side)), times 2^16.
fn cosine(side: usize, frequency: usize, place: usize) -> i32 {
    let angle = frequency * (2 * place + 1) * (64 / side) % 256;
    let quarter = |angle: usize| QUARTER[angle];
    match angle {
        0..=64 => quarter(angle),
        65..=128 => -quarter(128 - angle),
        129..=192 => -quarter(angle - 128),
        _ => quarter(256 - angle),
    }
}

/// cos(π · n / 128) · 2^16 for n = 0 to 64, rounded. Written out, since the cosine of another machine's library may
/// differ in its last bit.
#[rustfmt::skip]
const QUARTER: [i32; 65] = [
    65_536, 65_516, 65_457, 65_358, 65_220, 65_043, 64_827, 64_571, 64_277, 63_944, 63_572, 63_162, 62_714,
    62_228, 61_705, 61_145, 60_547, 59_914, 59_244, 58_538, 57_798, 57_022, 56_212, 55_368, 54_491, 53_581,
    52_639, 51_665, 50_660, 49_624, 48_559, 47_464, 46_341, 45_190, 44_011, 42_806, 41_576, 40_320, 39_040,
    37_736, 36_410, 35_062, 33_692, 32_303, 30_893, 29_466, 28_020, 26_558, 25_080, 23_586, 22_078, 20_557,
    19_024, 17_479, 15_924, 14_359, 12_785, 11_204, 9616, 8022, 6424, 4821, 3216, 1608, 0,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::luma::Luma;
    use proptest::prelude::*;

    fn samples() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(any::<u8>(), 64 * 64)
    }

    fn spectrum(bytes: &[u8], first: usize) -> Spectrum {
        Spectrum::of_bytes(bytes, 64, first, 16)
    }

    /// By its definition.
    fn plainly(samples: &[i32], side: usize, first: usize, size: usize) -> Vec<i64> {
        let wave = |frequency: usize, place: usize| i64::from(cosine(side, frequency + first, place));
        let value = |down: usize, across: usize| {
            let places = (0..side * side).map(|place| (place, place / side, place % side));
            places
                .map(|(place, row, column)| {
                    i64::from(samples[place]) * wave(across, column) * wave(down, row)
                })
                .sum()
        };
        (0..size * size).map(|place| value(place / size, place % size)).collect()
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn the_table_is_a_cosine() {
        for side in [32, 64] {
            for (frequency, place) in
                (0..17).flat_map(|frequency| (0..side).map(move |place| (frequency, place)))
            {
                let angle =
                    std::f64::consts::PI * frequency as f64 * (2 * place + 1) as f64 / (2 * side) as f64;

                assert!(
                    (f64::from(cosine(side, frequency, place)) - angle.cos() * 65536.0).abs() <= 0.500_001
                );
            }
        }
    }

    #[test]
    fn a_wave_is_one_frequency() {
        let wave: Vec<i32> = (0..64 * 64)
            .map(|place| (cosine(64, 3, place / 64) >> 8) * (cosine(64, 5, place % 64) >> 8))
            .collect();

        let spectrum = Spectrum::of_words(&wave, 64, 0, 16);

        let largest = (0..256).max_by_key(|place| spectrum.values[*place].abs());
        assert_eq!(largest, Some(3 * 16 + 5));
    }

    #[test]
    fn ties_are_not_above_the_median() {
        assert_eq!(above_median(&[5; 64]), Hash([0; 4]));
        assert_eq!(above_median(&[1, 2, 3, 4]), Hash([0b1100, 0, 0, 0]));
        assert_eq!(above_median(&[1, 2, 2, 4]), Hash([0b1000, 0, 0, 0]));
        assert_eq!(above_median(&[-1, -2, 0, 0]), Hash([0b1100, 0, 0, 0]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn the_hash_of_a_turned_picture_comes_from_its_frequencies(bytes in samples(), first in 0..2_usize) {
            let picture = Luma::new(64, 64, bytes.clone()).unwrap();

            let known = spectrum(&bytes, first);
            let turned = known.turned(known.hash());

            for (turn, hash) in TURNS.into_iter().zip(turned) {
                prop_assert_eq!(spectrum(turn.of(&picture).samples(), first).hash(), hash);
            }
        }

        #[test]
        fn folding_changes_no_frequency(bytes in samples(), first in 0..2_usize, is_small in any::<bool>()) {
            let (side, size) = if is_small { (32, 8) } else { (64, 16) };
            let bytes = &bytes[..side * side];
            let words: Vec<i32> = bytes.iter().map(|byte| i32::from(*byte) << 8).collect();

            let spectra =
                [Spectrum::of_bytes(bytes, side, first, size), Spectrum::of_words(&words, side, first, size)];

            let expected = plainly(&words, side, first, size);
            prop_assert_eq!(&spectra[1].values, &expected);
            prop_assert!(spectra[0].values.iter().zip(&expected).all(|(value, wide)| value << 8 == *wide));
        }

        #[test]
        fn half_of_the_bits_are_set(bytes in samples()) {
            let hash = spectrum(&bytes, 0).hash();

            prop_assert_eq!(hash.distance(Hash([0; 4])), 128);
        }
    }
}
