//! Albums. One is known by the key that the source has for it; an album that the user deleted on the server
//! stays deleted, and only what we put into one is taken out of it.

use std::collections::{BTreeMap, BTreeSet};

use immich_api::{AlbumScope, AssetId};

use super::finish::Finishing;
use super::flow::Flow;
use super::{AlbumKey, ImportAlbum, SentAlbum, SourceAlbum};
use crate::deeds::hand::Fate;
use crate::deeds::{AlbumRef, Imported, What};
use crate::error::SyncError;
use crate::event::Event;

/// Photos per deed.
pub(super) const BATCH: usize = 1000;

/// How the keys of albums begin that the user named, and no source.
const NAMED: &str = "\0named ";

/// The key of the album that everything is put into.
pub(super) fn into_album(title: &str) -> AlbumKey {
    AlbumKey(format!("{NAMED}{title}"))
}

/// Items by a name: of an album or a tag.
pub(super) type Groups<K> = BTreeMap<K, Vec<usize>>;

impl Flow<'_> {
    /// Puts photos into the albums that the source has them in, and takes them out of others that we put them into.
    pub(super) fn shelve(&mut self, all: &mut [Finishing]) -> Result<(), SyncError> {
        let (mut wanted, mut unwanted): (Groups<AlbumKey>, Groups<AlbumKey>) = Default::default();
        for (index, done) in all.iter().enumerate() {
            let (source, sent) = (&done.facts.albums, &done.entry.sent.albums);
            for key in source.iter().filter(|key| !sent.contains_key(*key)) {
                wanted.entry(key.clone()).or_default().push(index);
            }
            for key in sent.keys().filter(|key| !source.contains(*key)) {
                unwanted.entry(key.clone()).or_default().push(index);
            }
        }
        for (key, items) in wanted {
            self.put_into(&key, &items, all)?;
        }
        for (key, items) in unwanted {
            self.take_out_of(&key, &items, all)?;
        }
        Ok(())
    }

    fn put_into(&mut self, key: &AlbumKey, items: &[usize], all: &mut [Finishing]) -> Result<(), SyncError> {
        let album = match self.album(key)? {
            Ok(album) => album,
            Err(fate) => {
                for index in items {
                    all[*index].fail(&fate, "its album");
                }
                return Ok(());
            }
        };
        let Some((album, id, is_deleted)) = album else { return Ok(()) };
        let sent = SentAlbum { album: id };
        for chunk in items.chunks(BATCH) {
            let members: Vec<(usize, AssetId)> =
                chunk.iter().filter_map(|index| Some((*index, all[*index].asset()?.clone()))).collect();
            let mut assets: Vec<AssetId> = members.iter().map(|(_, asset)| asset.clone()).collect();
            assets.sort_unstable();
            assets.dedup();
            let fates = if is_deleted {
                vec![Fate::Done; assets.len()]
            } else {
                let what = What::AddToAlbum { album: album.clone(), assets: assets.clone() };
                self.hand()?.perform(&what, None)?
            };
            // A run that was killed may have put it there and not remembered so.
            let ours = if fates.contains(&Fate::Already) {
                self.import.store.added_by_us(self.owner.account, &sent.album)?
            } else {
                BTreeSet::new()
            };
            for (index, asset) in members {
                let fate = assets.binary_search(&asset).ok().and_then(|at| fates.get(at));
                let done = &mut all[index];
                done.is_changed |= !is_deleted && fate != Some(&Fate::Already);
                match fate {
                    // The user put it there, and it stays there whatever the source says later.
                    Some(Fate::Already) if !ours.contains(&asset) => {}
                    Some(Fate::Done | Fate::Already) | None => {
                        done.entry.sent.albums.insert(key.clone(), sent.clone());
                    }
                    Some(fate) => done.fail(fate, &format!("the album `{}`", album.name)),
                }
            }
        }
        Ok(())
    }

    fn take_out_of(
        &mut self,
        key: &AlbumKey,
        items: &[usize],
        all: &mut [Finishing],
    ) -> Result<(), SyncError> {
        let known = self.albums()?.get(key).cloned();
        let assets: Vec<AssetId> = items.iter().filter_map(|index| all[*index].asset().cloned()).collect();
        let others = self.import.store.entries_by_asset(self.owner.account, &assets)?;
        for index in items {
            let done = &mut all[*index];
            let sent = done.entry.sent.albums.remove(key);
            let keeps = others.iter().any(|other| {
                other.item != done.item
                    && other.standing.asset() == done.asset()
                    && other.sent.albums.contains_key(key)
            });
            let (Some(known), Some(asset)) = (&known, done.asset().cloned()) else { continue };
            if keeps || known.is_deleted {
                continue;
            }
            let album = self.reference(key, &known.title, Some(known));
            let what = What::RemoveFromAlbum { album, assets: vec![asset] };
            let fates = self.hand()?.perform(&what, None)?;
            all[*index].is_changed = true;
            for fate in &fates {
                all[*index].fail(fate, &format!("the album `{}`", known.title));
                if let Some(sent) = sent.as_ref().filter(|_| !is_done(fate)) {
                    all[*index].entry.sent.albums.insert(key.clone(), sent.clone());
                }
            }
        }
        Ok(())
    }

    /// Albums that no photo of this run is about: one that has another title in the source gets it, and one that is
    /// no more in the source goes when it is empty and still called as we called it.
    pub(super) fn follow_albums(&mut self) -> Result<(), SyncError> {
        if !self.listing.as_ref().is_some_and(|listing| listing.is_complete) {
            return Ok(());
        }
        for (key, mut known) in self.albums()?.clone() {
            if known.is_deleted || !self.import.source.owns_album(&key) {
                continue;
            }
            match self.import.source.album(&key) {
                Some(source) if source.title != known.title && self.albums_seen.insert(key.clone()) => {
                    self.look_at(&key, &source, &mut known)?;
                }
                Some(_) => {}
                None => self.drop_album(&key, known)?,
            }
        }
        Ok(())
    }

    fn drop_album(&mut self, key: &AlbumKey, mut known: ImportAlbum) -> Result<(), SyncError> {
        let found = self.account.reader.album(&known.album)?;
        let is_ours = |album: &immich_api::Album| {
            album.name == known.title && album.asset_count.is_none_or(|count| count == 0)
        };
        if found.as_ref().is_some_and(is_ours) {
            let album = self.reference(key, &known.title, Some(&known));
            let what = What::DropAlbum { album, description: known.description.clone() };
            self.hand()?.perform(&what, None)?;
            return Ok(());
        }
        // Whoever filled or named it on the server keeps it; it is not asked about again.
        known.is_deleted = true;
        self.keep_album(&self.imported(key), &known)
    }

    fn albums(&mut self) -> Result<&mut BTreeMap<AlbumKey, ImportAlbum>, SyncError> {
        if self.albums.is_none() {
            let albums = self.import.store.import_albums(self.owner.account, self.owner.source)?;
            self.albums = Some(albums);
        }
        Ok(self.albums.get_or_insert_default())
    }

    fn imported(&self, key: &AlbumKey) -> Imported {
        Imported { source: self.owner.source.to_owned(), key: key.0.clone() }
    }

    fn reference(&self, key: &AlbumKey, title: &str, known: Option<&ImportAlbum>) -> AlbumRef {
        AlbumRef {
            id: known.map(|album| album.album.clone()),
            name: title.to_owned(),
            numbered: None,
            imported: Some(self.imported(key)),
        }
    }

    /// An album with its id, made where it is missing, and whether the user deleted it; `None` in a preview that would
    /// make it. How the making failed, where it did.
    #[expect(clippy::type_complexity, reason = "one caller takes it apart")]
    fn album(
        &mut self,
        key: &AlbumKey,
    ) -> Result<Result<Option<(AlbumRef, immich_api::AlbumId, bool)>, Fate>, SyncError> {
        let of_user = key.0.strip_prefix(NAMED).map(|title| SourceAlbum {
            key: key.clone(),
            title: title.to_owned(),
            description: String::new(),
        });
        let is_named = of_user.is_some();
        let of_source = of_user.or_else(|| self.import.source.album(key));
        let Some(source) = of_source else { return Ok(Ok(None)) };
        let mut known = self.albums()?.get(key).cloned();
        if let Some(album) = &mut known
            && self.albums_seen.insert(key.clone())
        {
            if let Some(fate) = self.look_at(key, &source, album)? {
                // Nothing else would ask for its new name again.
                self.albums_seen.remove(key);
                return Ok(Err(fate));
            }
            self.albums()?.insert(key.clone(), album.clone());
        }
        if known.is_none() && is_named {
            known = self.of_that_name(key, &source.title)?;
        }
        if let Some(known) = known {
            let album = self.reference(key, &known.title, Some(&known));
            return Ok(Ok(Some((album, known.album, known.is_deleted))));
        }
        self.make(key, &source)
    }

    #[expect(clippy::type_complexity, reason = "the answer of the caller")]
    fn make(
        &mut self,
        key: &AlbumKey,
        source: &SourceAlbum,
    ) -> Result<Result<Option<(AlbumRef, immich_api::AlbumId, bool)>, Fate>, SyncError> {
        let album = self.reference(key, &source.title, None);
        let what = What::MakeAlbum { album, description: source.description.clone() };
        let fates = self.hand()?.perform(&what, None)?;
        if let Some(fate) = fates.into_iter().find(|fate| !is_done(fate)) {
            return Ok(Err(fate));
        }
        if self.client.is_none() {
            return Ok(Ok(None));
        }
        // The store learnt its id when the deed was closed.
        self.albums = None;
        self.albums_seen.insert(key.clone());
        let known = self.albums()?.get(key).cloned();
        Ok(Ok(known.map(|known| (self.reference(key, &known.title, Some(&known)), known.album, false))))
    }

    /// Once in a run: whether an album is still there, and whether the source named it otherwise since. How the
    /// renaming failed, where it did.
    fn look_at(
        &mut self,
        key: &AlbumKey,
        source: &SourceAlbum,
        album: &mut ImportAlbum,
    ) -> Result<Option<Fate>, SyncError> {
        if album.is_deleted {
            return Ok(None);
        }
        let found = self.account.reader.album(&album.album)?;
        let imported = self.imported(key);
        let Some(found) = found else {
            album.is_deleted = true;
            let told = format!("the album `{}` was deleted on the server and is not made again", album.title);
            self.import.reporter.report(&Event::Warning(&told));
            self.keep_album(&imported, album)?;
            return Ok(None);
        };
        if source.title == album.title {
            return Ok(None);
        }
        if found.name == album.title {
            let what = What::RenameAlbum {
                album: self.reference(key, &album.title, Some(album)),
                name: source.title.clone(),
            };
            let fates = self.hand()?.perform(&what, None)?;
            if let Some(fate) = fates.into_iter().find(|fate| !is_done(fate)) {
                return Ok(Some(fate));
            }
        }
        album.title.clone_from(&source.title);
        self.keep_album(&imported, album)?;
        Ok(None)
    }

    fn keep_album(&self, imported: &Imported, album: &ImportAlbum) -> Result<(), SyncError> {
        if self.client.is_none() {
            return Ok(());
        }
        self.import.store.put_import_album(self.owner.account, imported, album)
    }

    /// The only album of the user with a name that the user gave; of several nobody knows which is meant.
    fn of_that_name(&mut self, key: &AlbumKey, title: &str) -> Result<Option<ImportAlbum>, SyncError> {
        let own = self.account.reader.albums(AlbumScope::Own)?;
        let mut alike = own.into_iter().filter(|album| album.name == title);
        let (Some(album), None) = (alike.next(), alike.next()) else { return Ok(None) };
        let known = ImportAlbum {
            album: album.id,
            title: title.to_owned(),
            description: album.description,
            is_deleted: false,
        };
        self.keep_album(&self.imported(key), &known)?;
        self.albums()?.insert(key.clone(), known.clone());
        Ok(Some(known))
    }
}

pub(super) fn is_done(fate: &Fate) -> bool {
    matches!(fate, Fate::Done | Fate::Already)
}
