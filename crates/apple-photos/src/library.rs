//! A library that is open: its albums and persons at once, its assets one after the other.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, ErrorCode, OptionalExtension};

use crate::albums::{AlbumRow, Albums};
use crate::bplist::{Plist, Value};
use crate::cells::Cells;
use crate::files::Finder;
use crate::instants::Zones;
use crate::listing::Listings;
use crate::members::members;
use crate::old;
use crate::package::{LOG, MAIN, Package, Writer};
use crate::persons::Persons;
use crate::rows::{Reader, statement};
use crate::schema::Schema;
use crate::sides::{Scope, Sides};
use crate::snapshot::Snapshot;
use crate::{
    Album, AlbumId, Asset, Error, Folder, ImportSession, ImportSessionId, PathMap, Person, PersonId, Totals,
    Version, Warning,
};

/// What opening a library needs to be told.
#[derive(Clone)]
pub struct OpenOptions<'a> {
    /// A folder that exists, for the private copy of the database (some 6 KB an asset). On a file system that can clone
    /// files, and on the same as the library, the copy takes no room.
    pub scratch: PathBuf,
    /// This program, for the message that it needs a permission.
    pub program: PathBuf,
    /// Where files that are not in the library are on this machine.
    pub map: PathMap,
    /// Whether to stop; asked while the copy is made.
    pub stop: &'a dyn Fn() -> bool,
}

impl OpenOptions<'_> {
    /// Nothing but what has no default.
    pub fn new(scratch: impl Into<PathBuf>, program: impl Into<PathBuf>) -> Self {
        Self { scratch: scratch.into(), program: program.into(), map: PathMap::default(), stop: &|| false }
    }
}

/// A library, open for reading. Nothing in the package is ever written, created or touched.
#[derive(Debug)]
pub struct Library {
    schema: Schema,
    asset_table: &'static str,
    uuid: Option<String>,
    version: Version,
    warnings: Vec<Warning>,
    albums: Albums,
    persons: Persons,
    listings: Listings,
    map: PathMap,
    /// For questions about single assets. Before the copy, so that it is closed when that is deleted.
    connection: Mutex<Connection>,
    snapshot: Snapshot,
}

/// What a database must have for assets to be told at all, and what only some of it stands in.
const OTHER_TABLES: [&str; 6] = [
    "ZADDITIONALASSETATTRIBUTES",
    "ZGENERICALBUM",
    "ZINTERNALRESOURCE",
    "ZPERSON",
    "ZDETECTEDFACE",
    "ZKEYWORD",
];

impl Library {
    /// Opens the library in this folder.
    pub fn open(package: &Path, options: &OpenOptions<'_>) -> Result<Self, Error> {
        let (package, writer) = Package::find(package, &options.program)?;
        if writer == Writer::OldPhotos {
            return Err(old::refused(&package, options));
        }
        let snapshot = Snapshot::take(&package, [MAIN, LOG], options)?;
        let problem = |error: rusqlite::Error| damaged(&package.root, &error);
        let connection = snapshot.connect().map_err(problem)?;
        let schema = Schema::read(&connection).map_err(problem)?;
        let asset_table = schema.asset_table().ok_or_else(|| Error::Unknown {
            path: package.root.clone(),
            what: "table of assets (ZASSET)".to_owned(),
        })?;
        check(&connection, &schema, asset_table, &package.root)?;
        let mut warnings = Vec::new();
        let (uuid, version) = metadata(&connection, &schema).map_err(problem)?;
        match version {
            None => warnings.push(Warning::NoVersion),
            Some(version) if !version.is_known() => warnings.push(Warning::UnknownVersion(version)),
            Some(_) => {}
        }
        warnings.extend(OTHER_TABLES.into_iter().filter(|table| !schema.has(table)).map(Warning::NoTable));
        let albums = Albums::read(&connection, &schema, &mut warnings).map_err(problem)?;
        let persons = Persons::read(&connection, &schema).map_err(problem)?;
        Ok(Self {
            asset_table,
            uuid,
            version: version.unwrap_or(Version::of_model(0)),
            warnings,
            albums,
            persons,
            listings: Listings::new(package),
            map: options.map.clone(),
            connection: Mutex::new(connection),
            snapshot,
            schema,
        })
    }

