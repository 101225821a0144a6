//! What a deed does, in kinds, and how each is taken back.

use std::collections::BTreeSet;

use immich_api::AssetId;
use serde::{Deserialize, Serialize};

use super::{AlbumRef, DrawnFace, MadeFile, NewUpload, PersonRef, Restack, Setting, TrashedFile};

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
    /// Somebody is made who is on no photo yet.
    MakePerson {
        /// Who.
        person: PersonRef,
    },
    /// Somebody who is on no photo is removed.
    DropPerson {
        /// Who.
        person: PersonRef,
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
    /// A copy in a folder of this machine goes to a trash, with its sidecars.
    TrashFiles {
        /// Sidecars first, the photo last.
        files: Vec<TrashedFile>,
    },
    /// They come back to where they were.
    RestoreFiles {
        /// As they went.
        files: Vec<TrashedFile>,
    },
    /// Files become assets; taken back, and done again, they come out of the trash.
    Upload {
        /// Of one source each; those that are not there.
        uploads: Vec<NewUpload>,
    },
    /// Assets that we uploaded go to the trash.
    Withdraw {
        /// As they were uploaded.
        uploads: Vec<NewUpload>,
    },
    /// An album gets another name.
    RenameAlbum {
        /// Which, with the name that it has.
        album: AlbumRef,
        /// The name that it gets.
        name: String,
    },
    /// Fields of photos are set.
    Set {
        /// One field of one photo each, all of them the same field.
        settings: Vec<Setting>,
    },
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
            Self::MakePerson { .. } => "make-person",
            Self::DropPerson { .. } => "drop-person",
            Self::MakeFaces { .. } => "make-faces",
            Self::DropFaces { .. } => "drop-faces",
            Self::MakeFiles { .. } => "make-files",
            Self::DropFiles { .. } => "drop-files",
            Self::TrashFiles { .. } => "trash-files",
            Self::RestoreFiles { .. } => "restore-files",
            Self::Upload { .. } => "upload",
            Self::Withdraw { .. } => "withdraw",
            Self::RenameAlbum { .. } => "rename-album",
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
            | Self::RenameAlbum { album, .. }
            | Self::RemoveFromAlbum { album, .. } => &album.name,
            Self::MakePerson { person } | Self::DropPerson { person } => &person.name,
            Self::Set { settings } => settings.first().map_or("", |setting| setting.after.field()),
            Self::MakeTags { .. }
            | Self::DropTags { .. }
            | Self::Restack { .. }
            | Self::Trash { .. }
            | Self::Restore { .. }
            | Self::MakeFaces { .. }
            | Self::DropFaces { .. }
            | Self::MakeFiles { .. }
            | Self::DropFiles { .. }
            | Self::TrashFiles { .. }
            | Self::RestoreFiles { .. }
            | Self::Upload { .. }
            | Self::Withdraw { .. } => "",
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
            Self::TrashFiles { files } | Self::RestoreFiles { files } => files.len(),
            Self::MakeAlbum { .. }
            | Self::DropAlbum { .. }
            | Self::RenameAlbum { .. }
            | Self::MakePerson { .. }
            | Self::DropPerson { .. } => 1,
            Self::Upload { uploads } | Self::Withdraw { uploads } => uploads.len(),
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
            | Self::RenameAlbum { .. }
            | Self::MakePerson { .. }
            | Self::DropPerson { .. }
            | Self::MakeFiles { .. }
            | Self::DropFiles { .. }
            | Self::TrashFiles { .. }
            | Self::RestoreFiles { .. } => None,
            Self::Upload { uploads } | Self::Withdraw { uploads } => uploads.get(item)?.asset.as_ref(),
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
            Self::TrashFiles { files } | Self::RestoreFiles { files } => files
                .iter()
                .map(|file| file.from.path().as_os_str().as_encoded_bytes().escape_ascii().to_string())
                .collect(),
            Self::MakeAlbum { album, .. } | Self::DropAlbum { album, .. } => [album.name.clone()].into(),
            Self::MakePerson { person } | Self::DropPerson { person } => [person.name.clone()].into(),
            Self::RenameAlbum { album, name } => {
                let (one, other) = (album.name.as_str().min(name), album.name.as_str().max(name));
                [format!("{one}\n{other}")].into()
            }
            Self::Upload { uploads } | Self::Withdraw { uploads } => {
                uploads.iter().map(|upload| upload.item.to_string()).collect()
            }
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
            Self::TrashFiles { files } | Self::RestoreFiles { files } => *files = kept(files, keep),
            Self::Restack { stacks } => *stacks = kept(stacks, keep),
            Self::Set { settings } => *settings = kept(settings, keep),
            Self::Upload { uploads } | Self::Withdraw { uploads } => *uploads = kept(uploads, keep),
            Self::MakeAlbum { .. }
            | Self::DropAlbum { .. }
            | Self::RenameAlbum { .. }
            | Self::MakePerson { .. }
            | Self::DropPerson { .. } => {
                return keep(0).then_some(left);
            }
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
            Self::MakePerson { person } => Self::DropPerson { person },
            Self::DropPerson { person } => Self::MakePerson { person },
            Self::MakeFaces { faces } => Self::DropFaces { faces },
            Self::DropFaces { faces } => Self::MakeFaces { faces },
            Self::MakeFiles { files } => Self::DropFiles { files },
            Self::DropFiles { files } => Self::MakeFiles { files },
            Self::TrashFiles { files } => Self::RestoreFiles { files },
            Self::RestoreFiles { files } => Self::TrashFiles { files },
            Self::Restack { stacks } => {
                let back = |stack: Restack| Restack { before: stack.after, after: stack.before };
                Self::Restack { stacks: stacks.into_iter().map(back).collect() }
            }
            Self::Upload { uploads } => Self::Withdraw { uploads },
            Self::Withdraw { uploads } => Self::Upload { uploads },
            Self::RenameAlbum { album, name } => {
                let back = AlbumRef { name, ..album.clone() };
                Self::RenameAlbum { album: back, name: album.name }
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
    use immich_api::{AlbumId, DuplicateId, FaceArea, PersonId};
    use jiff::Timestamp;
    use photo_metadata::replace::FileIdentity;

    use super::super::{Hex, Numbered, Value};
    use super::*;

    fn asset(number: u128) -> AssetId {
        AssetId::from_u128(number)
    }

    fn trashed(path: &str) -> TrashedFile {
        let path = std::path::PathBuf::from(path);
        TrashedFile {
            name: std::path::PathBuf::from(path.file_name().unwrap()).into(),
            from: path.into(),
            trash: std::path::PathBuf::from("/a/.Trash-7").into(),
            note: "[Trash Info]\n".to_owned(),
            identity: FileIdentity { device: 1, inode: 2, size: 3, mtime_ns: 4, ctime_ns: 5, links: 1 },
            sha1: "ab".repeat(20),
        }
    }

    fn all() -> Vec<What> {
        let album = AlbumRef {
            id: Some(AlbumId::from_u128(9)),
            name: "Similar-0001".to_owned(),
            numbered: Some(Numbered { prefix: "Similar-".to_owned(), number: 1 }),
            imported: None,
        };
        let (tag, assets) = ("a/b".to_owned(), vec![asset(1), asset(2)]);
        let setting = |before, after| Setting { asset: asset(3), before, after };
        vec![
            What::MakeTags { tags: vec!["a".to_owned(), "a/b".to_owned()] },
            What::Tag { tag: tag.clone(), assets: assets.clone() },
            What::Untag { tag, assets: assets.clone() },
            What::MakeAlbum { album: album.clone(), description: "x".to_owned() },
            What::RenameAlbum { album: album.clone(), name: "Summer".to_owned() },
            What::AddToAlbum { album, assets: assets.clone() },
            What::Upload {
                uploads: vec![
                    NewUpload { item: Hex([1; 16]), sha1: Hex([2; 20]), asset: None },
                    NewUpload { item: Hex([3; 16]), sha1: Hex([4; 20]), asset: Some(asset(4)) },
                ],
            },
            What::Trash { assets: assets.clone() },
            What::MakePerson {
                person: PersonRef { id: Some(PersonId::from_u128(5)), name: "Anna".to_owned() },
            },
            What::MakeFaces {
                faces: vec![DrawnFace {
                    asset: asset(1),
                    person: PersonId::from_u128(5),
                    name: None,
                    area: FaceArea { x: 1, y: 2, width: 3, height: 4, image_width: 50, image_height: 60 },
                }],
            },
            What::TrashFiles { files: vec![trashed("/a/b.jpg.xmp"), trashed("/a/b.jpg")] },
            What::Restack { stacks: vec![Restack { before: vec![], after: vec![assets] }] },
            What::Set {
                settings: vec![
                    setting(Value::Favourite(false), Value::Favourite(true)),
                    setting(Value::Review(None), Value::Review(Some(DuplicateId::from_u128(7)))),
                    setting(Value::Motion(None), Value::Motion(Some(asset(8)))),
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
