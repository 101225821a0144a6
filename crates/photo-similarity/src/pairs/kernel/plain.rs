//! In plain code, which the compiler turns into what every processor of its kind has.

use super::{CLOSE, Hit, Place, Rows, WIDE, collect};
use crate::hash::Hash;
use crate::pairs::blocks::{Block, LANES};

pub(super) fn run<const FILTER: u8>(rows: &Rows, blocks: &[Block], limit: u32, hits: &mut Vec<Hit>) {
    for (number, block) in blocks.iter().enumerate() {
        for (row, hash) in rows.as_slice().iter().enumerate() {
            if is_near::<FILTER>(*hash, block, limit) {
                collect(rows, blocks, Place { row, block: number }, limit, hits);
            }
        }
    }
}

/// Another filter for small limits: two of the four words are counted and the others not looked at.
pub(super) const HALF: u8 = 3;

/// Whether one of the block may be within the limit.
#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled once more for the POPCNT instruction, where it is called")]
pub(super) fn is_near<const FILTER: u8>(row: Hash, block: &Block, limit: u32) -> bool {
    let above = u64::from(limit) + 1;
    let differ = |word: usize, lane: usize| row.0[word] ^ block.0[word][lane];
    let over = |lane: usize| differ(0, lane) | differ(1, lane) | differ(2, lane) | differ(3, lane);
    let count = |bits: u64| u64::from(bits.count_ones());
    // The highest bit of a number that got below zero: one bitwise or instead of a branch.
    let mut below = 0_u64;
    if FILTER == CLOSE {
        for lane in 0..LANES / 2 {
            below |= count(over(lane) & over(lane + LANES / 2)).wrapping_sub(above);
        }
        return below >> 63 == 1;
    }
    for lane in 0..LANES {
        let differ = |word: usize| differ(word, lane);
        let least = match FILTER {
            HALF => count(differ(2)) + count(differ(3)),
            WIDE => count(differ(0) | differ(1)) + count(differ(2) | differ(3)),
            _ => count(differ(0)) + count(differ(1)) + count(differ(2)) + count(differ(3)),
        };
        below |= least.wrapping_sub(above);
    }
    below >> 63 == 1
}
