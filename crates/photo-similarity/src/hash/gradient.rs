//! dHash: where a picture gets darker from left to right.

use super::Hash;
use super::shrink::resized;
use crate::luma::Luma;

/// Each pixel of 8 by 8 brighter than its right neighbour or not, row by row.
pub(crate) fn hash(picture: &Luma) -> Hash {
    let small = resized(picture, 9, 8);
    Hash::of_bits(small.chunks_exact(9).flat_map(|row| row.windows(2).map(|pair| pair[0] > pair[1])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_gets_darker_sets_all_bits_and_one_that_gets_brighter_none() {
        let brighter: Vec<u8> = (0..90 * 80).map(|place| u8::try_from(place % 90 * 2).unwrap()).collect();
        let darker: Vec<u8> = brighter.iter().map(|sample| 255 - sample).collect();

        let hashes = [darker, brighter].map(|samples| hash(&Luma::new(90, 80, samples).unwrap()));

        assert_eq!(hashes, [Hash([u64::MAX, 0, 0, 0]), Hash([0; 4])]);
    }
}
