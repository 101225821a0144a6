//! Groups around a representative, never by chaining.

use std::fmt;

use serde::{Deserialize, Serialize};

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
    /// Bits between it and the representative; `None` where only its bytes were compared.
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
    /// Photos outside of the group that look like its representative, each with its distance, nearest first.
    pub also: Vec<(u32, u16)>,
}

/// Puts photos into groups. `photos` are sorted by id, `hashes` beside them (`None`: cannot be compared by looks), and
/// `edges` are all pairs of them within the loosest limit of the rules, sorted.
///
/// Depends on nothing else: not on the order in which photos were found, nor on when.
pub fn groups(photos: &[Photo], hashes: &[Option<Hash>], edges: &[Edge], rules: &Rules) -> Vec<Group> {
    let _ = (photos, hashes, edges, rules);
    Vec::new()
}
