//! Perceptual hashes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::luma::Luma;

/// A hash of 256 bits; shorter ones fill the first word and leave the rest 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hash(pub [u64; 4]);

impl Hash {
    /// In how many bits they differ: the Hamming distance, 0 to 256.
    pub fn distance(self, other: Self) -> u32 {
        self.0.iter().zip(other.0).map(|(one, other)| (one ^ other).count_ones()).sum()
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
    /// Its name and version, such as `p256/1`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::P256 => "p256/1",
            Self::DHash => "dhash/1",
            Self::PHash => "phash/1",
            Self::Pdq => "pdq/1",
        }
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

/// Everything about a picture's looks that comparing needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signature {
    /// The hash of the picture.
    pub hash: Hash,
    /// Of the picture turned and mirrored, in the order of EXIF orientations 2 to 8: what would be the hash of the copy
    /// that needs this orientation to look like this picture.
    pub turned: [Hash; 7],
    /// Of the picture without its border or bars, where it has any.
    pub trimmed: Option<Hash>,
    /// 0 to 100: how much there is to be seen; below 50 a picture is too plain to be judged by its hash.
    pub quality: u8,
    /// Variance of the Laplacian at no more than 512 pixels of the long side.
    pub sharpness: f32,
    /// Share of pixels that are black or white, 0 to 1.
    pub clipped: f32,
    /// Mean brightness, 0 to 255.
    pub mean: f32,
}

impl Signature {
    /// Below this quality a picture is too plain to be judged.
    pub const PLAIN: u8 = 50;

    /// Looks at a picture.
    pub fn of(kind: HashKind, picture: &Luma) -> Self {
        let _ = (kind, picture);
        let hash = Hash([0; 4]);
        Self { hash, turned: [hash; 7], trimmed: None, quality: 0, sharpness: 0.0, clipped: 0.0, mean: 0.0 }
    }

    /// Whether there is too little in the picture for its hash to say anything.
    pub fn is_plain(&self) -> bool {
        self.quality < Self::PLAIN
    }
}
