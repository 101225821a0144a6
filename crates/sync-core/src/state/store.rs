//! The store as the rest of the program sees it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use immich_api::{AlbumId, AssetId};
use jiff::Timestamp;
use photo_metadata::Recipe;
use photo_metadata::replace::FileIdentity;

use super::cached::{CachedAlbum, FaceRecord};
use super::journal::{ChangeCounts, Intent, JournalId, JournalMark, JournalRow};
use super::record::{AssetRecord, Counts, Role, RunId, RunRecord, ServerIdentity};
use super::way_back::{Seal, WaysBack};
use crate::error::SyncError;
use crate::summary::Summary;

/// Remembers assets, runs and changes. Safe to use from several threads; one process at a time writes.
pub trait Store: Send + Sync {
    /// Which server and users this state was made with.
    fn identity(&self) -> Result<Option<ServerIdentity>, SyncError>;

    /// Notes the server and its users. Users are added to those that are known; an identity without any known
    /// user is refused.
    fn set_identity(&self, identity: &ServerIdentity) -> Result<(), SyncError>;

    /// Opens a run.
    fn begin_run(&self, command: &str, at: Timestamp) -> Result<RunId, SyncError>;

    /// Closes a run that is open.
    fn end_run(&self, run: RunId, summary: &Summary, at: Timestamp) -> Result<(), SyncError>;

    /// All runs, oldest first.
    fn runs(&self) -> Result<Vec<RunRecord>, SyncError>;

    /// What is remembered of the files of these assets, in the order of their roles; assets that are not known
    /// are left out.
    fn records(&self, assets: &[AssetId]) -> Result<HashMap<AssetId, Vec<AssetRecord>>, SyncError>;

    /// Remembers a file that needed no change; replaces the record of the same asset and role.
    fn remember(&self, record: &AssetRecord) -> Result<(), SyncError>;

    /// Remembers many, all or none.
    fn remember_all(&self, records: &[AssetRecord]) -> Result<(), SyncError>;

    /// Forgets a file.
    fn forget(&self, asset: &AssetId, role: Role) -> Result<(), SyncError>;

    /// How much is remembered. Reads all records.
    fn counts(&self) -> Result<Counts, SyncError>;

    /// Announces a change. On the disk (synced) when this returns.
    fn intend(&self, intent: &Intent) -> Result<JournalId, SyncError>;

