//! TIFF and the raw formats built on it: directories that point at strips and tiles.
//!
//! Protected are the strips, tiles and embedded JPEG images of every directory, in the order of the
//! directories, with the few entries that say how to read them. Directories are the chain from the first one
//! and all sub-directories (`SubIFDs`), not those in MakerNotes. RW2 and BigTIFF are not covered: the raw data
//! of the one have no length in the directory, and nothing writes the other.

use std::collections::BTreeSet;
use std::io;

use super::Container;
use super::container::tiff_by_extension;
use super::examination::Examination;
use super::source::{read_array, read_up_to};

/// A file of scans with a thousand pages is imaginable, more are not.
const MOST_DIRECTORIES: usize = 2000;
/// A gigapixel image in small tiles has some hundred thousand.
const MOST_PIECES: u64 = 4 << 20;

/// Entries that say how the bytes of an image are to be read.
const SHAPE: [u16; 12] = [0x100, 0x101, 0x102, 0x103, 0x106, 0x10a, 0x115, 0x116, 0x11c, 0x13d, 0x142, 0x143];

/// The entries whose values are offsets, with those that hold the lengths.
const IMAGE_DATA: [(u16, u16); 3] = [(0x111, 0x117), (0x144, 0x145), (0x201, 0x202)];

pub(super) fn walk(x: &mut Examination<'_>, extension: &str) -> io::Result<()> {
    let Some(head) = read_array::<8>(x.source, 0)? else {
        x.truncated("header", 8_u64.saturating_sub(x.len()));
        return Ok(());
    };
    if x.container == Container::Tiff {
        x.container = tiff_by_extension(extension);
    }
    let little = head[0] == b'I';
    if head[2] == 43 || head[3] == 43 || x.container == Container::Rw2 {
        x.not_covered();
        return Ok(());
    }
    let mut walker = Walker { x, little, seen: BTreeSet::new(), pieces: 0 };
    let first = u64::from(walker.number32(&head, 4));
    walker.chain(first)?;
    let found_nothing = walker.pieces == 0;
    if found_nothing {
        x.not_covered();
    }
    Ok(())
}

struct Walker<'a, 'b> {
    x: &'a mut Examination<'b>,
    little: bool,
    seen: BTreeSet<u64>,
    pieces: u64,
}

/// One entry of a directory.
#[derive(Clone, Copy)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u64,
    /// Where the values are: in the entry itself, or elsewhere.
    values: u64,
}

impl Entry {
    fn size(&self) -> u64 {
        match self.kind {
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => 1,
        }
    }
}

impl Walker<'_, '_> {
    /// Directory behind directory, each with its sub-directories first.
    fn chain(&mut self, first: u64) -> io::Result<()> {
        let mut waiting = vec![first];
        while let Some(at) = waiting.pop() {
            if at == 0 || !self.seen.insert(at) {
                continue;
            }
            if self.seen.len() > MOST_DIRECTORIES {
                self.x.too_complex();
                return Ok(());
            }
            let is_first = self.seen.len() == 1;
            let Some((entries, next)) = self.directory(at)? else { continue };
            self.image(&entries)?;
            if is_first {
                self.notice(&entries);
            }
            waiting.push(next);
            if let Some(subs) = entries.iter().find(|entry| entry.tag == 0x14a) {
                let offsets = self.numbers(subs, 256)?;
                waiting.extend(offsets.into_iter().rev());
            }
        }
        Ok(())
    }

    fn directory(&mut self, at: u64) -> io::Result<Option<(Vec<Entry>, u64)>> {
        let Some(count) = read_array::<2>(self.x.source, at)?.map(|bytes| self.number16(&bytes, 0)) else {
            self.x.malformed("directory", at);
            return Ok(None);
        };
        let length = usize::from(count) * 12 + 4;
        let bytes = read_up_to(self.x.source, at + 2, length)?;
        if bytes.len() + 4 < length {
            self.x.truncated("directory", (length - bytes.len()) as u64);
        }
        let mut entries = Vec::with_capacity(usize::from(count));
        for (index, raw) in bytes.chunks_exact(12).take(usize::from(count)).enumerate() {
            let mut entry = Entry {
                tag: self.number16(raw, 0),
                kind: self.number16(raw, 2),
                count: u64::from(self.number32(raw, 4)),
                values: at + 2 + 12 * index as u64 + 8,
            };
            if entry.count.saturating_mul(entry.size()) > 4 {
                entry.values = u64::from(self.number32(raw, 8));
            }
            entries.push(entry);
        }
        let next = bytes.get(length - 4..).map_or(0, |next| u64::from(self.number32(next, 0)));
        Ok(Some((entries, next)))
    }

    /// What the first directory says about the whole file.
    fn notice(&mut self, entries: &[Entry]) {
        let has = |tag| entries.iter().any(|entry| entry.tag == tag);
        self.x.has_iptc |= has(0x83bb);
        self.x.signed |= has(0xcd41);
        if has(0xc612) && self.x.container == Container::Tiff {
            self.x.container = Container::Dng;
        }
    }

    /// Protects the image of one directory.
    fn image(&mut self, entries: &[Entry]) -> io::Result<()> {
        for &(offsets, lengths) in &IMAGE_DATA {
            let find = |tag| entries.iter().find(|entry| entry.tag == tag).copied();
            let (Some(offsets), Some(lengths)) = (find(offsets), find(lengths)) else { continue };
            if offsets.count > MOST_PIECES || offsets.count != lengths.count {
                if offsets.count > MOST_PIECES {
                    self.x.too_complex();
                } else {
                    self.x.malformed("list of strips or tiles", offsets.values);
                }
                continue;
            }
            for entry in entries.iter().filter(|entry| SHAPE.contains(&entry.tag)) {
                let values = self.numbers(entry, 64)?;
                let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                self.x.digest(&format!("entry {:04x}", entry.tag), &bytes);
            }
            self.pieces(&offsets, &lengths)?;
        }
        Ok(())
    }

    fn pieces(&mut self, offsets: &Entry, lengths: &Entry) -> io::Result<()> {
        let starts = self.numbers(offsets, MOST_PIECES)?;
        let lengths = self.numbers(lengths, MOST_PIECES)?;
        for (start, length) in starts.into_iter().zip(lengths) {
            if !self.x.spend(32) {
                return Ok(());
            }
            self.pieces += 1;
            let end = start.saturating_add(length);
            if end > self.x.len() {
                self.x.truncated("strip or tile", end - self.x.len());
            }
            self.x.digest_range("strip or tile", start, length)?;
        }
        Ok(())
    }

    /// The values of an entry as numbers, at most so many.
    fn numbers(&self, entry: &Entry, most: u64) -> io::Result<Vec<u64>> {
        let size = usize::try_from(entry.size()).unwrap_or(1);
        let count = usize::try_from(entry.count.min(most)).unwrap_or(0);
        let bytes = read_up_to(self.x.source, entry.values, count.saturating_mul(size))?;
        let number = |value: &[u8]| match size {
            1 => u64::from(value[0]),
            2 => u64::from(self.number16(value, 0)),
            4 => u64::from(self.number32(value, 0)),
            _ => u64::from(self.number32(value, 0)) << 32 | u64::from(self.number32(value, 4)),
        };
        Ok(bytes.chunks_exact(size).map(number).collect())
    }

    fn number16(&self, bytes: &[u8], at: usize) -> u16 {
        let two = bytes.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default();
        if self.little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) }
    }

    fn number32(&self, bytes: &[u8], at: usize) -> u32 {
        let four = bytes.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default();
        if self.little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) }
    }
}
