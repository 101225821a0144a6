//! A program that has the library open, as Photos has it.

use std::path::Path;

use rusqlite::Connection;

use super::database;
use crate::PictureError;

/// Writes into a library that another program may be reading. What it wrote stays in the log of the database.
#[derive(Debug)]
pub struct ApplePhotosBusy {
    connection: Connection,
    package: std::path::PathBuf,
}

impl ApplePhotosBusy {
    /// Opens the database of a package that was written.
    pub fn open(package: &Path) -> Result<Self, PictureError> {
        let main = database::main_file(package);
        let failed = |error: rusqlite::Error| database::told(&main, &error);
        let connection = Connection::open(&main).map_err(failed)?;
        connection.pragma_update(None, "wal_autocheckpoint", 0).map_err(failed)?;
        connection.pragma_update(None, "synchronous", "off").map_err(failed)?;
        Ok(Self { connection, package: package.to_owned() })
    }

    /// Gives all photos this title, and is done with it.
    pub fn name_all(&self, title: &str) -> Result<(), PictureError> {
        let named = self.connection.execute("UPDATE ZADDITIONALASSETATTRIBUTES SET ZTITLE = ?1", [title]);
        named.map(drop).map_err(|error| self.error(&error))
    }

    /// Begins to give all photos this title, and does not come to an end: nobody else may see it.
    pub fn begin_to_name_all(&self, title: &str) -> Result<(), PictureError> {
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| self.error(&error))?;
        self.name_all(title)
    }

    fn error(&self, error: &rusqlite::Error) -> PictureError {
        database::told(&database::main_file(&self.package), error)
    }
}
