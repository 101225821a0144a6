//! Recipes as bytes: small pieces stand in the recipe, large ones are patches that several recipes may share.
//!
//! A recipe is a byte that names its form, the length of the version that it copies from, and its pieces: what kind,
//! how long, and from where, or the bytes, or the number of a patch. Numbers are LEB128. Recipes and patches are
//! deflated where that makes them shorter; the byte in front tells.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use photo_metadata::{Piece, Recipe};

/// Pieces from this length on are patches.
pub(super) const PATCH: usize = 256;

/// No more is unpacked than this: far more than is ever kept.
const LONGEST: u64 = 64 << 20;

const FORM: u8 = 1;

const COPY: u64 = 0;
const BYTES: u64 = 1;
const PATCHED: u64 = 2;

const PLAIN: u8 = 0;
const DEFLATED: u8 = 1;

/// Packs a recipe; `keep` takes each patch and answers with its number.
pub(super) fn pack<E>(recipe: &Recipe, mut keep: impl FnMut(&[u8]) -> Result<u64, E>) -> Result<Vec<u8>, E> {
    let mut packed = vec![FORM];
    put(&mut packed, recipe.from_length());
    for piece in recipe.pieces() {
        match piece {
            Piece::Copy { start, length } => {
                for number in [COPY, *length, *start] {
                    put(&mut packed, number);
                }
            }
            Piece::Bytes(bytes) if bytes.len() < PATCH => {
                put(&mut packed, BYTES);
                put(&mut packed, bytes.len() as u64);
                packed.extend_from_slice(bytes);
            }
            Piece::Bytes(bytes) => {
                let patch = keep(bytes)?;
                put(&mut packed, PATCHED);
                put(&mut packed, patch);
            }
        }
    }
    Ok(squeeze(&packed))
}

/// A piece as it is packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Packed {
    Copy { start: u64, length: u64 },
    Bytes(Vec<u8>),
    Patch(u64),
}

/// A recipe whose patches have not been fetched; `None` when these bytes are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unpacked {
    pub(super) from_length: u64,
    pub(super) pieces: Vec<Packed>,
}

impl Unpacked {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = stretch(bytes, LONGEST)?;
        let (form, mut rest) = bytes.split_first()?;
        if *form != FORM {
            return None;
        }
        let from_length = take(&mut rest)?;
        let mut pieces = Vec::new();
        while !rest.is_empty() {
            pieces.push(match take(&mut rest)? {
                COPY => {
                    let length = take(&mut rest)?;
                    Packed::Copy { start: take(&mut rest)?, length }
                }
                BYTES => {
                    let length = usize::try_from(take(&mut rest)?).ok()?;
                    let (bytes, after) = rest.split_at_checked(length)?;
                    rest = after;
                    Packed::Bytes(bytes.to_vec())
                }
                PATCHED => Packed::Patch(take(&mut rest)?),
                _ => return None,
            });
        }
        Some(Self { from_length, pieces })
    }

    /// The numbers of its patches, as often as they are used.
    pub(super) fn patches(&self) -> impl Iterator<Item = u64> {
        self.pieces
            .iter()
            .filter_map(|piece| if let Packed::Patch(patch) = piece { Some(*patch) } else { None })
    }

    /// The recipe, with its patches; `Ok(None)` when it copies from outside of the file.
    pub(super) fn complete<E>(
        self,
        mut patch: impl FnMut(u64) -> Result<Vec<u8>, E>,
    ) -> Result<Option<Recipe>, E> {
        let complete = |piece| {
            Ok(match piece {
                Packed::Copy { start, length } => Piece::Copy { start, length },
                Packed::Bytes(bytes) => Piece::Bytes(bytes),
                Packed::Patch(number) => Piece::Bytes(patch(number)?),
            })
        };
        let pieces = self.pieces.into_iter().map(complete).collect::<Result<_, E>>()?;
        Ok(Recipe::new(self.from_length, pieces))
    }
}

/// Bytes in as few bytes as there may be.
pub(super) fn squeeze(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(vec![DEFLATED], Compression::default());
    let deflated = encoder.write_all(bytes).and_then(|()| encoder.finish());
    match deflated {
        Ok(deflated) if deflated.len() <= bytes.len() => deflated,
        _ => [&[PLAIN], bytes].concat(),
    }
}

