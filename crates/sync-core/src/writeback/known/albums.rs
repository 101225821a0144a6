//! Which assets are in which albums: one list of albums, and one search for each album that changed.
//!
//! The members of an album are remembered with its name, its count and the time of its last change; while all
//! three are the same and the memory is fresh, nobody is asked. While the server does not answer, an older memory
//! still serves for some days; after that the albums count as unknown, which changes nothing in any file.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use immich_api::{Album, AlbumId, AlbumScope, ApiError, Reader};
use jiff::{SignedDuration, Timestamp};
use photo_metadata::text;

use super::super::AlbumOptions;
use super::members::Members;
use crate::error::{SyncError, chain};
use crate::event::{Activity, Event, Reporter};
use crate::state::{CachedAlbum, Store};

/// What the desk for albums needs.
pub(super) struct Albums<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) store: &'a dyn Store,
    pub(super) reporter: &'a dyn Reporter,
    pub(super) options: AlbumOptions,
    pub(super) now: Timestamp,
    /// A preview writes nothing down.
    pub(super) remembers: bool,
}

impl Albums<'_> {
    /// All memberships, or `None` when they cannot be known now.
    pub(super) fn members(&self) -> Result<Option<Members>, SyncError> {
        let account = self.reader.server().user.id.to_string();
        let cached: BTreeMap<AlbumId, CachedAlbum> =
            self.store.album_cache(&account)?.into_iter().map(|album| (album.id.clone(), album)).collect();
        let scope = if self.options.shared { AlbumScope::OwnAndShared } else { AlbumScope::Own };
        let albums = match self.reader.albums(scope) {
            Ok(albums) => albums,
            Err(error) if error.is_transient() => return Ok(self.all_from_memory(cached, &error)),
            Err(error) => return Err(error.into()),
        };
        let mut members = Members::default();
        for (number, album) in albums.iter().enumerate() {
            let Some(name) = text::name(&album.name) else { continue };
            let known = cached.get(&album.id);
            let Some(list) = self.list(&account, album, known)? else { return Ok(None) };
            members.add(&name, is_short(&list, album.asset_count), list);
            let (done, total) = (number as u64 + 1, albums.len() as u64);
            self.reporter.report(&Event::Asked { what: Activity::Albums, done, total });
        }
        if self.remembers {
            let keep: BTreeSet<AlbumId> = albums.iter().map(|album| album.id.clone()).collect();
            self.store.drop_albums(&account, &keep)?;
        }
        members.sort();
        Ok(Some(members))
    }

    /// The assets of one album; `None` when neither the server nor the memory tells.
    fn list(
        &self,
        account: &str,
        album: &Album,
        known: Option<&CachedAlbum>,
    ) -> Result<Option<Vec<u128>>, SyncError> {
        let is_same = |known: &&CachedAlbum| {
            known.updated_at == album.updated_at
                && known.asset_count == album.asset_count
                && self.is_younger(known.fetched, self.options.fresh_for)
        };
        if let Some(known) = known.filter(is_same) {
            return Ok(Some(known.members.clone()));
        }
        match self.reader.album_assets(album) {
            Ok(assets) => {
                let members: Vec<u128> = assets.iter().map(immich_api::AssetId::as_u128).collect();
                if self.remembers {
                    self.store.put_album(account, &self.memory(album, members.clone()))?;
                }
                Ok(Some(members))
            }
            Err(error) if error.is_transient() || matches!(error, ApiError::Unexpected { .. }) => {
                let memory = known.filter(|known| self.is_younger(known.fetched, self.options.stale_for));
                let outcome =
                    if memory.is_some() { "what was known of it is used" } else { "albums are left out" };
                let name = &album.name;
                self.warn(&format!("album {name:?} cannot be listed ({}); {outcome}", chain(&error)));
                Ok(memory.map(|known| known.members.clone()))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn memory(&self, album: &Album, members: Vec<u128>) -> CachedAlbum {
        CachedAlbum {
            id: album.id.clone(),
            name: album.name.clone(),
            updated_at: album.updated_at,
            asset_count: album.asset_count,
            members,
            fetched: self.now,
        }
    }

    /// A run that was ended early remembers some albums and not the others.
    fn all_from_memory(&self, cached: BTreeMap<AlbumId, CachedAlbum>, error: &ApiError) -> Option<Members> {
        let young = |album: &CachedAlbum| self.is_younger(album.fetched, self.options.stale_for);
        if cached.is_empty() || !cached.values().all(young) {
            self.warn(&format!(
                "the albums cannot be listed ({}); they are left out of this run",
                chain(error)
            ));
            return None;
        }
        self.warn(&format!("the albums cannot be listed ({}); what was known of them is used", chain(error)));
        let mut members = Members::default();
        for album in cached.into_values() {
            if let Some(name) = text::name(&album.name) {
                members.add(&name, is_short(&album.members, album.asset_count), album.members);
            }
        }
        members.sort();
        Some(members.may_lack_names())
    }

    /// Whether something was learnt less than `age` ago. A clock that was put back makes nothing young for ever.
    fn is_younger(&self, fetched: Timestamp, age: Duration) -> bool {
        let passed = self.now.duration_since(fetched);
        passed >= SignedDuration::ZERO && passed.unsigned_abs() < age
    }

    fn warn(&self, text: &str) {
        self.reporter.report(&Event::Warning(text));
    }
}

/// Whether a list lacks assets that the album counts.
fn is_short(members: &[u128], count: Option<u64>) -> bool {
    count.is_some_and(|count| (members.len() as u64) < count)
}
