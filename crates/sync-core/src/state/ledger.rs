//! The ledger of imports: what was sent, by item of a source.

use std::collections::BTreeMap;

use immich_api::AssetId;

use super::deeds::DeedStore;
use super::sqlite::{Durability, SqliteStore};
use super::statements::{deeds, ledger};
use super::store::Store;
use crate::deeds::{Deed, DeedId, Imported, What};
use crate::error::SyncError;
use crate::import::{AlbumKey, Entry, ImportAlbum, ItemId, Outline};

/// Remembers what was sent. Closing a deed of uploads, of withdrawals or of albums of a source keeps it in step, so that
/// settling and undo need to know nothing of it.
pub trait LedgerStore: Send + Sync {
    /// All items of a source of an account.
    fn outline(&self, account: &str, source: &str) -> Result<Outline, SyncError>;

    /// What is remembered of these items, in any order; those that are not known are left out.
    fn entries(&self, account: &str, source: &str, items: &[ItemId]) -> Result<Vec<Entry>, SyncError>;

    /// What was sent for an account with these SHA-1, whatever the source.
    fn entries_by_sha1(&self, account: &str, sums: &[[u8; 20]]) -> Result<Vec<Entry>, SyncError>;

    /// What became these assets, whatever the source.
    fn entries_by_asset(&self, account: &str, assets: &[AssetId]) -> Result<Vec<Entry>, SyncError>;

    /// Remembers items, all or none; replaces what was known of them.
    fn put_entries(&self, entries: &[Entry]) -> Result<(), SyncError>;

    /// Forgets items.
    fn forget_entries(&self, account: &str, source: &str, items: &[ItemId]) -> Result<(), SyncError>;

    /// Announces uploads: the deed, and items that were not known before, in one transaction. On the disk (synced) when
    /// this returns.
    fn announce_uploads(&self, deed: &Deed, entries: &[Entry]) -> Result<DeedId, SyncError>;

    /// Closes a deed as [`DeedStore::close_deed`] does, and remembers items, in one transaction.
    fn close_uploads(&self, id: DeedId, happened: Option<&What>, entries: &[Entry]) -> Result<(), SyncError>;

    /// The albums of a source.
    fn import_albums(
        &self,
        account: &str,
        source: &str,
    ) -> Result<BTreeMap<AlbumKey, ImportAlbum>, SyncError>;

    /// Remembers an album of a source.
    fn put_import_album(
        &self,
        account: &str,
        imported: &Imported,
        album: &ImportAlbum,
    ) -> Result<(), SyncError>;
}

/// Everything that an import remembers.
pub trait ImportStore: Store + DeedStore + LedgerStore {}

impl<T: Store + DeedStore + LedgerStore> ImportStore for T {}

impl LedgerStore for SqliteStore {
    fn outline(&self, account: &str, source: &str) -> Result<Outline, SyncError> {
        self.read(|connection| ledger::outline(connection, account, source))
    }

    fn entries(&self, account: &str, source: &str, items: &[ItemId]) -> Result<Vec<Entry>, SyncError> {
        self.read(|connection| ledger::entries(connection, account, source, items))
    }

    fn entries_by_sha1(&self, account: &str, sums: &[[u8; 20]]) -> Result<Vec<Entry>, SyncError> {
        self.read(|connection| ledger::by_sha1(connection, account, sums))
    }

    fn entries_by_asset(&self, account: &str, assets: &[AssetId]) -> Result<Vec<Entry>, SyncError> {
        self.read(|connection| ledger::by_asset(connection, account, assets))
    }

    fn put_entries(&self, entries: &[Entry]) -> Result<(), SyncError> {
        if entries.is_empty() {
            return Ok(());
        }
        self.write(Durability::Soon, |change| entries.iter().try_for_each(|entry| ledger::put(change, entry)))
    }

    fn forget_entries(&self, account: &str, source: &str, items: &[ItemId]) -> Result<(), SyncError> {
        if items.is_empty() {
            return Ok(());
        }
        self.write(Durability::Soon, |change| ledger::forget(change, account, source, items))
    }

    fn announce_uploads(&self, deed: &Deed, entries: &[Entry]) -> Result<DeedId, SyncError> {
        self.write(Durability::Now, |change| {
            entries.iter().try_for_each(|entry| ledger::put(change, entry))?;
            deeds::announce(change, deed)
        })
    }

    fn close_uploads(&self, id: DeedId, happened: Option<&What>, entries: &[Entry]) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| {
            deeds::close(change, id, happened)?;
            entries.iter().try_for_each(|entry| ledger::put(change, entry))
        })
    }

    fn import_albums(
        &self,
        account: &str,
        source: &str,
    ) -> Result<BTreeMap<AlbumKey, ImportAlbum>, SyncError> {
        self.read(|connection| ledger::albums(connection, account, source))
    }

    fn put_import_album(
        &self,
        account: &str,
        imported: &Imported,
        album: &ImportAlbum,
    ) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| ledger::put_album(change, account, imported, album))
    }
}
