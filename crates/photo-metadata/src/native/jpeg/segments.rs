//! The header of a JPEG: the list of its segments up to the first scan.
//!
//! A segment says its length in two bytes, so that the header of an ordinary photo is read with one read of 64 KiB,
//! and segments that are of no interest (profiles, previews of the maker) are stepped over. Bytes between segments,
//! a segment that runs past the end and markers without a length are against the format or very rare: such a
//! header is not handled here.

use std::io;

use crate::native::fault::Fault;
use crate::source::{Source, read_up_to};

/// What is read of a file first: the whole header of most photos.
const FIRST_PIECE: usize = 64 << 10;

/// What is read where a later segment begins.
const NEXT_PIECE: usize = 16 << 10;

/// More segments than any header has; a profile or a depth map may fill a few hundred.
const MOST_SEGMENTS: usize = 4096;

/// More filling bytes in front of a marker than anybody writes.
const MOST_FILLING: u64 = 1024;

pub(super) const START_OF_SCAN: u8 = 0xda;

/// The most bytes behind the length of a segment.
pub(super) const LONGEST_CONTENT: usize = 0xffff - 2;

/// One segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    /// Which kind: the byte behind `FF`.
    pub(super) marker: u8,
    /// Where its `FF` is; filling `FF`s in front of it belong to nobody.
    pub(super) start: u64,
    /// How many bytes are behind the length.
    pub(super) length: usize,
}

impl Segment {
    /// Where the bytes behind the length start.
    pub(super) fn content(&self) -> u64 {
        self.start + 4
    }

    /// The first byte behind it.
    pub(super) fn end(&self) -> u64 {
        self.content() + self.length as u64
    }
}

/// Reads a file from front to back, some of it at a time.
pub(super) struct Window<'a> {
    source: &'a dyn Source,
    start: u64,
    bytes: Vec<u8>,
    first: usize,
    next: usize,
}

impl<'a> Window<'a> {
    pub(super) fn new(source: &'a dyn Source) -> Self {
        Self::with_pieces(source, FIRST_PIECE, NEXT_PIECE)
    }

    pub(super) fn with_pieces(source: &'a dyn Source, first: usize, next: usize) -> Self {
        Self { source, start: 0, bytes: Vec::new(), first, next }
    }

    /// The bytes at a place; fewer than asked for at the end of the file only.
    pub(super) fn get(&mut self, at: u64, length: usize) -> io::Result<&[u8]> {
        let end = self.start + self.bytes.len() as u64;
        if at < self.start || at + length as u64 > end {
            let piece = if at < self.first as u64 { self.first } else { self.next };
            self.bytes = read_up_to(self.source, at, piece.max(length))?;
            self.start = at;
        }
        let from = usize::try_from(at - self.start).unwrap_or(usize::MAX);
        let found = self.bytes.get(from..).unwrap_or_default();
        Ok(found.get(..length).unwrap_or(found))
    }

    /// What a segment holds.
    pub(super) fn content(&mut self, segment: &Segment) -> io::Result<&[u8]> {
        self.get(segment.content(), segment.length)
    }
}

/// All segments of the header, and where the first scan starts.
pub(super) fn walk(window: &mut Window<'_>) -> Result<(Vec<Segment>, u64), Fault> {
    if window.get(0, 2)? != [0xff, 0xd8] {
        return Err(Fault::beyond("it does not start as a JPEG does"));
    }
    let mut segments = Vec::new();
    let mut at = 2;
    loop {
        let (start, marker) = marker(window, at)?;
        let &[_, _, high, low] = window.get(start, 4)? else { return Err(cut()) };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let segment = match length.checked_sub(2) {
            Some(length) => Segment { marker, start, length },
            None => return Err(Fault::beyond("one of its segments has an impossible length")),
        };
        if segment.end() > window.source.len() {
            return Err(cut());
        }
        if marker == START_OF_SCAN {
            return Ok((segments, start));
        }
        if segments.len() == MOST_SEGMENTS {
            return Err(Fault::beyond("its header has more segments than are handled"));
        }
        at = segment.end();
        segments.push(segment);
    }
}

fn cut() -> Fault {
    Fault::beyond("its header breaks off")
}

/// The next marker with a length: its `FF` and what it is.
fn marker(window: &mut Window<'_>, from: u64) -> Result<(u64, u8), Fault> {
    let mut at = from;
    loop {
        match *window.get(at, 2)? {
            [0xff, 0xff] => at += 1,
            [0xff, marker @ (0xc0..=0xcf | START_OF_SCAN..=0xfe)] => return Ok((at, marker)),
            [_, _] => return Err(Fault::beyond("its header has bytes that belong to no segment")),
            _ => return Err(cut()),
        }
        if at - from > MOST_FILLING {
            return Err(Fault::beyond("its header has more filling bytes than are handled"));
        }
    }
}
