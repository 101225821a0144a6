//! Signatures as bytes, for the state: 143 bytes for a picture, 32 more with a border; less where hashes have 64 bits.
//!
//! Of the seven turned hashes four are the others transposed, so they are left out where that holds; it does for all
//! hashes that are made of frequencies.
//!
//! ```text
//! 0      version, 1
//! 1      flags: 1 trimmed follows, 2 all seven turned follow, 4 hashes are of 64 bits
//! 2      quality
//! 3..15  sharpness, clipped, mean, f32 little-endian
//! then   hash, turned (three or seven), trimmed; words little-endian
//! ```

use super::spectrum::transposed;
use super::{Hash, Signature};

const VERSION: u8 = 1;
const TRIMMED: u8 = 1;
const ALL_TURNED: u8 = 2;
const SHORT: u8 = 4;

impl Signature {
    /// Its bytes, for [`Signature::from_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let is_short = |hash: &Hash| hash.0[1..] == [0; 3];
        let short = is_short(&self.hash) && self.turned.iter().chain(&self.trimmed).all(is_short);
        let all_turned = transpositions(self.hash, self.turned, short) != self.turned;
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        let flags = flag(self.trimmed.is_some(), TRIMMED) | flag(all_turned, ALL_TURNED) | flag(short, SHORT);
        let mut bytes = vec![VERSION, flags, self.quality];
        for number in [self.sharpness, self.clipped, self.mean] {
            bytes.extend(number.to_le_bytes());
        }
        let turned = &self.turned[..if all_turned { 7 } else { 3 }];
        for hash in [&self.hash].into_iter().chain(turned).chain(&self.trimmed) {
            for word in &hash.0[..if short { 1 } else { 4 }] {
                bytes.extend(word.to_le_bytes());
            }
        }
        bytes
    }

    /// Out of its bytes; `None` where they are of an unknown version or not a signature.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[VERSION, flags, quality], mut rest) = bytes.split_first_chunk()? else { return None };
        if flags & !(TRIMMED | ALL_TURNED | SHORT) != 0 {
            return None;
        }
        let rest = &mut rest;
        let numbers = [number(rest)?, number(rest)?, number(rest)?];
        let short = flags & SHORT != 0;
        let hash = read(rest, short)?;
        let mut turned = [hash; 7];
        let stored = if flags & ALL_TURNED == 0 { 3 } else { 7 };
        for hash in &mut turned[..stored] {
            *hash = read(rest, short)?;
        }
        if flags & ALL_TURNED == 0 {
            turned = transpositions(hash, turned, short);
        }
        let trimmed = if flags & TRIMMED == 0 { None } else { Some(read(rest, short)?) };
        let [sharpness, clipped, mean] = numbers;
        rest.is_empty().then_some(Self { hash, turned, trimmed, quality, sharpness, clipped, mean })
    }
}

/// The seven, if the last four are the others transposed.
fn transpositions(hash: Hash, turned: [Hash; 7], short: bool) -> [Hash; 7] {
    let [mirrored, rotated, flipped, ..] = turned;
    let across = |hash| transposed(hash, if short { 8 } else { 16 });
    [mirrored, rotated, flipped, across(hash), across(mirrored), across(rotated), across(flipped)]
}

fn number(rest: &mut &[u8]) -> Option<f32> {
    rest.split_off(..4)?.try_into().ok().map(f32::from_le_bytes)
}

fn read(rest: &mut &[u8], short: bool) -> Option<Hash> {
    let mut hash = [0; 4];
    for word in &mut hash[..if short { 1 } else { 4 }] {
        *word = u64::from_le_bytes(rest.split_off(..8)?.try_into().ok()?);
    }
    Some(Hash(hash))
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "numbers below 256")]
mod tests {
    use super::*;
    use crate::{HashKind, Luma};
    use proptest::prelude::*;

    fn any_hash(words: usize) -> impl Strategy<Value = Hash> {
        proptest::array::uniform4(any::<u64>()).prop_map(move |mut hash| {
            hash[words..].fill(0);
            Hash(hash)
        })
    }

    fn any_signature() -> impl Strategy<Value = Signature> {
        let hashes = prop_oneof![Just(1), Just(4)].prop_flat_map(|words| {
            let turned: [_; 7] = std::array::from_fn(|_| any_hash(words));
            (any_hash(words), turned, proptest::option::of(any_hash(words)))
        });
        let numbers = (0..=100_u8, 0.0..65_000.0_f32, 0.0..=1.0_f32, 0.0..=255.0_f32);
        (hashes, numbers).prop_map(|((hash, turned, trimmed), (quality, sharpness, clipped, mean))| {
            Signature { hash, turned, trimmed, quality, sharpness, clipped, mean }
        })
    }

    proptest! {
        #[test]
        fn any_signature_comes_back(signature in any_signature()) {
            prop_assert_eq!(Signature::from_bytes(&signature.to_bytes()), Some(signature));
        }

        #[test]
        fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Signature::from_bytes(&bytes);
            let _ = Signature::from_bytes(&[&[VERSION, (bytes.len() % 8) as u8][..], &bytes].concat());
        }
    }

    #[test]
    fn real_signatures_are_short() {
        let samples = (0..320 * 200_u32).map(|place| (place % 320 * place / 1777 % 256) as u8).collect();
        let picture = Luma::new(320, 200, samples).unwrap();
        for (kind, length) in
            [(HashKind::P256, 143), (HashKind::Pdq, 143), (HashKind::PHash, 47), (HashKind::DHash, 79)]
        {
            let signature = Signature::of(kind, &picture);

            let bytes = signature.to_bytes();

            assert_eq!((bytes.len(), Signature::from_bytes(&bytes)), (length, Some(signature)), "{kind}");
        }
    }

    #[test]
    fn other_versions_and_cut_bytes_are_nothing() {
        let samples = (0..64 * 64_u32).map(|place| (place * place / 97 % 256) as u8).collect();
        let bytes = Signature::of(HashKind::P256, &Luma::new(64, 64, samples).unwrap()).to_bytes();

        assert!((0..bytes.len()).all(|length| Signature::from_bytes(&bytes[..length]).is_none()));
        assert_eq!(Signature::from_bytes(&[&bytes[..], &[0]].concat()), None);
        assert_eq!(Signature::from_bytes(&[&[2], &bytes[1..]].concat()), None);
    }
}