    /// Notes the digests of the file and of its new version, before the one replaces the other, and the way back, in
    /// one transaction. On the disk (synced) when this returns: after a power cut, this row is what tells a new
    /// version from a file that somebody else changed. Only an announced change can be sealed.
    fn sealed(&self, id: JournalId, seal: &Seal<'_>) -> Result<(), SyncError>;

    /// How the old version of a change is made of the new one, as long as that is kept.
    fn way_back(&self, id: JournalId) -> Result<Option<Recipe>, SyncError>;

    /// What is kept for an exact undo, by run.
    fn ways_back(&self) -> Result<BTreeMap<RunId, WaysBack>, SyncError>;

    /// Drops ways back of a run, oldest changes first, until `bytes` are dropped or none is left; answers with what
    /// was dropped. Changes that are open keep theirs.
    fn drop_ways_back(&self, run: RunId, bytes: u64) -> Result<WaysBack, SyncError>;

    /// Gives room that is not needed any more back to the disk, where there is much of it.
    fn give_back_room(&self) -> Result<(), SyncError>;

    /// Closes a sealed change, remembers the file, notes what the server has to be told and what is taken back,
    /// in one transaction. `after` is `None` for a file that was taken away.
    fn done(
        &self,
        id: JournalId,
        after: Option<&FileIdentity>,
        record: Option<&AssetRecord>,
    ) -> Result<(), SyncError>;

    /// Closes an announced or sealed change that did not happen; there is no way back from it.
    fn rolled_back(&self, id: JournalId) -> Result<(), SyncError>;

    /// Changes that were announced and never closed, oldest first.
    fn open_changes(&self) -> Result<Vec<JournalRow>, SyncError>;

    /// Whether a change of the file at `path` that is written in place was sealed and never closed: as long as that is
    /// not put in order, the file may be neither version.
    fn is_half_written(&self, path: &Path) -> Result<bool, SyncError>;

    /// All changes of a run, or of all runs, oldest first.
    fn journal(&self, run: Option<RunId>) -> Result<Vec<JournalRow>, SyncError>;

    /// All changes of the files of an asset, oldest first.
    fn journal_of_asset(&self, asset: &AssetId) -> Result<Vec<JournalRow>, SyncError>;

    /// All changes of a file at the place where it was changed, oldest first.
    fn journal_of_path(&self, path: &Path) -> Result<Vec<JournalRow>, SyncError>;

    /// One change, with everything that is known of it.
    fn change(&self, id: JournalId) -> Result<Option<JournalRow>, SyncError>;

    /// The changes of a run, oldest first, without what makes them long.
    fn marks_of_run(&self, run: RunId) -> Result<Vec<JournalMark>, SyncError>;

    /// The same of all files of an asset.
    fn marks_of_asset(&self, asset: &AssetId) -> Result<Vec<JournalMark>, SyncError>;

    /// The files that are known at a path or, if it is a folder, below it: where they are now or were changed.
    fn files_at(&self, path: &Path) -> Result<Vec<(AssetId, Role)>, SyncError>;

    /// How many changes there are, by run. Reads the whole journal.
    fn change_counts(&self) -> Result<BTreeMap<RunId, ChangeCounts>, SyncError>;

    /// Notes that a change that is done counts as taken back although nothing of it was left to change, and
    /// remembers the file, in one transaction.
    fn nothing_left(&self, id: JournalId, by: RunId, record: Option<&AssetRecord>) -> Result<(), SyncError>;

    /// Assets whose files changed and of which the server was not told yet.
    fn owed(&self, account: &str) -> Result<Vec<AssetId>, SyncError>;

    /// Notes that the server was told about these, or does not have to be.
    fn told(&self, assets: &[AssetId]) -> Result<(), SyncError>;

    /// The albums of an account, as far as they were asked for.
    fn album_cache(&self, account: &str) -> Result<Vec<CachedAlbum>, SyncError>;

    /// Keeps an album; replaces what was known of it.
    fn put_album(&self, account: &str, album: &CachedAlbum) -> Result<(), SyncError>;

    /// Drops the albums of an account that are not among these.
    fn drop_albums(&self, account: &str, keep: &BTreeSet<AlbumId>) -> Result<(), SyncError>;

    /// Drops the albums of all accounts.
    fn clear_album_cache(&self) -> Result<(), SyncError>;

    /// The faces of these assets, as far as they were asked for.
    fn faces(&self, assets: &[AssetId]) -> Result<HashMap<AssetId, FaceRecord>, SyncError>;

    /// Keeps the faces of assets, all or none; replaces what was known of them.
    fn put_faces(&self, records: &[FaceRecord]) -> Result<(), SyncError>;

    /// Of how many assets the faces are known.
    fn count_faces(&self) -> Result<u64, SyncError>;

    /// Assets whose faces were asked for longest ago, the oldest first.
    fn oldest_faces(&self, limit: u64) -> Result<Vec<AssetId>, SyncError>;

    /// Drops the faces of these assets.
    fn drop_faces(&self, assets: &[AssetId]) -> Result<(), SyncError>;

    /// A small text that was noted under this key.
    fn note(&self, key: &str) -> Result<Option<String>, SyncError>;

    /// Notes a small text; replaces the one that was there.
    fn set_note(&self, key: &str, value: &str) -> Result<(), SyncError>;

    /// The same; on the disk (synced) when this returns.
    fn set_note_now(&self, key: &str, value: &str) -> Result<(), SyncError>;
}
