//! How an old version of a file is made of the new one, where the writer does not say it.
//!
//! ExifTool writes whole files. What it changed is found as `rsync` does it: common beginning and end, and between
//! them blocks of the new version that stand anywhere in the old one, found by a rolling hash and extended both
//! ways until the bytes differ. Every copied byte was compared, so the recipe is right whatever the hash says.
//!
//! Memory is bounded: the table of blocks has at most 2^18 entries, so blocks grow with the file. A recipe that
//! would hold much of the file is given up.

mod common;
mod rolling;

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::Path;

use rolling::{Filter, Rolling};

use crate::recipe::{Piece, Recipe, View};
use crate::source::{FileSource, Source, read_up_to};

/// The most bytes that a recipe may hold.
const MOST: u64 = 16 << 20;

/// So many it may hold in any case; beyond that it may hold half of the file.
const ALWAYS: u64 = 256 << 10;

/// What a piece costs beside its bytes, so that there are not endlessly many.
const PIECE: u64 = 16;

/// The shortest block that is looked for.
const SHORTEST_BLOCK: u64 = 64;

/// The most blocks in the table.
const MOST_BLOCKS: u64 = 1 << 18;

/// What is read of the old version at once, at least.
const WINDOW: u64 = 256 << 10;

/// How many bytes a recipe for a file of this length may hold.
fn allowance(length: u64) -> u64 {
    (length / 2).clamp(ALWAYS, MOST)
}

impl Recipe {
    /// The recipe that makes the old version of the new one; `None` when it would hold much of the file (more than
    /// half of it or 16 MiB, but 256 KiB are always fine). Reads both files.
    pub fn between_files(new: &Path, old: &Path) -> io::Result<Option<Self>> {
        Self::between(new, &FileSource::new(File::open(old)?)?)
    }

    /// The same where the old version is open.
    pub(crate) fn between(new: &Path, old: &dyn Source) -> io::Result<Option<Self>> {
        Self::between_sources(&FileSource::new(File::open(new)?)?, old)
    }

    fn between_sources(new: &dyn Source, old: &dyn Source) -> io::Result<Option<Self>> {
        let shorter = new.len().min(old.len());
        let start = common::forwards((new, 0), (old, 0), shorter)?;
        let end = common::backwards((new, new.len()), (old, old.len()), shorter - start)?;
        let (new_end, old_end) = (new.len() - end, old.len() - end);
        let mut finder = Finder::new(new, old, allowance(old.len()));
        finder.copy(0, start);
        let found = finder.search(start..new_end, start..old_end)?;
        finder.copy(new_end, end);
        Ok(found.then(|| Self::joined(new.len(), finder.pieces)))
    }

    /// What the recipe makes of the other version in memory; `None` when that is shorter than it has to be.
    pub fn make(&self, other: &[u8]) -> Option<Vec<u8>> {
        let other = other.to_vec();
        let view = View::new(&other, self);
        let length = usize::try_from(view.len()).ok()?;
        // Reading from memory does not fail.
        let made = read_up_to(&view, 0, length).ok()?;
        (made.len() == length).then_some(made)
    }
}

/// Where blocks of the new version stand in the old one.
struct Finder<'a> {
    new: &'a dyn Source,
    old: &'a dyn Source,
    pieces: Vec<Piece>,
    /// Bytes that the recipe may still hold.
    left: u64,
}

impl<'a> Finder<'a> {
    fn new(new: &'a dyn Source, old: &'a dyn Source, left: u64) -> Self {
        Self { new, old, pieces: Vec::new(), left }
    }

    fn copy(&mut self, start: u64, length: u64) {
        self.pieces.push(Piece::Copy { start, length });
    }

    /// Takes bytes of the old version into the recipe; false when there would be too many.
    fn take(&mut self, from: u64, to: u64) -> io::Result<bool> {
        let Some(left) = self.left.checked_sub(to - from + PIECE) else { return Ok(false) };
        self.left = left;
        let length = usize::try_from(to - from).map_err(io::Error::other)?;
        let bytes = read_up_to(self.old, from, length)?;
        if bytes.len() != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.pieces.push(Piece::Bytes(bytes));
        Ok(true)
    }

