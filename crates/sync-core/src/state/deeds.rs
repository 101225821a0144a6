//! Deeds, and the albums that the organizer numbers.

use std::collections::{BTreeMap, BTreeSet};

use immich_api::{AlbumId, AssetId};

use super::record::RunId;
use super::sqlite::{Durability, SqliteStore};
use super::statements::{deeds, ledger};
use super::store::Store;
use crate::deeds::{Deed, DeedCount, DeedId, DeedRow, Imported, Numbered, NumberedAlbum, What};
use crate::error::SyncError;

/// Remembers what was done on the server. A deed is announced, and closed once.
pub trait DeedStore: Send + Sync {
    /// Announces a deed. On the disk (synced) when this returns.
    fn announce(&self, deed: &Deed) -> Result<DeedId, SyncError>;

    /// Closes a deed with what happened of it, `None` for nothing; keeps the numbered albums in step and notes which
    /// deeds it takes back, in one transaction. A deed counts as long as one of its items was not taken back.
    fn close_deed(&self, id: DeedId, happened: Option<&What>) -> Result<(), SyncError>;

    /// Deeds that were announced and never closed, oldest first.
    fn open_deeds(&self) -> Result<Vec<DeedRow>, SyncError>;

    /// Up to `limit` deeds of a run that happened and were not all taken back, newest first, before this one.
    fn deeds_to_undo(
        &self,
        run: RunId,
        before: Option<DeedId>,
        limit: usize,
    ) -> Result<Vec<DeedRow>, SyncError>;

    /// Up to `limit` deeds of a run that did not come to nothing, oldest first, behind this one.
    fn deeds_of_run(&self, run: RunId, after: DeedId, limit: usize) -> Result<Vec<DeedRow>, SyncError>;

    /// What was done, by run.
    fn deed_counts(&self) -> Result<BTreeMap<RunId, Vec<DeedCount>>, SyncError>;

    /// Photos that have a tag because we put it there, as far as our deeds say.
    fn tagged_by_us(&self, account: &str, tag: &str) -> Result<BTreeSet<AssetId>, SyncError>;

    /// Photos that are in an album because we put them there, as far as our deeds say. Reads all deeds about albums.
    fn added_by_us(&self, account: &str, album: &AlbumId) -> Result<BTreeSet<AssetId>, SyncError>;

    /// Tags that we put on photos, or made.
    fn tags_of_ours(&self, account: &str) -> Result<BTreeSet<String>, SyncError>;

    /// Tags that exist because we made them.
    fn tags_made_by_us(&self, account: &str) -> Result<BTreeSet<String>, SyncError>;

    /// Stacks that are there because we made them, the photos of each in the order of their ids.
    fn stacks_of_ours(&self, account: &str) -> Result<BTreeSet<Vec<AssetId>>, SyncError>;

    /// Photos of which we set this field to a value that we did not take back, see [`crate::deeds::Value::field`].
    fn set_by_us(&self, account: &str, field: &str) -> Result<BTreeSet<AssetId>, SyncError>;

    /// The albums with this prefix that we made, in the order of their numbers.
    fn numbered_albums(&self, account: &str, prefix: &str) -> Result<Vec<NumberedAlbum>, SyncError>;

    /// Which album has this number now.
    fn album_numbered(&self, account: &str, numbered: &Numbered) -> Result<Option<AlbumId>, SyncError>;

    /// Which album an album of a source is now.
    fn album_imported(&self, account: &str, imported: &Imported) -> Result<Option<AlbumId>, SyncError>;

    /// All albums that albums of sources are now.
    fn imported_albums(&self, account: &str) -> Result<BTreeSet<AlbumId>, SyncError>;

    /// Remembers an album of ours that was found on the server; replaces what was known of its number.
    fn adopt_album(&self, album: &NumberedAlbum) -> Result<(), SyncError>;

    /// Forgets that these photos are in an album because we put them there.
    fn disown(&self, account: &str, numbered: &Numbered, photos: &[AssetId]) -> Result<(), SyncError>;

    /// Forgets an album that is gone.
    fn forget_album(&self, account: &str, numbered: &Numbered) -> Result<(), SyncError>;
}

/// Everything that was done, to files and on the server.
pub trait JournalStore: Store + DeedStore {}

impl<T: Store + DeedStore> JournalStore for T {}

impl DeedStore for SqliteStore {
    fn announce(&self, deed: &Deed) -> Result<DeedId, SyncError> {
        self.write(Durability::Now, |change| deeds::announce(change, deed))
    }

    fn close_deed(&self, id: DeedId, happened: Option<&What>) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| deeds::close(change, id, happened))
    }

    fn open_deeds(&self) -> Result<Vec<DeedRow>, SyncError> {
        self.read(deeds::open)
    }

    fn deeds_to_undo(
        &self,
        run: RunId,
        before: Option<DeedId>,
        limit: usize,
    ) -> Result<Vec<DeedRow>, SyncError> {
        self.read(|connection| deeds::to_undo(connection, run, before, limit))
    }

    fn deeds_of_run(&self, run: RunId, after: DeedId, limit: usize) -> Result<Vec<DeedRow>, SyncError> {
        self.read(|connection| deeds::of_run(connection, run, after, limit))
    }

    fn deed_counts(&self) -> Result<BTreeMap<RunId, Vec<DeedCount>>, SyncError> {
        self.read(deeds::counts)
    }

    fn tagged_by_us(&self, account: &str, tag: &str) -> Result<BTreeSet<AssetId>, SyncError> {
        self.read(|connection| deeds::tagged(connection, account, tag))
    }

    fn added_by_us(&self, account: &str, album: &AlbumId) -> Result<BTreeSet<AssetId>, SyncError> {
        self.read(|connection| deeds::added(connection, account, album))
    }

    fn tags_of_ours(&self, account: &str) -> Result<BTreeSet<String>, SyncError> {
        self.read(|connection| deeds::tags(connection, account))
    }

    fn tags_made_by_us(&self, account: &str) -> Result<BTreeSet<String>, SyncError> {
        self.read(|connection| deeds::tags_made(connection, account))
    }

    fn stacks_of_ours(&self, account: &str) -> Result<BTreeSet<Vec<AssetId>>, SyncError> {
        self.read(|connection| deeds::stacks(connection, account))
    }

    fn set_by_us(&self, account: &str, field: &str) -> Result<BTreeSet<AssetId>, SyncError> {
        self.read(|connection| deeds::set(connection, account, field))
    }

    fn numbered_albums(&self, account: &str, prefix: &str) -> Result<Vec<NumberedAlbum>, SyncError> {
        self.read(|connection| deeds::albums(connection, account, prefix))
    }

    fn album_numbered(&self, account: &str, numbered: &Numbered) -> Result<Option<AlbumId>, SyncError> {
        self.read(|connection| deeds::album(connection, account, numbered))
    }

    fn album_imported(&self, account: &str, imported: &Imported) -> Result<Option<AlbumId>, SyncError> {
        self.read(|connection| ledger::album(connection, account, imported))
    }

    fn imported_albums(&self, account: &str) -> Result<BTreeSet<AlbumId>, SyncError> {
        self.read(|connection| ledger::album_ids(connection, account))
    }

    fn adopt_album(&self, album: &NumberedAlbum) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| deeds::adopt(change, album))
    }

    fn disown(&self, account: &str, numbered: &Numbered, photos: &[AssetId]) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| deeds::disown(change, account, numbered, photos))
    }

    fn forget_album(&self, account: &str, numbered: &Numbered) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| deeds::forget(change, account, numbered))
    }
}
