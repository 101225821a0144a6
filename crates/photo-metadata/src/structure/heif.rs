//! HEIC, HEIF and AVIF: items, found through a table of places, tied together by references.
//!
//! Protected is the content of every item except Exif and XMP, read through its places: a writer may move all
//! of them, and does. Protected as well are the properties, the groups, the primary item, the references
//! except those that start at Exif or XMP, every other box in `meta` and at the top, and the samples of an
//! image sequence. Bytes of `mdat` that no item and no sample points at are not.

use std::collections::BTreeMap;
use std::io;

use super::bmff::{BoxAt, XMP_UUID, boxes};
use super::examination::Examination;
use super::source::{be16, be32, read_up_to};
use super::video::{self, Chunks};

/// The tables of real files have some kilobytes; spatial photos and bursts some ten.
const LARGEST_TABLE: u64 = 16 << 20;

/// One item: what it is, and where its bytes are.
#[derive(Debug, Default)]
struct Item {
    kind: [u8; 4],
    content_type: Vec<u8>,
    /// 0: places in the file; 1: places in `idat`; 2: places in another item.
    method: u16,
    places: Vec<(u64, u64)>,
}

impl Item {
    fn is_metadata(&self) -> bool {
        &self.kind == b"Exif" || (&self.kind == b"mime" && self.content_type == b"application/rdf+xml")
    }
}

pub(super) fn walk(x: &mut Examination<'_>, top: &[BoxAt]) -> io::Result<()> {
    let of_kind = |kind: &'static [u8; 4]| top.iter().filter(move |found| &found.kind == kind);
    for found in of_kind(b"meta") {
        meta(x, found)?;
    }
    for found in of_kind(b"moov") {
        x.image_sequence = true;
        video::movie(x, found, Chunks::ByContent)?;
    }
    for found in top {
        match &found.kind {
            b"meta" | b"moov" | b"mdat" | b"free" | b"skip" | b"wide" => {}
            b"uuid" if found.uuid == Some(XMP_UUID) => {}
            _ => {
                x.image_sequence |= &found.kind == b"moof";
                x.digest_range(&format!("box {}", found.name()), found.content, found.length())?;
            }
        }
    }
    if of_kind(b"meta").next().is_none() && !x.image_sequence {
        x.malformed("box meta, which is missing", x.len());
    }
    Ok(())
}

fn meta(x: &mut Examination<'_>, meta: &BoxAt) -> io::Result<()> {
    let children = boxes(x, (meta.content + 4).min(meta.end), meta.end)?;
    let mut items = BTreeMap::new();
    let mut idat = None;
    for child in &children {
        match &child.kind {
            b"iinf" => {
                let entries = boxes_of_iinf(x, child)?;
                names(x, &entries, &mut items)?;
            }
            b"iloc" => match table(x, child)? {
                Some(bytes) if places(&bytes, &mut items).is_some() => {}
                _ => x.malformed("box iloc", child.start),
            },
            b"idat" => idat = Some(*child),
            _ => {}
        }
    }
    for child in &children {
        match &child.kind {
            b"iinf" | b"iloc" | b"idat" | b"free" | b"skip" => {}
            b"iref" => references(x, child, &items)?,
            _ => x.digest_range(&format!("meta box {}", child.name()), child.content, child.length())?,
        }
    }
    for (id, item) in items.iter().filter(|(_, item)| !item.is_metadata()) {
        contents(x, *id, item, idat)?;
    }
    Ok(())
}

/// A whole table in memory, when it is of a sensible size.
fn table(x: &mut Examination<'_>, found: &BoxAt) -> io::Result<Option<Vec<u8>>> {
    if found.length() > LARGEST_TABLE {
        x.too_complex();
        return Ok(None);
    }
    let length = usize::try_from(found.length()).unwrap_or(0);
    Ok(Some(read_up_to(x.source, found.content, length)?))
}

/// The entries behind the count, which is 16 bits in version 0 and 32 in later ones.
fn boxes_of_iinf(x: &mut Examination<'_>, iinf: &BoxAt) -> io::Result<Vec<BoxAt>> {
    let head = read_up_to(x.source, iinf.content, 1)?;
    let skip = if head.first() == Some(&0) { 6 } else { 8 };
    boxes(x, (iinf.content + skip).min(iinf.end), iinf.end)
}