    /// Makes a range of the old version of the new one; false when too little of it is there.
    fn search(&mut self, new: std::ops::Range<u64>, old: std::ops::Range<u64>) -> io::Result<bool> {
        let blocks = Blocks::of(self.new, new)?;
        let mut window = Window { source: self.old, end: old.end, start: old.start, bytes: Vec::new() };
        // All before `taken` is in the recipe, all before `at` was looked at.
        let (mut taken, mut at) = (old.start, old.start);
        while !blocks.is_empty() && at + blocks.length <= old.end {
            if at - taken > self.left {
                return Ok(false);
            }
            let bytes = window.from(at, blocks.length)?;
            let (passed, candidate) = blocks.first_in(bytes);
            at += passed as u64;
            let Some(candidate) = candidate else { continue };
            let ahead = common::forwards((self.new, candidate), (self.old, at), old.end - at)?;
            if ahead < blocks.length {
                at += 1;
                continue;
            }
            let behind = common::backwards((self.new, candidate), (self.old, at), at - taken)?;
            if !self.take(taken, at - behind)? {
                return Ok(false);
            }
            self.copy(candidate - behind, behind + ahead);
            at += ahead;
            taken = at;
        }
        self.take(taken, old.end)
    }
}

/// The blocks of the new version, by their hash.
struct Blocks {
    length: u64,
    rolling: Rolling,
    filter: Filter,
    starts: HashMap<u64, u64>,
}

impl Blocks {
    fn of(source: &dyn Source, range: std::ops::Range<u64>) -> io::Result<Self> {
        let length = ((range.end - range.start) / MOST_BLOCKS).next_power_of_two().max(SHORTEST_BLOCK);
        let mut blocks =
            Self { length, rolling: Rolling::over(length), filter: Filter::new(), starts: HashMap::new() };
        let mut window = Window { source, end: range.end, start: range.start, bytes: Vec::new() };
        let mut at = range.start;
        while at + length <= range.end {
            let whole = window.from(at, length)?;
            for block in whole.chunks_exact(usize::try_from(length).map_err(io::Error::other)?) {
                let hash = blocks.rolling.of(block);
                blocks.filter.insert(hash);
                // Of blocks that are the same, the first.
                blocks.starts.entry(hash).or_insert(at);
                at += length;
            }
        }
        Ok(blocks)
    }

    fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Slides over bytes, of which there is one block at least; answers with the position of the first that hashes
    /// like a block and where that one is, or with how many positions were looked at.
    fn first_in(&self, bytes: &[u8]) -> (usize, Option<u64>) {
        let length = usize::try_from(self.length).unwrap_or(usize::MAX).min(bytes.len());
        let mut hash = self.rolling.of(&bytes[..length]);
        for (position, (gone, come)) in bytes.iter().zip(&bytes[length..]).enumerate() {
            if let Some(start) = self.start_of(hash) {
                return (position, Some(start));
            }
            hash = self.rolling.roll(hash, *gone, *come);
        }
        let last = bytes.len() - length;
        match self.start_of(hash) {
            Some(start) => (last, Some(start)),
            None => (last + 1, None),
        }
    }

    fn start_of(&self, hash: u64) -> Option<u64> {
        if self.filter.may_have(hash) { self.starts.get(&hash).copied() } else { None }
    }
}

/// A part of a file in memory, read forwards.
struct Window<'a> {
    source: &'a dyn Source,
    end: u64,
    start: u64,
    bytes: Vec<u8>,
}

impl Window<'_> {
    /// What is known from a position on: a block at least, which must lie in the file.
    fn from(&mut self, at: u64, block: u64) -> io::Result<&[u8]> {
        let known = self.start + self.bytes.len() as u64;
        if at + block > known {
            let length = WINDOW.max(block.saturating_mul(8)).min(self.end - at);
            self.bytes = read_up_to(self.source, at, usize::try_from(length).map_err(io::Error::other)?)?;
            self.start = at;
            if (self.bytes.len() as u64) < length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let inside = usize::try_from(at - self.start).map_err(io::Error::other)?;
        Ok(&self.bytes[inside..])
    }
}

#[cfg(test)]
mod tests;
