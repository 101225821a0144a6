//! How one version of a file is made of another: pieces that are copied, and bytes that are new.
//!
//! The same form serves forward and back. Forward it is what a native writer wants; back it is what the journal
//! keeps, so that an undo restores the very bytes. A piece may be copied from anywhere, since other writers move
//! things about.

use std::io;

use crate::source::{Source, read_up_to};

/// A part of the file that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// The bytes that are not copied, and where they come to be.
    pub(crate) fn new_pieces(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut at = 0;
        self.pieces.iter().filter_map(move |piece| {
            let start = at;
            at += piece.length();
            if let Piece::Bytes(bytes) = piece { Some((start, bytes.as_slice())) } else { None }
        })
    }

    /// Whether nothing that is copied moves: then it can be written over the other version.
    pub fn keeps_places(&self) -> bool {
        let mut at = 0;
        self.pieces.iter().all(|piece| {
            let stays = !matches!(piece, Piece::Copy { start, .. } if *start != at);
            at += piece.length();
            stays
        })
    }

    /// The way back: how the other version is made of the one that this recipe makes. `other` is read for what is not
    /// copied into it; `None` when that is more than `most` bytes.
    pub(crate) fn back(&self, other: &dyn Source, most: u64) -> io::Result<Option<Self>> {
        let mut at = 0;
        let mut copies = Vec::new();
        for piece in &self.pieces {
            if let Piece::Copy { start, length } = piece {
                copies.push((*start, *length, at));
            }
            at += piece.length();
        }
        copies.sort_unstable();
        copies.push((self.from_length, 0, at));
        let (mut pieces, mut done, mut gone) = (Vec::new(), 0, 0);
        for (start, length, at) in copies {
            if start > done {
                gone += start - done;
                if gone > most {
                    return Ok(None);
                }
                let length = usize::try_from(start - done).map_err(io::Error::other)?;
                let bytes = read_up_to(other, done, length)?;
                if bytes.len() != length {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                pieces.push(Piece::Bytes(bytes));
                done = start;
            }
            let again = (done - start).min(length);
            pieces.push(Piece::Copy { start: at + again, length: length - again });
            done += length - again;
        }
        Ok(Some(Self::joined(self.length(), pieces)))
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
    use proptest::prelude::*;

    use super::*;

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

    #[test]
    fn only_a_recipe_that_moves_nothing_keeps_places() {
        let keeps = |pieces: &[Piece]| Recipe::new(6, pieces.to_vec()).unwrap().keeps_places();

        assert!(keeps(&[copy(0, 2), Piece::Bytes(vec![1]), copy(3, 3), Piece::Bytes(vec![2])]));
        assert!(keeps(&[copy(0, 2)]), "what is cut off at the end moves nothing");
        assert!(!keeps(&[Piece::Bytes(vec![1]), copy(0, 6)]));
    }

    #[test]
    fn a_way_back_that_would_be_too_long_is_none() {
        let recipe = Recipe::new(9, vec![copy(0, 4), Piece::Bytes(vec![0; 5])]).unwrap();

        assert!(recipe.back(&vec![1; 9], 4).unwrap().is_none());
        assert!(recipe.back(&vec![1; 9], 5).unwrap().is_some());
    }

    proptest! {
        #[test]
        fn the_way_back_leads_to_the_other_version_whatever_was_moved_or_doubled(
            other in proptest::collection::vec(any::<u8>(), 40),
            pieces in proptest::collection::vec((any::<bool>(), 0_u64..40, 0_u64..20), 0..8),
        ) {
            let piece = |(copied, start, length): (bool, u64, u64)| {
                if copied { copy(start, length.min(40 - start)) } else { Piece::Bytes(vec![7; 3]) }
            };
            let recipe = Recipe::new(40, pieces.into_iter().map(piece).collect()).unwrap();
            let made = read_up_to(&View::new(&other, &recipe), 0, 1000).unwrap();

            let back = recipe.back(&other, 40).unwrap().unwrap();

            prop_assert_eq!(read_up_to(&View::new(&made, &back), 0, 1000).unwrap(), other);
            if recipe.keeps_places() {
                prop_assert!(back.keeps_places());
            }
        }
    }
}
