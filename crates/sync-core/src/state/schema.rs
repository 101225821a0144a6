//! The tables, how they came to be, and whether a database has exactly these.
//!
//! A state may have been written by a newer program, may be some other program's database, or may have been
//! tampered with: a planted trigger would run with our rights at our next insert. So the version and the
//! application id are looked at before anything is written, and afterwards the schema has to be, word for
//! word, the one that these migrations make.
//!
//! Rows of the journal are never deleted, so plain row ids never come back and `AUTOINCREMENT`, which costs
//! a second page per commit, is not needed.

use rusqlite::{Connection, OptionalExtension};
use rusqlite_migration::{M, Migrations};

use super::trouble::Trouble;
use super::upgrade;

/// Marks a database as ours, in the header of the file: `ImSy`.
const APPLICATION: i32 = 0x496d_5379;

/// The version of this program, for the message that a newer state brings.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// The newest schema that this program knows.
pub(super) const LATEST: usize = 6;

/// The steps from one version to the next. A step that was released is never changed.
fn migrations() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(VERSION_1),
        M::up_with_hook(VERSION_2, upgrade::from_1_to_2),
        M::up_with_hook(VERSION_3, upgrade::from_2_to_3),
        M::up(VERSION_4),
        M::up(VERSION_5),
        M::up(VERSION_6),
    ])
}

const VERSION_1: &str = "
     PRAGMA application_id = 0x496d5379;

     CREATE TABLE meta (
         key TEXT PRIMARY KEY NOT NULL,
         value TEXT NOT NULL
     ) STRICT, WITHOUT ROWID;

     CREATE TABLE runs (
         id INTEGER PRIMARY KEY,
         command TEXT NOT NULL,
         started TEXT NOT NULL,
         ended TEXT,
         summary TEXT
     ) STRICT;

     CREATE TABLE assets (
         asset TEXT PRIMARY KEY NOT NULL,
         path BLOB NOT NULL,
         fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
         file TEXT NOT NULL,
         verdict TEXT NOT NULL,
         base TEXT NOT NULL
     ) STRICT, WITHOUT ROWID;

     CREATE TABLE journal (
         id INTEGER PRIMARY KEY,
         run INTEGER NOT NULL REFERENCES runs (id),
         asset TEXT NOT NULL,
         path BLOB NOT NULL,
         work_dir BLOB NOT NULL,
         before TEXT NOT NULL,
         edits TEXT NOT NULL,
         fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
         base TEXT NOT NULL,
         at TEXT NOT NULL,
         state TEXT NOT NULL CHECK (state IN ('intent', 'sealed', 'done', 'rolled-back')),
         old_hash TEXT,
         new_hash TEXT,
         after TEXT
     ) STRICT;

     CREATE INDEX journal_of_run ON journal (run);
     CREATE INDEX journal_open ON journal (id) WHERE state IN ('intent', 'sealed');";

