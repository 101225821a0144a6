//! A hash of a block that moves on by a byte at the cost of two multiplications.
//!
//! A polynomial over the prime 2^61 - 1, at a point that is drawn anew each time: nobody can make a file whose
//! blocks all look alike to it, and then takes ages.

const PRIME: u64 = (1 << 61) - 1;

/// The hash for blocks of one length.
pub(super) struct Rolling {
    base: u64,
    /// What the first byte of a block weighs.
    first: u64,
}

impl Rolling {
    pub(super) fn over(length: u64) -> Self {
        let base = fastrand::u64(1 << 32..PRIME - 1);
        Self { base, first: power(base, length.saturating_sub(1)) }
    }

    /// Of a whole block.
    pub(super) fn of(&self, block: &[u8]) -> u64 {
        block.iter().fold(0, |hash, byte| add(multiply(hash, self.base), weight(*byte)))
    }

    /// Of the block that begins a byte later.
    pub(super) fn roll(&self, hash: u64, gone: u8, come: u8) -> u64 {
        let rest = add(hash, PRIME - multiply(weight(gone), self.first));
        add(multiply(rest, self.base), weight(come))
    }
}

/// Zeros count too, or blocks of zeros of any length would be the same.
fn weight(byte: u8) -> u64 {
    u64::from(byte) + 1
}

fn add(one: u64, other: u64) -> u64 {
    let sum = one + other;
    if sum >= PRIME { sum - PRIME } else { sum }
}

fn multiply(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    let bytes = product.to_le_bytes();
    let low =
        u64::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]]);
    let bytes = (product >> 61).to_le_bytes();
    let high =
        u64::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]]);
    add(low & PRIME, high)
}

fn power(base: u64, mut exponent: u64) -> u64 {
    let (mut result, mut square) = (1, base);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply(result, square);
        }
        square = multiply(square, square);
        exponent >>= 1;
    }
    result
}

/// Tells of most hashes at once that no block has them.
pub(super) struct Filter(Vec<u64>);

impl Filter {
    /// In bits: sixteen for each block that there may be.
    const BITS: u64 = 1 << 22;

    pub(super) fn new() -> Self {
        Self(vec![0; usize::try_from(Self::BITS / 64).unwrap_or_default()])
    }

    fn place(hash: u64) -> (usize, u64) {
        let bit = hash % Self::BITS;
        (usize::try_from(bit / 64).unwrap_or_default(), 1 << (bit % 64))
    }

    pub(super) fn insert(&mut self, hash: u64) {
        let (word, bit) = Self::place(hash);
        self.0[word] |= bit;
    }

    pub(super) fn may_have(&self, hash: u64) -> bool {
        let (word, bit) = Self::place(hash);
        self.0[word] & bit != 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rolling_on_is_hashing_anew(
            bytes in prop::collection::vec(any::<u8>(), 2..200),
            length in 1_usize..100,
        ) {
            let length = length.min(bytes.len() - 1);
            let rolling = Rolling::over(length as u64);
            let mut hash = rolling.of(&bytes[..length]);
            for start in 1..=bytes.len() - length {
                hash = rolling.roll(hash, bytes[start - 1], bytes[start + length - 1]);
                prop_assert_eq!(hash, rolling.of(&bytes[start..start + length]));
            }
        }

        #[test]
        fn products_are_those_of_the_field(one in 0..PRIME, other in 0..PRIME) {
            let product = u128::from(one) * u128::from(other) % u128::from(PRIME);
            prop_assert_eq!(u128::from(multiply(one, other)), product);
        }
    }

    #[test]
    fn what_was_put_into_the_filter_is_found() {
        let mut filter = Filter::new();
        for hash in (0..1000).map(|n| n * 7919) {
            assert!(!filter.may_have(hash));
            filter.insert(hash);
            assert!(filter.may_have(hash));
        }
    }
}
