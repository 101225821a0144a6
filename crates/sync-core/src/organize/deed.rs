//! What the organizer changes on the server, as data: announced before it is ordered, with what was there before.
//!
//! A deed is a batch of changes of one kind. Each of its items says what was there and what is there afterwards, so
//! that taking it back is the same deed the other way round, and the taking back can itself be taken back. And so
//! that a deed whose answer got lost is settled by looking at the server: an item that is as it should be afterwards
//! has happened, one that is as it was before has not.
//!
//! Things that get another id when they are made again are named by what stays: tags by their path, stacks by their
//! photos, our albums by prefix and number.

use std::collections::BTreeSet;

use immich_api::{AlbumId, AssetId, DuplicateId, FaceArea, PersonId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::LocalPath;
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

/// What is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    /// Tags are made, those above before those below.
    MakeTags {
        /// Their paths.
        tags: Vec<String>,
    },
    /// Tags that nobody uses are removed, those below before those above.
    DropTags {
        /// Their paths.
        tags: Vec<String>,
    },
    /// Photos get a tag.
    Tag {
        /// Its path.
        tag: String,
        /// Those that do not have it.
        assets: Vec<AssetId>,
    },
    /// A tag is taken off photos.
    Untag {
        /// Its path.
        tag: String,
        /// Those that have it.
        assets: Vec<AssetId>,
    },
    /// An empty album is made.
    MakeAlbum {
        /// Which.
        album: AlbumRef,
        /// What stands under its name.
        description: String,
    },
    /// An empty album is removed.
    DropAlbum {
        /// Which.
        album: AlbumRef,
        /// What stands under its name.
        description: String,
    },
    /// Photos are put into an album.
    AddToAlbum {
        /// Which.
        album: AlbumRef,
        /// Those that are not in it.
        assets: Vec<AssetId>,
    },
    /// Photos are taken out of an album.
    RemoveFromAlbum {
        /// Which.
        album: AlbumRef,
        /// Those that are in it.
        assets: Vec<AssetId>,
    },
    /// Photos are stacked, or stacked otherwise.
    Restack {
        /// Each with photos of its own.
        stacks: Vec<Restack>,
    },
    /// Photos go to the trash of the server, with all that they have.
    Trash {
        /// Those that are not in it.
        assets: Vec<AssetId>,
    },
    /// Photos come out of the trash.
    Restore {
        /// Those that are in it.
        assets: Vec<AssetId>,
    },
    /// Somebody is marked on photos.
    MakeFaces {
        /// Of people who are not marked on them.
        faces: Vec<DrawnFace>,
    },
    /// Such marks are taken away.
    DropFaces {
        /// Drawn by us.
        faces: Vec<DrawnFace>,
    },
    /// Files are made in group folders.
    MakeFiles {
        /// Where nothing was.
        files: Vec<MadeFile>,
    },
    /// Such files are taken away.
    DropFiles {
        /// As they were made.
        files: Vec<MadeFile>,
    },
    /// Fields of photos are set.
    Set {
        /// One field of one photo each, all of them the same field.
        settings: Vec<Setting>,
    },
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

/// A file in a group folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeFile {
    /// Where; absolute.
    pub path: LocalPath,
    /// BLAKE3 of its bytes in hexadecimal digits; `None` as long as it is only announced.
    pub digest: Option<String>,
}

/// A face that we draw on a photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnFace {
    /// On which photo.
    pub asset: AssetId,
    /// Whose it is.
    pub person: PersonId,
    /// Where.
    pub area: FaceArea,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Stars, 1 to 5.
    Rating(Option<u8>),
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
            Self::Rating(_) => "rating",
            Self::Taken { .. } => "date",
        }
    }
}

