//! HEIC, HEIF and AVIF: an edit of the map of items that leaves the items alone.
//!
//! The box `meta` lists the items of a file (tiles, thumbnails, gain maps, EXIF, XMP), says where their bytes are,
//! and which describes which. New EXIF or XMP goes, in this order,
//!
//! ```text
//! 1  where the old is          ftyp meta mdat[.. XMP ..]                  nothing moves
//! 2  to our mdat at the end    ftyp meta mdat mdat[XMP]                   nothing moves
//! 3  into unused room          ftyp meta mdat[XMP] free mdat              nothing moves
//! 4  to a new mdat at the end  ftyp meta mdat mdat[XMP]                   nothing moves
//! 5  behind meta               ftyp meta+ mdat[XMP] free mdat             everything behind moves by 4,096 bytes
//! ```
//!
//! the last only when the list of items itself has to grow and no unused room is next to it. Version, widths and
//! methods of the table of places are kept, since readers are known that take only the form of a maker's own files.
//!
//! What surprised us: files have several XMP items, and only the one that describes (`cdsc`) the primary item is the
//! picture's; that of a gain map says how to apply it. `free` boxes may hold data (Samsung keeps some there), so only
//! those full of zeros are unused. A file with a box at the top that is not known here may count from the end of the
//! file (motion photos do); there nothing may move, not even the end. The same holds for a box in `meta` that may hold
//! places of its own.
//!
//! Image sequences (`moov`) are not edited: their samples are found by tables of their own.

mod edit;
mod fields;
mod grown;
mod items;
mod metadata;
mod parts;
mod places;
mod properties;
mod references;
mod room;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use fields::Held;
use items::Items;
use metadata::Described;
use places::{Method, Places};
use properties::Picture;
use references::References;

use super::blocks::{Blocks, Format, Listing, Renewed};
use super::boxes::{BoxAt, SizeField, boxes};
use super::fault::Fault;
use crate::draft::Splice;
use crate::source::Source;

/// Real tables have some kilobytes, spatial photos some ten.
const LARGEST_META: u64 = 16 << 20;

/// Canon's boxes in `meta`.
const CANON_UUID: [u8; 16] = *b"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48";

/// A picture file, looked through.
pub(super) struct Heif {
    blocks: Blocks,
    length: u64,
    /// The boxes at the top.
    top: Vec<BoxAt>,
    meta: BoxAt,
    /// The boxes in `meta`.
    children: Vec<BoxAt>,
    items: Items,
    places: Places,
    references: References,
    primary: u32,
    described: Described,
    /// Whether nothing may move, since a box is there that is not known.
    is_fixed: bool,
}

impl Heif {
    /// Finds the items and reads EXIF and XMP.
    pub(super) fn open(source: &dyn Source) -> Result<Self, Fault> {
        let length = source.len();
        let top = boxes(source, 0, length)?;
        let meta = only_meta(&top)?;
        let held = Held::read(source, &meta, LARGEST_META)?;
        let children = children(&held, &meta)?;
        let find = |kind: &[u8; 4]| children.iter().find(|child| child.is(kind));
        let require = |kind: &[u8; 4]| {
            let missing = || Fault::beyond(format!("it has no box {}", kind.escape_ascii()));
            find(kind).ok_or_else(missing)
        };
        let items = Items::parse(&held, require(b"iinf")?)?;
        let places = Places::parse(&held, require(b"iloc")?)?;
        let references = match find(b"iref") {
            Some(iref) => References::parse(&held, iref)?,
            None => References::default(),
        };
        let primary = primary(&held, require(b"pitm")?)?;
        if !items.list.contains_key(&primary) {
            return Err(Fault::beyond("its primary item is not in its list of items"));
        }
        let picture = Picture::parse(&held, require(b"iprp")?, primary)?;
        if picture.size.is_none() {
            return Err(Fault::beyond("it does not say how large its picture is"));
        }
        let is_fixed = has_unknown_boxes(&held, &top, &children);
        let mut heif = Self {
            blocks: Blocks { size: picture.size, turn: picture.turn, ..Blocks::default() },
            length,
            top,
            meta,
            children,
            items,
            places,
            references,
            primary,
            described: Described::default(),
            is_fixed,
        };
        heif.read_metadata(source)?;
        Ok(heif)
    }

