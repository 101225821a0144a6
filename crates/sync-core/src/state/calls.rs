//! Each call of the store as statements in one transaction, and how durable its commit is.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use immich_api::{AlbumId, AssetId};
use jiff::Timestamp;
use photo_metadata::Recipe;
use photo_metadata::replace::FileIdentity;

use super::cached::{CachedAlbum, FaceRecord};
use super::journal::{ChangeCounts, Intent, JournalId, JournalMark, JournalRow};
use super::record::{AssetRecord, Counts, Role, RunId, RunRecord, ServerIdentity};
use super::sqlite::{Durability, SqliteStore};
use super::statements::{assets, cached, journal, recipes, runs};
use super::store::Store;
use super::way_back::{Seal, WaysBack};
use crate::error::SyncError;
use crate::summary::Summary;

impl Store for SqliteStore {
    fn identity(&self) -> Result<Option<ServerIdentity>, SyncError> {
        self.read(runs::identity)
    }

    fn set_identity(&self, identity: &ServerIdentity) -> Result<(), SyncError> {
        let known = self.write(Durability::Now, |change| runs::set_identity(change, identity))?;
        match known {
            Some(known) if !known.shares_a_user_with(identity) => {
                Err(SyncError::OtherServer { known: known.to_string(), found: identity.to_string() })
            }
            _ => Ok(()),
        }
    }

    fn begin_run(&self, command: &str, at: Timestamp) -> Result<RunId, SyncError> {
        self.write(Durability::Soon, |change| runs::begin_run(change, command, at))
    }

    fn end_run(&self, run: RunId, summary: &Summary, at: Timestamp) -> Result<(), SyncError> {
        self.write(Durability::Now, |change| runs::end_run(change, run, summary, at))
    }

    fn runs(&self) -> Result<Vec<RunRecord>, SyncError> {
        self.read(runs::runs)
    }

    fn records(&self, ids: &[AssetId]) -> Result<HashMap<AssetId, Vec<AssetRecord>>, SyncError> {
        self.read(|connection| assets::records(connection, ids))
    }

