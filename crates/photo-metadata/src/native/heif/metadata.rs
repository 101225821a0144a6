//! Which items are the picture's EXIF and XMP, and what they hold.
//!
//! ExifTool shows the metadata of all items as the file's own: those of a second picture, of a gain map, and those
//! that describe nothing. They are read too, as further blocks; what is written are the items that describe the
//! primary one.

use std::collections::BTreeSet;

use super::Heif;
use super::items::{Item, Metadata};
use crate::native::blocks::{Block, Further};
use crate::native::boxes::BoxAt;
use crate::native::fault::Fault;
use crate::source::{Source, read_up_to};

/// Metadata of one file that are read, in bytes, all items together.
const MOST_METADATA: u64 = 32 << 20;

/// XMP in a box of its own at the top.
const XMP_UUID: [u8; 16] = *b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";

/// What an item holds.
struct Content {
    /// Where it is, piece by piece.
    ranges: Vec<(u64, u64)>,
    /// All pieces, joined.
    bytes: Vec<u8>,
}

/// The items that describe the primary one.
#[derive(Debug, Clone, Default)]
pub(super) struct Described {
    /// Its EXIF.
    pub(super) exif: Option<Main>,
    /// Its XMP.
    pub(super) xmp: Option<Main>,
    /// Kinds of which there is an item that describes nothing at all.
    pub(super) loose: Vec<Metadata>,
}

/// An item that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Main {
    pub(super) id: u32,
    /// Where it is, piece by piece.
    pub(super) ranges: Vec<(u64, u64)>,
    /// What stands before the TIFF header of EXIF.
    pub(super) head: Vec<u8>,
}

impl Described {
    /// The item of a kind.
    pub(super) fn get(&self, kind: Metadata) -> Option<&Main> {
        match kind {
            Metadata::Exif => self.exif.as_ref(),
            Metadata::Xmp => self.xmp.as_ref(),
        }
    }

    /// Both, as far as they are there.
    pub(super) fn both(&self) -> impl Iterator<Item = (Metadata, &Main)> {
        let of = |kind| move |main| (kind, main);
        self.exif.iter().map(of(Metadata::Exif)).chain(self.xmp.iter().map(of(Metadata::Xmp)))
    }

    /// Whether it is one of the two.
    pub(super) fn has(&self, id: u32) -> bool {
        self.both().any(|(_, main)| main.id == id)
    }
}

impl Heif {
    /// Reads the metadata of all items, and XMP in boxes at the top.
    pub(super) fn read_metadata(&mut self, source: &dyn Source) -> Result<(), Fault> {
        let mut left = MOST_METADATA;
        let ids: Vec<(u32, Metadata)> =
            self.items.list.iter().filter_map(|(id, item)| Some((*id, item.metadata()?))).collect();
        for (id, kind) in ids {
            let described = self.references.described_by(id);
            let is_main = described.is_some_and(|described| described.contains(&self.primary));
            let is_loose = described.is_none_or(BTreeSet::is_empty);
            let Content { ranges, bytes } = self.content(source, id, &mut left)?;
            let head = if kind == Metadata::Exif { exif_head(&bytes)? } else { 0 };
            let (head, block) = bytes.split_at_checked(head).ok_or_else(bad_head)?;
            if is_main {
                let place = match ranges[..] {
                    [(start, _)] => Some(start + head.len() as u64),
                    _ => None,
                };
                let block = Block { bytes: block.to_vec(), place };
                let main = Main { id, ranges, head: head.to_vec() };
                self.add_main(kind, main, block)?;
                continue;
            }
            if is_loose {
                self.described.loose.push(kind);
            }
            self.blocks.further.push(match kind {
                Metadata::Exif => Further::Exif(block.to_vec()),
                Metadata::Xmp => Further::Xmp(block.to_vec()),
            });
        }
        self.read_boxes_at_the_top(source, left)
    }

    fn add_main(&mut self, kind: Metadata, main: Main, block: Block) -> Result<(), Fault> {
        let (blocks, described) = (&mut self.blocks, &mut self.described);
        let (name, old) = match kind {
            Metadata::Exif => ("EXIF blocks", described.exif.replace(main)),
            Metadata::Xmp => ("XMP packets", described.xmp.replace(main)),
        };
        match kind {
            Metadata::Exif => blocks.exif = Some(block),
            Metadata::Xmp => blocks.xmp = Some(block),
        }
        if old.is_some() {
            return Err(Fault::beyond(format!("it has several {name} for one picture")));
        }
        Ok(())
    }

    /// An item's pieces and their bytes, joined.
    fn content(&self, source: &dyn Source, id: u32, left: &mut u64) -> Result<Content, Fault> {
        let is_plain = |item: &Item| item.encoding.is_empty() && !item.is_protected;
        if !self.items.list.get(&id).is_some_and(is_plain) {
            return Err(Fault::beyond("an item of its metadata is compressed or encrypted"));
        }
        let ranges = self.ranges(id)?.unwrap_or_default();
        if ranges.is_empty() || ranges.iter().any(|(start, end)| start == end) {
            return Err(Fault::beyond("an item of its metadata is empty, or not in the file itself"));
        }
        let mut bytes = Vec::new();
        for &(start, end) in &ranges {
            let length = end - start;
            *left = left
                .checked_sub(length)
                .ok_or_else(|| Fault::beyond("it has more metadata than is read here"))?;
            bytes.extend(read_up_to(source, start, usize::try_from(length).unwrap_or(usize::MAX))?);
        }
        if bytes.len() as u64 != ranges.iter().map(|(start, end)| end - start).sum::<u64>() {
            return Err(Fault::beyond("an item of its metadata is cut off"));
        }
        Ok(Content { ranges, bytes })
    }

    /// XMP in a `uuid` box is shown as the file's too; other boxes of this kind hold nothing of ours.
    fn read_boxes_at_the_top(&mut self, source: &dyn Source, left: u64) -> Result<(), Fault> {
        let is_xmp = |found: &&BoxAt| found.uuid == Some(XMP_UUID);
        for found in self.top.iter().filter(is_xmp) {
            self.blocks.further.push(Further::Xmp(found.read(source, left / 4)?));
        }
        Ok(())
    }
}

/// How many bytes stand before the TIFF header: a length and what it counts, usually `Exif\0\0`; some writers leave the
/// length out, or both.
fn exif_head(item: &[u8]) -> Result<usize, Fault> {
    if item.starts_with(b"MM\0*") || item.starts_with(b"II*\0") {
        return Ok(0);
    }
    if item.starts_with(b"Exif\0\0") {
        return Ok(6);
    }
    let length = item.first_chunk::<4>().map(|head| u32::from_be_bytes(*head)).ok_or_else(bad_head)?;
    usize::try_from(length).ok().and_then(|length| length.checked_add(4)).ok_or_else(bad_head)
}

fn bad_head() -> Fault {
    Fault::beyond("its EXIF block does not start as it says")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exif_starts_behind_what_writers_put_before_it() {
        let head = |bytes: &[u8]| exif_head(bytes).ok();

        assert_eq!(head(b"\0\0\0\x06Exif\0\0MM\0*"), Some(10));
        assert_eq!(head(b"\0\0\0\0II*\0"), Some(4));
        assert_eq!((head(b"Exif\0\0MM\0*"), head(b"II*\0")), (Some(6), Some(0)));
        assert_eq!(head(b"\0\0"), None);
    }
}
