//! Where the bytes of each item are (`iloc`), and how that is written down.
//!
//! The table comes in three versions and with numbers of chosen widths, and readers are known that take only the
//! form that a maker's own files have. So it is never written anew: numbers are patched where they stand, and a new
//! entry has the form of its neighbours.

use std::collections::BTreeMap;

use super::fields::{Fields, Held};
use crate::draft::Splice;
use crate::native::boxes::BoxAt;
use crate::native::fault::Fault;

/// More pieces than any sound file has.
const MOST_EXTENTS: usize = 1 << 17;

/// The form of a table: its version, and how many bytes each kind of number has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) version: u8,
    offset: usize,
    length: usize,
    base: usize,
    index: usize,
}

/// What an offset counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// The start of the file.
    File,
    /// The content of the box `idat`.
    Idat,
    /// Another item, or something later than this code.
    Other(u16),
}

/// One piece of an item. The positions are those of the numbers in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    offset_at: u64,
    pub(super) offset: u64,
    length_at: u64,
    pub(super) length: u64,
}

/// Where one item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) method: Method,
    method_at: u64,
    base_at: u64,
    pub(super) base: u64,
    pub(super) extents: Vec<Extent>,
}

/// The whole table.
#[derive(Debug, Clone)]
pub(super) struct Places {
    /// By the ids of the items.
    pub(super) list: BTreeMap<u32, Place>,
    /// The box of the table.
    pub(super) at: BoxAt,
    /// How its numbers are written.
    pub(super) form: Form,
    /// Where the count stands, and in how many bytes.
    pub(super) count_at: (u64, usize),
    /// Behind the last entry.
    pub(super) end: u64,
}

impl Places {
    /// Reads the box `iloc`.
    ///
    /// Fails with [`Fault::Beyond`] for tables whose numbers are too narrow to be changed, and for items in other files.
    pub(super) fn parse(held: &Held, iloc: &BoxAt) -> Result<Self, Fault> {
        let mut fields = held.fields(iloc)?;
        let form = Form::parse(&mut fields)?;
        let count_at = (fields.position(), if form.version < 2 { 2 } else { 4 });
        let mut list = BTreeMap::new();
        let mut extents = 0;
        for _ in 0..fields.take(count_at.1)? {
            let (id, place) = place(&mut fields, form)?;
            extents += place.extents.len() + 1;
            if list.insert(id, place).is_some() || extents > MOST_EXTENTS {
                return Err(Fault::beyond("its table of places has an item twice, or too many"));
            }
        }
        Ok(Self { list, at: *iloc, form, count_at, end: fields.position() })
    }
}

impl Form {
    fn parse(fields: &mut Fields<'_>) -> Result<Self, Fault> {
        let version = u8::try_from(fields.take(4)? >> 24).unwrap_or(u8::MAX);
        let sizes = usize::try_from(fields.take(2)?).unwrap_or(0);
        let form = Self {
            version,
            offset: sizes >> 12 & 15,
            length: sizes >> 8 & 15,
            base: sizes >> 4 & 15,
            index: if version == 0 { 0 } else { sizes & 15 },
        };
        let is_wide = |size| matches!(size, 4 | 8);
        let counts_from_base = form.offset == 0 && is_wide(form.base);
        let known = version <= 2
            && is_wide(form.length)
            && (is_wide(form.offset) || counts_from_base)
            && matches!(form.base, 0 | 4 | 8)
            && matches!(form.index, 0 | 4 | 8);
        if known { Ok(form) } else { Err(Fault::beyond("its table of places has a form that is not edited")) }
    }

    fn id_size(self) -> usize {
        if self.version < 2 { 2 } else { 4 }
    }

    /// How long an entry with one piece is.
    pub(super) fn entry_length(self) -> usize {
        let method = if self.version == 0 { 0 } else { 2 };
        self.id_size() + method + 2 + self.base + 2 + self.index + self.offset + self.length
    }

    /// An entry for an item in one piece.
    pub(super) fn entry(self, id: u32, start: u64, length: u64) -> Result<Vec<u8>, Fault> {
        let (base, offset) = if self.offset == 0 { (start, 0) } else { (0, start) };
        let method = if self.version == 0 { 0 } else { 2 };
        let entry = [
            number(u64::from(id), self.id_size())?,
            number(0, method)?,
            number(0, 2)?,
            number(base, self.base)?,
            number(1, 2)?,
            number(0, self.index)?,
            number(offset, self.offset)?,
            number(length, self.length)?,
        ];
        Ok(entry.concat())
    }
}

