//! What was exported: file by file of a library and a destination.

use super::deeds::DeedStore;
use super::sqlite::{Durability, SqliteStore};
use super::statements::{deeds, exports};
use super::store::Store;
use crate::deeds::{Deed, DeedId, What};
use crate::error::SyncError;
use crate::export::{ExportOutline, ExportOwner, ExportRow};

/// Remembers exported files.
pub trait ExportStore: Store + DeedStore {
    /// All files of an owner, in short.
    fn export_outline(&self, owner: &ExportOwner) -> Result<ExportOutline, SyncError>;

    /// One file.
    fn export_row(&self, owner: &ExportOwner, slot: u64) -> Result<Option<ExportRow>, SyncError> {
        Ok(self.exports_by_slot(owner, &[slot])?.pop())
    }

    /// These files, in any order; those that are not known are left out.
    fn exports_by_slot(&self, owner: &ExportOwner, slots: &[u64]) -> Result<Vec<ExportRow>, SyncError>;

    /// Files that were being replaced when a run ended.
    fn exports_under_way(&self, owner: &ExportOwner) -> Result<Vec<ExportRow>, SyncError>;

    /// Remembers files, all or none; replaces what was known of them.
    fn put_exports(&self, owner: &ExportOwner, rows: &[ExportRow]) -> Result<(), SyncError>;

    /// Forgets files.
    fn forget_exports(&self, owner: &ExportOwner, slots: &[u64]) -> Result<(), SyncError>;

    /// Announces files that are about to get their names: the deed and what is remembered of them, in one transaction. On
    /// the disk (synced) when this returns.
    fn announce_export(
        &self,
        deed: &Deed,
        owner: &ExportOwner,
        rows: &[ExportRow],
    ) -> Result<DeedId, SyncError>;

    /// Closes that with what happened of it. Files that are still the version before are remembered as that, and files that
    /// did not come to be are forgotten, in one transaction.
    fn close_export(
        &self,
        id: DeedId,
        happened: Option<&What>,
        owner: &ExportOwner,
        kept_and_lost: (&[ExportRow], &[u64]),
    ) -> Result<(), SyncError>;
}

impl ExportStore for SqliteStore {
    fn export_outline(&self, owner: &ExportOwner) -> Result<ExportOutline, SyncError> {
        self.read(|connection| exports::outline(connection, owner))
    }

    fn exports_by_slot(&self, owner: &ExportOwner, slots: &[u64]) -> Result<Vec<ExportRow>, SyncError> {
        self.read(|connection| exports::by_slot(connection, owner, slots))
    }

    fn exports_under_way(&self, owner: &ExportOwner) -> Result<Vec<ExportRow>, SyncError> {
        self.read(|connection| exports::under_way(connection, owner))
    }

    fn put_exports(&self, owner: &ExportOwner, rows: &[ExportRow]) -> Result<(), SyncError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.write(Durability::Soon, |change| exports::put(change, owner, rows))
    }

    fn forget_exports(&self, owner: &ExportOwner, slots: &[u64]) -> Result<(), SyncError> {
        if slots.is_empty() {
            return Ok(());
        }
        self.write(Durability::Soon, |change| exports::forget(change, owner, slots))
    }

    fn announce_export(
        &self,
        deed: &Deed,
        owner: &ExportOwner,
        rows: &[ExportRow],
    ) -> Result<DeedId, SyncError> {
        self.write(Durability::Now, |change| {
            exports::put(change, owner, rows)?;
            deeds::announce(change, deed)
        })
    }

    fn close_export(
        &self,
        id: DeedId,
        happened: Option<&What>,
        owner: &ExportOwner,
        (kept, lost): (&[ExportRow], &[u64]),
    ) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| {
            deeds::close(change, id, happened)?;
            exports::close(change, owner)?;
            exports::put(change, owner, kept)?;
            exports::forget(change, owner, lost)
        })
    }
}
