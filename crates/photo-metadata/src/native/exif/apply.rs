//! Changing entries without moving anything that was there.
//!
//! A value that fits into the bytes of the old one is put there, unless another entry uses them too. Otherwise its
//! directory is copied into the [`area`](super::area) behind the end of the block, with the new value, and the pointer
//! to the directory is changed. Foreign entries are copied as they are: what they point to stays where it is, so that
//! all positions inside of MakerNotes stay true.

use std::collections::BTreeSet;
use std::ops::Range;

use super::area::{NewDirectory, NewEntry, NewValue, find, lay_out};
use super::encode::{Encoded, companions};
use super::parse::{EXIF_POINTER, GPS_POINTER, Parsed};
use super::reading::comment;
use super::tags::Place;
use super::tiff::{ASCII, ByteOrder, Directory, ENTRY, Entry, LONG, UNDEFINED};
use crate::draft::Splice;
use crate::native::fault::Fault;

/// One entry that changes.
#[derive(Debug, Clone)]
pub(super) struct EntryEdit {
    pub(super) place: Place,
    pub(super) id: u16,
    /// `None` takes it away.
    pub(super) new: Option<Encoded>,
}

/// A block with these directories, and nothing else.
pub(super) fn create(edits: &[EntryEdit], order: ByteOrder) -> Vec<u8> {
    let mut tables = Tables::default();
    for edit in edits.iter().filter(|edit| edit.new.is_some()) {
        tables.get_or_new(edit.place, order).set(edit);
    }
    tables.get_or_new(Place::Ifd0, order);
    tables.connect();
    let area = lay_out(8, 0, order, &tables.0);
    let mut block = if order == ByteOrder::Big { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
    block.extend(order.of_u32(8));
    block.extend(area.bytes);
    block
}

/// The splices that change these entries, each named once.
pub(super) fn splices(bytes: &[u8], parsed: &Parsed, edits: &[EntryEdit]) -> Result<Vec<Splice>, Fault> {
    if let Some(reason) = parsed.seal {
        return Err(Fault::beyond(reason));
    }
    let editor = Editor { bytes, parsed, area: find(bytes).filter(|start| is_all_ours(parsed, *start)) };
    let fits = edits.iter().map(|edit| editor.fit(edit)).collect::<Result<Vec<Fit>, Fault>>()?;
    let copied = editor.copied(edits, &fits);
    let mut splices = Vec::new();
    let mut tables = Tables::default();
    for place in &copied {
        tables.0.push(editor.table(*place)?);
    }
    for (edit, fit) in edits.iter().zip(fits) {
        match fit {
            Fit::Value(at, bytes) => splices.push(patch(at, bytes)),
            Fit::Entry(at, bytes) if !copied.contains(&edit.place) => splices.push(patch(at, bytes)),
            Fit::Nothing => {}
            Fit::Entry(..) | Fit::No => tables.get_or_new(edit.place, parsed.order).set(edit),
        }
    }
    if !tables.0.is_empty() {
        editor.append(tables, &mut splices)?;
    }
    splices.retain(|splice| !is_there(splice, bytes));
    Ok(splices)
}

fn patch(at: usize, bytes: Vec<u8>) -> Splice {
    Splice::patch(at as u64, bytes)
}

fn is_there(splice: &Splice, bytes: &[u8]) -> bool {
    let range = usize::try_from(splice.start).ok().zip(usize::try_from(splice.end).ok());
    range.and_then(|(start, end)| bytes.get(start..end)) == Some(&splice.bytes)
}

/// Whether nothing that starts elsewhere uses the area, and nothing in it is a directory that is not ours.
fn is_all_ours(parsed: &Parsed, start: usize) -> bool {
    parsed.directories.iter().all(|directory| {
        let inside = directory.at >= start;
        let known = Place::ALL.iter().any(|place| place.name() == directory.name);
        let uses = directory.entries.iter().filter_map(|entry| entry.value.as_ref());
        (!inside || known)
            && (inside || directory.range().end <= start && uses.clone().all(|range| range.end <= start))
    })
}

/// How a new value gets into the block.
#[derive(Debug, Clone)]
enum Fit {
    /// The entry that is to go is not there.
    Nothing,
    /// Into the bytes of the old value.
    Value(usize, Vec<u8>),
    /// Into the entry itself.
    Entry(usize, Vec<u8>),
    /// Only by a copy of the directory.
    No,
}

struct Editor<'a> {
    bytes: &'a [u8],
    parsed: &'a Parsed,
    /// Where the area starts that may be made anew.
    area: Option<usize>,
}