    /// The content of `idat`, if there is one.
    fn idat(&self) -> Option<&BoxAt> {
        self.children.iter().find(|child| child.is(b"idat"))
    }

    /// Where an item is in the file, piece by piece; `None` when its places are not in the file itself.
    ///
    /// Fails with [`Fault::Beyond`] when a piece lies outside of the file.
    fn ranges(&self, id: u32) -> Result<Option<Vec<(u64, u64)>>, Fault> {
        let Some(place) = self.places.list.get(&id) else { return Ok(Some(Vec::new())) };
        let (shift, limit) = match (place.method, self.idat()) {
            (Method::File, _) => (0, self.length),
            (Method::Idat, Some(idat)) => (idat.content, idat.end),
            (Method::Idat, None) => return Err(Fault::beyond("it has no box idat, which an item is in")),
            (Method::Other(_), _) => return Ok(None),
        };
        let moved = |(start, end): (u64, u64)| {
            let (start, end) = (start.checked_add(shift)?, end.checked_add(shift)?);
            (end <= limit).then_some((start, end))
        };
        let ranges: Option<Vec<_>> = place.ranges()?.into_iter().map(moved).collect();
        ranges.map(Some).ok_or_else(|| Fault::beyond("an item of it lies outside of the file"))
    }
}

/// Whether a box is there that is not known, so that nothing may change its distance from either end of the file, and
/// nothing may move that it might point at.
fn has_unknown_boxes(held: &Held, top: &[BoxAt], children: &[BoxAt]) -> bool {
    let is_known =
        |found: &BoxAt| matches!(&found.kind, b"ftyp" | b"meta" | b"mdat" | b"free" | b"skip" | b"wide");
    // The name and version of Canon's firmware; beside it CR3 files have a table of places (`CTBO`).
    let is_version = |found: &BoxAt| {
        let content = boxes(held, found.content, found.end).unwrap_or_default();
        found.uuid == Some(CANON_UUID) && content.iter().all(|inner| inner.is(b"CNCV"))
    };
    let odd = |child: &BoxAt| child.is(b"uuid") && !is_version(child);
    !top.iter().all(is_known) || children.iter().any(odd)
}

/// The one box `meta` of a still picture.
fn only_meta(top: &[BoxAt]) -> Result<BoxAt, Fault> {
    if top.iter().any(|found| matches!(&found.kind, b"moov" | b"moof" | b"sidx" | b"mfra")) {
        return Err(Fault::beyond("it is an image sequence"));
    }
    if top.iter().any(|found| matches!(&found.kind, b"udta" | b"skip")) {
        return Err(Fault::beyond("it has metadata in the manner of a video"));
    }
    let mut metas = top.iter().filter(|found| found.is(b"meta"));
    match (metas.next(), metas.next()) {
        (Some(meta), None) if meta.size != SizeField::ToEnd && meta.length() >= 4 => Ok(*meta),
        _ => Err(Fault::beyond("its box meta is missing, or there are two")),
    }
}

/// The boxes in `meta`, all of them known and each there once.
fn children(held: &Held, meta: &BoxAt) -> Result<Vec<BoxAt>, Fault> {
    let children = boxes(held, meta.content + 4, meta.end)?;
    let mut seen = BTreeSet::new();
    for child in &children {
        let may_repeat = matches!(&child.kind, b"free" | b"uuid");
        let is_known = matches!(
            &child.kind,
            b"hdlr" | b"dinf" | b"pitm" | b"iinf" | b"iloc" | b"iref" | b"iprp" | b"idat" | b"grpl"
        );
        if !(may_repeat || is_known && seen.insert(child.kind)) || child.size == SizeField::ToEnd {
            return Err(Fault::beyond(format!(
                "its box meta holds a box {} in a way not known",
                child.name()
            )));
        }
    }
    Ok(children)
}

fn primary(held: &Held, pitm: &BoxAt) -> Result<u32, Fault> {
    let mut fields = held.fields(pitm)?;
    let size = if fields.take(4)? >> 24 == 0 { 2 } else { 4 };
    fields.small(size)
}

impl Format for Heif {
    fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    fn parts(&self, source: &dyn Source) -> Result<Listing, Fault> {
        self.list_parts(source)
    }

    fn splices(&self, source: &dyn Source, renewed: &Renewed) -> Result<Vec<Splice>, Fault> {
        edit::splices(self, source, renewed)
    }
}
