//! Hashes as the instructions want them: 64 at a time, word by word.

use crate::hash::Hash;

/// Hashes in a block.
pub(super) const LANES: usize = 64;

/// 64 hashes; `self.0[word][lane]`. Two kilobytes, so that a few dozen stay in the innermost cache.
#[derive(Clone)]
#[repr(align(64))]
pub(super) struct Block(pub(super) [[u64; LANES]; 4]);

/// Hashes with whose they are: one or two for each entry, in the order of entries.
pub(super) struct Columns {
    /// The last one is filled up with zeros.
    blocks: Vec<Block>,
    len: usize,
    /// Empty when hash number `n` is entry `n`.
    owners: Vec<u32>,
}

impl Columns {
    /// `capacity` is how many are expected.
    pub(super) fn of(hashes: impl Iterator<Item = (u32, Hash)>, capacity: usize) -> Self {
        let mut columns =
            Self { blocks: Vec::with_capacity(capacity.div_ceil(LANES)), len: 0, owners: Vec::new() };
        for (owner, hash) in hashes {
            columns.push(owner, hash);
        }
        columns
    }

    fn push(&mut self, owner: u32, hash: Hash) {
        let number = u32::try_from(self.len).unwrap_or(u32::MAX);
        if owner != number && self.owners.is_empty() {
            self.owners = (0..number).collect();
        }
        if owner != number || !self.owners.is_empty() {
            self.owners.push(owner);
        }
        let lane = self.len % LANES;
        if lane == 0 {
            self.blocks.push(Block([[0; LANES]; 4]));
        }
        if let Some(block) = self.blocks.last_mut() {
            for (words, word) in block.0.iter_mut().zip(hash.0) {
                words[lane] = word;
            }
        }
        self.len += 1;
    }

    /// All blocks.
    pub(super) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// How many hashes there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whose hash this is; `None` after the last.
    pub(super) fn owner(&self, number: usize) -> Option<u32> {
        if number >= self.len {
            return None;
        }
        if self.owners.is_empty() { u32::try_from(number).ok() } else { self.owners.get(number).copied() }
    }

    /// The first hash of an entry after this one.
    pub(super) fn after(&self, entry: u32) -> usize {
        if self.owners.is_empty() {
            return (entry as usize + 1).min(self.len);
        }
        self.owners.partition_point(|owner| *owner <= entry)
    }
}