/// Several files per asset, several accounts, caches, and what the server still has to be told. In tables with
/// large rows the small columns come first: what follows a long value is on another page.
const VERSION_2: &str = "
     DROP INDEX journal_of_run;
     DROP INDEX journal_open;
     ALTER TABLE assets RENAME TO assets_1;
     ALTER TABLE journal RENAME TO journal_1;

     CREATE TABLE assets (
         asset BLOB NOT NULL CHECK (length(asset) = 16),
         role TEXT NOT NULL CHECK (role IN ('original', 'sidecar', 'stem-sidecar')),
         written INTEGER NOT NULL CHECK (written IN (0, 1)),
         fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
         file BLOB CHECK (length(file) = 48),
         verdict TEXT NOT NULL,
         path BLOB NOT NULL,
         base TEXT NOT NULL,
         sha1 BLOB CHECK (length(sha1) = 40),
         PRIMARY KEY (asset, role)
     ) STRICT, WITHOUT ROWID;

     CREATE TABLE journal (
         id INTEGER PRIMARY KEY,
         run INTEGER NOT NULL REFERENCES runs (id),
         asset BLOB NOT NULL CHECK (length(asset) = 16),
         role TEXT NOT NULL CHECK (role IN ('original', 'sidecar', 'stem-sidecar')),
         account TEXT NOT NULL,
         path BLOB NOT NULL,
         work_dir BLOB NOT NULL,
         before BLOB CHECK (length(before) = 48),
         after BLOB CHECK (length(after) = 48),
         state TEXT NOT NULL CHECK (state IN ('intent', 'sealed', 'done', 'rolled-back')),
         old_hash TEXT,
         new_hash TEXT,
         sha1 BLOB CHECK (length(sha1) = 40),
         owes INTEGER NOT NULL CHECK (owes IN (0, 1)),
         undoes INTEGER REFERENCES journal (id),
         undone_by INTEGER REFERENCES runs (id),
         at TEXT NOT NULL,
         fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
         edits TEXT NOT NULL,
         base TEXT NOT NULL,
         old_bytes BLOB
     ) STRICT;

     CREATE INDEX journal_of_run ON journal (run);
     CREATE INDEX journal_of_asset ON journal (asset);
     CREATE INDEX journal_of_path ON journal (path);
     CREATE INDEX journal_open ON journal (id) WHERE state IN ('intent', 'sealed');

     CREATE TABLE albums (
         account TEXT NOT NULL,
         album BLOB NOT NULL CHECK (length(album) = 16),
         name TEXT NOT NULL,
         updated_at TEXT,
         asset_count INTEGER,
         fetched TEXT NOT NULL,
         members BLOB NOT NULL CHECK (length(members) % 16 = 0),
         PRIMARY KEY (account, album)
     ) STRICT;

     CREATE TABLE faces (
         asset BLOB PRIMARY KEY NOT NULL CHECK (length(asset) = 16),
         people BLOB NOT NULL CHECK (length(people) = 32),
         checked INTEGER NOT NULL,
         faces TEXT NOT NULL
     ) STRICT, WITHOUT ROWID;

     CREATE INDEX faces_by_check ON faces (checked);

     CREATE TABLE owed (
         asset BLOB PRIMARY KEY NOT NULL CHECK (length(asset) = 16),
         account TEXT NOT NULL
     ) STRICT, WITHOUT ROWID;

     CREATE TABLE notes (
         key TEXT PRIMARY KEY NOT NULL,
         value TEXT NOT NULL
     ) STRICT, WITHOUT ROWID;";

/// The ways back of all changes, those of sidecars among them, which stood in the journal before.
const VERSION_3: &str = "
     CREATE TABLE patches (
         id INTEGER PRIMARY KEY,
         hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
         uses INTEGER NOT NULL CHECK (uses > 0),
         length INTEGER NOT NULL,
         bytes BLOB NOT NULL
     ) STRICT;

     CREATE TABLE recipes (
         change INTEGER PRIMARY KEY REFERENCES journal (id),
         run INTEGER NOT NULL REFERENCES runs (id),
         size INTEGER NOT NULL,
         in_place INTEGER NOT NULL CHECK (in_place IN (0, 1)),
         pieces BLOB NOT NULL
     ) STRICT;

     CREATE INDEX recipes_of_run ON recipes (run, size);";

/// What the organizer knows: the looks of pictures, which of them are alike, the groups of the last scan, what was
/// decided about groups, and what was done on the server.
const VERSION_4: &str = "
     CREATE TABLE pictures (
         key BLOB NOT NULL CHECK (length(key) = 16),
         method TEXT NOT NULL,
         stamp BLOB NOT NULL CHECK (length(stamp) = 16),
         used INTEGER NOT NULL,
         sha1 BLOB CHECK (length(sha1) = 20),
         signature BLOB,
         about TEXT NOT NULL,
         PRIMARY KEY (key, method)
     ) STRICT, WITHOUT ROWID;

     CREATE TABLE searches (
         id INTEGER PRIMARY KEY,
         name TEXT NOT NULL UNIQUE,
         used INTEGER NOT NULL
     ) STRICT;

     CREATE TABLE compared (
         search INTEGER NOT NULL REFERENCES searches (id),
         photo BLOB NOT NULL CHECK (length(photo) = 16),
         looks BLOB NOT NULL CHECK (length(looks) = 8),
         PRIMARY KEY (search, photo)
     ) STRICT, WITHOUT ROWID;

     CREATE TABLE likenesses (
         search INTEGER NOT NULL REFERENCES searches (id),
         one BLOB NOT NULL CHECK (length(one) = 16),
         other BLOB NOT NULL CHECK (length(other) = 16),
         distance INTEGER NOT NULL,
         PRIMARY KEY (search, one, other)
     ) STRICT, WITHOUT ROWID;

     CREATE TABLE picture_groups (
         number INTEGER PRIMARY KEY,
         id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
         class TEXT NOT NULL,
         photos INTEGER NOT NULL,
         gain INTEGER NOT NULL,
         content TEXT NOT NULL
     ) STRICT;

     CREATE TABLE decisions (
         id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
         at TEXT NOT NULL,
         content TEXT NOT NULL
     ) STRICT, WITHOUT ROWID;

     CREATE TABLE deeds (
         id INTEGER PRIMARY KEY,
         run INTEGER NOT NULL REFERENCES runs (id),
         account TEXT NOT NULL,
         state TEXT NOT NULL CHECK (state IN ('intent', 'done', 'rolled-back')),
         undoes INTEGER REFERENCES deeds (id),
         undone_by INTEGER REFERENCES runs (id),
         at TEXT NOT NULL,
         kind TEXT NOT NULL,
         subject TEXT NOT NULL,
         items INTEGER NOT NULL,
         content TEXT NOT NULL
     ) STRICT;

     CREATE INDEX deeds_of_run ON deeds (run);
     CREATE INDEX deeds_open ON deeds (id) WHERE state = 'intent';
     CREATE INDEX deeds_by_undone ON deeds (undoes) WHERE undoes NOT NULL;

     CREATE TABLE numbered_albums (
         album BLOB PRIMARY KEY NOT NULL CHECK (length(album) = 16),
         account TEXT NOT NULL,
         prefix TEXT NOT NULL,
         number INTEGER NOT NULL,
         photos BLOB NOT NULL CHECK (length(photos) % 16 = 0),
         UNIQUE (account, prefix, number)
     ) STRICT;";

