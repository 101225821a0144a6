//! Short hashes that stand for names and units: 8 bytes each, of BLAKE3.
//!
//! Two of a million photos share one by chance once in 37 million libraries; a file that would be taken for another one
//! would still have to have the same stamp to be left alone.

use super::names::{divided, folded};
use super::{ExportStamp, Part};

/// A hash of several texts, told apart.
pub(super) fn short(texts: &[&[u8]]) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&hash(texts).as_bytes()[..8]);
    u64::from_be_bytes(first)
}

/// A fingerprint of several texts, told apart.
pub(super) fn stamp(texts: &[&[u8]]) -> ExportStamp {
    let mut stamp = [0; 16];
    stamp.copy_from_slice(&hash(texts).as_bytes()[..16]);
    ExportStamp(stamp)
}

/// What is one name in a folder: without its ending and whatever the capitals are.
pub(crate) fn name(folder: &str, file: &str) -> u64 {
    stem(folder, divided(file).0)
}

/// The same of a name that has no ending.
pub(super) fn stem(folder: &str, stem: &str) -> u64 {
    short(&[folded(folder).as_bytes(), folded(stem).as_bytes()])
}

/// One file of a unit. An edit that makes a HEIC a JPEG makes another file.
pub(super) fn slot(unit: u64, part: Part, ending: &str) -> u64 {
    short(&[&unit.to_be_bytes(), part.word().as_bytes(), ending.as_bytes()])
}

fn hash(texts: &[&[u8]]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(&(text.len() as u64).to_be_bytes()).update(text);
    }
    hasher.finalize()
}
