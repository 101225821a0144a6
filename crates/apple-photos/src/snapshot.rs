//! A private copy of the database, taken without a trace in the library.
//!
//! A database opened in place gets `-shm` and `-wal` files when it has none, and cannot be opened at all on a read-only
//! medium; opened as immutable it lacks what is in the log, which in real libraries are whole albums. So both files are
//! copied, and copied again if they moved meanwhile. SQLite ignores a torn end of a log without a word: size and time
//! of both files are the guard, the check of the copy is the second one.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use crate::package::{Package, unreadable};
use crate::{Error, OpenOptions};

/// How often a database that moves is copied.
const TRIES: u32 = 5;
/// Between two looks at the stop request.
const PIECE: u64 = 64 << 20;
/// In KiB. All side tables are read in one go, so more pages in memory help nobody.
const CACHE: i64 = 4 << 10;

/// A copy of the database, deleted when it is dropped.
#[derive(Debug)]
pub(crate) struct Snapshot {
    folder: TempDir,
}

impl Snapshot {
    /// Copies a database and its log, by their paths in the package, until they held still.
    pub(crate) fn take(
        package: &Package,
        [main_name, log_name]: [&str; 2],
        options: &OpenOptions<'_>,
    ) -> Result<Self, Error> {
        let program = options.program.as_path();
        let main = package.inside(main_name, program)?;
        let main = main.ok_or_else(|| Error::NotALibrary { path: package.root.clone() })?;
        for _ in 0..TRIES {
            // Asked anew each time: the log comes and goes.
            let log = package.inside(log_name, program)?;
            let before = (state(&main, program)?, log_state(log.as_deref(), program)?);
            let snapshot = Self { folder: private_folder(&options.scratch)? };
            let is_whole = snapshot.copy(&main, MAIN_COPY, options)?
                && log.as_deref().map_or(Ok(true), |log| snapshot.copy(log, LOG_COPY, options))?;
            let log = package.inside(log_name, program)?;
            let after = (state(&main, program)?, log_state(log.as_deref(), program)?);
            if is_whole && before == after {
                return Ok(snapshot);
            }
        }
        Err(Error::Busy { path: package.root.join(main_name), tries: TRIES })
    }

    /// Opens the copy for reading. SQLite recovers the log in it.
    pub(crate) fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(self.folder.path().join(MAIN_COPY), flags)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.pragma_update(None, "query_only", true)?;
        connection.pragma_update(None, "synchronous", "off")?;
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.pragma_update(None, "cache_size", -CACHE)?;
        Ok(connection)
    }

    /// Copies one file. False if it went away.
    fn copy(&self, from: &Path, name: &str, options: &OpenOptions<'_>) -> Result<bool, Error> {
        let target = self.folder.path().join(name);
        let scratch = |source| Error::Scratch { path: target.clone(), source };
        let source = match open_quietly(from) {
            Ok(source) => source,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(unreadable(from, error, &options.program)),
        };
        if cloned(&source, &target).map_err(scratch)? {
            return Ok(true);
        }
        let mut copy = File::create(&target).map_err(scratch)?;
        loop {
            if (options.stop)() {
                return Err(Error::Stopped);
            }
            let mut piece = io::Read::take(&source, PIECE);
            match io::copy(&mut piece, &mut copy) {
                Ok(0) => return Ok(true),
                Ok(_) => {}
                Err(error) => return Err(Error::Scratch { path: target, source: error }),
            }
        }
    }
}

const MAIN_COPY: &str = "Photos.sqlite";
const LOG_COPY: &str = "Photos.sqlite-wal";

fn private_folder(scratch: &Path) -> Result<TempDir, Error> {
    tempfile::Builder::new()
        .prefix("apple-photos-")
        .tempdir_in(scratch)
        .map_err(|source| Error::Scratch { path: scratch.to_path_buf(), source })
}

/// What moves whenever a file is written.
type State = (u64, Option<SystemTime>);

fn state_of(metadata: &Metadata) -> State {
    (metadata.len(), metadata.modified().ok())
}

fn state(path: &Path, program: &Path) -> Result<State, Error> {
    path.metadata().map(|metadata| state_of(&metadata)).map_err(|error| unreadable(path, error, program))
}

fn log_state(path: Option<&Path>, program: &Path) -> Result<Option<State>, Error> {
    let Some(path) = path else { return Ok(None) };
    match path.metadata() {
        Ok(metadata) => Ok(Some(state_of(&metadata))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(path, error, program)),
    }
}

/// Opens a file for reading, without moving its access time where the system lets us.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn open_quietly(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, open};

    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    match open(path, flags | OFlags::NOATIME, Mode::empty()) {
        // Only the owner of a file may ask for that.
        Err(rustix::io::Errno::PERM) => File::open(path),
        other => Ok(File::from(other?)),
    }
}

/// Opens a file for reading.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn open_quietly(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Lets the copy share its blocks with the original. False if this file system cannot, or they are on two.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn cloned(source: &File, target: &PathBuf) -> io::Result<bool> {
    let copy = File::create(target)?;
    Ok(rustix::fs::ioctl_ficlone(&copy, source).is_ok())
}

/// Lets the copy share its blocks with the original. False if this file system cannot, or they are on two.
#[cfg(target_vendor = "apple")]
fn cloned(source: &File, target: &PathBuf) -> io::Result<bool> {
    let flags = rustix::fs::CloneFlags::NOFOLLOW;
    Ok(rustix::fs::fclonefileat(source, rustix::fs::CWD, target, flags).is_ok())
}

/// No other system shares blocks in a way we know.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn cloned(_source: &File, _target: &PathBuf) -> io::Result<bool> {
    Ok(false)
}
