//! What the server says now of the things that a deed is about.
//!
//! An item of a deed stands as it was before, as it is to be afterwards, or otherwise: then somebody else was there,
//! and it is left alone. This one question settles deeds whose answers were lost, and decides what can be taken back.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

use immich_api::{
    Album, AlbumId, AlbumScope, ApiError, Asset, AssetId, BEST_IN_FLIGHT, Checked, Reader, StackMembers,
    TagId, Visibility,
};

use super::faces;
use super::people::{self, Made};
use super::tagged::{self, Photos, Tagged};
use super::{AlbumRef, NewUpload, Restack, Setting, Value, What};
use crate::error::SyncError;
use crate::parallel;
use crate::state::DeedStore;

/// Photos up to which each is asked for by itself where a search would do too.
const FEW: usize = 20;

/// How an item stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// As it was before.
    Before,
    /// As it is to be.
    After,
    /// Begun and not ended: what was there is gone, what is to be is not there yet.
    Between,
    /// Otherwise, and how.
    Other(String),
    /// The photo is gone, or in the trash.
    Gone,
}

/// Looks on behalf of one account.
#[derive(Clone, Copy)]
pub(crate) struct Looker<'a> {
    pub(crate) reader: Reader<'a>,
    pub(crate) account: &'a str,
    pub(crate) store: &'a dyn DeedStore,
    /// What an undo has heard of tags; without it they are asked for each time.
    pub(crate) tagged: Option<&'a Tagged>,
}

