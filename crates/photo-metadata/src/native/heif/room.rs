//! Where new metadata go in the file, and what moves for them.

use super::Heif;
use super::parts::is_unused;
use crate::draft::Splice;
use crate::native::blocks::NewXmp;
use crate::native::boxes::{BoxAt, SizeField, boxed};
use crate::native::fault::Fault;
use crate::source::Source;

/// Blanks behind a packet that gets a new place, so that the next edits find room in it.
const PADDING: usize = 2 << 10;
/// Less is not worth a place of its own.
const LEAST_PADDING: usize = 512;
/// What moves, moves by whole blocks: then a file system that shares blocks can share all of the picture.
const BLOCK: u64 = 4 << 10;
/// An `mdat` of ours at the end holds metadata only.
const LARGEST_TAIL: u64 = 32 << 20;

/// So many `free` boxes are looked at; real files have one.
const MOST_CANDIDATES: usize = 8;

/// What is put into the file.
pub(super) enum Payload {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A packet, of any length.
    Packet(NewXmp),
}

impl Payload {
    fn least(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Packet(packet) => packet.least(),
        }
    }

    fn wanted(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Packet(packet) => (packet.least() + PADDING).next_multiple_of(512),
        }
    }

    fn into_bytes(self, length: usize) -> Result<Vec<u8>, Fault> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Packet(packet) => {
                packet.in_length(length).ok_or_else(|| Fault::beyond("its XMP packet does not fit"))
            }
        }
    }
}

/// Positions at which the new version has more bytes than the old one, or fewer.
#[derive(Debug, Default)]
pub(super) struct Shifts(Vec<(u64, i64)>);

impl Shifts {
    /// Everything from `at` on moves by so many bytes.
    pub(super) fn add(&mut self, at: u64, by: i64) {
        if by != 0 {
            self.0.push((at, by));
        }
    }

    /// Where a byte of the old version is in the new one.
    pub(super) fn moved(&self, at: u64) -> u64 {
        let by: i64 = self.0.iter().filter(|(from, _)| *from <= at).map(|(_, by)| by).sum();
        at.saturating_add_signed(by)
    }

    /// Where a stretch is in the new version, which must not tear it.
    pub(super) fn moved_range(&self, (start, end): (u64, u64)) -> Result<u64, Fault> {
        let moved = self.moved(start);
        let is_whole = end <= start || self.moved(end - 1).checked_sub(moved) == Some(end - 1 - start);
        if is_whole { Ok(moved) } else { Err(Fault::beyond("an item of it lies across its tables")) }
    }
}

/// Where the payloads come to lie.
pub(super) struct Laid {
    /// The splices that put them there.
    pub(super) splices: Vec<Splice>,
    /// Start in the new version and length, in the order of the payloads.
    pub(super) places: Vec<(u64, u64)>,
}

/// Lays payloads out.
pub(super) struct Rooms<'a> {
    pub(super) heif: &'a Heif,
    pub(super) source: &'a dyn Source,
    /// The stretches of all items, with their ids.
    pub(super) occupied: &'a [(u64, u64, u32)],
}

