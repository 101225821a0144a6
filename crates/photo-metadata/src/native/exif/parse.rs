//! From bytes to directories, with the same eyes as ExifTool: what it passes over is passed over here.
//!
//! A block may be read although it must not be written: when something in it leads outside of its end, bytes
//! appended there would suddenly mean something. Such a block is *sealed*.

use std::collections::BTreeSet;
use std::ops::Range;

use super::listing::pictures;
use super::tiff::{ByteOrder, Directory, ENTRY, Entry, IFD, LONG, size_of};
use crate::native::fault::Fault;

/// Pointers to directories.
pub(super) const EXIF_POINTER: u16 = 0x8769;
pub(super) const GPS_POINTER: u16 = 0x8825;
const INTEROP_POINTER: u16 = 0xa005;
const SUB_POINTER: u16 = 0x014a;
const PARAMETERS_POINTER: u16 = 0x0190;

/// XMP, IPTC and Photoshop's resources inside of EXIF, as in TIFF files.
const OTHER_BLOCKS: [u16; 3] = [0x02bc, 0x83bb, 0x8649];

/// More than any camera has; a hostile block has many more.
const MOST_DIRECTORIES: usize = 64;
const MOST_ENTRIES: usize = 10_000;

/// After so many warnings ExifTool gives up on a directory.
const MOST_WARNINGS: usize = 10;

/// What was found.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    pub(super) order: ByteOrder,
    /// The first directory first.
    pub(super) directories: Vec<Directory>,
    /// Why the block must not be changed, if so.
    pub(super) seal: Option<&'static str>,
}

/// Which rules a directory is read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// IFD0, and those that follow it.
    Chain(u32),
    Exif,
    Gps,
    Other,
}

struct Parser<'a> {
    bytes: &'a [u8],
    order: ByteOrder,
    directories: Vec<Directory>,
    seen: BTreeSet<usize>,
    entries: usize,
    seal: Option<&'static str>,
}

/// Reads all directories that can be reached.
pub(super) fn parse(bytes: &[u8]) -> Result<Parsed, Fault> {
    let order = match bytes.first_chunk() {
        Some(b"MM\0*") => ByteOrder::Big,
        Some(b"II*\0") => ByteOrder::Little,
        _ => return Err(Fault::beyond("its EXIF block does not start as one")),
    };
    let first = order.u32(bytes, 4).and_then(|at| usize::try_from(at).ok()).unwrap_or(0);
    if first < 8 || first % 2 == 1 {
        return Err(Fault::beyond("its EXIF block has no first directory where one can be"));
    }
    let (directories, seen) = (Vec::new(), BTreeSet::new());
    let mut parser = Parser { bytes, order, directories, seen, entries: 0, seal: None };
    parser.read_from(first)?;
    if parser.directories.is_empty() {
        return Err(Fault::beyond("its EXIF block has no first directory that can be read"));
    }
    Ok(Parsed { order, directories: parser.directories, seal: parser.seal })
}