impl Editor<'_> {
    fn directory(&self, place: Place) -> Option<&Directory> {
        self.parsed.directories.iter().find(|directory| directory.name == place.name())
    }

    fn is_in_area(&self, at: usize) -> bool {
        self.area.is_some_and(|start| at >= start)
    }

    fn fit(&self, edit: &EntryEdit) -> Result<Fit, Fault> {
        let mut entries = self.directory(edit.place).into_iter().flat_map(|directory| directory.all(edit.id));
        let (entry, second) = (entries.next(), entries.next());
        if second.is_some() {
            return Err(Fault::beyond("its EXIF block holds one of the tags twice"));
        }
        Ok(match (entry, &edit.new) {
            (None, None) => Fit::Nothing,
            (Some(entry), Some(new)) => self.fit_value(entry, new),
            _ => Fit::No,
        })
    }

    fn fit_value(&self, entry: &Entry, new: &Encoded) -> Fit {
        let Some(range) = entry.value.clone() else { return Fit::No };
        if entry.is_inline() {
            let is_shared = self.is_shared(&(entry.at..entry.at + ENTRY));
            if new.bytes.len() > 4 || self.is_in_area(entry.at) || is_shared {
                return Fit::No;
            }
            return Fit::Entry(entry.at, inline_entry(entry.id, new, self.parsed.order));
        }
        let mut padded = new.bytes.clone();
        padded.resize(range.len().max(padded.len()), 0);
        let reads_the_same = match new.kind {
            ASCII => true,
            UNDEFINED => self.same_comment(&padded, &new.bytes),
            _ => padded.len() == new.bytes.len(),
        };
        let fits = entry.kind == new.kind && padded.len() == range.len() && reads_the_same;
        if fits && !self.is_in_area(range.start) && !self.is_shared(&range) {
            return Fit::Value(range.start, padded);
        }
        Fit::No
    }

    fn same_comment(&self, one: &[u8], other: &[u8]) -> bool {
        let read = |data| comment(data, self.parsed.order).ok();
        read(one) == read(other)
    }

    /// Whether bytes are used by more than the one value or table that they are of. There are MakerNotes that claim to
    /// reach over other directories.
    fn is_shared(&self, range: &Range<usize>) -> bool {
        let overlaps = |other: &Range<usize>| other.start < range.end && range.start < other.end;
        let directories = &self.parsed.directories;
        let values = directories.iter().flat_map(|directory| &directory.entries);
        let values = values.filter(|entry| !entry.is_inline()).filter_map(|entry| entry.value.clone());
        let pictures = directories.iter().flat_map(|directory| {
            super::listing::pictures(directory, self.parsed.order, self.bytes)
                .into_iter()
                .map(|(_, range)| range)
        });
        let tables = directories.iter().map(Directory::range);
        values.chain(pictures).chain(tables).filter(overlaps).count() > 1
    }

    /// Which directories have to be copied.
    fn copied(&self, edits: &[EntryEdit], fits: &[Fit]) -> BTreeSet<Place> {
        let changed = edits.iter().zip(fits).filter(|(_, fit)| matches!(fit, Fit::No));
        let mut copied: BTreeSet<Place> = changed.map(|(edit, _)| edit.place).collect();
        if copied.is_empty() {
            return copied;
        }
        // The area is made anew as a whole, and a directory that comes or goes is known to the first one.
        copied.extend(
            Place::ALL.into_iter().filter(|place| {
                self.directory(*place).is_some_and(|directory| self.is_in_area(directory.at))
            }),
        );
        let concerns_first = |place: &Place| {
            let is_shared =
                self.link(*place).is_some_and(|entry| self.is_shared(&(entry.at..entry.at + ENTRY)));
            is_shared || self.directory(*place).is_none() || self.is_emptied(*place, edits)
        };
        if copied.iter().any(concerns_first) {
            copied.insert(Place::Ifd0);
        }
        copied.retain(|place| self.directory(*place).is_some());
        copied
    }

    fn is_emptied(&self, place: Place, edits: &[EntryEdit]) -> bool {
        let goes =
            |id: u16| edits.iter().any(|edit| edit.place == place && edit.id == id && edit.new.is_none());
        let comes = edits.iter().any(|edit| edit.place == place && edit.new.is_some());
        !comes && self.directory(place).is_some_and(|directory| directory.entries.iter().all(|e| goes(e.id)))
    }

    /// A directory as it is, ready to be changed.
    fn table(&self, place: Place) -> Result<NewDirectory, Fault> {
        let mut table = NewDirectory { place, entries: Vec::new(), next: [0; 4] };
        let Some(directory) = self.directory(place) else { return Ok(table) };
        if let Some(flaw) = directory.flaw {
            return Err(Fault::beyond(flaw));
        }
        table.next = directory.next.unwrap_or_default();
        for entry in &directory.entries {
            table.entries.push(self.copy(entry)?);
        }
        Ok(table)
    }

    fn copy(&self, entry: &Entry) -> Result<NewEntry, Fault> {
        let field = self.bytes.get(entry.at + 8..).and_then(|rest| rest.first_chunk::<4>());
        let field = *field.ok_or_else(|| Fault::beyond("its EXIF block is cut off"))?;
        let moved = entry.value.clone().filter(|range| !entry.is_inline() && self.is_in_area(range.start));
        let value = match moved.and_then(|range| self.bytes.get(range)) {
            Some(bytes) => NewValue::Is(bytes.to_vec()),
            None => NewValue::Stays(field),
        };
        Ok(NewEntry { id: entry.id, kind: entry.kind, count: entry.count, value })
    }

    /// Puts the tables into an area, and the pointers to them right.
    fn append(&self, mut tables: Tables, splices: &mut Vec<Splice>) -> Result<(), Fault> {
        tables.connect();
        if tables.0.iter().any(|table| table.entries.is_empty()) {
            return Err(Fault::beyond("its EXIF block would be left without any tag"));
        }
        let order = self.parsed.order;
        let end = self.bytes.len();
        // A directory whose link to the next one is cut off must not find one in what comes behind it.
        let cut = self.parsed.directories.iter().any(|directory| directory.next.is_none());
        let start = self.area.unwrap_or_else(|| (end + if cut { 4 } else { 0 }).next_multiple_of(2));
        let area = lay_out(start, end.saturating_sub(start), order, &tables.0);
        for (place, at) in &area.places {
            if let Some(pointer) = self.pointer(*place, &tables) {
                splices.push(patch(pointer, order.of_position(*at).to_vec()));
            }
        }
        let mut bytes = vec![0; start.saturating_sub(end)];
        bytes.extend(area.bytes);
        let behind = bytes.split_off(end.saturating_sub(start).min(bytes.len()));
        if !bytes.is_empty() {
            splices.push(patch(start, bytes));
        }
        if !behind.is_empty() {
            splices.push(Splice::insert(end as u64, behind));
        }
        Ok(())
    }

    /// The entry of the first directory that leads to one.
    fn link(&self, place: Place) -> Option<&Entry> {
        let id = match place {
            Place::Ifd0 => return None,
            Place::Exif => EXIF_POINTER,
            Place::Gps => GPS_POINTER,
        };
        self.directory(Place::Ifd0).and_then(|directory| directory.first(id))
    }

    /// Where the position of a directory stands outside of the area.
    fn pointer(&self, place: Place, tables: &Tables) -> Option<usize> {
        if place == Place::Ifd0 {
            return Some(4);
        }
        let is_copied = tables.0.iter().any(|table| table.place == Place::Ifd0);
        self.link(place).filter(|_| !is_copied).map(|entry| entry.at + 8)
    }
}

