//! Groups around a representative, never by chaining.
//!
//! ```text
//! photos ─► contents (equal bytes) ─► sets (copies of one exposure) ─► bursts ─► what looks alike
//! ```
//!
//! Each stage takes what the one before put together as one. A group holds what the last stage that touched it put
//! together, and its class is named after that stage; what no later stage wanted stays a group of copies.

mod assemble;
mod cluster;
mod contents;
mod graph;
mod sets;
mod takes;
#[cfg(test)]
mod tests;
mod ties;
mod units;

use std::fmt;

use serde::{Deserialize, Serialize};

use self::assemble::Assembly;
use self::contents::Contents;
use self::ties::Ties;
use self::units::Units;
use crate::error::SimilarityError;
use crate::hash::Hash;
use crate::pairs::Edge;
use crate::photo::{Photo, PhotoId, sixteen};
use crate::relation::{Relation, Rules};

/// How closely the photos of a group belong together: the loosest tie decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// The same bytes.
    Exact,
    /// Copies of one exposure.
    Duplicate,
    /// Takes of the same.
    Burst,
    /// Look alike.
    Similar,
}

impl Class {
    /// Its name, as options and JSON spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Duplicate => "duplicate",
            Self::Burst => "burst",
            Self::Similar => "similar",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl From<Relation> for Class {
    fn from(relation: Relation) -> Self {
        match relation {
            Relation::Exact => Self::Exact,
            Relation::Duplicate => Self::Duplicate,
            Relation::Burst => Self::Burst,
            Relation::Similar => Self::Similar,
        }
    }
}

/// Names a group: a digest of the ids of its members, so that a decision about it holds as long as they are the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct GroupId(pub [u8; 16]);

impl GroupId {
    /// The name of the group of these photos, in any order.
    pub fn of(members: impl IntoIterator<Item = PhotoId>) -> Self {
        let mut members: Vec<PhotoId> = members.into_iter().collect();
        members.sort_unstable();
        let mut digest = blake3::Hasher::new();
        for member in members {
            digest.update(&member.0);
        }
        let mut id = [0; 16];
        digest.finalize_xof().fill(&mut id);
        Self(id)
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<GroupId> for String {
    fn from(id: GroupId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for GroupId {
    type Error = SimilarityError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        sixteen(&text).map(Self)
    }
}

/// A photo of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Its position.
    pub photo: u32,
    /// Bits between it and the representative, which itself has 0; `None` where only bytes were compared.
    pub distance: Option<u16>,
    /// Photos of a group with the same number are copies of one exposure; within a group of duplicates all have 0.
    pub set: u16,
}

/// Photos that belong together. A photo is in one group at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub id: GroupId,
    /// How closely they belong together.
    pub class: Class,
    /// At least two; the representative first, then by distance and id.
    pub members: Vec<Member>,
    /// Photos outside of the group that look like one of it, each with its distance to that, nearest first; the nearest
    /// 16 of them.
    pub also: Vec<(u32, u16)>,
}

/// Puts photos into groups. `photos` are sorted by id (others are sorted here, at the cost of a copy), `hashes` beside
/// them (`None`: cannot be compared by looks), and `edges` are all pairs of them within the loosest limit of the rules.
/// Positions that do not exist are left out.
///
/// A pair that is not among `edges` may still be within the limit, when the search kept only the nearest of a crowd: so
/// hashes are compared too where it matters. What is within the limit only when turned or trimmed is known by its edge
/// alone.
///
/// Depends on nothing else: not on the order in which photos were found, nor on when. What is added changes only groups
/// of photos that look like it. Sorted by the first photo of each.
pub fn groups(photos: &[Photo], hashes: &[Option<Hash>], edges: &[Edge], rules: &Rules) -> Vec<Group> {
    if photos.is_sorted_by_key(|photo| photo.id) {
        return of_sorted(photos, hashes, edges, rules);
    }
    let positions = |count: usize| (0_u32..).take(count).collect::<Vec<u32>>();
    let mut order = positions(photos.len());
    order.sort_by_key(|position| photos[*position as usize].id);
    let mut place = positions(photos.len());
    for (new, old) in (0_u32..).zip(&order) {
        place[*old as usize] = new;
    }
    let moved = |edge: &Edge| {
        let (a, b) = (*place.get(edge.a as usize)?, *place.get(edge.b as usize)?);
        Some(Edge { a: a.min(b), b: a.max(b), distance: edge.distance })
    };
    let sorted: Vec<Photo> = order.iter().map(|old| photos[*old as usize]).collect();
    let looks: Vec<Option<Hash>> =
        order.iter().map(|old| hashes.get(*old as usize).copied().flatten()).collect();
    let edges: Vec<Edge> = edges.iter().filter_map(moved).collect();
    let mut groups = of_sorted(&sorted, &looks, &edges, rules);
    for group in &mut groups {
        group.members.iter_mut().for_each(|member| member.photo = order[member.photo as usize]);
        group.also.iter_mut().for_each(|also| also.0 = order[also.0 as usize]);
    }
    groups
}

fn of_sorted(photos: &[Photo], hashes: &[Option<Hash>], edges: &[Edge], rules: &Rules) -> Vec<Group> {
    let contents = Contents::new(photos, hashes);
    let ties = Ties::of(&contents, photos.len(), edges, rules);
    let sets = sets::of(&contents, &ties, rules);
    let bursts = match &rules.bursts {
        Some(bursts) => takes::bursts(&contents, &ties, &sets, bursts),
        None => Units::of(sets.len(), Vec::new()),
    };
    let similar = takes::similar(&contents, &ties, &sets, &bursts, rules);
    Assembly::new(contents, &ties, sets, bursts, similar, rules).groups()
}