    /// The folder of the library, as it was named.
    pub fn path(&self) -> &Path {
        &self.listings.package().root
    }

    /// What the database calls itself: the same as long as the library lives, also when it is moved or renamed. Copies of
    /// a library have the same.
    pub fn uuid(&self) -> Option<&str> {
        self.uuid.as_deref()
    }

    /// Which Photos wrote it.
    pub fn version(&self) -> Version {
        self.version
    }

    /// What the owner should know. Links and unreadable folders are among them once assets were told.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = self.warnings.clone();
        warnings.extend(self.listings.warnings());
        warnings
    }

    /// The albums of users, also those in the trash.
    pub fn albums(&self) -> &[Album] {
        &self.albums.list
    }

    /// An album that an asset is in.
    ///
    /// # Panics
    /// If the id is of another library.
    pub fn album(&self, id: AlbumId) -> &Album {
        &self.albums.list[id.0 as usize]
    }

    /// The UUIDs of the assets in an album, in the order in which the user looks at it. Those of bursts, of the trash and
    /// hidden ones are among them.
    pub fn members(&self, id: AlbumId) -> Result<Vec<String>, Error> {
        let Some(row) = self.albums.rows.get(id.0 as usize) else { return Ok(Vec::new()) };
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        members(&connection, &self.schema, *row, self.album(id).sort).map_err(|error| self.damaged(&error))
    }

    /// The folders of users.
    pub fn folders(&self) -> &[Folder] {
        &self.albums.folders
    }

    /// The persons, named or not.
    pub fn persons(&self) -> &[Person] {
        &self.persons.list
    }

    /// A person that a face is of.
    ///
    /// # Panics
    /// If the id is of another library.
    pub fn person(&self, id: PersonId) -> &Person {
        &self.persons.list[id.0 as usize]
    }

    /// The imports.
    pub fn import_sessions(&self) -> &[ImportSession] {
        &self.albums.imports
    }

    /// The import that an asset came with.
    pub fn import_session(&self, id: ImportSessionId) -> Option<&ImportSession> {
        self.albums.imports.get(id.0 as usize)
    }

    /// Tells all assets, in the order in which they were added to the database, until `each` says stop. The totals are of
    /// what was told.
    pub fn assets(&self, each: &mut dyn FnMut(Asset) -> ControlFlow<()>) -> Result<Totals, Error> {
        let mut read = || {
            // A connection of its own: `each` may ask for members of albums.
            let connection = self.snapshot.connect()?;
            let sides = self.sides(&connection, Scope::All)?;
            self.read(&connection, &sides, Scope::All, each)
        };
        read().map_err(|error| self.damaged(&error))
    }

    /// Counts the assets.
    pub fn totals(&self) -> Result<Totals, Error> {
        self.assets(&mut |_| ControlFlow::Continue(()))
    }

    /// One asset. None if the library has none with this UUID, or its row cannot be told.
    pub fn asset(&self, uuid: &str) -> Result<Option<Asset>, Error> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        self.single(&connection, uuid).map_err(|error| self.damaged(&error))
    }

    fn single(&self, connection: &Connection, uuid: &str) -> rusqlite::Result<Option<Asset>> {
        let find = format!("SELECT Z_PK FROM {} WHERE ZUUID = ?1 ORDER BY Z_PK", self.asset_table);
        let row: Option<i64> =
            connection.prepare_cached(&find)?.query_row([uuid], |row| row.get(0)).optional()?;
        let Some(row) = row else { return Ok(None) };
        let scope = Scope::One { asset: row, attributes: self.attributes(connection, row)?.unwrap_or(-1) };
        let sides = self.sides(connection, scope)?;
        let mut found = None;
        self.read(connection, &sides, scope, &mut |asset| {
            found = Some(asset);
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    fn attributes(&self, connection: &Connection, asset: i64) -> rusqlite::Result<Option<i64>> {
        if !self.schema.has_column("ZADDITIONALASSETATTRIBUTES", "ZASSET") {
            return Ok(None);
        }
        connection
            .prepare_cached("SELECT Z_PK FROM ZADDITIONALASSETATTRIBUTES WHERE ZASSET = ?1 ORDER BY Z_PK")?
            .query_row([asset], |row| row.get(0))
            .optional()
    }

    fn sides(&self, connection: &Connection, scope: Scope) -> rusqlite::Result<Sides> {
        let album_of = |row| self.albums.present(AlbumRow::Album(row));
        Sides::read(connection, &self.schema, scope, &album_of)
    }

    fn read(
        &self,
        connection: &Connection,
        sides: &Sides,
        scope: Scope,
        each: &mut dyn FnMut(Asset) -> ControlFlow<()>,
    ) -> rusqlite::Result<Totals> {
        let mut reader = Reader {
            sides,
            albums: &self.albums,
            persons: &self.persons,
            finder: Finder { listings: &self.listings, map: &self.map },
            zones: Zones::default(),
        };
        let mut totals = Totals::default();
        let mut last = None;
        let mut statement = connection.prepare_cached(&statement(&self.schema, self.asset_table, scope))?;
        let mut rows = scope.query(&mut statement)?;
        while let Some(row) = rows.next()? {
            // Two rows of attributes for one asset, as a damaged database can have them, are no two assets.
            let number = Cells::new(row).integer();
            if last.replace(number) == Some(number) {
                continue;
            }
            match reader.asset(&mut Cells::new(row)) {
                Ok(asset) => {
                    totals.add(&asset);
                    if each(asset).is_break() {
                        break;
                    }
                }
                Err(unreadable) => totals.unreadable.push(unreadable),
            }
        }
        Ok(totals)
    }

    fn damaged(&self, error: &rusqlite::Error) -> Error {
        damaged(self.path(), error)
    }
}

/// What SQLite says, as an error of the library.
fn damaged(path: &Path, error: &rusqlite::Error) -> Error {
    let path = path.to_path_buf();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::ReadOnly) => {
            Error::Scratch { path, source: std::io::Error::other(error.to_string()) }
        }
        _ => Error::Damaged { path, problem: error.to_string() },
    }
}

