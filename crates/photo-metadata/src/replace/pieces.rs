//! Writes a version that is made of another one, and reads it back.
//!
//! Long copies are left to the kernel, which need not bring them into our memory and, on file systems that can,
//! does not copy at all but shares the blocks. It shares only what starts and ends at block borders in both files
//! (or ends at the end of the old one); asked for one byte more it silently copies all of it (measured on XFS and
//! Btrfs). So the odd bytes at both ends are copied by hand where the rest then fits. What is short is gathered
//! and written at once.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;

use super::kernel;
use crate::recipe::{Piece, Recipe};
use crate::source::Source;

/// From this length on a copy is left to the kernel.
const LONG: u64 = 64 << 10;

/// How much is gathered before it is written.
const GATHERED: usize = 1 << 20;

/// How much is copied by hand at once.
const BY_HAND: usize = 256 << 10;

/// From this length on room is set aside first, so that a full disk shows before gigabytes are copied.
const RESERVED: u64 = 16 << 20;

/// How much of both ends of a copied piece is read back.
const BORDER: u64 = 64 << 10;

/// How much of a new version is read back before it replaces the old one. New bytes are always read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Depth {
    /// Of pieces that were copied, the first and the last 64 KiB.
    #[default]
    Borders,
    /// All of it.
    Whole,
}

/// Two files, one of which is made of the other.
pub(super) struct Pair<'a> {
    /// The other version.
    pub(super) old: &'a dyn Source,
    /// The same, for the kernel.
    pub(super) source: &'a OwnedFd,
    /// The version that is made: empty, open for reading and writing.
    pub(super) target: File,
}

