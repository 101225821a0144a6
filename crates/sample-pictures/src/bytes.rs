//! Lengths as the fixed-width numbers of file formats.
//!
//! Everything made here is far below 4 GiB: a length that does not fit is saturated, and the
//! few places with a real limit (JPEG segments) check it and answer with an error.

/// The length as 32 bits.
pub(crate) fn len32(bytes: &[u8]) -> u32 {
    int32(bytes.len())
}

/// A count or an offset as 32 bits.
pub(crate) fn int32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// A count as 16 bits.
pub(crate) fn int16(value: usize) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}

/// Bytes that look like coded data: the same for the same seed.
pub(crate) fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    (0..length)
        .map(|_| {
            state = mix(state.wrapping_add(0x9e37_79b9_7f4a_7c15));
            state.to_le_bytes()[0]
        })
        .collect()
}

/// Scrambles a number (the finaliser of splitmix64).
pub(crate) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
