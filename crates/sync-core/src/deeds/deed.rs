//! What is changed on the server, as data: announced before it is ordered, with what was there before.
//!
//! A deed is a batch of changes of one kind. Each of its items says what was there and what is there afterwards, so
//! that taking it back is the same deed the other way round, and the taking back can itself be taken back. And so
//! that a deed whose answer got lost is settled by looking at the server: an item that is as it should be afterwards
//! has happened, one that is as it was before has not.
//!
//! Things that get another id when they are made again are named by what stays: tags by their path, stacks by their
//! photos, our albums by prefix and number.

use std::ffi::OsStr;
use std::path::PathBuf;

use immich_api::{AlbumId, AssetId, DuplicateId, FaceArea, PersonId};
use jiff::Timestamp;
use photo_metadata::replace::FileIdentity;
use serde::{Deserialize, Serialize};

use super::{Hex, LocalPath, What};
use crate::state::RunId;

/// Names a deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeedId(pub i64);

/// A deed as it is announced.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// In which run.
    pub run: RunId,
    /// The id of the user in whose name it is done.
    pub account: String,
    /// The deed that this one takes back.
    pub undoes: Option<DeedId>,
    /// When.
    pub at: Timestamp,
    /// What is done; only items that really change.
    pub what: What,
}

/// How far a deed got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeedState {
    /// Announced; what became of it is not known.
    Intent,
    /// Done, as far as its items say.
    Done,
    /// Nothing of it happened.
    RolledBack,
}

/// A deed as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct DeedRow {
    /// Its name.
    pub id: DeedId,
    /// What was announced or, once closed, what happened.
    pub deed: Deed,
    /// How far it got.
    pub state: DeedState,
    /// The run that took all of it back, as long as nobody took back the taking back.
    pub undone_by: Option<RunId>,
}

/// What happened in a run, of one kind and to one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeedCount {
    /// Which kind, see [`What::kind`].
    pub kind: String,
    /// What it was done to or with, see [`What::subject`].
    pub subject: String,
    /// Items that were done: photos, or stacks, tags and albums.
    pub items: u64,
    /// Of these, taken back since.
    pub undone: u64,
    /// Announced and never closed: at work, or left by a killed run.
    pub open: u64,
}

/// An album, by what of it stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlbumRef {
    /// Its id when that is known; an album of ours that was made again has another one.
    pub id: Option<AlbumId>,
    /// The name that we gave it or found.
    pub name: String,
    /// Only of albums that we number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbered: Option<Numbered>,
    /// Only of albums of a source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
}

/// Names an album of a source that photos are imported from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Imported {
    /// The kind of the source.
    pub source: String,
    /// What the source knows the album by.
    pub key: String,
}

/// A file that is uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUpload {
    /// The item of the source, in hexadecimal digits.
    pub item: Hex<16>,
    /// SHA-1 of its bytes, in hexadecimal digits.
    pub sha1: Hex<20>,
    /// The asset that it became; `None` as long as it is only announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetId>,
}

/// Names an album of ours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Numbered {
    /// What stands before the number.
    pub prefix: String,
    /// From 1 on.
    pub number: u64,
}

/// An album of ours, as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedAlbum {
    /// Its id on the server.
    pub id: AlbumId,
    /// The user whose album it is.
    pub account: String,
    /// Its number.
    pub numbered: Numbered,
    /// What we put into it.
    pub photos: Vec<AssetId>,
}

/// Photos with the stacks that they are in: the primary one of each first. What is in no list is in no stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restack {
    /// Before.
    pub before: Vec<Vec<AssetId>>,
    /// Afterwards.
    pub after: Vec<Vec<AssetId>>,
}

impl Restack {
    /// All photos that it is about, each once.
    pub fn photos(&self) -> Vec<AssetId> {
        let mut photos: Vec<AssetId> = self.before.iter().chain(&self.after).flatten().cloned().collect();
        photos.sort_unstable();
        photos.dedup();
        photos
    }
}

/// A file that was made: in a group folder, or by an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeFile {
    /// Where; absolute.
    pub path: LocalPath,
    /// BLAKE3 of its bytes in hexadecimal digits; `None` as long as it is only announced.
    pub digest: Option<String>,
    /// Whether it took the place of one that we made earlier, which is not kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replaced: bool,
}

/// A file that goes from a folder of this machine to a trash on the same file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrashedFile {
    /// Where it was; absolute, its folder without links.
    pub from: LocalPath,
    /// The trash, with the folders `files` and `info`.
    pub trash: LocalPath,
    /// What it is called in there.
    pub name: LocalPath,
    /// The text of its note, see the Trash specification of freedesktop.org.
    pub note: String,
    /// What it was when it was looked at for the last time before.
    pub identity: FileIdentity,
    /// SHA-1 of its bytes in hexadecimal digits.
    pub sha1: String,
}

impl TrashedFile {
    /// What the name of a note ends with.
    pub const NOTE: &str = ".trashinfo";

    /// Where it is in the trash.
    pub fn in_trash(&self) -> PathBuf {
        self.trash.path().join("files").join(self.name())
    }

    /// Where its note is.
    pub fn in_info(&self) -> PathBuf {
        let mut note = self.name().to_owned();
        note.push(Self::NOTE);
        self.trash.path().join("info").join(note)
    }

    /// What it is called in the trash.
    pub fn name(&self) -> &OsStr {
        self.name.path().as_os_str()
    }
}

/// A face that we draw on a photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnFace {
    /// On which photo.
    pub asset: AssetId,
    /// Whose it is.
    pub person: PersonId,
    /// Their name, where the source knows no more: a person who was removed and made again has another id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where.
    pub area: FaceArea,
}

/// Somebody whom we make on the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRef {
    /// Their id; `None` as long as they are only announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PersonId>,
    /// The name that they get.
    pub name: String,
}

/// A field of a photo that is set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// Of which photo.
    pub asset: AssetId,
    /// What it was.
    pub before: Value,
    /// What it becomes.
    pub after: Value,
}

/// A field of a photo with its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// The heart.
    Favourite(bool),
    /// In the archive, or on the timeline.
    Archived(bool),
    /// The caption; empty for none.
    Description(String),
    /// The group of duplicates in which Immich shows it for review.
    Review(Option<DuplicateId>),
    /// The video that is the moving half of a live photo.
    Motion(Option<AssetId>),
    /// Stars, 1 to 5.
    Rating(Option<u8>),
    /// Where it was taken: degrees north and east. The server has no way to take a position away.
    Position(Option<(f64, f64)>),
    /// When it was taken.
    Taken {
        /// The moment.
        instant: Timestamp,
        /// The zone of its clock as the server names it, where that is known.
        zone: Option<String>,
    },
}

impl Value {
    /// The name of the field.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Favourite(_) => "favourite",
            Self::Archived(_) => "archive",
            Self::Description(_) => "description",
            Self::Review(_) => "review",
            Self::Motion(_) => "moving half",
            Self::Rating(_) => "rating",
            Self::Position(_) => "position",
            Self::Taken { .. } => "date",
        }
    }
}
