//! Keys: the names and values of QuickTime metadata, as Apple's cameras write them (`moov/meta`, handler `mdta`).
//!
//! `keys` lists names; `ilst` has an item for each value, whose four letters are the number of its name, counted from 1.
//! In `moov` the `meta` box has no version, elsewhere it has one; one that has it in `moov` is read by nobody.

mod names;
mod values;
mod write;

use super::spoken::{Said, Spoken};
use crate::native::boxes::{BoxAt, SizeField, boxes};
use crate::native::fault::Fault;
use crate::source::{Source, be32};
use crate::tag::Tag;
use names::{Key, rival};
pub(super) use write::write;

/// Longer ones hold pictures; they are left alone, but not rewritten.
const LONGEST_TABLE: u64 = 4 << 20;

/// One box `meta` with keys in it.
pub(super) struct KeyTable {
    pub(super) at: BoxAt,
    /// Whether it is the one of the movie, which is written.
    pub(super) is_movies: bool,
    /// Its version, where it has one.
    version: Vec<u8>,
    /// Each box in it, in order.
    pub(super) children: Vec<(BoxAt, Vec<u8>)>,
    /// Names with their namespaces, in order.
    keys: Vec<Key>,
    items: Vec<Item>,
}

/// A value.
#[derive(Debug, Clone)]
struct Item {
    /// The number of its name, or letters in tables of another kind.
    kind: [u8; 4],
    content: Vec<u8>,
}

impl KeyTable {
    /// Reads a `meta` box; `None` where there are no keys in it that readers would see.
    pub(super) fn read(source: &dyn Source, found: &BoxAt, is_movies: bool) -> Result<Option<Self>, Fault> {
        let bytes = found.read(source, LONGEST_TABLE)?;
        // ExifTool looks for a box where the version would be, and the other way round.
        let start = match is_movies {
            true if be32(&bytes, 0) != Some(0) => 0,
            false if bytes.get(4..8) != Some(b"hdlr") => 4,
            _ => return Ok(None),
        };
        let version = bytes.get(..start).unwrap_or_default().to_vec();
        let list = boxes(&bytes, start as u64, bytes.len() as u64)?;
        if list.iter().any(|child| child.size == SizeField::ToEnd) {
            return Err(Fault::beyond("a box of its metadata says no length"));
        }
        let children: Vec<(BoxAt, Vec<u8>)> = list
            .into_iter()
            .map(|child| child.read(&bytes, LONGEST_TABLE).map(|content| (child, content)))
            .collect::<Result<_, _>>()?;
        if children.iter().any(|(child, _)| matches!(&child.kind, b"iinf" | b"iloc")) {
            return Err(Fault::beyond("it has metadata items as a HEIC file has them"));
        }
        let mut table =
            Self { at: *found, is_movies, version, children, keys: Vec::new(), items: Vec::new() };
        table.items =
            table.only(*b"ilst")?.map(|(_, content)| items(content)).transpose()?.unwrap_or_default();
        table.keys =
            table.only(*b"keys")?.map(|(_, content)| names::parse(content)).transpose()?.unwrap_or_default();
        let position = |kind: &[u8; 4]| table.children.iter().position(|(child, _)| child.is(kind));
        match (position(b"keys"), position(b"ilst")) {
            (Some(keys), Some(items)) if items < keys => {
                Err(Fault::beyond("its keys stand behind their values"))
            }
            _ => Ok(Some(table)),
        }
    }

    fn only(&self, kind: [u8; 4]) -> Result<Option<&(BoxAt, Vec<u8>)>, Fault> {
        let mut found = self.children.iter().filter(|(child, _)| child.is(&kind));
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(Fault::beyond("it has several lists of keys in one place")),
            (first, None) => Ok(first),
        }
    }

    fn has(&self, kind: [u8; 4]) -> bool {
        self.children.iter().any(|(child, _)| child.is(&kind))
    }

    /// The key of an item.
    fn key_of(&self, item: &Item) -> Option<&Key> {
        let number = usize::try_from(u32::from_be_bytes(item.kind)).ok()?;
        self.keys.get(number.checked_sub(1)?)
    }

    /// Our tags in it, and others of the same names.
    pub(super) fn spoken(&self) -> Result<Vec<Spoken>, Fault> {
        let mut spoken = Vec::new();
        for item in &self.items {
            if let Some((_, tag, name)) = self.key_of(item).map(Key::meaning).transpose()?.flatten() {
                let (is_default, text) = values::text(&item.content)?;
                let value = values::printed(tag, text)?;
                spoken.push(Spoken { name, said: Some(Said { tag, is_default, value }) });
            } else if let Some(name) = rival(item.kind) {
                spoken.push(Spoken { name, said: None });
            }
        }
        Ok(spoken)
    }

    /// What else is in it, by the names of the keys.
    pub(super) fn listing(&self) -> Result<Vec<(String, String)>, Fault> {
        let mut listing = Vec::new();
        for item in &self.items {
            let hash = blake3::hash(&item.content).to_hex().to_string();
            let key = match self.key_of(item) {
                Some(key) => match key.meaning()? {
                    Some((_, tag, _)) if self.is_movies => tag.name().to_owned(),
                    _ => format!("Keys:{}", key.name.escape_ascii()),
                },
                None => format!("ItemList:{}", item.kind.escape_ascii()),
            };
            listing.push((key, hash));
        }
        Ok(listing)
    }

    /// Whether its handler is the one for keys.
    pub(super) fn is_of_keys(&self) -> bool {
        let handler = self.children.iter().find(|(child, _)| child.is(b"hdlr"));
        handler.is_some_and(|(_, content)| content.get(8..12) == Some(b"mdta")) && self.has(*b"keys")
    }

    /// The items that say a tag.
    fn held(&self, tag: Tag) -> Result<Vec<usize>, Fault> {
        let mut held = Vec::new();
        for (index, item) in self.items.iter().enumerate() {
            if let Some((_, found, _)) = self.key_of(item).map(Key::meaning).transpose()?.flatten()
                && found == tag
            {
                held.push(index);
            }
        }
        Ok(held)
    }
}

fn items(content: &[u8]) -> Result<Vec<Item>, Fault> {
    let bytes = content.to_vec();
    let list = boxes(&bytes, 0, bytes.len() as u64)?;
    list.into_iter()
        .map(|found| {
            if found.size == SizeField::ToEnd {
                return Err(Fault::beyond("one of its keys has a value without a length"));
            }
            let content = found.read(&bytes, LONGEST_TABLE)?;
            let content = found.uuid.map_or(content.clone(), |uuid| [&uuid[..], &content].concat());
            Ok(Item { kind: found.kind, content })
        })
        .collect()
}
