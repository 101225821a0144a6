//! How long a new packet gets in containers that are lists of chunks, and how long data are named there.
//!
//! Blanks at the end of a packet cost little and save much: a later edit that fits leaves everything behind the
//! packet where it is, and a file whose tail moves by whole blocks of the file system shares that tail with the old
//! version (XFS, Btrfs, APFS) instead of being written anew.

use super::fault::Fault;
use crate::source::{Source, read_up_to};

/// The block of nearly all file systems.
const BLOCK: i64 = 4096;

/// A tail that is worth the blanks.
const LARGE_TAIL: u64 = 64 << 10;

/// Blanks for the next edit.
const SPARE: usize = 512;

/// The length of a packet of at least `least` bytes, always even.
///
/// `other` is by how much the file grows without the packet, its frame included; `tail` is what lies behind.
pub(super) fn packet_length(least: usize, other: i64, tail: u64) -> usize {
    let least = least.next_multiple_of(2);
    let unmoved = other.checked_neg().and_then(|length| usize::try_from(length).ok());
    if let Some(length) = unmoved.filter(|length| *length >= least && length % 2 == 0) {
        return length;
    }
    let length = least.saturating_add(SPARE);
    if tail < LARGE_TAIL {
        return length;
    }
    let grown = i64::try_from(length).unwrap_or(i64::MAX).saturating_add(other);
    let up_to_block = usize::try_from((-grown).rem_euclid(BLOCK)).unwrap_or(0);
    length.saturating_add(up_to_block & !1)
}

/// Data of up to this length are hashed as a whole.
const SHORT: u64 = 64 << 10;

/// Of longer data so much is hashed at either end.
const BORDER: usize = 4096;

/// Length and hash of data in a file; of long ones only both ends are read.
pub(super) fn fingerprint(source: &dyn Source, start: u64, length: u64) -> Result<String, Fault> {
    let mut hasher = blake3::Hasher::new();
    if length <= SHORT {
        hasher.update(&read_up_to(source, start, usize::try_from(length).unwrap_or(usize::MAX))?);
    } else {
        hasher.update(&read_up_to(source, start, BORDER)?);
        hasher.update(&read_up_to(source, start.saturating_add(length - BORDER as u64), BORDER)?);
    }
    Ok(format!("{length} {}", hasher.finalize().to_hex()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_that_fits_leaves_the_length_of_the_file_as_it_is() {
        assert_eq!(packet_length(700, -900, 1 << 20), 900);
        assert_eq!(packet_length(900, -900, 0), 900);
        assert_eq!(packet_length(901, -902, 0), 902);
    }

    #[test]
    fn a_large_tail_moves_by_whole_blocks() {
        for (least, other) in [(700, 24), (901, -900), (10_000, -3000), (0, 0), (5, -2)] {
            let length = packet_length(least, other, 1 << 20);

            assert!(length >= least);
            assert_eq!((i64::try_from(length).unwrap() + other) % BLOCK, 0, "{least} {other}");
        }
    }

    #[test]
    fn a_small_file_gets_few_blanks() {
        assert_eq!(packet_length(700, 24, 5000), 700 + SPARE);
    }

    #[test]
    fn both_ends_of_long_data_count() {
        let length = SHORT + 1;
        let mut bytes = vec![0_u8; usize::try_from(length).unwrap()];
        let before = fingerprint(&bytes, 0, length).unwrap();
        *bytes.last_mut().unwrap() = 1;

        assert_ne!(fingerprint(&bytes, 0, length).unwrap(), before);
    }
}
