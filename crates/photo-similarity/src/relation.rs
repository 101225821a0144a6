//! What two photos are to each other.

use crate::photo::Photo;

/// When two photos belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The largest distance of duplicates, in bits.
    pub duplicate: u32,
    /// The largest distance of similar photos, in bits; equal to `duplicate` when only duplicates are wanted.
    pub similar: u32,
    /// Whether shots of one camera within moments belong together, and which.
    pub bursts: Option<Bursts>,
}

/// Which shots are takes of the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bursts {
    /// The longest time between a shot and the next, in milliseconds.
    pub within: i64,
    /// The largest distance, in bits; looser than that of similar photos, because time speaks too.
    pub limit: u32,
}

/// What two photos are to each other, from the closest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The same bytes.
    Exact,
    /// Copies of one exposure.
    Duplicate,
    /// Takes of the same, by one camera within moments.
    Burst,
    /// They look alike.
    Similar,
}

/// What two photos are to each other; `distance` is `None` where their looks cannot be compared.
///
/// Two shots of one camera at different times are never duplicates, however alike they look: they are two exposures.
/// Parts of one shot are nothing to each other.
pub fn relation(one: &Photo, other: &Photo, distance: Option<u16>, rules: &Rules) -> Option<Relation> {
    if one.content.is_some() && one.content == other.content {
        return Some(Relation::Exact);
    }
    if one.shot.is_some() && one.shot == other.shot {
        return None;
    }
    let distance = u32::from(distance?);
    let takes = match (one.exposure, other.exposure) {
        (Some(one), Some(other)) if one.camera == other.camera => Some(one.taken.abs_diff(other.taken)),
        _ => None,
    };
    let apart = takes.filter(|apart| *apart > 0);
    if distance <= rules.duplicate && apart.is_none() {
        return Some(Relation::Duplicate);
    }
    let is_burst = |bursts: &Bursts, apart: u64| {
        i64::try_from(apart).is_ok_and(|apart| apart <= bursts.within) && distance <= bursts.limit
    };
    if let (Some(bursts), Some(apart)) = (&rules.bursts, apart)
        && is_burst(bursts, apart)
    {
        return Some(Relation::Burst);
    }
    (distance <= rules.similar.max(rules.duplicate)).then_some(Relation::Similar)
}