fn place(fields: &mut Fields<'_>, form: Form) -> Result<(u32, Place), Fault> {
    let id = fields.small(form.id_size())?;
    let method_at = fields.position();
    let method = match if form.version == 0 { 0 } else { fields.take(2)? & 15 } {
        0 => Method::File,
        1 => Method::Idat,
        other => Method::Other(u16::try_from(other).unwrap_or(u16::MAX)),
    };
    if fields.take(2)? != 0 {
        return Err(Fault::beyond("parts of it are in another file"));
    }
    let base_at = fields.position();
    let base = fields.take(form.base)?;
    let count = usize::try_from(fields.take(2)?).unwrap_or(0);
    let extents = (0..count).map(|_| extent(fields, form)).collect::<Result<Vec<_>, _>>()?;
    Ok((id, Place { method, method_at, base_at, base, extents }))
}

fn extent(fields: &mut Fields<'_>, form: Form) -> Result<Extent, Fault> {
    fields.take(form.index)?;
    let offset_at = fields.position();
    let offset = fields.take(form.offset)?;
    let length_at = fields.position();
    Ok(Extent { offset_at, offset, length_at, length: fields.take(form.length)? })
}

/// A number in so many bytes.
pub(super) fn number(value: u64, size: usize) -> Result<Vec<u8>, Fault> {
    let bytes = value.to_be_bytes();
    let (high, low) = bytes.split_at(bytes.len().saturating_sub(size));
    if high.iter().any(|byte| *byte != 0) {
        return Err(Fault::beyond("a number in its tables would be too large for its place"));
    }
    Ok(low.to_vec())
}

impl Place {
    /// The pieces as ranges from the start of what the method counts from.
    pub(super) fn ranges(&self) -> Result<Vec<(u64, u64)>, Fault> {
        let range = |extent: &Extent| {
            let start = self.base.checked_add(extent.offset)?;
            Some((start, start.checked_add(extent.length)?))
        };
        let ranges: Option<Vec<_>> = self.extents.iter().map(range).collect();
        ranges.ok_or_else(|| Fault::beyond("its table of places leads outside of the file"))
    }

    /// The patches that make the item lie in one stretch of the file.
    ///
    /// An item in several pieces keeps their number, so that the table keeps its length: the pieces are laid end to
    /// end, all but the first of one byte.
    pub(super) fn lead_to(&self, form: Form, start: u64, length: u64) -> Result<Vec<Splice>, Fault> {
        let count = self.extents.len() as u64;
        if count == 0 || length < count || (form.offset == 0 && count > 1) {
            return Err(Fault::beyond("an item of its metadata is in pieces that cannot be joined"));
        }
        let mut patches = Vec::new();
        if self.method != Method::File && form.version > 0 {
            patches.push(Splice::patch(self.method_at, number(0, 2)?));
        }
        let base = if form.offset == 0 {
            start
        } else if self.base <= start {
            self.base
        } else {
            0
        };
        if base != self.base {
            patches.push(Splice::patch(self.base_at, number(base, form.base)?));
        }
        let mut at = start - base;
        for (extent, left) in self.extents.iter().zip((0..count).rev()) {
            let piece = if left + 1 == count { length - left } else { 1 };
            if form.offset > 0 && extent.offset != at {
                patches.push(Splice::patch(extent.offset_at, number(at, form.offset)?));
            }
            if extent.length != piece {
                patches.push(Splice::patch(extent.length_at, number(piece, form.length)?));
            }
            at += piece;
        }
        Ok(patches)
    }

    /// The patches that follow the pieces to where they move, given as old and new start of each.
    pub(super) fn follow(&self, form: Form, moves: &[(u64, u64)]) -> Result<Vec<Splice>, Fault> {
        if moves.iter().all(|(old, new)| old == new) {
            return Ok(Vec::new());
        }
        let by = moves.first().map_or(0, |(old, new)| new.wrapping_sub(*old));
        let all_alike = moves.iter().all(|(old, new)| new.wrapping_sub(*old) == by);
        if all_alike && form.base > 0 && (self.base > 0 || form.offset == 0) {
            return Ok(vec![Splice::patch(self.base_at, number(self.base.wrapping_add(by), form.base)?)]);
        }
        let outside = || Fault::beyond("its table of places has no room for where the picture would move");
        self.extents
            .iter()
            .zip(moves)
            .map(|(extent, (_, new))| {
                let offset = new.checked_sub(self.base).ok_or_else(outside)?;
                Ok(Splice::patch(extent.offset_at, number(offset, form.offset)?))
            })
            .collect()
    }
}
