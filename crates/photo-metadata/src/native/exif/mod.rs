//! EXIF, edited by appending: what stands in the block stays where it is.
//!
//! MakerNotes hold positions that count from the start of the block, in forms that only their makers know; moving
//! them breaks lenses, focus points and previews (measured with every writer that does). So an edit overwrites a value
//! where the new one fits, and otherwise appends a copy of the directory with the new value, and changes the pointer:
//!
//! ```text
//! before  MM* →IFD0 │ IFD0 …→ExifIFD │ ExifIFD …MakerNote… │ IFD1, thumbnail │
//! after   MM* ─────┐│ (dead)         │ ExifIFD …MakerNote… │ IFD1, thumbnail │ IFD0, new values │
//!                  └───────────────────────────────────────────────────────────↑
//! ```
//!
//! Everything that is built in an unusual way is [`Fault::Beyond`]: ExifTool does it, or nobody.

mod apply;
mod area;
mod encode;
mod listing;
mod parse;
mod reading;
mod tags;
#[cfg(test)]
mod tests;
mod tiff;

use std::collections::BTreeMap;

use self::apply::EntryEdit;
use self::parse::Parsed;
use self::tags::{entry_of, tag_of};
use self::tiff::ByteOrder;
use super::blocks::{Listing, NewExif};
use super::fault::Fault;
use crate::draft::{Draft, Splice};
use crate::edits::TagEdit;
use crate::recipe::View;
use crate::regions::Orientation;
use crate::source::Source as _;
use crate::tag::{Tag, TagBlock};
use crate::value::Value;

/// Tag 0x0112 of the first directory.
const ORIENTATION: u16 = 0x0112;

/// Tags 0x010f and 0x0110 of the first directory: maker and model of the camera.
const CAMERA: [u16; 2] = [0x010f, 0x0110];

/// An EXIF block.
#[derive(Debug, Clone)]
pub(crate) struct Exif {
    bytes: Vec<u8>,
    parsed: Parsed,
    tags: Vec<(Tag, Value)>,
}

impl Exif {
    /// Reads the directories of a block that starts with its byte order mark.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let parsed = parse::parse(bytes)?;
        let mut tags = Vec::new();
        for directory in &parsed.directories {
            for entry in &directory.entries {
                let Some(tag) = tag_of(&directory.name, entry.id) else { continue };
                if let Some(text) = reading::shown_tag(tag, entry, parsed.order, bytes)? {
                    tags.push((tag, Value::Text(text)));
                }
            }
        }
        Ok(Self { bytes: bytes.to_vec(), parsed, tags })
    }

    /// A new block with these tags and what the standard asks for beside them.
    ///
    /// Edits of other blocks are passed over; it is [`Fault::Beyond`] when none is left that gives a tag.
    pub(crate) fn create(edits: &[TagEdit]) -> Result<NewExif, Fault> {
        let entries = entry_edits(edits.iter(), ByteOrder::Big)?;
        if entries.iter().all(|edit| edit.new.is_none()) {
            return Err(Fault::beyond("there is nothing to put into a new EXIF block"));
        }
        let bytes = apply::create(&entries, ByteOrder::Big);
        prove(&bytes, &[], edits)?;
        Ok(NewExif { bytes, splices: None })
    }

    /// Our tags, with values in ExifTool's notation; one that is held twice comes twice.
    pub(crate) fn tags(&self) -> Vec<(Tag, Value)> {
        self.tags.clone()
    }

    /// Tag 0x0112 of the first directory; upright where it is missing or out of range.
    pub(crate) fn orientation(&self) -> Orientation {
        let entry = self.parsed.directories.first().and_then(|directory| directory.first(ORIENTATION));
        let number = entry.and_then(|entry| {
            let data = self.bytes.get(entry.value.clone()?)?;
            let text = reading::plain(entry, self.parsed.order, data).ok()?;
            std::str::from_utf8(&text).ok()?.trim().parse().ok()
        });
        number.and_then(Orientation::new).unwrap_or(Orientation::UPRIGHT)
    }

    /// Maker and model of the camera, where they say something.
    pub(crate) fn camera(&self) -> (Option<String>, Option<String>) {
        let said = |id| {
            let entry = self.parsed.directories.first()?.first(id)?;
            let data = self.bytes.get(entry.value.clone()?)?;
            let text = reading::plain(entry, self.parsed.order, data).ok()?;
            let text = String::from_utf8_lossy(&text);
            let text = text.trim_matches(|letter: char| letter.is_whitespace() || letter == '\0');
            (!text.is_empty()).then(|| text.to_owned())
        };
        let [make, model] = CAMERA;
        (said(make), said(model))
    }

    /// The changed block; edits of other blocks, and those that say what the block says, are passed over.
    ///
    /// The result may be longer than a container can hold: that is the container's to see.
    pub(crate) fn apply(&self, edits: &[TagEdit]) -> Result<NewExif, Fault> {
        let open = edits.iter().filter(|edit| !self.says(edit));
        let entries = entry_edits(open, self.parsed.order)?;
        if entries.is_empty() {
            return Ok(NewExif { bytes: self.bytes.clone(), splices: Some(Vec::new()) });
        }
        let splices = apply::splices(&self.bytes, &self.parsed, &entries)?;
        let bytes = applied(&self.bytes, splices.clone())?;
        prove(&bytes, &self.tags, edits)?;
        Ok(NewExif { bytes, splices: Some(splices) })
    }

    /// All entries of all directories; those that are one of our tags under the tag's name.
    pub(crate) fn listing(&self) -> Listing {
        listing::list(&self.bytes, &self.parsed).unwrap_or_else(|_| {
            [("EXIF:Block".to_owned(), vec![super::shown::fingerprint(&self.bytes)])].into()
        })
    }

    /// Whether the block says to the letter what an edit asks for.
    fn says(&self, edit: &TagEdit) -> bool {
        let mut values = self.tags.iter().filter(|(tag, _)| *tag == edit.tag).map(|(_, value)| value);
        match (values.next(), values.next(), &edit.new) {
            (None, _, None) => true,
            (Some(value), None, Some(new)) => value.as_text() == new.as_text(),
            _ => false,
        }
    }
}

