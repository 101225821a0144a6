//! By AVX-512, AVX2 or POPCNT.
//!
//! The only unsafe code of the search: calling functions that need instructions of which the processor was asked, and
//! loading from arrays whose lengths say that there is as much.
#![expect(unsafe_code, reason = "vector instructions that not every processor has")]

use std::arch::x86_64::{
    __m256i, __m512i, _mm256_add_epi8, _mm256_and_si256, _mm256_castsi256_pd, _mm256_loadu_si256,
    _mm256_movemask_pd, _mm256_or_si256, _mm256_sad_epu8, _mm256_set1_epi8, _mm256_set1_epi64x,
    _mm256_setr_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_sub_epi64,
    _mm256_xor_si256, _mm512_add_epi64, _mm512_cmple_epu64_mask, _mm512_loadu_si512, _mm512_min_epu64,
    _mm512_popcnt_epi64, _mm512_set1_epi64, _mm512_ternarylogic_epi64, _mm512_xor_si512,
};

use super::plain::{HALF, is_near};
use super::{CLOSE, Hit, Kernel, Place, Rows, TOGETHER, WIDE, collect};
use crate::hash::Hash;
use crate::pairs::blocks::{Block, LANES};

/// Only where the processor has what `kernel` needs.
pub(super) fn run<const FILTER: u8>(
    kernel: Kernel,
    rows: &Rows,
    blocks: &[Block],
    limit: u32,
    hits: &mut Vec<Hit>,
) {
    match kernel {
        // SAFETY: `Kernel::run` comes here only where the processor has it.
        Kernel::Avx512 => unsafe { avx512::<FILTER>(rows, blocks, limit, hits) },
        // SAFETY: as above.
        Kernel::Avx2 => unsafe { avx2::<FILTER>(rows, blocks, limit, hits) },
        // SAFETY: as above. Every x86-64 processor has what `Plain` needs.
        Kernel::Popcnt | Kernel::Plain => unsafe { popcnt::<FILTER>(rows, blocks, limit, hits) },
    }
}

#[target_feature(enable = "popcnt")]
fn popcnt<const FILTER: u8>(rows: &Rows, blocks: &[Block], limit: u32, hits: &mut Vec<Hit>) {
    for (number, block) in blocks.iter().enumerate() {
        for (row, hash) in rows.as_slice().iter().enumerate() {
            // Counting is as cheap as anything else here, so two words alone are less work than four over each other.
            let is_near = if FILTER == CLOSE {
                is_near::<HALF>(*hash, block, limit)
            } else {
                is_near::<FILTER>(*hash, block, limit)
            };
            if is_near {
                collect(rows, blocks, Place { row, block: number }, limit, hits);
            }
        }
    }
}