fn inline_entry(id: u16, new: &Encoded, order: ByteOrder) -> Vec<u8> {
    let mut entry = Vec::with_capacity(ENTRY);
    entry.extend(order.of_u16(id));
    entry.extend(order.of_u16(new.kind));
    entry.extend(order.of_u32(new.count));
    entry.extend(&new.bytes);
    entry.resize(ENTRY, 0);
    entry
}

/// Directories to be written, the first one first.
#[derive(Debug, Default)]
struct Tables(Vec<NewDirectory>);

impl Tables {
    fn get_or_new(&mut self, place: Place, order: ByteOrder) -> &mut NewDirectory {
        let at = self.0.partition_point(|table| table.place < place);
        if self.0.get(at).is_none_or(|table| table.place != place) {
            let entries = companions(place, order).into_iter().map(|(id, new)| new.entry(id)).collect();
            self.0.insert(at, NewDirectory { place, entries, next: [0; 4] });
        }
        &mut self.0[at]
    }

    /// Lets the first directory lead to the others, and leaves out those that are empty.
    fn connect(&mut self) {
        for (place, id) in [(Place::Exif, EXIF_POINTER), (Place::Gps, GPS_POINTER)] {
            let Some(table) = self.0.iter().find(|table| table.place == place) else { continue };
            let is_empty = table.entries.is_empty();
            let Some(first) = self.0.first_mut().filter(|table| table.place == Place::Ifd0) else { continue };
            if is_empty {
                first.entries.retain(|entry| entry.id != id);
                self.0.retain(|table| table.place != place);
            } else {
                first.put(NewEntry { id, kind: LONG, count: 1, value: NewValue::LeadsTo(place) });
            }
        }
    }
}

impl NewDirectory {
    fn set(&mut self, edit: &EntryEdit) {
        match &edit.new {
            Some(new) => self.put(new.clone().entry(edit.id)),
            None => self.entries.retain(|entry| entry.id != edit.id),
        }
    }

    /// Where it was, or in front of the first tag that is higher.
    fn put(&mut self, new: NewEntry) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == new.id) {
            *entry = new;
            return;
        }
        let at = self.entries.iter().position(|entry| entry.id > new.id).unwrap_or(self.entries.len());
        self.entries.insert(at, new);
    }
}

impl Encoded {
    fn entry(self, id: u16) -> NewEntry {
        NewEntry { id, kind: self.kind, count: self.count, value: NewValue::Is(self.bytes) }
    }
}
