//! The store in a SQLite file of the state folder, or in memory.
//!
//! # What is synced, and when
//!
//! A killed process loses nothing that was committed; a power cut loses what was not synced. Two commits are
//! synced before they return, because the file system goes ahead of the database otherwise: `intend` (a work
//! folder must not exist that nobody knows of) and `sealed` (a replaced original must not exist whose old
//! hash is unknown). The rest is synced with the next of these or at the end: a lost `done` is found out
//! again from the hashes, a lost `remember` by another look at the photo. One sync covers all commits before
//! it, since they share one log.
//!
//! Measured on a busy virtual disk: two syncs and some 2.5 ms per change (0.1 ms where syncs are free), which
//! is nothing beside writing and verifying the photo. With `done` synced as well it would be a half more.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use immich_api::{AlbumId, AssetId};
use jiff::Timestamp;
use photo_metadata::replace::FileIdentity;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::cached::{CachedAlbum, FaceRecord};
use super::connection::{self, Snapshot};
use super::journal::{ChangeCounts, Intent, JournalId, JournalMark, JournalRow};
use super::record::{AssetRecord, Counts, Role, RunId, RunRecord, ServerIdentity};
use super::statements::{self, assets, cached, journal, runs};
use super::store::Store;
use super::trouble::Trouble;
use super::{folder, room, schema};
use crate::error::SyncError;
use crate::summary::Summary;

/// How often a look is repeated when another run opens or closes the database meanwhile.
const LOOKS: usize = 5;

/// A store in one SQLite database.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    writable: bool,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    connection: Connection,
    /// How the next commit will be written.
    durability: Durability,
    /// What the file has to be for an answer to count; `None` when SQLite itself sees other writers.
    snapshot: Option<Snapshot>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Durability {
    /// Safe from a kill, and synced with the next commit that is.
    Soon,
    /// On the disk when the commit returns.
    Now,
}

impl SqliteStore {
    /// The name of the database in the state folder.
    pub const FILE_NAME: &'static str = "state.db";

    /// Opens the state in a folder for writing; makes the folder (0700) and the database (0600) when missing
    /// and brings an older one up to date. Refuses a folder on a network and a state of a newer program.
    pub fn open(dir: &Path) -> Result<Self, SyncError> {
        let path = folder::prepare(dir)?.join(Self::FILE_NAME);
        let connection = writable(&path).map_err(|trouble| trouble.at(&path))?;
        Ok(Self::new(path, true, connection, None))
    }

    /// Opens the state in a folder for looking only: every writing method is an error. `None` when there is
    /// no state yet. A state that was closed is left bit-identical, with nothing beside it.
    pub fn open_read_only(dir: &Path) -> Result<Option<Self>, SyncError> {
        let path = match dir.canonicalize() {
            Ok(dir) => dir.join(Self::FILE_NAME),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Trouble::Io("find the folder", error).at(dir)),
        };
        let opened = readable(&path).map_err(|trouble| trouble.at(&path))?;
        Ok(opened.map(|(connection, snapshot)| Self::new(path, false, connection, snapshot)))
    }

    /// A store that is forgotten when it is dropped.
    pub fn in_memory() -> Result<Self, SyncError> {
        let path = PathBuf::from(":memory:");
        let mut connection = connection::open_in_memory().map_err(|trouble| trouble.at(&path))?;
        schema::migrate(&mut connection).map_err(|trouble| trouble.at(&path))?;
        Ok(Self::new(path, true, connection, None))
    }

    fn new(path: PathBuf, writable: bool, connection: Connection, snapshot: Option<Snapshot>) -> Self {
        let open = Open { connection, durability: Durability::Now, snapshot };
        Self { path, writable, open: Mutex::new(open) }
    }

    /// Where the database is; `:memory:` for one that is nowhere.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is wrong inside the database, in SQLite's words; empty when all is well. Reads all of it.
    pub fn check(&self) -> Result<Vec<String>, SyncError> {
        self.read(statements::check)
    }

    /// Brings everything into the one database file and syncs it. Dropping does the same, but cannot tell
    /// when it fails; nothing is lost then, the next opening does it.
    pub fn close(self) -> Result<(), SyncError> {
        self.checkpoint().map_err(|trouble| trouble.at(&self.path))
    }

    fn checkpoint(&self) -> Result<(), Trouble> {
        if self.writable {
            let open = self.lock();
            open.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()))?;
        }
        Ok(())
    }

    /// A thread that panicked has left no half transaction: it was rolled back on the way.
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, query: impl Fn(&Connection) -> Result<T, Trouble>) -> Result<T, SyncError> {
        self.lock().read(&self.path, query).map_err(|trouble| trouble.at(&self.path))
    }

    fn write<T>(
        &self,
        durability: Durability,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, Trouble>,
    ) -> Result<T, SyncError> {
        if !self.writable {
            let trouble = Trouble::fault("the state was opened for looking only and cannot be changed");
            return Err(trouble.at(&self.path));
        }
        self.lock().write(durability, change).map_err(|trouble| trouble.at(&self.path))
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        if let Err(trouble) = self.checkpoint() {
            tracing::warn!(path = ?self.path, ?trouble, "the log of the state stays beside it");
        }
    }
}

