//! The letters of a TIFF block (TIFF 6.0, section 2): byte order, entries of 12 bytes, sizes of the types.

use std::ops::Range;

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteOrder {
    /// `MM`: the most significant one.
    Big,
    /// `II`: the least significant one.
    Little,
}

impl ByteOrder {
    pub(super) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(if self == Self::Big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    pub(super) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(if self == Self::Big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    pub(super) fn u64(self, bytes: &[u8], at: usize) -> Option<u64> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(if self == Self::Big { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }

    pub(super) fn of_u16(self, number: u16) -> [u8; 2] {
        if self == Self::Big { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    pub(super) fn of_u32(self, number: u32) -> [u8; 4] {
        if self == Self::Big { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    /// A position inside of a block; a block is shorter than 4 GiB.
    pub(super) fn of_position(self, position: usize) -> [u8; 4] {
        self.of_u32(u32::try_from(position).unwrap_or(u32::MAX))
    }
}

/// Types of values that are written.
pub(super) const BYTE: u16 = 1;
pub(super) const ASCII: u16 = 2;
pub(super) const SHORT: u16 = 3;
pub(super) const LONG: u16 = 4;
pub(super) const RATIONAL: u16 = 5;
pub(super) const UNDEFINED: u16 = 7;
/// A pointer to a directory, which some writers use instead of `LONG`.
pub(super) const IFD: u16 = 13;
/// Text in UTF-8 (EXIF 3.0).
pub(super) const UTF8: u16 = 129;

/// Bytes of one value of a type; `None` for a type that there is not.
pub(super) fn size_of(kind: u16) -> Option<u64> {
    Some(match kind {
        1 | 2 | 6 | 7 | UTF8 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | IFD => 4,
        5 | 10 | 12 => 8,
        _ => return None,
    })
}

/// Bytes of an entry.
pub(super) const ENTRY: usize = 12;

/// One entry of a directory.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The tag.
    pub(super) id: u16,
    /// The type.
    pub(super) kind: u16,
    /// How many values.
    pub(super) count: u32,
    /// Where the entry stands.
    pub(super) at: usize,
    /// Where its value stands: in the entry itself when it has up to four bytes. `None` when there is no such place
    /// in the block, or readers pass over it.
    pub(super) value: Option<Range<usize>>,
}

impl Entry {
    /// Whether the value stands in the entry itself.
    pub(super) fn is_inline(&self) -> bool {
        self.value.as_ref().is_some_and(|range| range.start == self.at + 8)
    }
}

/// A directory.
#[derive(Debug, Clone)]
pub(super) struct Directory {
    /// As ExifTool names it: `IFD0`, `ExifIFD`, `SubIFD1`.
    pub(super) name: String,
    /// Where it starts.
    pub(super) at: usize,
    /// In the order of the block.
    pub(super) entries: Vec<Entry>,
    /// The four bytes behind the entries, which lead to the next directory; `None` where the block ends before.
    pub(super) next: Option<[u8; 4]>,
    /// Why it cannot be copied, in words for people; `None` when it can.
    pub(super) flaw: Option<&'static str>,
}

impl Directory {
    /// The bytes that it takes.
    pub(super) fn range(&self) -> Range<usize> {
        let link = if self.next.is_some() { 4 } else { 0 };
        self.at..self.at + 2 + ENTRY * self.entries.len() + link
    }

    /// The entries of a tag.
    pub(super) fn all(&self, id: u16) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.id == id)
    }

    /// The first entry of a tag.
    pub(super) fn first(&self, id: u16) -> Option<&Entry> {
        self.all(id).next()
    }
}
