//! The store as the rest of the program sees it.

use std::collections::HashMap;

use immich_api::AssetId;
use jiff::Timestamp;
use photo_metadata::replace::FileIdentity;

use super::record::{AssetRecord, Intent, JournalId, JournalRow, RunId, RunRecord, ServerIdentity};
use crate::error::SyncError;
use crate::summary::Summary;

/// Remembers assets, runs and changes. Safe to use from several threads; one process at a time writes.
pub trait Store: Send + Sync {
    /// Which server and user this state was made with.
    fn server(&self) -> Result<Option<ServerIdentity>, SyncError>;

    /// Notes the server and user, the first time; afterwards any other is refused.
    fn set_server(&self, identity: &ServerIdentity) -> Result<(), SyncError>;

    /// Opens a run.
    fn begin_run(&self, command: &str, at: Timestamp) -> Result<RunId, SyncError>;

    /// Closes a run that is open.
    fn end_run(&self, run: RunId, summary: &Summary, at: Timestamp) -> Result<(), SyncError>;

    /// All runs, oldest first.
    fn runs(&self) -> Result<Vec<RunRecord>, SyncError>;

    /// What is remembered of these assets; those that are not known are left out.
    fn records(&self, assets: &[AssetId]) -> Result<HashMap<AssetId, AssetRecord>, SyncError>;

    /// Remembers an asset whose file needed no change.
    fn remember(&self, record: &AssetRecord) -> Result<(), SyncError>;

    /// Announces a change. On the disk (synced) when this returns.
    fn intend(&self, intent: &Intent) -> Result<JournalId, SyncError>;

    /// Notes the hashes of the original and of its new version, before the one replaces the other. On the
    /// disk (synced) when this returns: after a power cut, this row is what tells a new version from a
    /// file that somebody else changed. Only an announced change can be sealed.
    fn sealed(&self, id: JournalId, old_hash: &str, new_hash: &str) -> Result<(), SyncError>;

    /// Closes a sealed change and remembers the asset, in one transaction.
    fn done(
        &self,
        id: JournalId,
        after: &FileIdentity,
        record: Option<&AssetRecord>,
    ) -> Result<(), SyncError>;

    /// Closes an announced or sealed change that did not happen.
    fn rolled_back(&self, id: JournalId) -> Result<(), SyncError>;

    /// Changes that were announced and never closed, oldest first.
    fn open_changes(&self) -> Result<Vec<JournalRow>, SyncError>;

    /// All changes of a run, or of all runs, oldest first.
    fn journal(&self, run: Option<RunId>) -> Result<Vec<JournalRow>, SyncError>;
}