impl Looker<'_> {
    /// How each item of a deed stands; and the album or person that it makes, where that is there.
    pub(crate) fn standings(&self, what: &What) -> Result<(Vec<Standing>, Option<Made>), SyncError> {
        let none = |standings| (standings, None);
        match what {
            What::MakeTags { tags } => self.tags(tags).map(none),
            What::DropTags { tags } => self.tags_to_drop(tags).map(none),
            What::Tag { tag, assets } => self.tagged(tag, assets, true).map(none),
            What::Untag { tag, assets } => self.tagged(tag, assets, false).map(none),
            What::MakeAlbum { album, description } => {
                let found = self.made_album(album, description)?;
                let standing = if found.is_some() { Standing::After } else { Standing::Before };
                Ok((vec![standing], found.map(Made::Album)))
            }
            What::DropAlbum { album, description } => {
                self.album_to_drop(album, description).map(|standing| none(vec![standing]))
            }
            What::AddToAlbum { album, assets } => self.in_album(album, assets, true).map(none),
            What::RemoveFromAlbum { album, assets } => self.in_album(album, assets, false).map(none),
            What::Restack { stacks } => {
                let now = Stacks::of(self.reader.stacks()?);
                Ok(none(stacks.iter().map(|stack| now.standing(stack)).collect()))
            }
            What::Trash { assets } => self.in_trash(assets, true).map(none),
            What::Restore { assets } => self.in_trash(assets, false).map(none),
            What::MakePerson { person } => people::to_make(self.reader, person),
            What::DropPerson { person } => {
                people::to_drop(self.reader, person).map(|standing| none(vec![standing]))
            }
            What::MakeFaces { faces } => faces::to_make(self.reader, faces).map(none),
            What::DropFaces { faces } => faces::to_drop(self.reader, faces).map(none),
            What::MakeFiles { .. }
            | What::DropFiles { .. }
            | What::TrashFiles { .. }
            | What::RestoreFiles { .. } => {
                Ok(none(vec![Standing::Other("it is no matter of the server".to_owned()); what.len()]))
            }
            What::Upload { uploads } => self.uploaded(uploads, false).map(none),
            What::Withdraw { uploads } => self.uploaded(uploads, true).map(none),
            What::RenameAlbum { album, name } => {
                self.renamed(album, name).map(|standing| none(vec![standing]))
            }
            What::Set { settings } => self.settings(settings).map(none),
        }
    }

    /// What was announced and of which no asset is known is looked for by its bytes.
    fn uploaded(&self, uploads: &[NewUpload], wanted: bool) -> Result<Vec<Standing>, SyncError> {
        let found = self.as_assets(uploads)?;
        let assets: Vec<AssetId> = found.iter().flatten().cloned().collect();
        let mut known = self.in_trash(&assets, wanted)?.into_iter();
        let standing = |asset: &Option<AssetId>| match asset {
            Some(_) => known.next().unwrap_or(Standing::Gone),
            None => Standing::Before,
        };
        Ok(found.iter().map(standing).collect())
    }

    /// The asset of each upload: the one that is known, or the one that has its bytes; `None` where there is none.
    pub(crate) fn as_assets(&self, uploads: &[NewUpload]) -> Result<Vec<Option<AssetId>>, SyncError> {
        let mut found: Vec<Option<AssetId>> = uploads.iter().map(|upload| upload.asset.clone()).collect();
        let open: Vec<usize> = (0..uploads.len()).filter(|index| found[*index].is_none()).collect();
        if open.is_empty() {
            return Ok(found);
        }
        let sums: Vec<[u8; 20]> = open.iter().map(|index| uploads[*index].sha1.0).collect();
        for (index, verdict) in open.into_iter().zip(self.reader.upload_check(&sums)?) {
            if let Checked::Duplicate { asset, .. } = verdict {
                found[index] = Some(asset);
            }
        }
        Ok(found)
    }

    fn renamed(&self, album: &AlbumRef, name: &str) -> Result<Standing, SyncError> {
        let Some(found) = self.album(album)? else {
            return Ok(Standing::Other(format!("the album `{}` is gone", album.name)));
        };
        Ok(match found.name {
            now if now == name => Standing::After,
            now if now == album.name => Standing::Before,
            now => Standing::Other(format!("somebody named the album `{now}`")),
        })
    }

    fn in_trash(&self, assets: &[AssetId], wanted: bool) -> Result<Vec<Standing>, SyncError> {
        let standing = |asset: Option<Asset>| match asset {
            None => Standing::Gone,
            Some(asset) if asset.is_trashed == wanted => Standing::After,
            Some(_) => Standing::Before,
        };
        Ok(self.each_anywhere(assets.to_vec())?.into_iter().map(standing).collect())
    }

    fn tags(&self, tags: &[String]) -> Result<Vec<Standing>, SyncError> {
        let known: BTreeSet<String> = self.reader.tags()?.into_iter().map(|tag| tag.value).collect();
        let standing = |tag| if known.contains(tag) { Standing::After } else { Standing::Before };
        Ok(tags.iter().map(standing).collect())
    }

    fn tags_to_drop(&self, tags: &[String]) -> Result<Vec<Standing>, SyncError> {
        let known: BTreeMap<String, TagId> =
            self.reader.tags()?.into_iter().map(|tag| (tag.value, tag.id)).collect();
        let mut stays: BTreeSet<&str> = BTreeSet::new();
        let mut standings = Vec::new();
        for tag in tags {
            let standing = match known.get(tag) {
                None => Standing::After,
                Some(id) => {
                    let below = format!("{tag}/");
                    let goes = |other: &&String| tags.contains(other) && !stays.contains(other.as_str());
                    if known.keys().any(|other| other.starts_with(&below) && !goes(&other)) {
                        Standing::Other(format!("there are other tags below `{tag}`"))
                    } else if self.reader.tagged_assets(id)?.is_none_or(|assets| !assets.is_empty()) {
                        Standing::Other(format!("photos have the tag `{tag}`"))
                    } else {
                        Standing::Before
                    }
                }
            };
            if matches!(standing, Standing::Other(_)) {
                stays.insert(tag);
            }
            standings.push(standing);
        }
        Ok(standings)
    }

    /// A search leaves out what is in the trash, and finds what has a tag below, too. So photos of which it does not
    /// say what is wished for are asked for singly.
    fn tagged(&self, tag: &str, assets: &[AssetId], wanted: bool) -> Result<Vec<Standing>, SyncError> {
        let tags = self.reader.tags()?;
        let there = |has: bool| if has == wanted { Standing::After } else { Standing::Before };
        let Some(id) = tags.iter().find(|known| known.value == tag).map(|known| &known.id) else {
            return Ok(vec![there(false); assets.len()]);
        };
        let below = format!("{tag}/");
        let is_leaf = !tags.iter().any(|known| known.value.starts_with(&below));
        let found = if is_leaf && assets.len() > FEW { self.photos(tag, id)? } else { None };
        let mut standings: Vec<Option<Standing>> = assets
            .iter()
            .map(|asset| {
                found.as_ref().and_then(|found| found.contains(&asset.as_u128()).then(|| there(true)))
            })
            .collect();
        let open: Vec<usize> = (0..assets.len()).filter(|item| standings[*item].is_none()).collect();
        let asked = self.each(open.iter().map(|item| assets[*item].clone()).collect())?;
        for (item, asset) in open.into_iter().zip(asked) {
            standings[item] = Some(match asset {
                None => Standing::Gone,
                Some(asset) => match asset.tags {
                    Some(tags) => there(tags.iter().any(|known| known.value == tag)),
                    None => Standing::Other("the server does not say which tags it has".to_owned()),
                },
            });
        }
        Ok(standings.into_iter().flatten().collect())
    }

    fn photos(&self, tag: &str, id: &TagId) -> Result<Photos, ApiError> {
        self.tagged.map_or_else(|| tagged::ask(self.reader, id), |tagged| tagged.photos(self.reader, tag, id))
    }

    /// Where an album is now: one of ours may have been made again, with another id.
    pub(crate) fn album_id(&self, album: &AlbumRef) -> Result<Option<AlbumId>, SyncError> {
        match (&album.numbered, &album.imported) {
            (Some(numbered), _) => self.store.album_numbered(self.account, numbered),
            (None, Some(imported)) => self.store.album_imported(self.account, imported),
            (None, None) => Ok(album.id.clone()),
        }
    }

    /// An album, as it is now.
    pub(super) fn album(&self, album: &AlbumRef) -> Result<Option<Album>, SyncError> {
        match self.album_id(album)? {
            Some(id) => Ok(self.reader.album(&id)?),
            None => Ok(None),
        }
    }

    /// An album with that name and description that no other number, and no other album of a source, has.
    fn made_album(&self, album: &AlbumRef, description: &str) -> Result<Option<AlbumId>, SyncError> {
        if let Some(known) = self.album(album)? {
            return Ok(Some(known.id));
        }
        let taken = self.store.imported_albums(self.account)?;
        let is_it = |found: &Album| {
            found.name == album.name && found.description == description && !taken.contains(&found.id)
        };
        Ok(self.reader.albums(AlbumScope::Own)?.into_iter().find(is_it).map(|found| found.id))
    }

    fn album_to_drop(&self, album: &AlbumRef, description: &str) -> Result<Standing, SyncError> {
        let Some(found) = self.album(album)? else { return Ok(Standing::After) };
        if found.name != album.name {
            return Ok(Standing::Other(format!("somebody named the album `{}`", found.name)));
        }
        if found.description != description {
            return Ok(Standing::Other("somebody described the album otherwise".to_owned()));
        }
        if found.is_shared {
            return Ok(Standing::Other("the album is shared with others".to_owned()));
        }
        // A search does not find everything, and may be answered with less than there is.
        let is_empty = found.asset_count == Some(0) && self.reader.album_assets(&found)?.is_empty();
        if is_empty {
            return Ok(Standing::Before);
        }
        Ok(Standing::Other("other photos are in the album".to_owned()))
    }

    fn in_album(
        &self,
        album: &AlbumRef,
        assets: &[AssetId],
        wanted: bool,
    ) -> Result<Vec<Standing>, SyncError> {
        let Some(found) = self.album(album)? else {
            let gone = || Standing::Other(format!("the album `{}` is gone", album.name));
            let standing = || if wanted { gone() } else { Standing::After };
            return Ok(assets.iter().map(|_| standing()).collect());
        };
        let inside = self.reader.album_assets(&found)?;
        let standing = |asset| {
            if inside.contains(asset) == wanted { Standing::After } else { Standing::Before }
        };
        Ok(assets.iter().map(standing).collect())
    }

    fn settings(&self, settings: &[Setting]) -> Result<Vec<Standing>, SyncError> {
        let found = self.each(settings.iter().map(|setting| setting.asset.clone()).collect())?;
        Ok(settings.iter().zip(found).map(|(setting, asset)| of_setting(setting, asset.as_ref())).collect())
    }

    /// Each asset by itself, several at a time; `None` for one that is gone or in the trash.
    pub(crate) fn each(&self, assets: Vec<AssetId>) -> Result<Vec<Option<Asset>>, SyncError> {
        let found = self.each_anywhere(assets)?.into_iter();
        Ok(found.map(|asset| asset.filter(|asset| !asset.is_trashed)).collect())
    }

    /// The same, also of the trash.
    pub(crate) fn each_anywhere(&self, assets: Vec<AssetId>) -> Result<Vec<Option<Asset>>, SyncError> {
        let (mut found, mut failed) = (Vec::with_capacity(assets.len()), None);
        let reader = self.reader;
        let ask = |asset: AssetId| match reader.asset(&asset) {
            Ok(asset) => Ok(Some(asset)),
            Err(ApiError::NoSuchAsset { .. }) => Ok(None),
            Err(error) => Err(error),
        };
        parallel::ordered(assets.into_iter(), BEST_IN_FLIGHT, ask, |answer| match answer {
            Ok(asset) => {
                found.push(asset);
                ControlFlow::Continue(())
            }
            Err(error) => {
                failed.get_or_insert(error);
                ControlFlow::Break(())
            }
        });
        failed.map_or(Ok(found), |error| Err(error.into()))
    }
}