impl What {
    /// The name of its kind, as the state and JSON spell it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::MakeTags { .. } => "make-tags",
            Self::DropTags { .. } => "drop-tags",
            Self::Tag { .. } => "tag",
            Self::Untag { .. } => "untag",
            Self::MakeAlbum { .. } => "make-album",
            Self::DropAlbum { .. } => "drop-album",
            Self::AddToAlbum { .. } => "add-to-album",
            Self::RemoveFromAlbum { .. } => "remove-from-album",
            Self::Restack { .. } => "restack",
            Self::Trash { .. } => "trash",
            Self::Restore { .. } => "restore",
            Self::MakeFaces { .. } => "make-faces",
            Self::DropFaces { .. } => "drop-faces",
            Self::MakeFiles { .. } => "make-files",
            Self::DropFiles { .. } => "drop-files",
            Self::Set { .. } => "set",
        }
    }

    /// What it is done to or with: the path of a tag, the name of an album, a field; empty where there is none.
    pub fn subject(&self) -> &str {
        match self {
            Self::Tag { tag, .. } | Self::Untag { tag, .. } => tag,
            Self::MakeAlbum { album, .. }
            | Self::DropAlbum { album, .. }
            | Self::AddToAlbum { album, .. }
            | Self::RemoveFromAlbum { album, .. } => &album.name,
            Self::Set { settings } => settings.first().map_or("", |setting| setting.after.field()),
            Self::MakeTags { .. }
            | Self::DropTags { .. }
            | Self::Restack { .. }
            | Self::Trash { .. }
            | Self::Restore { .. }
            | Self::MakeFaces { .. }
            | Self::DropFaces { .. }
            | Self::MakeFiles { .. }
            | Self::DropFiles { .. } => "",
        }
    }

    /// How many items it has.
    pub fn len(&self) -> usize {
        match self {
            Self::MakeTags { tags } | Self::DropTags { tags } => tags.len(),
            Self::Tag { assets, .. }
            | Self::Untag { assets, .. }
            | Self::AddToAlbum { assets, .. }
            | Self::RemoveFromAlbum { assets, .. }
            | Self::Trash { assets }
            | Self::Restore { assets } => assets.len(),
            Self::MakeFaces { faces } | Self::DropFaces { faces } => faces.len(),
            Self::MakeFiles { files } | Self::DropFiles { files } => files.len(),
            Self::MakeAlbum { .. } | Self::DropAlbum { .. } => 1,
            Self::Restack { stacks } => stacks.len(),
            Self::Set { settings } => settings.len(),
        }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The photo of an item; of a stack the one that is shown for it, of a tag or an album none.
    pub fn photo(&self, item: usize) -> Option<&AssetId> {
        match self {
            Self::Tag { assets, .. }
            | Self::Untag { assets, .. }
            | Self::AddToAlbum { assets, .. }
            | Self::RemoveFromAlbum { assets, .. }
            | Self::Trash { assets }
            | Self::Restore { assets } => assets.get(item),
            Self::MakeFaces { faces } | Self::DropFaces { faces } => faces.get(item).map(|face| &face.asset),
            Self::Restack { stacks } => {
                let stack = stacks.get(item)?;
                stack.after.iter().chain(&stack.before).flatten().next()
            }
            Self::Set { settings } => settings.get(item).map(|setting| &setting.asset),
            Self::MakeTags { .. }
            | Self::DropTags { .. }
            | Self::MakeAlbum { .. }
            | Self::DropAlbum { .. }
            | Self::MakeFiles { .. }
            | Self::DropFiles { .. } => None,
        }
    }

    /// Its items by names that a deed and the one that takes it back have in common.
    pub(crate) fn items(&self) -> BTreeSet<String> {
        match self {
            Self::MakeTags { tags } | Self::DropTags { tags } => tags.iter().cloned().collect(),
            Self::Tag { assets, .. }
            | Self::Untag { assets, .. }
            | Self::AddToAlbum { assets, .. }
            | Self::RemoveFromAlbum { assets, .. }
            | Self::Trash { assets }
            | Self::Restore { assets } => assets.iter().map(ToString::to_string).collect(),
            Self::MakeFaces { faces } | Self::DropFaces { faces } => {
                faces.iter().map(|face| format!("{} {}", face.asset, face.person)).collect()
            }
            Self::MakeFiles { files } | Self::DropFiles { files } => {
                files.iter().map(|file| file.path.path().to_string_lossy().into_owned()).collect()
            }
            Self::MakeAlbum { album, .. } | Self::DropAlbum { album, .. } => [album.name.clone()].into(),
            Self::Restack { stacks } => {
                stacks.iter().filter_map(|stack| stack.photos().first().map(ToString::to_string)).collect()
            }
            Self::Set { settings } => settings.iter().map(|setting| setting.asset.to_string()).collect(),
        }
    }

    /// The same with some of its items only; `None` when none is left.
    #[must_use]
    pub fn only(&self, mut keep: impl FnMut(usize) -> bool) -> Option<Self> {
        fn kept<T: Clone>(items: &[T], keep: &mut dyn FnMut(usize) -> bool) -> Vec<T> {
            items.iter().enumerate().filter(|(item, _)| keep(*item)).map(|(_, item)| item.clone()).collect()
        }
        let keep: &mut dyn FnMut(usize) -> bool = &mut keep;
        let mut left = self.clone();
        match &mut left {
            Self::MakeTags { tags } | Self::DropTags { tags } => *tags = kept(tags, keep),
            Self::Tag { assets, .. }
            | Self::Untag { assets, .. }
            | Self::AddToAlbum { assets, .. }
            | Self::RemoveFromAlbum { assets, .. }
            | Self::Trash { assets }
            | Self::Restore { assets } => *assets = kept(assets, keep),
            Self::MakeFaces { faces } | Self::DropFaces { faces } => *faces = kept(faces, keep),
            Self::MakeFiles { files } | Self::DropFiles { files } => *files = kept(files, keep),
            Self::Restack { stacks } => *stacks = kept(stacks, keep),
            Self::Set { settings } => *settings = kept(settings, keep),
            Self::MakeAlbum { .. } | Self::DropAlbum { .. } => return keep(0).then_some(left),
        }
        (!left.is_empty()).then_some(left)
    }

    /// What takes it back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        match self.clone() {
            Self::MakeTags { mut tags } => {
                tags.reverse();
                Self::DropTags { tags }
            }
            Self::DropTags { mut tags } => {
                tags.reverse();
                Self::MakeTags { tags }
            }
            Self::Tag { tag, assets } => Self::Untag { tag, assets },
            Self::Untag { tag, assets } => Self::Tag { tag, assets },
            Self::MakeAlbum { album, description } => Self::DropAlbum { album, description },
            Self::DropAlbum { album, description } => Self::MakeAlbum { album, description },
            Self::AddToAlbum { album, assets } => Self::RemoveFromAlbum { album, assets },
            Self::RemoveFromAlbum { album, assets } => Self::AddToAlbum { album, assets },
            Self::Trash { assets } => Self::Restore { assets },
            Self::Restore { assets } => Self::Trash { assets },
            Self::MakeFaces { faces } => Self::DropFaces { faces },
            Self::DropFaces { faces } => Self::MakeFaces { faces },
            Self::MakeFiles { files } => Self::DropFiles { files },
            Self::DropFiles { files } => Self::MakeFiles { files },
            Self::Restack { stacks } => {
                let back = |stack: Restack| Restack { before: stack.after, after: stack.before };
                Self::Restack { stacks: stacks.into_iter().map(back).collect() }
            }
            Self::Set { settings } => {
                let back = |set: Setting| Setting { asset: set.asset, before: set.after, after: set.before };
                Self::Set { settings: settings.into_iter().map(back).collect() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(number: u128) -> AssetId {
        AssetId::from_u128(number)
    }

    fn all() -> Vec<What> {
        let album = AlbumRef {
            id: Some(AlbumId::from_u128(9)),
            name: "Similar-0001".to_owned(),
            numbered: Some(Numbered { prefix: "Similar-".to_owned(), number: 1 }),
        };
        let (tag, assets) = ("a/b".to_owned(), vec![asset(1), asset(2)]);
        let setting = |before, after| Setting { asset: asset(3), before, after };
        vec![
            What::MakeTags { tags: vec!["a".to_owned(), "a/b".to_owned()] },
            What::Tag { tag: tag.clone(), assets: assets.clone() },
            What::Untag { tag, assets: assets.clone() },
            What::MakeAlbum { album: album.clone(), description: "x".to_owned() },
            What::AddToAlbum { album, assets: assets.clone() },
            What::Trash { assets: assets.clone() },
            What::MakeFaces {
                faces: vec![DrawnFace {
                    asset: asset(1),
                    person: PersonId::from_u128(5),
                    area: FaceArea { x: 1, y: 2, width: 3, height: 4, image_width: 50, image_height: 60 },
                }],
            },
            What::Restack { stacks: vec![Restack { before: vec![], after: vec![assets] }] },
            What::Set {
                settings: vec![
                    setting(Value::Favourite(false), Value::Favourite(true)),
                    setting(Value::Review(None), Value::Review(Some(DuplicateId::from_u128(7)))),
                    setting(
                        Value::Taken { instant: Timestamp::UNIX_EPOCH, zone: None },
                        Value::Taken { instant: Timestamp::MAX, zone: Some("UTC+2".to_owned()) },
                    ),
                ],
            },
        ]
    }

    #[test]
    fn taking_back_twice_is_the_deed_itself() {
        for what in all() {
            assert_ne!(what.reversed(), what);
            assert_eq!(what.reversed().reversed(), what);
            assert_eq!(what.reversed().len(), what.len());
            assert_eq!(what.reversed().items(), what.items());
            assert!(!what.items().is_empty() && what.items().len() <= what.len());
        }
    }

    #[test]
    fn a_deed_survives_json() {
        for what in all() {
            let json = serde_json::to_string(&what).unwrap();

            assert_eq!(serde_json::from_str::<What>(&json).unwrap(), what, "{json}");
            assert!(json.contains(&format!("\"kind\":\"{}\"", what.kind())), "{json}");
        }
    }

    #[test]
    fn a_part_of_a_deed_has_the_items_that_were_kept() {
        for what in all() {
            assert_eq!(what.only(|_| false), None);
            assert_eq!(what.only(|_| true), Some(what.clone()));
            assert_eq!(what.only(|item| item == 0).map(|part| part.len()), Some(1));
        }
    }
}
