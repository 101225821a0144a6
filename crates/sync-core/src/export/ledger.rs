//! What is remembered of an export: which file is which, what it was made of, and what it was when it was written.
//!
//! All of it is in the state; of each file some 40 bytes are in memory, sorted, so that an unchanged file is found without
//! asking anybody.

use std::collections::HashMap;

use super::Part;
use crate::deeds::LocalPath;

/// A library and the folder that it is exported to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportOwner {
    /// What the library calls itself.
    pub library: String,
    /// The destination; absolute.
    pub folder: LocalPath,
}

/// A fingerprint of everything that decides what an exported file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ExportStamp(pub [u8; 16]);

/// An exported file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRow {
    /// Which it is: the unit and the part, as a hash.
    pub slot: u64,
    /// What shares a name: an asset, a folder, a name, and whether it is the edited version, as a hash.
    pub unit: u64,
    /// The asset, by its UUID.
    pub asset: String,
    /// Which of its files.
    pub part: Part,
    /// The number behind its name, 0 for none.
    pub number: u32,
    /// Where it is, below the destination.
    pub path: LocalPath,
    /// What it was made of.
    pub stamp: ExportStamp,
    /// Bytes.
    pub size: u64,
    /// When it was changed last, in nanoseconds since 1970.
    pub mtime_ns: i64,
    /// Its number in the file system.
    pub inode: u64,
    /// BLAKE3 of its bytes.
    pub digest: [u8; 32],
    /// BLAKE3 of what was there before, while that is being replaced.
    pub before: Option<[u8; 32]>,
}

/// What is in memory of each exported file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportLine {
    /// See [`ExportRow::slot`].
    pub slot: u64,
    /// See [`ExportRow::stamp`].
    pub stamp: ExportStamp,
    /// See [`ExportRow::inode`].
    pub inode: u64,
    /// See [`ExportRow::number`].
    pub number: u32,
    /// Whether this run came across it.
    pub is_seen: bool,
}

/// All exported files of an owner, in short, and which names they have.
#[derive(Debug, Clone, Default)]
pub struct ExportOutline {
    lines: Vec<ExportLine>,
    /// Units by the name in their folder, without endings and capitals, as a hash.
    names: HashMap<u64, u64>,
}

impl ExportOutline {
    /// Of lines in any order, and the names that units have.
    pub fn of(mut lines: Vec<ExportLine>, names: HashMap<u64, u64>) -> Self {
        lines.sort_unstable_by_key(|line| line.slot);
        lines.dedup_by_key(|line| line.slot);
        Self { lines, names }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn line(&self, slot: u64) -> Option<ExportLine> {
        self.lines.binary_search_by_key(&slot, |line| line.slot).ok().map(|at| self.lines[at])
    }

    /// Notes that a file belongs to this run.
    pub(super) fn see(&mut self, slot: u64) {
        if let Ok(at) = self.lines.binary_search_by_key(&slot, |line| line.slot) {
            self.lines[at].is_seen = true;
        }
    }

    /// Files that no run came across.
    pub(super) fn unseen(&self) -> impl Iterator<Item = u64> {
        self.lines.iter().filter(|line| !line.is_seen).map(|line| line.slot)
    }

    /// Whose a name is.
    pub(super) fn unit_of(&self, name: u64) -> Option<u64> {
        self.names.get(&name).copied()
    }

    /// Notes that a name is taken.
    pub(super) fn take(&mut self, name: u64, unit: u64) {
        self.names.insert(name, unit);
    }
}