/// The entries that change; the last edit of a tag counts.
fn entry_edits<'a>(
    edits: impl Iterator<Item = &'a TagEdit>,
    order: ByteOrder,
) -> Result<Vec<EntryEdit>, Fault> {
    let mut entries = BTreeMap::new();
    for edit in edits.filter(|edit| edit.tag.block() == TagBlock::Exif) {
        let Some((place, id)) = entry_of(edit.tag) else { continue };
        let new = edit.new.as_ref().map(|value| encode::encode(edit.tag, value, order)).transpose()?;
        entries.insert((place, id), EntryEdit { place, id, new });
    }
    Ok(entries.into_values().collect())
}

/// A block with its splices in it.
fn applied(bytes: &[u8], splices: Vec<Splice>) -> Result<Vec<u8>, Fault> {
    let old = bytes.to_vec();
    let draft = Draft::new(old.len() as u64, splices)
        .ok_or_else(|| Fault::beyond("its EXIF block cannot take all these changes at once"))?;
    let recipe = draft.forward();
    let view = View::new(&old, &recipe);
    let length = usize::try_from(view.len()).map_err(|_| Fault::beyond("its EXIF block is too long"))?;
    let mut new = vec![0; length];
    view.read_at(0, &mut new)?;
    Ok(new)
}

/// Reads a new block again: it says what was asked for, and of our other tags what it said before.
fn prove(bytes: &[u8], before: &[(Tag, Value)], edits: &[TagEdit]) -> Result<(), Fault> {
    let new = Exif::parse(bytes)?;
    let edited = |tag: Tag| edits.iter().any(|edit| edit.tag == tag);
    let others = |tags: &[(Tag, Value)]| -> Vec<(Tag, Value)> {
        let mut others: Vec<_> = tags.iter().filter(|(tag, _)| !edited(*tag)).cloned().collect();
        others.sort_by_key(|(tag, _)| *tag);
        others
    };
    let is_met = |edit: &&TagEdit| {
        let mut values = new.tags.iter().filter(|(tag, _)| *tag == edit.tag).map(|(_, value)| value);
        match (values.next(), values.next(), &edit.new) {
            (None, _, None) => true,
            (Some(value), None, Some(wanted)) => value.says_the_same(wanted, edit.tag),
            _ => false,
        }
    };
    let mut asked = edits.iter().filter(|edit| edit.tag.block() == TagBlock::Exif);
    if let Some(unmet) = asked.find(|edit| !is_met(edit)) {
        return Err(Fault::beyond(format!("its EXIF block cannot say this of {}", unmet.tag)));
    }
    if others(before) != others(&new.tags) {
        return Err(Fault::beyond("its EXIF block would say something else of other tags"));
    }
    Ok(())
}