/// The bytes again; `None` when there would be more than expected, or these are none of ours.
pub(super) fn stretch(bytes: &[u8], at_most: u64) -> Option<Vec<u8>> {
    let (how, bytes) = bytes.split_first()?;
    match *how {
        PLAIN => (bytes.len() as u64 <= at_most).then(|| bytes.to_vec()),
        DEFLATED => {
            let mut stretched = Vec::new();
            let mut decoder = ZlibDecoder::new(bytes).take(at_most.min(LONGEST).saturating_add(1));
            decoder.read_to_end(&mut stretched).ok()?;
            (stretched.len() as u64 <= at_most.min(LONGEST)).then_some(stretched)
        }
        _ => None,
    }
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let low = u64::from(byte & 0x7f);
        number |= low.checked_shl(shift).filter(|shifted| shifted >> shift == low)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    fn there_and_back(recipe: &Recipe) -> (Recipe, usize) {
        let mut patches: Vec<Vec<u8>> = Vec::new();
        let packed = pack(recipe, |bytes| {
            patches.push(bytes.to_vec());
            Ok::<_, Infallible>(patches.len() as u64 + 1000)
        })
        .unwrap();
        let unpacked = Unpacked::read(&packed).unwrap();
        assert_eq!(unpacked.patches().count(), patches.len());
        let patch = |number: u64| {
            let index = usize::try_from(number).unwrap() - 1001;
            Ok::<_, Infallible>(patches[index].clone())
        };
        (unpacked.complete(patch).unwrap().unwrap(), patches.len())
    }

    fn piece() -> impl Strategy<Value = Piece> {
        prop_oneof![
            (0_u64..1 << 40, 0_u64..1 << 40).prop_map(|(start, length)| Piece::Copy { start, length }),
            prop::collection::vec(any::<u8>(), 0..600).prop_map(Piece::Bytes),
        ]
    }

    proptest! {
        #[test]
        fn a_recipe_comes_back_whatever_its_pieces_are(pieces in prop::collection::vec(piece(), 0..12)) {
            let recipe = Recipe::new(1 << 41, pieces).unwrap();
            prop_assert_eq!(there_and_back(&recipe).0, recipe);
        }

        #[test]
        fn any_other_bytes_are_no_recipe_or_a_small_one(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let framed = [&[PLAIN, FORM], bytes.as_slice()].concat();
            if let Some(unpacked) = Unpacked::read(&framed) {
                prop_assert!(unpacked.pieces.len() <= bytes.len());
            }
            let _ = Unpacked::read(&bytes);
        }

        #[test]
        fn numbers_come_back(number in any::<u64>()) {
            let mut bytes = Vec::new();
            put(&mut bytes, number);
            prop_assert_eq!(take(&mut bytes.as_slice()), Some(number));
        }

        #[test]
        fn bytes_come_back_and_take_one_more_at_most(bytes in prop::collection::vec(0_u8..4, 0..400)) {
            let squeezed = squeeze(&bytes);
            prop_assert!(squeezed.len() <= bytes.len() + 1);
            prop_assert_eq!(stretch(&squeezed, bytes.len() as u64), Some(bytes));
        }
    }

    #[test]
    fn only_long_pieces_are_patches() {
        let recipe = |length| Recipe::new(0, vec![Piece::Bytes(vec![7; length])]).unwrap();
        assert_eq!(there_and_back(&recipe(PATCH - 1)).1, 0);
        assert_eq!(there_and_back(&recipe(PATCH)).1, 1);
    }

    #[test]
    fn no_more_is_stretched_than_is_expected() {
        let bomb = squeeze(&vec![0; 1 << 20]);
        assert!(bomb.len() < 4096);
        assert_eq!(stretch(&bomb, (1 << 20) - 1), None);
        assert_eq!(stretch(&[2, 0, 0], 10), None, "a form that is not known");
        assert_eq!(stretch(&[], 10), None);
    }

    #[test]
    fn a_number_that_is_too_large_is_none() {
        assert_eq!(take(&mut [0xff; 9].as_slice()), None, "it ends too early");
        assert_eq!(take(&mut [[0xff; 9].as_slice(), &[2]].concat().as_slice()), None, "65 bits");
    }
}
