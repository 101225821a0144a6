//! What belongs together, and what makes a photo the best.

use anyhow::Result;
use photo_similarity::{Bursts, HashKind, Preference, Rules};

use super::super::words::{HashWord, PreferWord};
use super::super::{Sources, catalogue};

/// The largest distance of duplicates, in steps: up to here one copy of a picture is told from another picture.
const DUPLICATE: u32 = 5;
/// What `--similar` means.
const SIMILAR: u32 = 7;
/// Bits of a hash of 256 in a step.
const BITS: u32 = 8;

/// The limits, in bits of the hash that is used.
pub(super) fn resolve(sources: &Sources<'_>) -> Result<Rules> {
    let kind: HashKind =
        sources.word::<HashWord>(&catalogue::ORGANIZE_HASH)?.unwrap_or(HashWord::P256).into();
    let step = if kind.bits() == 256 { BITS } else { 1 };
    let limit = match bits(sources, kind)? {
        Some(bits) => bits,
        None => step * threshold(sources)?,
    };
    let seconds = sources.number(&catalogue::ORGANIZE_BURST, 0..=86_400)?.filter(|seconds| *seconds > 0);
    let within =
        |seconds: u32| Bursts { within: i64::from(seconds) * 1000, limit: Bursts::LIMIT * step / BITS };
    Ok(Rules { duplicate: limit.min(step * DUPLICATE), similar: limit, bursts: seconds.map(within) })
}

/// The limit of somebody who says it in bits; the option that is typed comes before a threshold of the config file.
fn bits(sources: &Sources<'_>, kind: HashKind) -> Result<Option<u32>> {
    let typed = |setting| sources.typed(setting).is_some();
    if typed(&catalogue::ORGANIZE_THRESHOLD) || typed(&catalogue::ORGANIZE_SIMILAR) {
        return Ok(None);
    }
    // Beyond a third of the bits, pictures that have nothing to do with each other begin.
    sources.number(&catalogue::ORGANIZE_MAX_DISTANCE, 0..=kind.bits() * 5 / 16)
}

fn threshold(sources: &Sources<'_>) -> Result<u32> {
    let is_typed = sources.typed(&catalogue::ORGANIZE_THRESHOLD).is_some();
    if !is_typed && sources.flag(&catalogue::ORGANIZE_SIMILAR)? {
        return Ok(SIMILAR);
    }
    Ok(sources.number(&catalogue::ORGANIZE_THRESHOLD, 0..=10)?.unwrap_or(DUPLICATE))
}

/// What comes before the usual order.
pub(super) fn preferences(sources: &Sources<'_>) -> Result<Vec<Preference>> {
    let words = sources.words::<PreferWord>(&catalogue::ORGANIZE_PREFER)?;
    Ok(words.into_iter().map(Into::into).collect())
}
