//! A new version of a file before it is written: the old one, with some of its bytes replaced.
//!
//! All native writers end here. What no splice names is kept by construction; the new version can be read and
//! proved through a [`View`](crate::recipe::View) while it is nothing but this list; and the way back follows
//! from it.

use std::io;

use crate::recipe::{Piece, Recipe};
use crate::source::{Source, read_up_to};

/// Bytes of the old version that are replaced; an empty range is a place where something is put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    /// Where they start.
    pub start: u64,
    /// Where they end: the first byte that is kept.
    pub end: u64,
    /// What is there instead.
    pub bytes: Vec<u8>,
}

impl Splice {
    /// Puts bytes in.
    pub(crate) fn insert(at: u64, bytes: Vec<u8>) -> Self {
        Self { start: at, end: at, bytes }
    }

    /// Replaces as many bytes as are given.
    pub(crate) fn patch(start: u64, bytes: Vec<u8>) -> Self {
        Self { start, end: start + bytes.len() as u64, bytes }
    }

    /// Replaces a range.
    pub(crate) fn replace(start: u64, end: u64, bytes: Vec<u8>) -> Self {
        Self { start, end, bytes }
    }

    /// Whether the bytes behind it stay where they are.
    fn keeps_places(&self) -> bool {
        self.end.checked_sub(self.start) == Some(self.bytes.len() as u64)
    }
}

/// All splices of a new version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    old_length: u64,
    splices: Vec<Splice>,
}

impl Draft {
    /// Sorts them; `None` when two overlap or one lies outside. Several at one place stay in the given order.
    pub fn new(old_length: u64, mut splices: Vec<Splice>) -> Option<Self> {
        splices.sort_by_key(|splice| (splice.start, splice.end));
        let mut at = 0;
        for splice in &splices {
            if splice.start < at || splice.end < splice.start || splice.end > old_length {
                return None;
            }
            at = splice.end;
        }
        Some(Self { old_length, splices })
    }

    /// The splices, in the order of the file.
    pub fn splices(&self) -> &[Splice] {
        &self.splices
    }

    /// The length of the old version.
    pub fn old_length(&self) -> u64 {
        self.old_length
    }

    /// Whether it can be written into the old file: nothing moves, and what is new in length comes behind the end.
    pub fn keeps_places(&self) -> bool {
        self.splices.iter().all(|splice| splice.keeps_places() || splice.start == self.old_length)
    }

    /// The new version, made of the old one.
    pub fn forward(&self) -> Recipe {
        let mut pieces = Vec::with_capacity(self.splices.len() * 2 + 1);
        let mut at = 0;
        for splice in &self.splices {
            pieces.push(Piece::Copy { start: at, length: splice.start - at });
            pieces.push(Piece::Bytes(splice.bytes.clone()));
            at = splice.end;
        }
        pieces.push(Piece::Copy { start: at, length: self.old_length - at });
        Recipe::joined(self.old_length, pieces)
    }

    /// The old version, made of the new one; `old` is read for what goes away.
    pub(crate) fn back(&self, old: &dyn Source) -> io::Result<Recipe> {
        let mut pieces = Vec::with_capacity(self.splices.len() * 2 + 1);
        let (mut at, mut new_at) = (0, 0);
        for splice in &self.splices {
            pieces.push(Piece::Copy { start: new_at, length: splice.start - at });
            let gone = usize::try_from(splice.end - splice.start).map_err(io::Error::other)?;
            let bytes = read_up_to(old, splice.start, gone)?;
            if bytes.len() != gone {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            pieces.push(Piece::Bytes(bytes));
            new_at += splice.start - at + splice.bytes.len() as u64;
            at = splice.end;
        }
        pieces.push(Piece::Copy { start: new_at, length: self.old_length - at });
        let length = new_at + self.old_length - at;
        Ok(Recipe::joined(length, pieces))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::recipe::View;

    fn made(recipe: &Recipe, other: &Vec<u8>) -> Vec<u8> {
        let view = View::new(other, recipe);
        read_up_to(&view, 0, usize::try_from(view.len()).unwrap()).unwrap()
    }

    #[test]
    fn splices_that_overlap_or_lie_outside_are_no_draft() {
        let draft = |splices| Draft::new(5, splices);
        assert!(draft(vec![Splice::replace(0, 3, vec![]), Splice::patch(2, vec![1])]).is_none());
        assert!(draft(vec![Splice::patch(4, vec![1, 2])]).is_none());
        assert!(draft(vec![Splice::insert(5, vec![1, 2])]).is_some());
    }

    #[test]
    fn patches_and_an_append_keep_all_places() {
        let keeps = |splices| Draft::new(5, splices).unwrap().keeps_places();
        assert!(keeps(vec![Splice::patch(1, vec![9, 9]), Splice::insert(5, vec![1])]));
        assert!(!keeps(vec![Splice::insert(4, vec![1])]));
    }

    proptest! {
        #[test]
        fn the_way_back_leads_to_the_very_bytes(
            old in proptest::collection::vec(any::<u8>(), 0..60),
            cuts in proptest::collection::vec((0_u64..60, 0_u64..10, proptest::collection::vec(any::<u8>(), 0..10)), 0..6),
        ) {
            let length = old.len() as u64;
            let splices = cuts.into_iter().map(|(start, more, bytes)| {
                let start = start.min(length);
                Splice::replace(start, (start + more).min(length), bytes)
            });
            if let Some(draft) = Draft::new(length, splices.collect()) {
                let new = made(&draft.forward(), &old);
                let back = draft.back(&old).unwrap();

                prop_assert_eq!(back.from_length(), new.len() as u64);
                prop_assert_eq!(made(&back, &new), old);
            }
        }
    }
}
