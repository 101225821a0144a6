//! Comparing one hash with many, by the best instructions that the processor has.
//!
//! Nearly all pairs are far apart, so what is fast is to see that. The bits in which two hashes differ, with the four
//! words laid over each other, are at most 64 and never more than the distance: one count instead of four says for most
//! blocks of 64 hashes that none is near. Two photos that have nothing to do with each other differ in half of their
//! bits, and laid over each other in 60 of 64. What two such pairs have in common is still 56 of 64, and not more than
//! either of the two: where counting is dear, one count says of both that they are far apart. For larger limits two words
//! are laid over each other, and counted twice.
//!
//! A few rows go together over each block, so that what limits is not how fast blocks are loaded.
//!
//! On x86-64 there are three ways besides the plain one; the compiler turns the plain one into NEON on aarch64, with
//! `cnt` and pairwise sums.

mod plain;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::fmt;

use super::blocks::Block;
use crate::hash::Hash;

/// Instructions by which hashes are compared. All give the same results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kernel {
    /// AVX-512 with VPOPCNTDQ, on x86-64.
    Avx512,
    /// AVX2, on x86-64.
    Avx2,
    /// The POPCNT instruction, on x86-64.
    Popcnt,
    /// What the compiler makes of plain code: NEON on aarch64, SSE2 on x86-64.
    Plain,
}

impl Kernel {
    /// All, the fastest first.
    const ALL: [Self; 4] = [Self::Avx512, Self::Avx2, Self::Popcnt, Self::Plain];

    /// Those that this processor has, the fastest first.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|kernel| kernel.is_available())
    }

    /// The fastest that this processor has.
    pub fn best() -> Self {
        Self::available().next().unwrap_or(Self::Plain)
    }

    fn is_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vpopcntdq")
                    && is_x86_feature_detected!("popcnt")
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt"),
            #[cfg(target_arch = "x86_64")]
            Self::Popcnt => is_x86_feature_detected!("popcnt"),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx512 | Self::Avx2 | Self::Popcnt => false,
            Self::Plain => true,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Popcnt => "popcnt",
            Self::Plain if cfg!(target_arch = "aarch64") => "neon",
            Self::Plain => "plain",
        }
    }

    /// Numbers of the hashes in `blocks` that are within `limit` of a row, with their distances, put behind what is in
    /// `hits`; of each row in the order of numbers. The zeros behind the last hash count as hashes.
    pub(super) fn scan(self, rows: &Rows, blocks: &[Block], limit: u32, hits: &mut Vec<Hit>) {
        let limit = limit.min(256);
        match limit {
            0..=44 => self.run::<CLOSE>(rows, blocks, limit, hits),
            45..=66 => self.run::<WIDE>(rows, blocks, limit, hits),
            _ => self.run::<WHOLE>(rows, blocks, limit, hits),
        }
    }

    fn run<const FILTER: u8>(self, rows: &Rows, blocks: &[Block], limit: u32, hits: &mut Vec<Hit>) {
        // The processor is asked once more: `Kernel` can be made by anybody, and the answer is remembered.
        #[cfg(target_arch = "x86_64")]
        if self != Self::Plain && self.is_available() {
            return x86::run::<FILTER>(self, rows, blocks, limit, hits);
        }
        plain::run::<FILTER>(rows, blocks, limit, hits);
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How many rows go together: with the words of four, AVX-512 still has registers left for a block's.
const TOGETHER: usize = 4;

/// Up to four hashes that are compared with the same blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows {
    /// Behind the last one it is repeated.
    hashes: [Hash; TOGETHER],
    len: usize,
}

impl Rows {
    /// How many there are at most.
    pub(super) const MOST: usize = TOGETHER;

    /// The first [`Rows::MOST`] of the hashes; `None` of none.
    pub(super) fn of(hashes: impl IntoIterator<Item = Hash>) -> Option<Self> {
        let mut hashes = hashes.into_iter();
        let mut rows = Self { hashes: [hashes.next()?; TOGETHER], len: 1 };
        for hash in hashes.take(TOGETHER - 1) {
            rows.hashes[rows.len..].fill(hash);
            rows.len += 1;
        }
        Some(rows)
    }

    fn as_slice(&self) -> &[Hash] {
        &self.hashes[..self.len]
    }
}

/// A hash that is near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// Of which of the rows.
    pub(super) row: u32,
    /// Its number, from the start of the blocks.
    pub(super) number: u32,
    /// Its distance.
    pub(super) distance: u16,
}

/// How a block is passed over quickly, by the limit. By all words laid over each other, or as many as the kernel wants:
/// at a limit of 44 this lets through what is nearer than some 64 bits.
const CLOSE: u8 = 2;
/// By two and two words laid over each other. At a limit of 66 this lets through what is nearer than some 78 bits.
const WIDE: u8 = 1;
/// Not: the whole distance of each.
const WHOLE: u8 = 0;

/// Where rows have met a block of which some may be near.
#[derive(Debug, Clone, Copy)]
struct Place {
    row: usize,
    block: usize,
}

/// The hashes of one block that are within `limit`, one by one: done for the few blocks that may have one.
#[cold]
#[inline(never)]
fn collect(rows: &Rows, blocks: &[Block], place: Place, limit: u32, hits: &mut Vec<Hit>) {
    let (row, block) = (rows.hashes[place.row], &blocks[place.block]);
    let first = place.block * super::blocks::LANES;
    for lane in 0..super::blocks::LANES {
        let distance = Hash([0, 1, 2, 3].map(|word| block.0[word][lane])).distance(row);
        if distance <= limit
            && let (Ok(row), Ok(number), Ok(distance)) =
                (u32::try_from(place.row), u32::try_from(first + lane), u16::try_from(distance))
        {
            hits.push(Hit { row, number, distance });
        }
    }
}