/// Asks SQLite whether the tables that are read are whole.
fn check(connection: &Connection, schema: &Schema, asset_table: &str, path: &Path) -> Result<(), Error> {
    let joins = [schema.album_join(), schema.keyword_join()].into_iter().flatten().map(|join| join.table);
    let others = OTHER_TABLES.into_iter().filter(|table| schema.has(table)).map(str::to_owned);
    let tables: HashSet<String> = joins.chain(others).chain([asset_table.to_owned()]).collect();
    for table in tables {
        let answer: String = connection
            .query_row(&format!("PRAGMA quick_check({table})"), [], |row| row.get(0))
            .map_err(|error| damaged(path, &error))?;
        if answer != "ok" {
            return Err(Error::Damaged { path: path.to_path_buf(), problem: answer });
        }
    }
    Ok(())
}

/// The UUID and the version that the database gives itself.
fn metadata(connection: &Connection, schema: &Schema) -> rusqlite::Result<(Option<String>, Option<Version>)> {
    if !schema.has_column("Z_METADATA", "Z_PLIST") || !schema.has_column("Z_METADATA", "Z_UUID") {
        return Ok((None, None));
    }
    let found = connection
        .query_row("SELECT Z_UUID, Z_PLIST FROM Z_METADATA LIMIT 1", [], |row| {
            let mut cells = Cells::new(row);
            Ok((cells.text(), cells.blob().and_then(model)))
        })
        .optional()?;
    Ok(found.map_or((None, None), |(uuid, model)| (uuid, model.map(Version::of_model))))
}

fn model(bytes: &[u8]) -> Option<u64> {
    let plist = Plist::open(bytes)?;
    match plist.field(&plist.root()?, "PLModelVersion")? {
        Value::Integer(model) => u64::try_from(model).ok(),
        _ => None,
    }
}
