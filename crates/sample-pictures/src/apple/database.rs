//! Makes the database, with what was written last in the log beside it.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::AppleLibrary;
use super::rows::Writer;
use super::tables;
use crate::PictureError;

/// Where the database of a package is.
pub(super) fn main_file(package: &Path) -> PathBuf {
    package.join("database/Photos.sqlite")
}

/// Writes `database/Photos.sqlite` and its log.
pub(super) fn write(library: &AppleLibrary, package: &Path) -> Result<(), PictureError> {
    let folder = package.join("database");
    let main = main_file(package);
    std::fs::create_dir_all(&folder)
        .map_err(|source| PictureError::Write { path: folder.clone(), source })?;
    for name in ["Photos.sqlite", "Photos.sqlite-wal", "Photos.sqlite-shm"] {
        forget(&folder.join(name))?;
    }
    let failed = |error: rusqlite::Error| told(&main, &error);
    let connection = Connection::open(&main).map_err(failed)?;
    fill(library, &connection).map_err(failed)?;
    // The log stays as it is, as with Photos that is open or has crashed.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(failed)?;
    drop(connection);
    forget(&folder.join("Photos.sqlite-shm"))
}

fn fill(library: &AppleLibrary, connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "page_size", 4096)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "synchronous", "off")?;
    connection.set_prepared_statement_cache_capacity(64);
    let names = library.generation.names();
    connection.execute_batch(&tables::statements(library.generation, &names))?;
    let in_main = library.photos.len().saturating_sub(library.in_log);
    let mut writer = Writer::new(library, connection);
    let begin = || connection.execute_batch("BEGIN");
    let commit = || connection.execute_batch("COMMIT");
    begin()?;
    writer.entities()?;
    for at in 0..in_main {
        writer.photo(at)?;
    }
    commit()?;
    let into_main = || connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    if library.in_log > 0 {
        into_main()?;
    }
    begin()?;
    for at in in_main..library.photos.len() {
        writer.photo(at)?;
    }
    writer.albums()?;
    writer.persons()?;
    writer.keywords()?;
    commit()?;
    if library.in_log == 0 {
        into_main()?;
    }
    Ok(())
}

fn forget(path: &PathBuf) -> Result<(), PictureError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(PictureError::Write { path: path.clone(), source })
        }
        _ => Ok(()),
    }
}

pub(super) fn told(path: &Path, error: &rusqlite::Error) -> PictureError {
    PictureError::Write { path: path.to_path_buf(), source: std::io::Error::other(error.to_string()) }
}
