//! The items of a picture file (`iinf`): what each of them is.
//!
//! Version 0 and 1 of an entry are from before there were pictures in such files; no maker writes them.

use std::collections::BTreeMap;

use super::fields::{Fields, Held};
use crate::native::boxes::{BoxAt, boxes};
use crate::native::fault::Fault;

/// More items than any sound file has; a picture of 200 megapixels has some hundred tiles.
const MOST_ITEMS: usize = 1 << 15;

/// One item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// `hvc1`, `grid`, `Exif`, `mime` …
    pub(super) kind: [u8; 4],
    /// Of a `mime` item.
    pub(super) content_type: Vec<u8>,
    /// How a `mime` item is compressed; empty when it is not.
    pub(super) encoding: Vec<u8>,
    /// Whether its content is encrypted.
    pub(super) is_protected: bool,
    /// Its entry as it stands in the file: name, flags and all.
    pub(super) entry: Vec<u8>,
}

/// What an item is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Metadata {
    /// EXIF behind a small header.
    Exif,
    /// An XMP packet.
    Xmp,
}

/// The content type of XMP.
pub(super) const XMP_TYPE: &[u8] = b"application/rdf+xml";

impl Item {
    /// Which metadata it holds, if it holds any that are read here.
    pub(super) fn metadata(&self) -> Option<Metadata> {
        match &self.kind {
            b"Exif" => Some(Metadata::Exif),
            b"mime" if self.content_type == XMP_TYPE => Some(Metadata::Xmp),
            _ => None,
        }
    }
}

/// All items, and where their list stands.
#[derive(Debug, Clone)]
pub(super) struct Items {
    /// By their ids.
    pub(super) list: BTreeMap<u32, Item>,
    /// The box of the list.
    pub(super) at: BoxAt,
    /// Where the count stands, and in how many bytes.
    pub(super) count_at: (u64, usize),
    /// Behind the last entry.
    pub(super) end: u64,
}

impl Items {
    /// Reads the box `iinf`.
    pub(super) fn parse(held: &Held, iinf: &BoxAt) -> Result<Self, Fault> {
        let mut fields = held.fields(iinf)?;
        let count_size = if fields.take(4)? >> 24 == 0 { 2 } else { 4 };
        let count_at = (fields.position(), count_size);
        let count = fields.take(count_size)?;
        let entries = boxes(held, fields.position(), iinf.end)?;
        if entries.len() as u64 != count || entries.len() > MOST_ITEMS {
            return Err(Fault::beyond("its list of items does not have as many as it says"));
        }
        let mut list = BTreeMap::new();
        for entry in &entries {
            let (id, item) = item(held, entry)?;
            if list.insert(id, item).is_some() {
                return Err(Fault::beyond("its list of items has one of them twice"));
            }
        }
        let end = entries.last().map_or(fields.position(), |entry| entry.end);
        Ok(Self { list, at: *iinf, count_at, end })
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.list.len() as u64
    }
}

fn item(held: &Held, entry: &BoxAt) -> Result<(u32, Item), Fault> {
    let mut fields: Fields<'_> = held.fields(entry)?;
    let version = fields.take(4)? >> 24;
    if !entry.is(b"infe") || !matches!(version, 2 | 3) {
        return Err(Fault::beyond("its list of items is of an old form"));
    }
    let id = fields.small(if version == 2 { 2 } else { 4 })?;
    let is_protected = fields.take(2)? != 0;
    let kind = fields.letters()?;
    let _name = fields.text();
    let is_mime = &kind == b"mime";
    let content_type = if is_mime { fields.text().to_vec() } else { Vec::new() };
    let encoding = if is_mime { fields.text().to_vec() } else { Vec::new() };
    let entry = held.bytes(entry.content, entry.end).unwrap_or_default().to_vec();
    Ok((id, Item { kind, content_type, encoding, is_protected, entry }))
}
