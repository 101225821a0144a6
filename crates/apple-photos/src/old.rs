//! Libraries that are too old to be read: which Photos wrote them, so that the owner knows what to do.

use rusqlite::OptionalExtension;

use crate::package::{OLD_LOG, OLD_MAIN, Package};
use crate::snapshot::Snapshot;
use crate::{Error, OpenOptions};

/// Why a library without a database of Photos 5 is not read.
pub(crate) fn refused(package: &Package, options: &OpenOptions<'_>) -> Error {
    let path = package.root.clone();
    let snapshot = match Snapshot::take(package, [OLD_MAIN, OLD_LOG], options) {
        Ok(snapshot) => snapshot,
        Err(error) => return error,
    };
    // A database that cannot be read has no version; that it is too old is known all the same.
    let made_by = match library_version(&snapshot).ok().flatten() {
        Some(5000..) => {
            return Error::Unknown { path, what: "file database/Photos.sqlite".to_owned() };
        }
        Some(4000..) => "Photos 4 (macOS 10.14)",
        Some(3000..) => "Photos 3 (macOS 10.13)",
        Some(2600..) => "Photos 2 (macOS 10.12)",
        _ => "Photos 4 or older (macOS 10.14 or older)",
    };
    Error::TooOld { path, made_by: made_by.to_owned() }
}

fn library_version(snapshot: &Snapshot) -> rusqlite::Result<Option<i64>> {
    let connection = snapshot.connect()?;
    let version = "SELECT CAST(value AS INTEGER) FROM LiGlobals WHERE keyPath = 'libraryVersion'";
    connection.query_row(version, [], |row| row.get(0)).optional()
}