fn of_setting(setting: &Setting, asset: Option<&Asset>) -> Standing {
    let Some(asset) = asset else { return Standing::Gone };
    let Some(now) = value_of(asset, &setting.after) else {
        return Standing::Other("the server does not say what it is now".to_owned());
    };
    if now == setting.after {
        Standing::After
    } else if now == setting.before {
        Standing::Before
    } else {
        Standing::Other(format!("its {} was changed since", setting.after.field()))
    }
}

/// The same field of an asset as it is; `None` when the server does not say, or when it is hidden or locked.
pub(crate) fn value_of(asset: &Asset, like: &Value) -> Option<Value> {
    Some(match like {
        Value::Favourite(_) => Value::Favourite(asset.is_favorite?),
        Value::Archived(_) => match asset.visibility {
            Visibility::Timeline => Value::Archived(false),
            Visibility::Archive => Value::Archived(true),
            Visibility::Hidden | Visibility::Locked | Visibility::Unknown => return None,
        },
        Value::Description(_) => {
            Value::Description(asset.exif.as_ref()?.description.clone().unwrap_or_default())
        }
        Value::Review(_) => Value::Review(asset.duplicate_id.clone()),
        Value::Motion(_) => Value::Motion(asset.live_photo_video_id.clone()),
        Value::Position(wanted) => {
            let exif = asset.exif.as_ref()?;
            let now = exif.latitude.zip(exif.longitude);
            match (now, wanted) {
                (Some(now), Some(wanted)) if is_same_place(now, *wanted) => like.clone(),
                _ => Value::Position(now),
            }
        }
        Value::Rating(_) => Value::Rating(stars(asset.exif.as_ref()?)),
        Value::Taken { instant: wanted, .. } => {
            let exif = asset.exif.as_ref()?;
            let instant = exif.date_time_original?;
            // The server may name the zone of the same moment otherwise than we did.
            if instant == *wanted {
                like.clone()
            } else {
                Value::Taken { instant, zone: exif.time_zone.clone() }
            }
        }
    })
}

