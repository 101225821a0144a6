//! In plain code, which the compiler turns into what every processor of its kind has.

use super::{Hit, collect};
use crate::hash::Hash;
use crate::pairs::blocks::{Block, LANES};

pub(super) fn run<const FOLD: usize>(row: Hash, blocks: &[Block], limit: u32, hits: &mut Vec<Hit>) {
    for (number, block) in blocks.iter().enumerate() {
        if is_near::<FOLD>(row, block, limit) {
            collect(row, block, number, limit, hits);
        }
    }
}

/// Instead of a number of words laid over each other: two of the four are counted and the others not looked at.
pub(super) const HALF: usize = 0;

/// Whether one of the block may be within the limit.
#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled once more for the POPCNT instruction, where it is called")]
pub(super) fn is_near<const FOLD: usize>(row: Hash, block: &Block, limit: u32) -> bool {
    let above = u64::from(limit) + 1;
    // The highest bit of a number that got below zero: one bitwise or instead of a branch.
    let mut below = 0_u64;
    for lane in 0..LANES {
        let differ = |word: usize| row.0[word] ^ block.0[word][lane];
        let count = |bits: u64| u64::from(bits.count_ones());
        let least = match FOLD {
            4 => count(differ(0) | differ(1) | differ(2) | differ(3)),
            HALF => count(differ(2)) + count(differ(3)),
            2 => count(differ(0) | differ(1)) + count(differ(2) | differ(3)),
            _ => count(differ(0)) + count(differ(1)) + count(differ(2)) + count(differ(3)),
        };
        below |= least.wrapping_sub(above);
    }
    below >> 63 == 1
}