impl Parser<'_> {
    fn read_from(&mut self, first: usize) -> Result<(), Fault> {
        let mut open = vec![("IFD0".to_owned(), first, Role::Chain(0))];
        while let Some((name, at, role)) = open.pop() {
            if !self.seen.insert(at) {
                self.seal = Some("two of its EXIF pointers lead to one directory");
                continue;
            }
            if self.directories.len() >= MOST_DIRECTORIES {
                return Err(Fault::beyond("its EXIF block has too many directories"));
            }
            let Some(directory) = self.directory(name, at, role)? else { continue };
            open.extend(self.below(&directory, role)?);
            // What is cut off, or lies in another part of the file, moves when the block grows.
            let ends = pictures(&directory, self.order, self.bytes).into_iter().map(|(_, range)| range.end);
            if ends.max().is_some_and(|end| end > self.bytes.len()) {
                self.seal = Some("a picture of its EXIF block lies outside of it");
            }
            self.directories.push(directory);
        }
        Ok(())
    }

    /// One directory; `None` for one that is not in the block as a whole.
    fn directory(&mut self, name: String, at: usize, role: Role) -> Result<Option<Directory>, Fault> {
        let count = self.order.u16(self.bytes, at).map(usize::from);
        let end = count.and_then(|count| at.checked_add(2 + ENTRY * count));
        let (Some(count), Some(end)) = (count, end.filter(|end| *end <= self.bytes.len())) else {
            self.seal = Some("one of its EXIF pointers leads outside of the block");
            return Ok(None);
        };
        let next = self.bytes.get(end..).and_then(|rest| rest.first_chunk::<4>()).copied();
        if next.is_none() && !matches!(self.bytes.len() - end, 0 | 2) {
            return Err(Fault::beyond("one of its EXIF directories is cut off"));
        }
        self.entries += count;
        if self.entries > MOST_ENTRIES {
            return Err(Fault::beyond("its EXIF block has too many entries"));
        }
        let mut directory = Directory { name, at, entries: Vec::with_capacity(count), next, flaw: None };
        let range = at..end;
        let mut warnings = 0;
        for index in 0..count {
            let entry = self.entry(at + 2 + ENTRY * index, &range);
            if entry.value.is_none() && !self.passes_over(&entry, index, role)? {
                warnings += 1;
                directory.flaw = Some("an entry of one of its EXIF directories leads nowhere");
            }
            directory.entries.push(entry);
        }
        if warnings > MOST_WARNINGS {
            return Err(Fault::beyond("one of its EXIF directories is broken"));
        }
        Ok(Some(directory))
    }

    fn entry(&self, at: usize, directory: &Range<usize>) -> Entry {
        let u16_at = |at| self.order.u16(self.bytes, at).unwrap_or_default();
        let count = self.order.u32(self.bytes, at + 4).unwrap_or_default();
        let mut entry = Entry { id: u16_at(at), kind: u16_at(at + 2), count, at, value: None };
        let size = size_of(entry.kind).and_then(|size| usize::try_from(size * u64::from(count)).ok());
        entry.value = match size {
            Some(size @ 0..=4) => Some(at + 8..at + 8 + size),
            Some(size) => self.place(at, size, directory),
            None => None,
        };
        entry
    }

    /// Where a value of more than four bytes stands, if that is where a value can be.
    fn place(&self, entry: usize, size: usize, directory: &Range<usize>) -> Option<Range<usize>> {
        let start = usize::try_from(self.order.u32(self.bytes, entry + 8)?).ok()?;
        let end = start.checked_add(size)?;
        let overlaps = start < directory.end && end > directory.start;
        (start >= 8 && end <= self.bytes.len() && !overlaps).then_some(start..end)
    }

    /// Whether an entry without a value is mere padding.
    fn passes_over(&mut self, entry: &Entry, index: usize, role: Role) -> Result<bool, Fault> {
        if size_of(entry.kind).is_some() {
            self.seal = Some("an entry of its EXIF block leads outside of it");
            return Ok(false);
        }
        if index == 0 && role != Role::Other {
            return Err(Fault::beyond("one of its EXIF directories starts with a broken entry"));
        }
        Ok(entry.kind == 0)
    }

    /// The directories that one leads to, the next to be read last.
    fn below(&mut self, directory: &Directory, role: Role) -> Result<Vec<(String, usize, Role)>, Fault> {
        let mut below = Vec::new();
        if role == Role::Gps {
            return Ok(below);
        }
        if directory.entries.iter().any(|entry| OTHER_BLOCKS.contains(&entry.id)) {
            return Err(Fault::beyond("its EXIF block holds another block of metadata"));
        }
        if let (Role::Chain(number), Some(next)) = (role, directory.next) {
            match self.order.u32(&next, 0).and_then(|at| usize::try_from(at).ok()) {
                None | Some(0) => {}
                Some(at) => below.push((format!("IFD{}", number + 1), at, Role::Chain(number + 1))),
            }
        }
        for (number, at) in self.targets(directory, SUB_POINTER).into_iter().enumerate() {
            let number = if number == 0 { String::new() } else { number.to_string() };
            below.push((format!("SubIFD{number}"), at, Role::Other));
        }
        for (pointer, name) in [(PARAMETERS_POINTER, "GlobParamIFD"), (INTEROP_POINTER, "InteropIFD")] {
            let targets = self.targets(directory, pointer);
            below.extend(targets.into_iter().map(|at| (name.to_owned(), at, Role::Other)));
        }
        for (pointer, name, of) in [(GPS_POINTER, "GPS", Role::Gps), (EXIF_POINTER, "ExifIFD", Role::Exif)] {
            if directory.first(pointer).is_some() && role != Role::Chain(0) {
                return Err(Fault::beyond("its EXIF block has an EXIF or GPS directory where none belongs"));
            }
            if let Some(at) = self.only_target(directory, pointer)? {
                below.push((name.to_owned(), at, of));
            }
        }
        Ok(below)
    }

    fn only_target(&self, directory: &Directory, pointer: u16) -> Result<Option<usize>, Fault> {
        let mut entries = directory.all(pointer);
        let Some(entry) = entries.next() else { return Ok(None) };
        // A game console writes a pointer to GPS without a value.
        if entry.count == 0 && entries.next().is_none() {
            return Ok(None);
        }
        if entries.next().is_some() || entry.count != 1 || !matches!(entry.kind, LONG | IFD) {
            return Err(Fault::beyond("its EXIF block has a pointer to a directory that is none"));
        }
        Ok(self.targets(directory, pointer).first().copied())
    }

    fn targets(&self, directory: &Directory, pointer: u16) -> Vec<usize> {
        let entries = directory.all(pointer).filter(|entry| matches!(entry.kind, LONG | IFD));
        let places = entries.filter_map(|entry| entry.value.clone()).flat_map(|range| range.step_by(4));
        let targets = places.take(MOST_DIRECTORIES).filter_map(|at| self.order.u32(self.bytes, at));
        targets.filter_map(|at| usize::try_from(at).ok()).collect()
    }
}