impl Pair<'_> {
    /// Has the target share everything with the other version, where nothing moves; whether it does.
    pub(super) fn share(&self, recipe: &Recipe, target: &OwnedFd) -> bool {
        recipe.keeps_places() && kernel::share(self.source, target)
    }

    /// Writes all pieces into an empty target.
    pub(super) fn write(&self, recipe: &Recipe, target: &OwnedFd) -> io::Result<()> {
        if recipe.from_length() != self.old.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if recipe.length() >= RESERVED && !kernel::may_share(target) {
            kernel::reserve(target, 0, recipe.length())?;
        }
        let block = self.target.metadata().map_or(4096, |metadata| block_size(&metadata));
        let mut out = Out { pair: self, target, block, at: 0, gathered: Vec::new() };
        for piece in recipe.pieces() {
            match piece {
                Piece::Bytes(bytes) => out.gather(bytes)?,
                Piece::Copy { start, length } => out.copy(*start, *length)?,
            }
        }
        out.flush()
    }

    /// Writes what is new over a file that has all the rest at its place.
    pub(super) fn patch(&self, recipe: &Recipe) -> io::Result<()> {
        for (at, bytes) in recipe.new_pieces() {
            self.target.write_all_at(bytes, at)?;
        }
        self.target.set_len(recipe.length())
    }

    /// Whether the new version reads back as it was meant.
    pub(super) fn is_as_made(&self, recipe: &Recipe, depth: Depth) -> io::Result<bool> {
        if self.target.metadata()?.len() != recipe.length() {
            return Ok(false);
        }
        let mut at = 0;
        for piece in recipe.pieces() {
            let is_same = match piece {
                Piece::Bytes(bytes) => self.holds(at, bytes)?,
                Piece::Copy { start, length } if depth == Depth::Whole || *length <= 2 * BORDER => {
                    self.same(*start, at, *length)?
                }
                Piece::Copy { start, length } => {
                    let last = length - BORDER;
                    self.same(*start, at, BORDER)? && self.same(start + last, at + last, BORDER)?
                }
            };
            if !is_same {
                return Ok(false);
            }
            at += piece.length();
        }
        Ok(true)
    }

    fn holds(&self, at: u64, wanted: &[u8]) -> io::Result<bool> {
        let mut buffer = vec![0; wanted.len().min(BY_HAND)];
        for (index, wanted) in wanted.chunks(BY_HAND).enumerate() {
            let room = &mut buffer[..wanted.len()];
            let at = at + (index * BY_HAND) as u64;
            if !self.read(at, room)? || room != wanted {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn same(&self, start: u64, at: u64, length: u64) -> io::Result<bool> {
        let piece = usize::try_from(length).unwrap_or(BY_HAND).min(BY_HAND);
        let (mut here, mut there) = (vec![0; piece], vec![0; piece]);
        let mut done = 0;
        while done < length {
            let wanted = usize::try_from(length - done).unwrap_or(piece).min(piece);
            let (here, there) = (&mut here[..wanted], &mut there[..wanted]);
            let whole = self.old.read_at(start + done, there)? == wanted && self.read(at + done, here)?;
            if !whole || here != there {
                return Ok(false);
            }
            done += wanted as u64;
        }
        Ok(true)
    }

    /// Whether the target has all of it.
    fn read(&self, at: u64, buffer: &mut [u8]) -> io::Result<bool> {
        match self.target.read_exact_at(buffer, at) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn block_size(metadata: &std::fs::Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    // A share may state megabytes, which would only lengthen what is copied by hand.
    metadata.blksize().clamp(512, 64 << 10)
}

/// The target while it is written, from its start to its end.
struct Out<'a> {
    pair: &'a Pair<'a>,
    target: &'a OwnedFd,
    block: u64,
    /// How much is written or gathered.
    at: u64,
    gathered: Vec<u8>,
}

impl Out<'_> {
    fn gather(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.gathered.len() + bytes.len() > GATHERED {
            self.flush()?;
        }
        if bytes.len() > GATHERED {
            self.pair.target.write_all_at(bytes, self.at)?;
        } else {
            self.gathered.extend_from_slice(bytes);
        }
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let start = self.at - self.gathered.len() as u64;
        self.pair.target.write_all_at(&self.gathered, start)?;
        self.gathered.clear();
        Ok(())
    }

    fn copy(&mut self, start: u64, length: u64) -> io::Result<()> {
        if length < LONG {
            return self.copy_by_hand(start, length);
        }
        let (odd_start, odd_end) = self.odd_bytes(start, length);
        self.copy_by_hand(start, odd_start)?;
        self.flush()?;
        let middle = length - odd_start - odd_end;
        let copied = kernel::copy(self.pair.source, start + odd_start, self.target, self.at, middle)?;
        self.at += copied;
        let done = odd_start + copied;
        self.copy_by_hand(start + done, length - done)
    }

    /// How much at the start and at the end of a piece is in the way of sharing the rest.
    fn odd_bytes(&self, start: u64, length: u64) -> (u64, u64) {
        if start % self.block != self.at % self.block {
            return (0, 0);
        }
        let at_start = (self.block - start % self.block) % self.block;
        let end = start + length;
        let at_end = if end == self.pair.old.len() { 0 } else { end % self.block };
        if at_start + at_end < length { (at_start, at_end) } else { (0, 0) }
    }

    fn copy_by_hand(&mut self, start: u64, length: u64) -> io::Result<()> {
        let mut buffer = vec![0; usize::try_from(length).unwrap_or(BY_HAND).min(BY_HAND)];
        let mut done = 0;
        while done < length {
            let wanted = usize::try_from(length - done).unwrap_or(BY_HAND).min(BY_HAND);
            let room = &mut buffer[..wanted];
            if self.pair.old.read_at(start + done, room)? != wanted {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.gather(room)?;
            done += wanted as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use proptest::prelude::*;

    use super::*;
    use crate::recipe::View;
    use crate::source::{FileSource, read_up_to};

    /// A file with some content, and an empty one.
    fn files(content: &[u8]) -> (FileSource, OwnedFd, File) {
        let old = tempfile::tempfile().unwrap();
        old.write_all_at(content, 0).unwrap();
        let handle = old.try_clone().unwrap().into();
        (FileSource::new(old).unwrap(), handle, tempfile::tempfile().unwrap())
    }

    fn content(length: usize) -> Vec<u8> {
        (0..length).map(|at| u8::try_from(at % 253).unwrap()).collect()
    }

    fn made(recipe: &Recipe, content: &[u8], depth: Depth) -> (Vec<u8>, bool) {
        let (old, source, target) = files(content);
        let handle: OwnedFd = target.try_clone().unwrap().into();
        let pair = Pair { old: &old, source: &source, target };
        pair.write(recipe, &handle).unwrap();
        let mut bytes = Vec::new();
        File::from(handle).read_to_end(&mut bytes).unwrap();
        (bytes, pair.is_as_made(recipe, depth).unwrap())
    }

    #[test]
    fn a_byte_that_did_not_arrive_is_noticed_where_it_is_looked_for() {
        let content = content(400_000);
        let (old, source, target) = files(&content);
        let handle: OwnedFd = target.try_clone().unwrap().into();
        let pair = Pair { old: &old, source: &source, target };
        let copied = Piece::Copy { start: 0, length: 400_000 };
        let recipe = Recipe::new(400_000, vec![Piece::Bytes(vec![9; 1000]), copied]).unwrap();
        pair.write(&recipe, &handle).unwrap();

        for (at, seen_by_borders) in [(10, true), (1_010, true), (400_990, true), (200_000, false)] {
            let mut byte = [0];
            pair.target.read_exact_at(&mut byte, at).unwrap();
            pair.target.write_all_at(&[byte[0] ^ 1], at).unwrap();
            assert_eq!(pair.is_as_made(&recipe, Depth::Borders).unwrap(), !seen_by_borders, "{at}");
            assert!(!pair.is_as_made(&recipe, Depth::Whole).unwrap(), "{at}");
            pair.target.write_all_at(&byte, at).unwrap();
        }
        pair.target.set_len(400_999).unwrap();
        assert!(!pair.is_as_made(&recipe, Depth::Borders).unwrap(), "a byte is missing at the end");
    }

    #[test]
    fn an_old_version_of_another_length_is_not_made_into_anything() {
        let (old, source, target) = files(b"short");
        let handle: OwnedFd = target.try_clone().unwrap().into();
        let pair = Pair { old: &old, source: &source, target };
        let recipe = Recipe::new(9, vec![Piece::Copy { start: 0, length: 9 }]).unwrap();

        assert_eq!(pair.write(&recipe, &handle).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn what_is_written_is_what_the_recipe_says(
            pieces in proptest::collection::vec((any::<bool>(), 0_u64..500_000, 0_u64..300_000), 0..6),
        ) {
            let content = content(500_000);
            let piece = |(copied, start, length): (bool, u64, u64)| {
                let length = length.min(500_000 - start);
                if copied {
                    Piece::Copy { start, length }
                } else {
                    Piece::Bytes(vec![7; usize::try_from(length).unwrap()])
                }
            };
            let recipe = Recipe::new(500_000, pieces.into_iter().map(piece).collect()).unwrap();
            let wanted = read_up_to(&View::new(&content, &recipe), 0, 2_000_000).unwrap();

            for depth in [Depth::Borders, Depth::Whole] {
                let (bytes, is_as_made) = made(&recipe, &content, depth);
                prop_assert!(bytes == wanted && is_as_made);
            }
        }
    }
}