/// What imports sent. An outline of all items is read in each run, so it stands in an index of its own; whose items they
/// are is a number in each row instead of an account and a source in words.
const VERSION_5: &str = "
     CREATE TABLE import_owners (
         id INTEGER PRIMARY KEY,
         account TEXT NOT NULL,
         source TEXT NOT NULL,
         UNIQUE (account, source)
     ) STRICT;

     CREATE TABLE uploads (
         owner INTEGER NOT NULL REFERENCES import_owners (id),
         item BLOB NOT NULL CHECK (length(item) = 16),
         stamp BLOB NOT NULL CHECK (length(stamp) = 16),
         bytes BLOB NOT NULL CHECK (length(bytes) = 16),
         size INTEGER NOT NULL,
         sha1 BLOB NOT NULL CHECK (length(sha1) = 20),
         standing TEXT NOT NULL
             CHECK (standing IN ('there', 'deleted', 'withdrawn', 'announced', 'refused')),
         ours INTEGER NOT NULL CHECK (ours IN (0, 1)),
         asset BLOB CHECK (length(asset) = 16),
         path BLOB NOT NULL,
         why TEXT NOT NULL,
         sent TEXT NOT NULL,
         PRIMARY KEY (owner, item)
     ) STRICT, WITHOUT ROWID;

     CREATE INDEX uploads_outline ON uploads (owner, item, stamp);
     CREATE INDEX uploads_by_sha1 ON uploads (sha1);
     CREATE INDEX uploads_by_asset ON uploads (asset) WHERE asset NOT NULL;

     CREATE TABLE import_albums (
         owner INTEGER NOT NULL REFERENCES import_owners (id),
         key TEXT NOT NULL,
         album BLOB NOT NULL CHECK (length(album) = 16),
         deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
         title TEXT NOT NULL,
         description TEXT NOT NULL,
         PRIMARY KEY (owner, key)
     ) STRICT, WITHOUT ROWID;";

/// What was exported from libraries to folders. All of an owner is read in each run, in the order of the key.
const VERSION_6: &str = "
     CREATE TABLE export_owners (
         id INTEGER PRIMARY KEY,
         library TEXT NOT NULL,
         folder BLOB NOT NULL,
         UNIQUE (library, folder)
     ) STRICT;

     CREATE TABLE exports (
         owner INTEGER NOT NULL REFERENCES export_owners (id),
         slot INTEGER NOT NULL,
         unit INTEGER NOT NULL,
         asset TEXT NOT NULL,
         part TEXT NOT NULL,
         number INTEGER NOT NULL CHECK (number >= 0),
         path BLOB NOT NULL,
         stamp BLOB NOT NULL CHECK (length(stamp) = 16),
         size INTEGER NOT NULL,
         mtime INTEGER NOT NULL,
         inode INTEGER NOT NULL,
         digest BLOB NOT NULL CHECK (length(digest) = 32),
         before BLOB CHECK (length(before) = 32),
         PRIMARY KEY (owner, slot)
     ) STRICT, WITHOUT ROWID;

     CREATE INDEX exports_under_way ON exports (owner) WHERE before NOT NULL;";