    fn remember(&self, record: &AssetRecord) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| assets::remember(change, record))
    }

    fn remember_all(&self, records: &[AssetRecord]) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| {
            records.iter().try_for_each(|record| assets::remember(change, record))
        })
    }

    fn forget(&self, asset: &AssetId, role: Role) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| assets::forget(change, asset, role))
    }

    fn counts(&self) -> Result<Counts, SyncError> {
        self.read(assets::counts)
    }

    fn intend(&self, intent: &Intent) -> Result<JournalId, SyncError> {
        self.write(Durability::Now, |change| journal::intend(change, intent))
    }

    fn sealed(&self, id: JournalId, seal: &Seal<'_>) -> Result<(), SyncError> {
        self.write(Durability::Now, |change| journal::sealed(change, id, seal))
    }

    fn way_back(&self, id: JournalId) -> Result<Option<Recipe>, SyncError> {
        self.read(|connection| recipes::of_change(connection, id))
    }

    fn ways_back(&self) -> Result<BTreeMap<RunId, WaysBack>, SyncError> {
        self.read(recipes::by_run)
    }

    fn drop_ways_back(&self, run: RunId, bytes: u64) -> Result<WaysBack, SyncError> {
        let mut dropped = WaysBack::default();
        loop {
            let more = self.write(Durability::Soon, |change| {
                recipes::drop_some(change, run, bytes.saturating_sub(dropped.bytes))
            })?;
            dropped.changes += more.changes;
            dropped.bytes += more.bytes;
            if more.changes == 0 || dropped.bytes >= bytes {
                return Ok(dropped);
            }
        }
    }

    fn give_back_room(&self) -> Result<(), SyncError> {
        self.shrink()
    }

    fn done(
        &self,
        id: JournalId,
        after: Option<&FileIdentity>,
        record: Option<&AssetRecord>,
    ) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| {
            journal::done(change, id, after)?;
            record.map_or(Ok(()), |record| assets::remember(change, record))
        })
    }

    fn rolled_back(&self, id: JournalId) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| journal::rolled_back(change, id))
    }

    fn open_changes(&self) -> Result<Vec<JournalRow>, SyncError> {
        self.read(journal::open_changes)
    }

    fn is_half_written(&self, path: &Path) -> Result<bool, SyncError> {
        self.read(|connection| journal::is_half_written(connection, path))
    }

    fn journal(&self, run: Option<RunId>) -> Result<Vec<JournalRow>, SyncError> {
        self.read(|connection| match run {
            Some(run) => journal::of_run(connection, run),
            None => journal::of_all(connection),
        })
    }

    fn journal_of_asset(&self, asset: &AssetId) -> Result<Vec<JournalRow>, SyncError> {
        self.read(|connection| journal::of_asset(connection, asset))
    }

    fn journal_of_path(&self, path: &Path) -> Result<Vec<JournalRow>, SyncError> {
        self.read(|connection| journal::of_path(connection, path))
    }

    fn change(&self, id: JournalId) -> Result<Option<JournalRow>, SyncError> {
        self.read(|connection| journal::change(connection, id))
    }

    fn marks_of_run(&self, run: RunId) -> Result<Vec<JournalMark>, SyncError> {
        self.read(|connection| journal::marks_of_run(connection, run))
    }

    fn marks_of_asset(&self, asset: &AssetId) -> Result<Vec<JournalMark>, SyncError> {
        self.read(|connection| journal::marks_of_asset(connection, asset))
    }

    fn files_at(&self, path: &Path) -> Result<Vec<(AssetId, Role)>, SyncError> {
        self.read(|connection| journal::files_at(connection, path))
    }

    fn change_counts(&self) -> Result<BTreeMap<RunId, ChangeCounts>, SyncError> {
        self.read(journal::change_counts)
    }

    fn nothing_left(&self, id: JournalId, by: RunId, record: Option<&AssetRecord>) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| {
            journal::nothing_left(change, id, by)?;
            record.map_or(Ok(()), |record| assets::remember(change, record))
        })
    }

    fn owed(&self, account: &str) -> Result<Vec<AssetId>, SyncError> {
        self.read(|connection| assets::owed(connection, account))
    }

    fn told(&self, ids: &[AssetId]) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| assets::told(change, ids))
    }

    fn album_cache(&self, account: &str) -> Result<Vec<CachedAlbum>, SyncError> {
        self.read(|connection| cached::albums(connection, account))
    }

    fn put_album(&self, account: &str, album: &CachedAlbum) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| cached::put_album(change, account, album))
    }

    fn drop_albums(&self, account: &str, keep: &BTreeSet<AlbumId>) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| cached::drop_albums(change, account, keep))
    }

    fn clear_album_cache(&self) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| cached::clear_albums(change))
    }

    fn faces(&self, ids: &[AssetId]) -> Result<HashMap<AssetId, FaceRecord>, SyncError> {
        self.read(|connection| cached::faces(connection, ids))
    }

    fn put_faces(&self, records: &[FaceRecord]) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| cached::put_faces(change, records))
    }

    fn count_faces(&self) -> Result<u64, SyncError> {
        self.read(cached::count_faces)
    }

    fn oldest_faces(&self, limit: u64) -> Result<Vec<AssetId>, SyncError> {
        self.read(|connection| cached::oldest_faces(connection, limit))
    }

    fn drop_faces(&self, ids: &[AssetId]) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| cached::drop_faces(change, ids))
    }

    fn note(&self, key: &str) -> Result<Option<String>, SyncError> {
        self.read(|connection| runs::note(connection, key))
    }

    fn set_note(&self, key: &str, value: &str) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| runs::set_note(change, key, value))
    }

    fn set_note_now(&self, key: &str, value: &str) -> Result<(), SyncError> {
        self.write(Durability::Now, |change| runs::set_note(change, key, value))
    }
}
