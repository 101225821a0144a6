//! Perceptual hashes: few bits that stay the same when a picture is scaled, recompressed or a little changed.
//!
//! A hash is worth something only if it comes out the same everywhere: today and next year, with AVX-512 and with NEON,
//! from the original and from a thumbnail. So all that decides bits is integer arithmetic on a small picture, and each
//! kind has a name with a version, under which hashes are kept.

mod border;
mod bytes;
mod gradient;
mod measure;
mod pdq;
mod shrink;
mod signature;
mod spectrum;
mod turn;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use signature::Signature;

/// A hash of 256 bits; shorter ones fill the first word and leave the rest 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hash(pub [u64; 4]);

impl Hash {
    /// In how many bits they differ: the Hamming distance, 0 to 256.
    pub fn distance(self, other: Self) -> u32 {
        self.0.iter().zip(other.0).map(|(one, other)| (one ^ other).count_ones()).sum()
    }

    /// A hash whose bits are these, the lowest of the first word first; at most 256.
    fn of_bits(bits: impl IntoIterator<Item = bool>) -> Self {
        let mut words = [0; 4];
        for (place, bit) in bits.into_iter().take(256).enumerate() {
            words[place / 64] |= u64::from(bit) << (place % 64);
        }
        Self(words)
    }

    /// Bit `place`, 0 to 255.
    fn bit(self, place: usize) -> bool {
        self.0[place / 64] >> (place % 64) & 1 == 1
    }
}

/// All 64 digits, for people and for files that people exchange.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|word| write!(f, "{word:016x}"))
    }
}

/// How a hash is computed. The name of each holds a version: hashes under different names are never compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum HashKind {
    /// 256 bits: lowest 16 by 16 frequencies (DCT-II, DC included) of the picture at 64 by 64, each above the median or
    /// not.
    #[default]
    P256,
    /// 64 bits: each pixel of 8 by 8 brighter than its right neighbour or not.
    DHash,
    /// 64 bits: lowest 8 by 8 frequencies of the picture at 32 by 32.
    PHash,
    /// 256 bits: PDQ of Meta's ThreatExchange.
    Pdq,
}

impl HashKind {
    /// All of them, the best first.
    pub const ALL: [Self; 4] = [Self::P256, Self::DHash, Self::PHash, Self::Pdq];

    /// Its name and version, such as `p256/1`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::P256 => "p256/1",
            Self::DHash => "dhash/1",
            Self::PHash => "phash/1",
            Self::Pdq => "pdq/1",
        }
    }

    /// The kind with this name and version, if this build computes it.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// How many bits it has.
    pub const fn bits(self) -> u32 {
        match self {
            Self::P256 | Self::Pdq => 256,
            Self::DHash | Self::PHash => 64,
        }
    }
}

impl fmt::Display for HashKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_differs_from_itself_in_no_bit_and_from_its_opposite_in_all() {
        let hash = Hash([0x0123_4567_89ab_cdef, 7, 0, u64::MAX]);

        assert_eq!(hash.distance(hash), 0);
        assert_eq!(hash.distance(Hash(hash.0.map(|word| !word))), 256);
    }

    #[test]
    fn every_kind_is_found_by_its_name() {
        assert!(HashKind::ALL.iter().all(|kind| HashKind::named(kind.name()) == Some(*kind)));
        assert_eq!(HashKind::named("p256/0"), None);
    }
}