fn names(x: &mut Examination<'_>, entries: &[BoxAt], items: &mut BTreeMap<u32, Item>) -> io::Result<()> {
    for entry in entries {
        let length = usize::try_from(entry.length()).unwrap_or(usize::MAX).min(4096);
        let bytes = read_up_to(x.source, entry.content, length)?;
        let Some((id, kind, rest)) = infe(&bytes) else {
            x.malformed("box infe", entry.start);
            continue;
        };
        // The name, then for `mime` the content type, each up to a zero byte.
        let content_type = rest.split(|byte| *byte == 0).nth(1).unwrap_or_default().to_vec();
        let item = items.entry(id).or_default();
        item.kind = kind;
        item.content_type = content_type;
    }
    Ok(())
}

/// An entry of version 2 (16-bit id) or 3 (32-bit id): id, kind, and the texts behind.
fn infe(bytes: &[u8]) -> Option<(u32, [u8; 4], &[u8])> {
    let (id, at) = match bytes.first()? {
        2 => (u32::from(be16(bytes, 4)?), 8),
        3 => (be32(bytes, 4)?, 10),
        _ => return None,
    };
    Some((id, *bytes.get(at..)?.first_chunk()?, bytes.get(at + 4..)?))
}

/// Reads a table of places of version 0, 1 or 2; `None` when it breaks off.
fn places(bytes: &[u8], items: &mut BTreeMap<u32, Item>) -> Option<()> {
    let mut reader = Fields { bytes, at: 0 };
    let version = reader.take(1)?;
    reader.take(3)?;
    let sizes = reader.take(2)?;
    let (offset_size, length_size) = (sizes >> 12 & 15, sizes >> 8 & 15);
    let (base_size, index_size) = (sizes >> 4 & 15, if version == 0 { 0 } else { sizes & 15 });
    let id_size = if version < 2 { 2 } else { 4 };
    for _ in 0..reader.take(id_size)? {
        let id = u32::try_from(reader.take(id_size)?).ok()?;
        let method = if version == 0 { 0 } else { reader.take(2)? & 15 };
        reader.take(2)?;
        let base = reader.take(base_size)?;
        let count = reader.take(2)?;
        let item = items.entry(id).or_default();
        item.method = u16::try_from(method).ok()?;
        item.places.clear();
        for _ in 0..count {
            reader.take(index_size)?;
            let offset = base.checked_add(reader.take(offset_size)?)?;
            // Without a field for the offset an item of no size would repeat for ever at no cost.
            let length = reader.take(length_size)?;
            item.places.push((offset, length));
        }
    }
    Some(())
}

/// Numbers of 0 to 8 bytes, one behind the other.
struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Fields<'_> {
    fn take(&mut self, size: u64) -> Option<u64> {
        let size = usize::try_from(size).ok().filter(|size| *size <= 8)?;
        let bytes = self.bytes.get(self.at..self.at + size)?;
        self.at += size;
        Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }
}

/// The content of one item, read through its places. A length of 0 means up to the end.
fn contents(x: &mut Examination<'_>, id: u32, item: &Item, idat: Option<BoxAt>) -> io::Result<()> {
    let what = [&id.to_le_bytes()[..], &item.kind, &item.content_type].concat();
    x.digest("item", &what);
    x.digest("method", &item.method.to_le_bytes());
    for &(offset, length) in &item.places {
        if !x.spend(32) {
            return Ok(());
        }
        match (item.method, idat) {
            (0, _) => part(x, id, offset, length, x.len())?,
            (1, Some(idat)) => part(x, id, idat.content.saturating_add(offset), length, idat.end)?,
            (1, None) => x.malformed(format!("item {id} without idat"), 0),
            _ => x.digest("place", &[offset.to_le_bytes(), length.to_le_bytes()].concat()),
        }
    }
    Ok(())
}

fn part(x: &mut Examination<'_>, id: u32, start: u64, length: u64, limit: u64) -> io::Result<()> {
    let length = if length == 0 { limit.saturating_sub(start) } else { length };
    let end = start.saturating_add(length);
    if end > limit {
        x.truncated(format!("item {id}"), end - limit);
    }
    x.digest_range("part", start, length)
}

/// Every reference except those that start at Exif or XMP. Ids have 16 bits in version 0.
fn references(x: &mut Examination<'_>, iref: &BoxAt, items: &BTreeMap<u32, Item>) -> io::Result<()> {
    let wide = read_up_to(x.source, iref.content, 1)?.first() != Some(&0);
    for reference in boxes(x, (iref.content + 4).min(iref.end), iref.end)? {
        let head = read_up_to(x.source, reference.content, 4)?;
        let from = if wide { be32(&head, 0) } else { be16(&head, 0).map(u32::from) };
        let from_metadata = from.and_then(|id| items.get(&id)).is_some_and(Item::is_metadata);
        if !from_metadata {
            let label = format!("reference {}", reference.name());
            x.digest_range(&label, reference.content, reference.length())?;
        }
    }
    Ok(())
}
