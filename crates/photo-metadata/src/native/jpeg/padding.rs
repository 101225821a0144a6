//! How long an XMP packet is made, blanks included.
//!
//! Everything behind the header moves by what the header grows. When it does not grow, only the header has to be
//! written; when it grows by whole blocks, file systems that share extents (XFS, Btrfs, APFS) need not copy what
//! moves either (measured: a fifth of the CPU time). So the packet takes up what all other changes add, and
//! leaves room for the next edit.

use super::find::XMP;

/// The longest packet that a segment takes (XMP part 3, section 1.1.3).
pub(super) const LONGEST_PACKET: usize = 65_502;

/// What a segment adds to its packet: marker, length, name.
pub(super) const FRAME: usize = 4 + XMP.len();

/// The block of most file systems.
const BLOCK: i64 = 4096;

/// Room for the next edit: some tags, a caption, a face or two.
const ROOM: usize = 2048;

/// Room in a small file.
const SMALL_ROOM: usize = 1024;

/// A file with less than this behind its packet is written in no time.
const SMALL: u64 = 64 << 10;

/// What surrounds a packet that is to be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings {
    /// The length of the old packet; 0 without one.
    pub(super) old: usize,
    /// By how much the rest of the header grows: the other segments, and the frame of a new one.
    pub(super) growth: i64,
    /// How many bytes are behind the packet.
    pub(super) tail: u64,
}

impl Surroundings {
    /// The length for a packet that needs at least this many bytes; `None` when no segment takes it.
    pub(super) fn length(&self, least: usize) -> Option<usize> {
        if least > LONGEST_PACKET {
            return None;
        }
        let fits = |length: i64| {
            usize::try_from(length).ok().filter(|length| (least..=LONGEST_PACKET).contains(length))
        };
        if let Some(length) = fits(as_i64(self.old) - self.growth).filter(|_| self.old > 0) {
            return Some(length);
        }
        if self.tail < SMALL {
            return Some((least + SMALL_ROOM).min(LONGEST_PACKET));
        }
        let aligned = |floor: usize| fits(as_i64(floor) + self.missing_of_block(as_i64(floor)));
        Some(aligned(least + ROOM).or_else(|| aligned(least)).unwrap_or((least + ROOM).min(LONGEST_PACKET)))
    }

    /// How much a packet that is not edited should grow (or, below 0, shrink) so that the rest stays in place, given how
    /// many of its bytes are blanks at its end.
    pub(super) fn stretch(&self, blanks: usize) -> i64 {
        let (old, blanks) = (as_i64(self.old), as_i64(blanks));
        let fits = |by: i64| by + blanks > 0 && old + by <= as_i64(LONGEST_PACKET);
        if fits(-self.growth) {
            return -self.growth;
        }
        let by = self.missing_of_block(old);
        if self.tail >= SMALL && fits(by) { by } else { 0 }
    }

    /// What is missing for growth by whole blocks with a packet of this length.
    fn missing_of_block(&self, length: i64) -> i64 {
        (as_i64(self.old) - length - self.growth).rem_euclid(BLOCK)
    }
}

/// A length that may be subtracted from; lengths here are those of segments.
pub(super) fn as_i64(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX / 4)
}

/// Where the blanks at the end of a packet are, if it may be edited and is written in bytes: from their start to the
/// mark of the end.
pub(super) fn blanks(packet: &[u8]) -> Option<std::ops::Range<usize>> {
    let ends = [&b"<?xpacket end='w'?>"[..], b"<?xpacket end=\"w\"?>"];
    let body = ends.iter().find_map(|end| packet.strip_suffix(*end))?;
    let start = body.trim_ascii_end().len();
    Some(start..body.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BIG: u64 = 3 << 20;

    fn total(around: &Surroundings, length: usize) -> i64 {
        around.growth + as_i64(length) - as_i64(around.old)
    }

    #[test]
    fn what_fits_keeps_the_length_of_the_header() {
        let around = Surroundings { old: 5000, growth: 0, tail: BIG };
        assert_eq!(around.length(5000), Some(5000));
        let around = Surroundings { old: 5000, growth: 700, tail: BIG };
        assert_eq!(around.length(4000), Some(4300));
    }

    #[test]
    fn what_does_not_fit_grows_by_whole_blocks_and_leaves_room() {
        let around = Surroundings { old: 5000, growth: 60, tail: BIG };
        let length = around.length(5100).unwrap();

        assert!(length >= 5100 + ROOM);
        assert_eq!(total(&around, length) % BLOCK, 0);
    }

    #[test]
    fn the_segment_limits_the_room() {
        let around = Surroundings { old: 0, growth: 33, tail: BIG };
        assert_eq!(around.length(LONGEST_PACKET + 1), None);
        assert_eq!(around.length(LONGEST_PACKET), Some(LONGEST_PACKET));
    }

    #[test]
    fn blanks_are_taken_from_a_packet_that_may_be_edited_only() {
        assert_eq!(blanks(b"<x/>   \n<?xpacket end='w'?>"), Some(4..8));
        assert_eq!(blanks(b"<x/><?xpacket end=\"w\"?>"), Some(4..4));
        assert_eq!(blanks(b"<x/>   \n<?xpacket end='r'?>"), None);
        assert_eq!(blanks(b"<x/>   \n"), None);
    }

    proptest! {
        #[test]
        fn the_length_is_always_enough_and_never_too_much(
            old in 0_usize..LONGEST_PACKET, growth in -70_000_i64..70_000, tail in 0_u64..200_000,
            least in 0_usize..LONGEST_PACKET,
        ) {
            let around = Surroundings { old, growth, tail };
            let length = around.length(least).unwrap();
            prop_assert!((least..=LONGEST_PACKET).contains(&length));
        }

        #[test]
        fn a_stretched_packet_loses_nothing_but_blanks(
            old in 0_usize..LONGEST_PACKET, growth in -70_000_i64..70_000, tail in 0_u64..200_000,
            blanks in 0_usize..9000,
        ) {
            let around = Surroundings { old: old.max(blanks), growth, tail };
            let by = around.stretch(blanks);
            prop_assert!(by >= 0 || -by < as_i64(blanks));
            prop_assert!(as_i64(around.old) + by <= as_i64(LONGEST_PACKET));
        }
    }
}
