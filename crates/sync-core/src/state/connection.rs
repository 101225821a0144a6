//! Opening the database file, for writing or for looking only.
//!
//! Looking must change nothing. Even a read-only connection makes `-wal` and `-shm` files beside a database
//! in WAL mode, unless it is told that the file is `immutable`; which is true only while nobody writes. So a
//! look at a closed database remembers what the file was ([`Snapshot`]), and the store asks before and after
//! each query whether it still is. Where a `-wal` file has something in it, another run is at work or was
//! killed: then SQLite has to read both, and may leave its `-shm` scratch file.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, ErrorKind, Read as _};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::trouble::Trouble;

/// A reader at work makes a writer wait only for the moment of a checkpoint.
const PATIENCE: Duration = Duration::from_secs(10);

/// More than there are statements in the store.
const STATEMENTS: usize = 64;

/// Opens a database that exists, for writing. Nothing is written yet.
pub(super) fn open_to_write(path: &Path) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | common_flags();
    configured(Connection::open_with_flags(path, flags)?)
}

/// Refuses a file that is shorter than its first page says, as a copy that was broken off is. SQLite itself would
/// notice when it comes to a page that is missing. While there is a log, the missing pages may be in it.
pub(super) fn require_whole(path: &Path) -> Result<(), Trouble> {
    const HEADER: usize = 32;
    let looked = |error| Trouble::Io("look at it", error);
    if size(&beside(path, "-wal")).map_err(looked)?.is_some_and(|log| log > 0) {
        return Ok(());
    }
    // Links and pipes are refused by whoever opens the database.
    if !fs::symlink_metadata(path).map_err(looked)?.is_file() {
        return Ok(());
    }
    let mut header = [0; HEADER];
    let mut file = fs::File::open(path).map_err(looked)?;
    match file.read_exact(&mut header) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
        other => other.map_err(looked)?,
    }
    let page = match u64::from(u16::from_be_bytes([header[16], header[17]])) {
        1 => 65_536,
        bytes => bytes,
    };
    let pages = u64::from(u32::from_be_bytes([header[28], header[29], header[30], header[31]]));
    if file.metadata().map_err(looked)?.len() < page * pages {
        return Err(Trouble::damaged());
    }
    Ok(())
}

/// Lets a database that is still empty give pages back to the disk. Pages that an older one has free are used again,
/// but stay its own: to change that, all of it would have to be written anew.
pub(super) fn let_it_shrink(connection: &Connection) -> Result<(), Trouble> {
    Ok(connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?)
}

/// Turns the write-ahead log on: a commit is one append, readers do not block, and a kill costs nothing.
pub(super) fn use_write_ahead_log(connection: &Connection) -> Result<(), Trouble> {
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(Trouble::Told(
            "its file system has no shared memory, which the database needs; choose another --state-dir"
                .to_owned(),
        ));
    }
    // A plain fsync on macOS leaves the data in the drive's cache; elsewhere these change nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    Ok(())
}

/// Opens a database for looking only; with what it was, where nobody is writing.
pub(super) fn open_to_read(path: &Path) -> Result<(Connection, Option<Snapshot>), Trouble> {
    let snapshot = Snapshot::take(path).map_err(|error| Trouble::Io("look at it", error))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | common_flags();
    let connection = match snapshot {
        Some(_) => Connection::open_with_flags(immutable(path), flags | OpenFlags::SQLITE_OPEN_URI)?,
        None => Connection::open_with_flags(path, flags)?,
    };
    Ok((configured(connection)?, snapshot))
}

/// Opens a database that is forgotten with its connection.
pub(super) fn open_in_memory() -> Result<Connection, Trouble> {
    configured(Connection::open_in_memory()?)
}

/// A mutex stands around each connection, so SQLite needs none; links would lead out of the state folder.
fn common_flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW
}

fn configured(connection: Connection) -> Result<Connection, Trouble> {
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Nothing that a tampered schema says may call functions with side effects.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// The address of a file that does not change, with every unusual byte as `%xx`.
fn immutable(path: &Path) -> PathBuf {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' => uri.push(char::from(*byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            _ => uri.extend(['%', digit(byte >> 4), digit(byte & 15)]),
        }
    }
    uri.push_str("?immutable=1");
    PathBuf::from(uri)
}

fn digit(value: u8) -> char {
    char::from_digit(value.into(), 16).unwrap_or('0')
}

/// What a database file is while nobody writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Snapshot {
    file: (u64, u64, u64),
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Snapshot {
    /// Looks at the file; `None` when somebody is writing it, or was and could not finish.
    pub(super) fn take(path: &Path) -> io::Result<Option<Self>> {
        let found = fs::metadata(path)?;
        let log = size(&beside(path, "-wal"))?;
        let index = size(&beside(path, "-shm"))?;
        let rollback = size(&beside(path, "-journal"))?;
        let quiet = match (log, index) {
            (None, _) | (Some(0), None) => rollback.is_none(),
            (Some(_), _) => false,
        };
        Ok(quiet.then(|| Self {
            file: (found.dev(), found.ino(), found.size()),
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        }))
    }
}

/// The size of a file, `None` when there is none.
fn size(path: &Path) -> io::Result<Option<u64>> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found.len())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The index of the write-ahead log of a database.
pub(super) fn index_of(path: &Path) -> PathBuf {
    beside(path, "-shm")
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(OsStr::new(suffix));
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusual_bytes_of_a_path_are_escaped() {
        let path = Path::new(OsStr::from_bytes(b"/a b/?x=1#\xff/s.db"));

        assert_eq!(immutable(path), Path::new("file:/a%20b/%3fx%3d1%23%ff/s.db?immutable=1"));
    }

    #[test]
    fn a_file_with_a_log_beside_it_is_not_quiet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.db");
        fs::write(&path, "x").unwrap();
        assert!(Snapshot::take(&path).unwrap().is_some());

        fs::write(beside(&path, "-wal"), "x").unwrap();

        assert!(Snapshot::take(&path).unwrap().is_none());
    }
}
