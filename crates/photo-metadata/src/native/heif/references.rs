//! How items belong together (`iref`): tiles to their grid, a thumbnail to its picture, metadata to what they
//! describe.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::Held;
use crate::native::boxes::{BoxAt, boxes};
use crate::native::fault::Fault;

/// More than any sound file has; a tiled picture has one for each tile.
const MOST_TARGETS: usize = 1 << 16;

/// From one item to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// `cdsc`: describes; `dimg`: is made of; `auxl`, `thmb` …
    pub(super) kind: [u8; 4],
    /// The item that it starts at.
    pub(super) from: u32,
    /// The items that it leads to.
    pub(super) to: Vec<u32>,
}

/// All references, and where they stand.
#[derive(Debug, Clone, Default)]
pub(super) struct References {
    /// In the order of the file.
    pub(super) list: Vec<Reference>,
    /// What each item describes.
    described: BTreeMap<u32, BTreeSet<u32>>,
    /// The box, the size of its ids in bytes, and the place behind its last entry.
    pub(super) at: Option<(BoxAt, usize, u64)>,
}

impl References {
    /// Reads the box `iref`.
    pub(super) fn parse(held: &Held, iref: &BoxAt) -> Result<Self, Fault> {
        let mut fields = held.fields(iref)?;
        let id_size = match fields.take(4)? >> 24 {
            0 => 2,
            1 => 4,
            _ => return Err(Fault::beyond("its references between items are of a form that is not known")),
        };
        let entries = boxes(held, fields.position(), iref.end)?;
        let end = entries.last().map_or(fields.position(), |entry| entry.end);
        let mut references = Self { at: Some((*iref, id_size, end)), ..Self::default() };
        let mut targets = 0;
        for entry in &entries {
            let reference = reference(held, entry, id_size)?;
            targets += reference.to.len() + 1;
            if targets > MOST_TARGETS {
                return Err(Fault::beyond("it has more references between items than any sound file"));
            }
            if &reference.kind == b"cdsc" {
                references.described.entry(reference.from).or_default().extend(&reference.to);
            }
            references.list.push(reference);
        }
        Ok(references)
    }

    /// The items that an item describes.
    pub(super) fn described_by(&self, id: u32) -> Option<&BTreeSet<u32>> {
        self.described.get(&id)
    }
}

fn reference(held: &Held, entry: &BoxAt, id_size: usize) -> Result<Reference, Fault> {
    let mut fields = held.fields(entry)?;
    let from = fields.small(id_size)?;
    let count = fields.take(2)?;
    let to = (0..count).map(|_| fields.small(id_size)).collect::<Result<_, _>>()?;
    if !fields.is_at_end() {
        return Err(Fault::beyond("its references between items do not have the length that they say"));
    }
    Ok(Reference { kind: entry.kind, from, to })
}