/// Which schema a database has; 0 when it is empty. Refuses what is newer or not ours, and changes nothing.
pub(super) fn version(connection: &Connection) -> Result<usize, Trouble> {
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let things: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
    match (application, usize::try_from(version).unwrap_or(0)) {
        (0, 0) if things == 0 => Ok(0),
        (APPLICATION, known @ 1..=LATEST) => Ok(known),
        (APPLICATION, newer) if newer > LATEST => Err(too_new(connection, newer)),
        _ => Err(Trouble::Told("it is the database of another program; use another --state-dir".to_owned())),
    }
}

/// Names both versions, as far as a schema from the future can be read.
fn too_new(connection: &Connection, newer: usize) -> Trouble {
    let program: Option<String> = connection
        .query_row("SELECT value FROM meta WHERE key = 'program'", (), |row| row.get(0))
        .optional()
        .unwrap_or(None);
    let program = program.filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()));
    Trouble::Told(format!(
        "it was made by immich-sync {} (state version {newer}), and this is immich-sync {PROGRAM}, which knows \
         state versions up to {LATEST}; update this program, or use another --state-dir",
        program.as_deref().unwrap_or("of a newer version"),
    ))
}

/// Brings a database to the newest schema, all at once or not at all, and checks the result.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Trouble> {
    let before = version(connection)?;
    migrations().to_latest(connection)?;
    verify(connection)?;
    if before < LATEST {
        connection
            .execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('program', ?1)", [PROGRAM])
            .map(drop)?;
    }
    Ok(())
}

/// Whether the tables, indexes, views and triggers are exactly those of the migrations.
pub(super) fn verify(connection: &Connection) -> Result<(), Trouble> {
    let mut fresh = Connection::open_in_memory()?;
    migrations().to_latest(&mut fresh)?;
    if definitions(connection)? == definitions(&fresh)? {
        return Ok(());
    }
    Err(Trouble::Told(
        "its tables are not those that immich-sync makes; another program changed it, so move it away (do not \
         delete it) and run again"
            .to_owned(),
    ))
}

fn definitions(connection: &Connection) -> rusqlite::Result<Vec<(String, Option<String>)>> {
    let sql = "SELECT type || ' ' || name, sql FROM sqlite_schema ORDER BY type, name";
    connection.prepare(sql)?.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

#[cfg(test)]
mod tests {
    use super::super::rows;
    use super::*;

    fn migrated() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        connection
    }

    fn told(result: Result<impl std::fmt::Debug, Trouble>) -> String {
        match result {
            Err(Trouble::Told(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_migrations_are_sound() {
        migrations().validate().unwrap();
    }

    #[test]
    fn an_empty_database_has_version_0_and_ends_at_the_latest() {
        assert_eq!(version(&Connection::open_in_memory().unwrap()).unwrap(), 0);
        assert_eq!(version(&migrated()).unwrap(), LATEST);
    }

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = migrated();
        let before = definitions(&connection).unwrap();

        migrate(&mut connection).unwrap();

        assert_eq!(definitions(&connection).unwrap(), before);
    }

    #[test]
    fn a_newer_state_is_refused_with_both_versions() {
        let connection = migrated();
        connection.execute("UPDATE meta SET value = '9.8.7' WHERE key = 'program'", ()).unwrap();
        connection.pragma_update(None, "user_version", 42).unwrap();

        let message = told(version(&connection));

        assert!(message.contains("9.8.7 (state version 42)"), "{message}");
        assert!(message.contains(PROGRAM) && message.contains("update this program"), "{message}");
    }

    #[test]
    fn a_database_of_another_program_is_refused() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE photos (id)").unwrap();

        assert!(told(version(&connection)).contains("another program"));
    }

    #[test]
    fn a_planted_trigger_is_noticed() {
        let mut connection = migrated();
        let plant = "CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM assets; END";
        connection.execute_batch(plant).unwrap();

        assert!(told(migrate(&mut connection)).contains("tables are not those"));
    }

    #[test]
    fn open_changes_are_found_without_reading_the_whole_journal() {
        let plan: String = migrated()
            .query_row(&format!("EXPLAIN QUERY PLAN {}", rows::journal(rows::OPEN)), (), |row| row.get(3))
            .unwrap();

        assert!(plan.contains("journal_open"), "{plan}");
    }
}
