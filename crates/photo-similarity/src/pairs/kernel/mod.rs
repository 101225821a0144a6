//! Comparing one hash with many, by the best instructions that the processor has.
//!
//! Nearly all pairs are far apart, so what is fast is to see that. The bits in which two hashes differ, with the four
//! words laid over each other, are at most 64 and never more than the distance: one count instead of four says for most
//! blocks of 64 hashes that none is near. Two photos that have nothing to do with each other differ in half of their
//! bits, and laid over each other in 60 of 64. For larger limits two words are laid over each other, and counted twice.
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

    /// Numbers of the hashes in `blocks` that are within `limit` of `row`, with their distances, put behind what is in
    /// `hits`. The zeros behind the last hash count as hashes.
    pub(super) fn scan(self, row: Hash, blocks: &[Block], limit: u32, hits: &mut Vec<Hit>) {
        let limit = limit.min(256);
        match Filter::of(limit) {
            Filter::Fourfold => self.run::<4>(row, blocks, limit, hits),
            Filter::Twofold => self.run::<2>(row, blocks, limit, hits),
            Filter::None => self.run::<1>(row, blocks, limit, hits),
        }
    }

    /// `FOLD` words are laid over each other before bits are counted: 4, 2 or 1.
    fn run<const FOLD: usize>(self, row: Hash, blocks: &[Block], limit: u32, hits: &mut Vec<Hit>) {
        // The processor is asked once more: `Kernel` can be made by anybody, and the answer is remembered.
        #[cfg(target_arch = "x86_64")]
        if self != Self::Plain && self.is_available() {
            return x86::run::<FOLD>(self, row, blocks, limit, hits);
        }
        plain::run::<FOLD>(row, blocks, limit, hits);
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A hash that is near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// Its number, from the start of the blocks.
    pub(super) number: u32,
    /// Its distance.
    pub(super) distance: u16,
}

/// How a block is passed over quickly.
#[derive(Debug, Clone, Copy)]
enum Filter {
    /// By all four words laid over each other. At a limit of 44 this lets through what is nearer than some 64 bits.
    Fourfold,
    /// By two and two. At a limit of 66 this lets through what is nearer than some 78 bits.
    Twofold,
    /// Not: the whole distance of each.
    None,
}

impl Filter {
    const fn of(limit: u32) -> Self {
        match limit {
            0..=44 => Self::Fourfold,
            45..=66 => Self::Twofold,
            _ => Self::None,
        }
    }
}

/// The hashes of one block that are within `limit`, one by one: done for the few blocks that may have one.
#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled for the instructions of each kernel")]
fn collect(row: Hash, block: &Block, number: usize, limit: u32, hits: &mut Vec<Hit>) {
    let first = number * super::blocks::LANES;
    for lane in 0..super::blocks::LANES {
        let distance = Hash([0, 1, 2, 3].map(|word| block.0[word][lane])).distance(row);
        if distance <= limit
            && let (Ok(number), Ok(distance)) = (u32::try_from(first + lane), u16::try_from(distance))
        {
            hits.push(Hit { number, distance });
        }
    }
}