/// Three words laid over each other are enough where counting is an instruction: pairs that have nothing to do with
/// each other differ in 56 of 64 bits then.
#[target_feature(enable = "avx512f,avx512vpopcntdq,popcnt")]
fn avx512<const FILTER: u8>(rows: &Rows, blocks: &[Block], limit: u32, hits: &mut Vec<Hit>) {
    let words = rows.hashes.map(|hash| hash.0.map(|word| _mm512_set1_epi64(word.cast_signed())));
    let most = _mm512_set1_epi64(limit.into());
    for (number, block) in blocks.iter().enumerate() {
        let mut least = [_mm512_set1_epi64(-1); TOGETHER];
        for group in 0..LANES / 8 {
            let columns = [0, 1, 2, 3].map(|word| eight(&block.0[word], group));
            for (least, words) in least.iter_mut().zip(&words) {
                let differ = |word: usize| _mm512_xor_si512(words[word], columns[word]);
                // a | (b ^ c), in one instruction.
                let over = |below: __m512i, word: usize| {
                    _mm512_ternarylogic_epi64::<0b1111_0110>(below, words[word], columns[word])
                };
                let bits = match FILTER {
                    CLOSE => _mm512_popcnt_epi64(over(over(differ(1), 2), 3)),
                    WIDE => _mm512_add_epi64(
                        _mm512_popcnt_epi64(over(differ(0), 1)),
                        _mm512_popcnt_epi64(over(differ(2), 3)),
                    ),
                    _ => {
                        let [a, b, c, d] = [0, 1, 2, 3].map(|word| _mm512_popcnt_epi64(differ(word)));
                        _mm512_add_epi64(_mm512_add_epi64(a, b), _mm512_add_epi64(c, d))
                    }
                };
                *least = _mm512_min_epu64(*least, bits);
            }
        }
        let near = least.map(|least| _mm512_cmple_epu64_mask(least, most));
        if near != [0; TOGETHER] {
            for row in (0..rows.len).filter(|row| near[*row] != 0) {
                collect(rows, blocks, Place { row, block: number }, limit, hits);
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn eight(words: &[u64; LANES], group: usize) -> __m512i {
    let words: &[u64] = &words[group * 8..group * 8 + 8];
    // SAFETY: eight words are 64 bytes, and the load needs no alignment.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
}

#[target_feature(enable = "avx2,popcnt")]
fn avx2<const FILTER: u8>(rows: &Rows, blocks: &[Block], limit: u32, hits: &mut Vec<Hit>) {
    for (number, block) in blocks.iter().enumerate() {
        for (row, hash) in rows.as_slice().iter().enumerate() {
            if near_by_avx2::<FILTER>(*hash, block, limit) {
                collect(rows, blocks, Place { row, block: number }, limit, hits);
            }
        }
    }
}

/// Whether one of the block may be within the limit.
#[inline]
#[target_feature(enable = "avx2")]
fn near_by_avx2<const FILTER: u8>(row: Hash, block: &Block, limit: u32) -> bool {
    let words = row.0.map(|word| _mm256_set1_epi64x(word.cast_signed()));
    let above = _mm256_set1_epi64x(i64::from(limit) + 1);
    let zero = _mm256_setzero_si256();
    let mut below = zero;
    let groups = LANES / 4;
    for group in 0..if FILTER == CLOSE { groups / 2 } else { groups } {
        let differ = |word: usize, group: usize| _mm256_xor_si256(words[word], four(&block.0[word], group));
        let over =
            |one: usize, other: usize, group| _mm256_or_si256(differ(one, group), differ(other, group));
        let bits = match FILTER {
            CLOSE => {
                let [one, other] = [group, group + groups / 2]
                    .map(|group| _mm256_or_si256(over(0, 1, group), over(2, 3, group)));
                bytewise(_mm256_and_si256(one, other))
            }
            WIDE => _mm256_add_epi8(bytewise(over(0, 1, group)), bytewise(over(2, 3, group))),
            _ => {
                let [a, b, c, d] = [0, 1, 2, 3].map(|word| bytewise(differ(word, group)));
                _mm256_add_epi8(_mm256_add_epi8(a, b), _mm256_add_epi8(c, d))
            }
        };
        below = _mm256_or_si256(below, _mm256_sub_epi64(_mm256_sad_epu8(bits, zero), above));
    }
    _mm256_movemask_pd(_mm256_castsi256_pd(below)) != 0
}

#[inline]
#[target_feature(enable = "avx2")]
fn four(words: &[u64; LANES], group: usize) -> __m256i {
    let words: &[u64] = &words[group * 4..group * 4 + 4];
    // SAFETY: four words are 32 bytes, and the load needs no alignment.
    unsafe { _mm256_loadu_si256(words.as_ptr().cast()) }
}

/// How many bits of each byte are set: a table of 16, looked up for both halves of each.
#[inline]
#[target_feature(enable = "avx2")]
fn bytewise(bits: __m256i) -> __m256i {
    let table = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
    );
    let half = _mm256_set1_epi8(15);
    let low = _mm256_shuffle_epi8(table, _mm256_and_si256(bits, half));
    let high = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16::<4>(bits), half));
    _mm256_add_epi8(low, high)
}
