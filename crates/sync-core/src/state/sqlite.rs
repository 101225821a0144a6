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

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::connection::{self, Snapshot};
use super::trouble::Trouble;
use super::{folder, room, schema, statements};
use crate::error::SyncError;

/// How often a look is repeated when another run opens or closes the database meanwhile.
const LOOKS: usize = 5;

/// As many free pages as are not worth giving back: 16 MiB.
const MANY_PAGES: i64 = 4096;

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
pub(super) enum Durability {
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

    /// Gives pages back to the disk when many are free: some are needed by the next run anyway.
    pub(super) fn shrink(&self) -> Result<(), SyncError> {
        if !self.writable {
            return Ok(());
        }
        self.lock().shrink().map_err(|trouble| trouble.at(&self.path))
    }

    /// A thread that panicked has left no half transaction: it was rolled back on the way.
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn read<T>(&self, query: impl Fn(&Connection) -> Result<T, Trouble>) -> Result<T, SyncError> {
        self.lock().read(&self.path, query).map_err(|trouble| trouble.at(&self.path))
    }

    pub(super) fn write<T>(
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

    fn shrink(&mut self) -> Result<(), Trouble> {
        let number = |pragma| self.connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        let (free, pages) = (number("freelist_count")?, number("page_count")?);
        if free >= MANY_PAGES && free >= pages / 4 {
            self.commit_as(Durability::Soon)?;
            let mut statement = self.connection.prepare("PRAGMA incremental_vacuum")?;
            let mut rows = statement.query(())?;
            while rows.next()?.is_some() {}
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
    if schema::version(&connection)? == 0 {
        connection::let_it_shrink(&connection)?;
    }
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
