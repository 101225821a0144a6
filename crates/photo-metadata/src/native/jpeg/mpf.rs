//! MPF (CIPA DC-007): where the further pictures of a file lie, such as a gain map or a large preview.
//!
//! The index is a small TIFF of its own. Each picture has 16 bytes: attributes, length, and an offset that counts from
//! the header of this TIFF, and is 0 for the first picture. So the offsets stay right when the header of the file
//! grows in front of the index, and have to move when it grows behind; and the length of the first picture
//! includes the header and always changes. ExifTool leaves that one stale.

use crate::draft::Splice;
use crate::native::fault::Fault;

/// The bytes of one picture in the index.
const ENTRY: usize = 16;

/// An index that was found.
#[derive(Debug, Clone)]
pub(super) struct Index<'a> {
    /// From the byte order mark on.
    bytes: &'a [u8],
    is_big: bool,
    /// Where the first picture stands in it.
    entries: usize,
    count: usize,
}

/// One picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Picture {
    /// Where its length stands in the index; the offset follows.
    at: usize,
    pub(super) length: u32,
    pub(super) offset: u32,
}

impl<'a> Index<'a> {
    /// Reads an index, from its byte order mark on; `None` for one that is not built as it should be.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let is_big = match bytes.get(..4)? {
            b"MM\0*" => true,
            b"II*\0" => false,
            _ => return None,
        };
        let mut index = Self { bytes, is_big, entries: 0, count: 0 };
        let directory = usize::try_from(index.u32(4)?).ok()?;
        for number in 0..usize::from(index.u16(directory)?) {
            let entry = directory.checked_add(2 + number * 12)?;
            if index.u16(entry)? == 0xb002 {
                let length = usize::try_from(index.u32(entry + 4)?).ok()?;
                index.entries = usize::try_from(index.u32(entry + 8)?).ok()?;
                bytes.get(index.entries..index.entries.checked_add(length)?)?;
                index.count = length / ENTRY;
            }
        }
        Some(index)
    }

    /// The pictures, the first one first.
    pub(super) fn pictures(&self) -> impl Iterator<Item = Picture> + '_ {
        (0..self.count).filter_map(|number| {
            let at = self.entries + number * ENTRY + 4;
            Some(Picture { at, length: self.u32(at)?, offset: self.u32(at + 4)? })
        })
    }

    /// The index without what follows from the length of the header.
    pub(super) fn without_places(&self) -> Vec<u8> {
        let mut bytes = self.bytes.to_vec();
        for (number, picture) in self.pictures().enumerate() {
            let lengths =
                if number == 0 { picture.at..picture.at + 8 } else { picture.at + 4..picture.at + 8 };
            if let Some(places) = bytes.get_mut(lengths) {
                places.fill(0);
            }
        }
        bytes
    }

    /// What changes in an index that stands at `base` when the file grows by `all`, by `behind` of it behind the index.
    /// Pictures lie from `scan` on, whatever else is in the header.
    pub(super) fn moved(&self, base: u64, scan: u64, all: i64, behind: i64) -> Result<Vec<Splice>, Fault> {
        let mut splices = Vec::new();
        for (number, picture) in self.pictures().enumerate() {
            if number == 0 && picture.length != 0 {
                splices.push(self.patch(base, picture.at, picture.length, all)?);
            }
            if picture.offset != 0 && behind != 0 {
                if base + u64::from(picture.offset) < scan {
                    return Err(Fault::beyond("its index of pictures (MPF) points into the header"));
                }
                splices.push(self.patch(base, picture.at + 4, picture.offset, behind)?);
            }
        }
        Ok(splices)
    }

    fn patch(&self, base: u64, at: usize, old: u32, by: i64) -> Result<Splice, Fault> {
        let too_far = || Fault::beyond("its index of pictures (MPF) cannot point that far");
        let new = u32::try_from(i64::from(old) + by).map_err(|_| too_far())?;
        let bytes = if self.is_big { new.to_be_bytes() } else { new.to_le_bytes() };
        Ok(Splice::patch(base + at as u64, bytes.to_vec()))
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
}