impl Rooms<'_> {
    /// Whether no item lies in a stretch, one left out.
    pub(super) fn is_vacant(&self, start: u64, end: u64, except: Option<u32>) -> bool {
        self.occupied.iter().all(|(from, to, id)| Some(*id) == except || *to <= start || end <= *from)
    }

    /// A box of zeros that no item uses, with a length that can be changed.
    fn is_room(&self, found: &BoxAt) -> Result<bool, Fault> {
        let fits = found.size == SizeField::Short && self.is_vacant(found.start, found.end, None);
        Ok(fits && is_unused(self.source, found)?)
    }

    /// Room in `meta` or right behind it that can give `length` bytes, so that nothing else moves.
    pub(super) fn absorber(&self, length: u64) -> Result<Option<BoxAt>, Fault> {
        let behind = self.heif.top.iter().filter(|found| found.start == self.heif.meta.end);
        let candidates = self.heif.children.iter().chain(behind).filter(|found| found.is(b"free"));
        for found in candidates.take(MOST_CANDIDATES) {
            let has = found.end - found.start;
            if length > 0 && (has == length || has >= length + 8) && self.is_room(found)? {
                return Ok(Some(*found));
            }
        }
        Ok(None)
    }

    /// Room at the top for all payloads; `taken` bytes of the box `taker` are gone.
    fn free_room(
        &self,
        payloads: &[Payload],
        taker: Option<&BoxAt>,
        taken: u64,
    ) -> Result<Option<(BoxAt, u64)>, Fault> {
        let has_packet = payloads.iter().any(|payload| matches!(payload, Payload::Packet(_)));
        let spare = if has_packet && !self.heif.is_fixed { LEAST_PADDING } else { 0 };
        let least = payloads.iter().map(Payload::least).sum::<usize>() + spare;
        for found in self.heif.top.iter().filter(|found| found.is(b"free")).take(MOST_CANDIDATES) {
            let gone = if taker == Some(found) { taken } else { 0 };
            let left = (found.end - found.start).saturating_sub(gone);
            if left >= 8 + least as u64 && self.is_room(found)? {
                return Ok(Some((*found, left)));
            }
        }
        Ok(None)
    }

    /// Puts the payloads into room that is there; `None` when there is too little.
    pub(super) fn in_free_room(
        &self,
        payloads: &mut Vec<Payload>,
        taker: Option<&BoxAt>,
        taken: u64,
        shifts: &Shifts,
    ) -> Result<Option<Laid>, Fault> {
        let Some((found, left)) = self.free_room(payloads, taker, taken)? else { return Ok(None) };
        let room = usize::try_from(left - 8).unwrap_or(usize::MAX);
        let mut lengths = lengths_in(payloads, room);
        let mut rest = room - lengths.iter().sum::<usize>();
        if rest < 8 {
            // No box is that small: a packet takes the rest, or it stays unused at the end of the data.
            if let Some(last) = payloads.iter().rposition(|payload| matches!(payload, Payload::Packet(_))) {
                lengths[last] += rest;
                rest = 0;
            }
        }
        let start = shifts.moved(found.start) + 8;
        let Filled { bytes: mut content, places } = filled(std::mem::take(payloads), &lengths, start)?;
        let end = if rest < 8 {
            content.resize(content.len() + rest, 0);
            found.end
        } else {
            found.end - rest as u64 + 8
        };
        let mut bytes = boxed(*b"mdat", &content)?;
        if rest >= 8 {
            bytes.extend(header(*b"free", rest as u64)?);
        }
        Ok(Some(Laid { splices: vec![Splice::replace(found.start, end, bytes)], places }))
    }

    /// Puts the payloads into a new `mdat` behind the last box, or in place of `tail`.
    pub(super) fn at_the_end(
        &self,
        payloads: Vec<Payload>,
        tail: Option<&BoxAt>,
        shifts: &Shifts,
    ) -> Result<Laid, Fault> {
        let last = self.heif.top.last().filter(|last| last.end == self.heif.length);
        let Some(last) = last else { return Err(Fault::beyond("bytes behind its end belong to no box")) };
        let mut splices = Vec::new();
        if tail.is_none() && last.size == SizeField::ToEnd {
            let Ok(size) = u32::try_from(last.end - last.start) else {
                return Err(Fault::beyond("its last box has no end"));
            };
            splices.push(Splice::patch(last.start, size.to_be_bytes().to_vec()));
        }
        let from = tail.map_or(self.heif.length, |tail| tail.start);
        let lengths: Vec<usize> = payloads.iter().map(Payload::wanted).collect();
        let Filled { bytes: content, places } = filled(payloads, &lengths, shifts.moved(from) + 8)?;
        splices.push(Splice::replace(from, self.heif.length, boxed(*b"mdat", &content)?));
        Ok(Laid { splices, places })
    }

    /// Puts the payloads right behind `meta`, which grows by `grown` bytes; everything behind moves by whole blocks.
    pub(super) fn behind_meta(
        &self,
        payloads: Vec<Payload>,
        grown: u64,
        shifts: &mut Shifts,
    ) -> Result<Laid, Fault> {
        let at = self.heif.meta.end;
        let lengths: Vec<usize> = payloads.iter().map(Payload::wanted).collect();
        let Filled { bytes: content, places } = filled(payloads, &lengths, shifts.moved(at) + 8)?;
        let mut bytes = boxed(*b"mdat", &content)?;
        let so_far = grown + bytes.len() as u64;
        let mut rest = so_far.next_multiple_of(BLOCK) - so_far;
        if (1..8).contains(&rest) {
            rest += BLOCK;
        }
        if rest > 0 {
            let filler = usize::try_from(rest - 8).unwrap_or(0);
            bytes.extend(boxed(*b"free", &vec![0; filler])?);
        }
        shifts.add(at, i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        Ok(Laid { splices: vec![Splice::insert(at, bytes)], places })
    }

    /// The last box, when it is an `mdat` with nothing in it but the picture's EXIF or XMP: an earlier edit's.
    pub(super) fn own_tail(&self) -> Result<Option<BoxAt>, Fault> {
        let Some(tail) = self.heif.top.last().filter(|last| last.is(b"mdat")) else { return Ok(None) };
        let fits = tail.end == self.heif.length && tail.length() <= LARGEST_TAIL;
        if !fits || tail.size == SizeField::ToEnd || self.heif.is_fixed {
            return Ok(None);
        }
        let inside = |start: u64, end: u64| tail.content <= start && end <= tail.end;
        let theirs = |id: u32| !self.heif.described.has(id);
        let foreign =
            |&(start, end, id): &(u64, u64, u32)| theirs(id) && start < tail.end && tail.start < end;
        let mains = self.heif.described.both().map(|(_, main)| main);
        let (in_it, out_of_it): (Vec<_>, Vec<_>) =
            mains.flat_map(|main| &main.ranges).partition(|(start, end)| inside(*start, *end));
        let across = |&&(start, end): &&(u64, u64)| start < tail.end && tail.start < end;
        if in_it.is_empty() || out_of_it.iter().any(across) || self.occupied.iter().any(foreign) {
            return Ok(None);
        }
        let mut left = tail.read(self.source, LARGEST_TAIL)?;
        for (start, end) in in_it {
            let index = |at: &u64| usize::try_from(at - tail.content).unwrap_or(usize::MAX);
            if let Some(bytes) = left.get_mut(index(start)..index(end)) {
                bytes.fill(0);
            }
        }
        Ok(left.iter().all(|byte| *byte == 0).then_some(*tail))
    }
}

