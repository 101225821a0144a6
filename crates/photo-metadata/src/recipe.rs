//! How one version of a file is made of another: pieces that are copied, and bytes that are new.
//!
//! The same form serves forward and back. Forward it is what a native writer wants; back it is what the journal
//! keeps, so that an undo restores the very bytes. A piece may be copied from anywhere, since other writers move
//! things about.

use std::io;

use serde::{Deserialize, Serialize};

use crate::source::Source;

/// A part of the file that is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// Bytes of the other version.
    Copy {
        /// Where they start there.
        start: u64,
        /// How many they are.
        length: u64,
    },
    /// Bytes that are not in the other version.
    Bytes(Vec<u8>),
}

impl Piece {
    /// How many bytes it makes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Copy { length, .. } => *length,
            Self::Bytes(bytes) => bytes.len() as u64,
        }
    }
}

/// How a file of some length becomes another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    from_length: u64,
    pieces: Vec<Piece>,
}

impl Recipe {
    /// From pieces in the order of the file that is made; `None` when one lies outside of the other version.
    ///
    /// Empty pieces are left out, and neighbours that continue each other become one.
    pub fn new(from_length: u64, pieces: Vec<Piece>) -> Option<Self> {
        let inside = |piece: &Piece| match piece {
            Piece::Copy { start, length } => start.checked_add(*length).is_some_and(|end| end <= from_length),
            Piece::Bytes(_) => true,
        };
        pieces.iter().all(inside).then(|| Self::joined(from_length, pieces))
    }

    /// The same for pieces that are known to lie inside.
    pub(crate) fn joined(from_length: u64, pieces: Vec<Piece>) -> Self {
        let mut joined: Vec<Piece> = Vec::new();
        for piece in pieces {
            match (joined.last_mut(), piece) {
                (_, piece) if piece.length() == 0 => {}
                (Some(Piece::Copy { start, length }), Piece::Copy { start: next, length: more })
                    if *start + *length == next =>
                {
                    *length += more;
                }
                (Some(Piece::Bytes(bytes)), Piece::Bytes(more)) => bytes.extend(more),
                (_, piece) => joined.push(piece),
            }
        }
        Self { from_length, pieces: joined }
    }

    /// The length of the version that pieces are copied from.
    pub fn from_length(&self) -> u64 {
        self.from_length
    }

    /// The length of the version that is made.
    pub fn length(&self) -> u64 {
        self.pieces.iter().map(Piece::length).sum()
    }

    /// The pieces, in the order of the file that is made.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// How many bytes are not copied.
    pub fn new_bytes(&self) -> u64 {
        let new = |piece: &Piece| if let Piece::Bytes(bytes) = piece { bytes.len() as u64 } else { 0 };
        self.pieces.iter().map(new).sum()
    }
}

/// The version that a recipe makes, to be read before it is written anywhere.
pub(crate) struct View<'a> {
    other: &'a dyn Source,
    /// Where each piece starts in the version that is made.
    pieces: Vec<(u64, &'a Piece)>,
    length: u64,
}

impl<'a> View<'a> {
    pub(crate) fn new(other: &'a dyn Source, recipe: &'a Recipe) -> Self {
        let mut length = 0;
        let pieces = recipe
            .pieces
            .iter()
            .map(|piece| {
                let start = length;
                length += piece.length();
                (start, piece)
            })
            .collect();
        Self { other, pieces, length }
    }
}

impl Source for View<'_> {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        let mut index = self.pieces.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        while done < buffer.len() {
            let Some((start, piece)) = self.pieces.get(index) else { break };
            let inside = (offset + done as u64).saturating_sub(*start);
            let left = usize::try_from(piece.length().saturating_sub(inside)).unwrap_or(usize::MAX);
            let wanted = left.min(buffer.len() - done);
            let room = &mut buffer[done..done + wanted];
            match piece {
                Piece::Copy { start, .. } => {
                    let read = self.other.read_at(start + inside, room)?;
                    if read < wanted {
                        return Ok(done + read);
                    }
                }
                Piece::Bytes(bytes) => {
                    let from = usize::try_from(inside).unwrap_or(usize::MAX);
                    room.copy_from_slice(bytes.get(from..from + wanted).unwrap_or_default());
                }
            }
            done += wanted;
            index += 1;
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::read_up_to;

    fn copy(start: u64, length: u64) -> Piece {
        Piece::Copy { start, length }
    }

    #[test]
    fn neighbours_become_one_and_nothing_is_copied_from_outside() {
        let pieces = [copy(0, 2), copy(2, 3), Piece::Bytes(vec![]), copy(5, 1), Piece::Bytes(vec![1])];
        let recipe = Recipe::new(6, pieces.to_vec()).unwrap();

        assert_eq!(recipe.pieces(), [copy(0, 6), Piece::Bytes(vec![1])]);
        assert_eq!((recipe.length(), recipe.new_bytes()), (7, 1));
        assert_eq!(Recipe::new(6, vec![copy(5, 2)]), None);
        assert_eq!(Recipe::new(6, vec![copy(u64::MAX, 2)]), None);
    }

    #[test]
    fn a_version_is_read_from_any_place_before_it_is_written() {
        let other = b"abcdefgh".to_vec();
        let recipe = Recipe::new(8, vec![copy(4, 4), Piece::Bytes(b"123".to_vec()), copy(0, 2)]).unwrap();
        let view = View::new(&other, &recipe);

        for start in 0..10 {
            for length in 0..12 {
                let whole = b"efgh123ab";
                let end = (start + length).min(whole.len());
                let wanted = whole.get(start..end).unwrap_or_default();
                assert_eq!(read_up_to(&view, start as u64, length).unwrap(), wanted, "{start} {length}");
            }
        }
    }
}