/// Whether two positions are the same as far as files and databases keep them: a metre on the ground.
pub(crate) fn is_same_place(one: (f64, f64), other: (f64, f64)) -> bool {
    const DEGREES: f64 = 1e-5;
    (one.0 - other.0).abs() < DEGREES && (one.1 - other.1).abs() < DEGREES
}

/// Stars that count: older servers say 0 for none and -1 for rejected.
pub(crate) fn stars(exif: &immich_api::Exif) -> Option<u8> {
    exif.rating.and_then(|rating| u8::try_from(rating).ok()).filter(|stars| (1..=5).contains(stars))
}

/// The stacks of a user, found by photo.
#[derive(Debug, Default)]
pub(crate) struct Stacks {
    stacks: Vec<StackMembers>,
    of: HashMap<AssetId, usize>,
}

impl Stacks {
    pub(crate) fn of(mut stacks: Vec<StackMembers>) -> Self {
        let mut of = HashMap::new();
        for (index, stack) in stacks.iter_mut().enumerate() {
            stack.assets.sort_by_key(|asset| (*asset != stack.primary, asset.clone()));
            of.extend(stack.assets.iter().map(|asset| (asset.clone(), index)));
        }
        Self { stacks, of }
    }

    /// The stacks that hold some of these photos, the primary photo of each first.
    pub(crate) fn holding<'a>(
        &'a self,
        photos: impl IntoIterator<Item = &'a AssetId>,
    ) -> Vec<&'a StackMembers> {
        let found: BTreeSet<usize> =
            photos.into_iter().filter_map(|photo| self.of.get(photo)).copied().collect();
        // A stack of one is shown like a photo that is in none.
        found.into_iter().map(|index| &self.stacks[index]).filter(|stack| stack.assets.len() > 1).collect()
    }

    fn standing(&self, wanted: &Restack) -> Standing {
        let photos = wanted.photos();
        let now = shape(self.holding(&photos).into_iter().map(|stack| stack.assets.as_slice()));
        let (before, after) = (lists(&wanted.before), lists(&wanted.after));
        if now == after {
            return Standing::After;
        }
        if now == before {
            return Standing::Before;
        }
        let begun = |stack: &(AssetId, BTreeSet<AssetId>)| before.contains(stack) || after.contains(stack);
        if now.iter().all(begun) {
            return Standing::Between;
        }
        Standing::Other("its stack was changed since".to_owned())
    }
}

