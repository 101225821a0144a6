//! A group as it is stored and shown, with all that list, report and actions need of its photos.

use jiff::Timestamp;
use photo_similarity::{Class, Criterion, Format, GroupId};
use serde::{Deserialize, Serialize};

use std::path::PathBuf;

use super::place::Place;
use crate::deeds::orders::Photo;

/// A group of the last scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// Its name; the same as long as its members are.
    pub id: GroupId,
    /// How closely its photos belong together.
    pub class: Class,
    /// At least two. The keeper first, then the others from the best to the least.
    pub members: Vec<MemberRecord>,
    /// In what the keeper is better than the next best.
    pub reason: Criterion,
    /// Photos outside of the group that look like it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<AlsoRecord>,
}

impl GroupRecord {
    /// The photo to keep.
    pub fn keeper(&self) -> Option<&MemberRecord> {
        self.members.first()
    }

    /// All but the keeper.
    pub fn others(&self) -> &[MemberRecord] {
        self.members.get(1..).unwrap_or_default()
    }

    /// Bytes that are won when only the keeper stays; what belongs to others does not count.
    pub fn gain(&self) -> u64 {
        self.others().iter().filter(|member| member.is_own).filter_map(|member| member.bytes).sum()
    }
}

/// A photo of a group: what is shown and what actions expect to find.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberRecord {
    /// Where it is.
    pub place: Place,
    /// Whether the user's account owns it; what it does not own is never acted on. Files on this machine are owned.
    pub is_own: bool,
    /// The id of the user whose asset it is; empty for a file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// The external library it is in; `None` for what Immich manages, and for files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
    /// Bits between it and the keeper, where their looks were compared.
    pub distance: Option<u16>,
    /// Photos with the same number are copies of one exposure.
    pub set: u16,
    /// Its file name.
    pub name: String,
    /// Where its file lies, as the server or this machine names it.
    pub path: String,
    /// Size of the file in bytes.
    pub bytes: Option<u64>,
    /// Width in pixels, upright.
    pub width: Option<u32>,
    /// Height in pixels, upright.
    pub height: Option<u32>,
    /// What kind of picture its file is.
    pub format: Option<Format>,
    /// When it was taken.
    pub taken: Option<Timestamp>,
    /// Make and model of the camera.
    pub camera: Option<String>,
    /// Marked with the heart.
    pub is_favourite: bool,
    /// Stars.
    pub rating: Option<i32>,
    /// The caption.
    pub description: Option<String>,
    /// Degrees north and east.
    pub position: Option<(f64, f64)>,
    /// Named people on it.
    pub people: Vec<String>,
    /// SHA-1 of the file in hexadecimal digits, where it is known.
    pub sha1: Option<String>,
    /// When the server last changed it, or the file was last modified: a later change makes an action look again.
    pub updated: Option<Timestamp>,
    /// A digest of number, size and time of a file here, as it was when it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<[u8; 16]>,
    /// The stack it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// In the archive.
    #[serde(default)]
    pub is_archived: bool,
    /// The moving part of a live photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live_video: Option<String>,
}

impl MemberRecord {
    /// Whether both files are known to hold the same bytes. In an external library Immich has no checksum of the content.
    pub fn has_bytes_of(&self, other: &Self) -> bool {
        let sum = |member: &Self| member.sha1.clone().filter(|_| member.library.is_none());
        sum(self).is_some_and(|one| sum(other) == Some(one))
    }

    /// How orders name it; `None` for what is not on the server.
    pub(super) fn photo(&self) -> Option<Photo> {
        Some(Photo { asset: self.place.asset()?.clone(), path: PathBuf::from(&self.path) })
    }
}

/// A photo that looks like a group and is not in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlsoRecord {
    /// Where it is.
    pub place: Place,
    /// Its file name.
    pub name: String,
    /// Bits between it and the representative of the group.
    pub distance: u16,
}

/// What the user decided about a group; it holds as long as its members stay the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// They are no duplicates; the group is not shown again.
    NotDuplicates,
    /// These are to be kept, the first of them above all.
    Keep(Vec<Place>),
}
