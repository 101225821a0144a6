//! New items for the list: an entry in `iinf`, one in `iloc`, one in `iref`, each in the form of its neighbours.

use std::collections::BTreeSet;

use super::Heif;
use super::items::{Metadata, XMP_TYPE};
use super::places::number;
use crate::draft::Splice;
use crate::native::boxes::{BoxAt, boxed, boxes};
use crate::native::fault::Fault;
use crate::source::{Source, read_array};

/// What is added to `meta`, but for the places, which follow from its length.
pub(super) struct Grown {
    ids: Vec<u32>,
    infos: Vec<u8>,
    references: Vec<u8>,
    /// By how many bytes `meta` grows.
    pub(super) length: u64,
}

impl Grown {
    /// Plans entries for items of these kinds that describe the primary item.
    pub(super) fn plan(heif: &Heif, source: &dyn Source, kinds: &[Metadata]) -> Result<Self, Fault> {
        let ids = unused_ids(heif, source, kinds.len())?;
        let described = described_items(heif);
        let (mut infos, mut references) = (Vec::new(), Vec::new());
        for (id, kind) in ids.iter().zip(kinds) {
            infos.extend(info(*id, *kind)?);
            references.extend(reference(*id, &described, id_size(heif, &ids))?);
        }
        if heif.references.at.is_none() && !ids.is_empty() {
            let version = u8::from(id_size(heif, &ids) == 4);
            references = boxed(*b"iref", &[&[version, 0, 0, 0], &references[..]].concat())?;
        }
        let places = heif.places.form.entry_length() * ids.len();
        let length = (infos.len() + references.len() + places) as u64;
        Ok(Self { ids, infos, references, length })
    }

    /// Where `meta` grows, and by how much.
    pub(super) fn points(&self, heif: &Heif) -> [(u64, u64); 3] {
        let places = self.length - (self.infos.len() + self.references.len()) as u64;
        [
            (heif.items.end, self.infos.len() as u64),
            (heif.places.end, places),
            (references_end(heif), self.references.len() as u64),
        ]
    }

    /// The splices in `meta`, for items at these places; `meta_length` is the new length of the box itself.
    pub(super) fn splices(
        &self,
        heif: &Heif,
        places: &[(u64, u64)],
        meta_length: u64,
    ) -> Result<Vec<Splice>, Fault> {
        if self.ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut entries = Vec::new();
        for (id, (start, length)) in self.ids.iter().zip(places) {
            entries.extend(heif.places.form.entry(*id, *start, *length)?);
        }
        let more = self.ids.len() as u64;
        let count =
            |at: (u64, usize), old: u64| Ok::<_, Fault>(Splice::patch(at.0, number(old + more, at.1)?));
        let mut splices = vec![
            count(heif.items.count_at, heif.items.count())?,
            count(heif.places.count_at, heif.places.list.len() as u64)?,
        ];
        let longer = |found: &BoxAt, by: usize| found.resized(found.end - found.start + by as u64);
        splices.extend(longer(&heif.items.at, self.infos.len())?);
        splices.extend(longer(&heif.places.at, entries.len())?);
        if let Some((iref, ..)) = &heif.references.at {
            splices.extend(longer(iref, self.references.len())?);
        }
        splices.extend(heif.meta.resized(meta_length)?);
        splices.push(Splice::insert(heif.items.end, self.infos.clone()));
        splices.push(Splice::insert(heif.places.end, entries));
        // Last, since a new box may come to the very place at which another one ends.
        splices.push(Splice::insert(references_end(heif), self.references.clone()));
        Ok(splices)
    }
}

/// Behind the last reference; where there are none yet, behind the last box.
fn references_end(heif: &Heif) -> u64 {
    let last = heif.children.last().map_or(heif.meta.end, |child| child.end);
    heif.references.at.map_or(last, |(_, _, end)| end)
}

fn id_size(heif: &Heif, ids: &[u32]) -> usize {
    let is_wide = ids.iter().any(|id| u16::try_from(*id).is_err());
    heif.references.at.map_or(if is_wide { 4 } else { 2 }, |(_, size, _)| size)
}

/// Ids above those of all items; groups count in the same numbers.
fn unused_ids(heif: &Heif, source: &dyn Source, count: usize) -> Result<Vec<u32>, Fault> {
    let groups = groups(heif, source)?;
    let referenced = heif.references.list.iter().flat_map(|reference| &reference.to);
    let used = heif.items.list.keys().chain(heif.places.list.keys()).chain(referenced);
    let highest = used.copied().max().unwrap_or(0);
    let ids = (highest..=u32::MAX).skip(1).filter(|id| !groups.contains(id)).take(count).collect::<Vec<_>>();
    if ids.len() == count { Ok(ids) } else { Err(Fault::beyond("it has no id left for a new item")) }
}

fn groups(heif: &Heif, source: &dyn Source) -> Result<BTreeSet<u32>, Fault> {
    let mut ids = BTreeSet::new();
    for list in heif.children.iter().filter(|child| child.is(b"grpl")) {
        for group in boxes(source, list.content, list.end)? {
            ids.extend(read_array::<4>(source, group.content + 4)?.map(u32::from_be_bytes));
        }
    }
    Ok(ids)
}

/// What the picture's metadata describe: the primary item, and what the maker has them describe beside it, such as
/// the tone-mapped picture that is derived from it.
fn described_items(heif: &Heif) -> Vec<u32> {
    let sibling = heif.described.both().next().and_then(|(_, main)| {
        let own = |reference: &&super::references::Reference| {
            &reference.kind == b"cdsc" && reference.from == main.id && reference.to.contains(&heif.primary)
        };
        heif.references.list.iter().find(own)
    });
    sibling.map_or_else(|| vec![heif.primary], |reference| reference.to.clone())
}

/// An entry of `iinf`. It is marked as not shown (flag 1), as cameras do.
fn info(id: u32, kind: Metadata) -> Result<Vec<u8>, Fault> {
    let (version, id) = match u16::try_from(id) {
        Ok(id) => (2, id.to_be_bytes().to_vec()),
        Err(_) => (3, id.to_be_bytes().to_vec()),
    };
    let texts = match kind {
        Metadata::Exif => b"Exif\0".to_vec(),
        Metadata::Xmp => [b"mime\0", XMP_TYPE, b"\0"].concat(),
    };
    boxed(*b"infe", &[&[version, 0, 0, 1][..], &id, &[0, 0], &texts].concat())
}

/// An entry of `iref`.
fn reference(from: u32, to: &[u32], id_size: usize) -> Result<Vec<u8>, Fault> {
    let mut content = number(u64::from(from), id_size)?;
    content.extend(number(to.len() as u64, 2)?);
    for id in to {
        content.extend(number(u64::from(*id), id_size)?);
    }
    boxed(*b"cdsc", &content)
}