/// Stacks as they count: which photo is shown, and which are in it. The order of the others is the server's.
type Shape = BTreeSet<(AssetId, BTreeSet<AssetId>)>;

fn shape<'a>(stacks: impl Iterator<Item = &'a [AssetId]>) -> Shape {
    stacks.filter_map(|stack| Some((stack.first()?.clone(), stack.iter().cloned().collect()))).collect()
}

fn lists(stacks: &[Vec<AssetId>]) -> Shape {
    shape(stacks.iter().map(Vec::as_slice))
}

#[cfg(test)]
mod tests {
    use immich_api::StackId;

    use super::*;

    fn id(number: u128) -> AssetId {
        AssetId::from_u128(number)
    }

    fn stack(name: u128, photos: &[u128]) -> StackMembers {
        let assets: Vec<AssetId> = photos.iter().copied().map(id).collect();
        StackMembers { id: StackId::from_u128(name), primary: assets[0].clone(), assets }
    }

    fn restack(before: &[&[u128]], after: &[&[u128]]) -> Restack {
        let lists = |lists: &[&[u128]]| -> Vec<Vec<AssetId>> {
            lists.iter().map(|list| list.iter().copied().map(id).collect()).collect()
        };
        Restack { before: lists(before), after: lists(after) }
    }

    #[test]
    fn stacks_are_compared_by_what_is_shown_and_what_is_in_them() {
        let now = Stacks::of(vec![stack(1, &[2, 3, 1])]);

        assert_eq!(now.standing(&restack(&[], &[&[2, 1, 3]])), Standing::After);
        assert_eq!(now.standing(&restack(&[&[2, 1, 3]], &[])), Standing::Before);
        assert!(matches!(now.standing(&restack(&[], &[&[1, 2, 3]])), Standing::Other(_)));
        assert!(matches!(now.standing(&restack(&[], &[&[2, 3]])), Standing::Other(_)));
    }

    #[test]
    fn a_change_of_stacks_that_was_begun_is_told_from_one_by_somebody_else() {
        let wanted = restack(&[&[1, 2, 3]], &[&[1, 2]]);

        assert_eq!(Stacks::of(Vec::new()).standing(&wanted), Standing::Between);
        assert_eq!(Stacks::of(vec![stack(1, &[3])]).standing(&wanted), Standing::Between);
        assert!(matches!(Stacks::of(vec![stack(1, &[2, 3])]).standing(&wanted), Standing::Other(_)));
    }
}
