//! What was sent, item by item: why a second run costs next to nothing, and why only our own uploads are ever replaced or
//! trashed.

use std::collections::BTreeMap;

use immich_api::{AssetId, FaceArea, PersonId};
use serde::{Deserialize, Serialize};

use super::{AlbumKey, ItemId, Stamp};
use crate::deeds::LocalPath;

/// An item as it is remembered. The moving half of a photo has an entry of its own, see [`ItemId::of_motion`].
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Which item.
    pub item: ItemId,
    /// The kind of its source, see [`super::Source::kind`].
    pub source: String,
    /// The id of the user it was sent for.
    pub account: String,
    /// Where it was the last time.
    pub path: LocalPath,
    /// Its stamp when all that the source said had been sent; all zeros when something still has to be.
    pub stamp: Stamp,
    /// The stamp of its bytes when they were hashed.
    pub bytes: Stamp,
    /// How many bytes.
    pub size: u64,
    /// Of its bytes.
    pub sha1: [u8; 20],
    /// What became of it.
    pub standing: Standing,
    /// What the server was told.
    pub sent: Sent,
}

/// What became of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Standing {
    /// It is on the server.
    There {
        /// As which asset.
        asset: AssetId,
        /// Whether we uploaded it; what was there before is never trashed or replaced by us.
        ours: bool,
    },
    /// Somebody trashed or deleted it on the server: it is not sent again unless it is asked for.
    Deleted {
        /// As which asset it was there.
        asset: AssetId,
        /// Whether we had uploaded it.
        ours: bool,
    },
    /// We trashed it because it was gone from the source; should it come back, so does the asset.
    Withdrawn {
        /// As which asset it was there.
        asset: AssetId,
    },
    /// It was announced, and what became of it is not known.
    Announced,
    /// The server takes no such file.
    Refused {
        /// What it said.
        why: String,
    },
}

impl Standing {
    /// The asset that it is, or was.
    pub fn asset(&self) -> Option<&AssetId> {
        match self {
            Self::There { asset, .. } | Self::Deleted { asset, .. } | Self::Withdrawn { asset } => {
                Some(asset)
            }
            Self::Announced | Self::Refused { .. } => None,
        }
    }

    /// Whether we uploaded it.
    pub fn is_ours(&self) -> bool {
        match self {
            Self::There { ours, .. } | Self::Deleted { ours, .. } => *ours,
            Self::Withdrawn { .. } => true,
            Self::Announced | Self::Refused { .. } => false,
        }
    }
}

/// What the server was told of an item, and what it said then: the third side of each comparison.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sent {
    /// Fields by name, as they were sent, see [`crate::deeds::Value::field`].
    pub fields: BTreeMap<String, serde_json::Value>,
    /// Albums that we put it into.
    pub albums: BTreeMap<AlbumKey, SentAlbum>,
    /// Tags that we gave it.
    pub tags: Vec<String>,
    /// Faces that we drew on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faces: Vec<SentFace>,
    /// A digest of the stack that the source had it in, see [`super::Item::stack`].
    pub stack: Option<String>,
    /// The sidecar that went with the upload, a BLAKE3 digest in hexadecimal digits.
    pub sidecar: Option<String>,
    /// We put its file into a trash of this machine, so that it is gone from the source means nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_put_away: bool,
}

/// An album of a source on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportAlbum {
    /// On the server.
    pub album: immich_api::AlbumId,
    /// The title that we gave it.
    pub title: String,
    /// What we wrote under it.
    pub description: String,
    /// Somebody deleted it on the server; it is not made again.
    pub is_deleted: bool,
}

/// An album that an item was put into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentAlbum {
    /// On the server.
    pub album: immich_api::AlbumId,
}

/// A face that was drawn on an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentFace {
    /// What the source calls the person.
    pub name: String,
    /// Who that is on the server.
    pub person: PersonId,
    /// Where.
    pub area: FaceArea,
}

/// All items of one source and account in little memory: 33 bytes each, in the order of their ids.
#[derive(Debug, Default)]
pub struct Outline {
    rows: Vec<OutlineRow>,
    seen: Vec<bool>,
}

/// An item in an outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutlineRow {
    /// Which.
    pub item: ItemId,
    /// Its stamp when everything had been sent.
    pub stamp: Stamp,
}

impl Outline {
    /// An outline of rows in any order.
    pub fn of(mut rows: Vec<OutlineRow>) -> Self {
        rows.sort_unstable_by_key(|row| row.item);
        rows.dedup_by_key(|row| row.item);
        let seen = vec![false; rows.len()];
        Self { rows, seen }
    }

    /// Notes that an item is there, and says whether it is as it was when it was last sent; `None` for a new one.
    pub fn see(&mut self, item: ItemId, stamp: Stamp) -> Option<bool> {
        let at = self.rows.binary_search_by_key(&item, |row| row.item).ok()?;
        self.seen[at] = true;
        Some(self.rows[at].stamp == stamp)
    }

    /// Whether an item was seen; `None` for one that is not in it.
    pub fn is_seen(&self, item: ItemId) -> Option<bool> {
        let at = self.rows.binary_search_by_key(&item, |row| row.item).ok()?;
        Some(self.seen[at])
    }

    /// Items that were not seen, in the order of their ids.
    pub fn unseen(&self) -> impl Iterator<Item = ItemId> {
        self.rows.iter().zip(&self.seen).filter(|(_, seen)| !**seen).map(|(row, _)| row.item)
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_seen_is_named_and_what_changed_is_noticed() {
        let row = |id: u8, stamp: u8| OutlineRow { item: ItemId([id; 16]), stamp: Stamp([stamp; 16]) };
        let mut outline = Outline::of(vec![row(3, 1), row(1, 1), row(2, 1), row(2, 1)]);

        assert_eq!(outline.len(), 3);
        assert_eq!(outline.see(ItemId([3; 16]), Stamp([1; 16])), Some(true));
        assert_eq!(outline.see(ItemId([1; 16]), Stamp([2; 16])), Some(false));
        assert_eq!(outline.see(ItemId([9; 16]), Stamp([1; 16])), None);
        assert_eq!(outline.unseen().collect::<Vec<_>>(), [ItemId([2; 16])]);
    }
}