impl Open {
    fn write<T>(
        &mut self,
        durability: Durability,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        self.commit_as(durability)?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let answer = change(&transaction)?;
        transaction.commit()?;
        Ok(answer)
    }

    /// SQLite takes the level from the connection, and ignores a change inside a transaction.
    fn commit_as(&mut self, durability: Durability) -> Result<(), Trouble> {
        if self.durability != durability {
            let level = match durability {
                Durability::Soon => "NORMAL",
                Durability::Now => "FULL",
            };
            self.connection.pragma_update(None, "synchronous", level)?;
            self.durability = durability;
        }
        Ok(())
    }

    /// An answer counts only if nobody wrote to a file that was taken for quiet.
    fn read<T>(
        &mut self,
        path: &Path,
        query: impl Fn(&Connection) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        for _ in 0..LOOKS {
            let answer = query(&self.connection);
            let Some(snapshot) = self.snapshot else { return answer };
            let now = Snapshot::take(path).map_err(|error| Trouble::Io("look at it", error))?;
            if now == Some(snapshot) {
                return answer;
            }
            (self.connection, self.snapshot) = readable(path)?.ok_or_else(gone)?;
        }
        Err(Trouble::Told("it changes all the time; wait until the other run has ended".to_owned()))
    }
}

fn gone() -> Trouble {
    Trouble::Told("it was removed while it was being read".to_owned())
}

/// Opens, makes or brings up to date. What is not ours is refused before anything is written to it.
fn writable(path: &Path) -> Result<Connection, Trouble> {
    folder::private_file(path)?;
    connection::require_whole(path)?;
    let mut connection = connection::open_to_write(path)?;
    schema::version(&connection)?;
    connection::use_write_ahead_log(&connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    schema::migrate(&mut connection)?;
    room::occupy(&connection::index_of(path))?;
    Ok(connection)
}

/// Opens for looking; `None` when there is nothing, or only what a run left that was killed at its birth.
fn readable(path: &Path) -> Result<Option<(Connection, Option<Snapshot>)>, Trouble> {
    match path.symlink_metadata() {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Trouble::Io("look at it", error)),
    }
    folder::refuse_remote(path.parent().unwrap_or(Path::new(OsStr::new("/"))))?;
    connection::require_whole(path)?;
    let (connection, snapshot) = connection::open_to_read(path)?;
    match schema::version(&connection)? {
        0 => Ok(None),
        schema::LATEST => {
            schema::verify(&connection)?;
            Ok(Some((connection, snapshot)))
        }
        older => Err(Trouble::Told(format!(
            "it was made by an older immich-sync (state version {older}); the next run that may write brings it \
             up to date"
        ))),
    }
}

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

    fn sealed(&self, id: JournalId, old_hash: Option<&str>, new_hash: Option<&str>) -> Result<(), SyncError> {
        self.write(Durability::Now, |change| journal::sealed(change, id, old_hash, new_hash))
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
}
