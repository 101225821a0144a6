//! What went wrong in the database, with what to do about it.
//!
//! SQLite's own words ("file is not a database") tell nobody that their photos are fine. So each class of
//! failure gets a sentence with its remedy, and SQLite's words stay in the chain of causes.

use std::io;
use std::path::Path;

use rusqlite::ErrorCode;

use crate::error::SyncError;

/// A failure below the store, not yet tied to a file.
#[derive(Debug)]
pub(super) enum Trouble {
    /// SQLite, or a value in the database that is none of ours.
    Sql(rusqlite::Error),
    /// The file system, with what was tried.
    Io(&'static str, io::Error),
    /// Something that we found out ourselves, with what to do.
    Told(String),
}

impl Trouble {
    /// A call that the caller should not have made.
    pub(super) fn fault(what: impl std::fmt::Display) -> Self {
        Self::Told(format!("a fault of the program: {what}"))
    }

    /// A file that SQLite would find damaged sooner or later.
    pub(super) fn damaged() -> Self {
        Self::Told(DAMAGED.to_owned())
    }

    /// The error of the run, which names the file.
    pub(super) fn at(self, path: &Path) -> SyncError {
        let path = path.to_path_buf();
        match self {
            Self::Sql(error) => {
                SyncError::State { path, message: remedy(&error).to_owned(), source: Some(Box::new(error)) }
            }
            Self::Io(doing, error) => {
                let remedy = match error.kind() {
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                        ": the disk is full or has no inodes left; make room, and run again"
                    }
                    _ => "",
                };
                let message = format!("cannot {doing}{remedy}");
                SyncError::State { path, message, source: Some(Box::new(error)) }
            }
            Self::Told(message) => SyncError::State { path, message, source: None },
        }
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<rusqlite_migration::Error> for Trouble {
    fn from(error: rusqlite_migration::Error) -> Self {
        match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => Self::Sql(err),
            other => Self::fault(other),
        }
    }
}

const DAMAGED: &str = "it is damaged, or it is not a state of immich-sync; move it away (do not delete it, it \
                       holds the history of changes), and the next run starts a new one: it looks at every \
                       photo again and writes only what differs";

/// What is wrong and what to do, in one line.
fn remedy(error: &rusqlite::Error) -> &'static str {
    use rusqlite::Error as Sql;
    match error {
        Sql::FromSqlConversionFailure(..)
        | Sql::IntegralValueOutOfRange(..)
        | Sql::InvalidColumnType(..)
        | Sql::Utf8Error(..) => return DAMAGED,
        _ => {}
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => DAMAGED,
        Some(ErrorCode::DiskFull) => "the disk is full; make room, and run again",
        Some(ErrorCode::SystemIoFailure) => {
            "the disk reports an error or is full; check both, and run again (nothing that was confirmed is lost)"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program is using it; run again when that one is done"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            "it cannot be written; check who owns it and its folder"
        }
        Some(ErrorCode::CannotOpen) => {
            "it cannot be opened; check that it is a plain file, and who owns it and its folder"
        }
        _ => {
            "the database gave an unexpected answer; restore it from a backup, or move it away to begin with a new one"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_is_named_with_its_remedy() {
        let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(26), None);

        let message = Trouble::Sql(error).at(Path::new("/s/state.db")).to_string();

        assert!(message.contains("`/s/state.db`") && message.contains("move it away"), "{message}");
    }

    #[test]
    fn a_disk_without_inodes_is_told_with_what_to_do() {
        let trouble = Trouble::Io("make the file", io::ErrorKind::StorageFull.into());

        let message = trouble.at(Path::new("/s/state.db")).to_string();

        assert!(message.contains("inodes") && message.contains("make room"), "{message}");
    }

    #[test]
    fn a_full_disk_is_not_called_damage() {
        let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(13), None);

        assert!(remedy(&error).contains("make room"));
    }
}