/// Each as long as it should be, in so much room, in which they fit: a packet gives way.
fn lengths_in(payloads: &[Payload], room: usize) -> Vec<usize> {
    let mut lengths: Vec<usize> = payloads.iter().map(Payload::wanted).collect();
    let over = lengths.iter().sum::<usize>().saturating_sub(room);
    for (length, payload) in lengths.iter_mut().zip(payloads) {
        *length -= over.min(*length - payload.least());
    }
    lengths
}

/// The content of an `mdat`.
struct Filled {
    bytes: Vec<u8>,
    /// Start in the new version and length of each payload.
    places: Vec<(u64, u64)>,
}

/// The payloads one behind the other, and where each is when the first starts at `start`.
fn filled(payloads: Vec<Payload>, lengths: &[usize], start: u64) -> Result<Filled, Fault> {
    let (mut bytes, mut places) = (Vec::new(), Vec::new());
    for (payload, length) in payloads.into_iter().zip(lengths) {
        places.push((start + bytes.len() as u64, *length as u64));
        bytes.extend(payload.into_bytes(*length)?);
    }
    Ok(Filled { bytes, places })
}

/// The start of a box of this length.
pub(super) fn header(kind: [u8; 4], length: u64) -> Result<Vec<u8>, Fault> {
    let size = u32::try_from(length).map_err(|_| Fault::beyond("its unused room is too large"))?;
    Ok([size.to_be_bytes(), kind].concat())
}
