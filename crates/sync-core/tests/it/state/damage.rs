//! Files that are no state, are damaged, or come from somebody else: an error with a remedy, never a panic.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use proptest::prelude::*;
use sync_core::SyncError;
use sync_core::state::{JournalId, Role, RunId, SqliteStore, Store};

use super::sample::{account, album, asset, faces, file, intent, path, record, seal, server, time};

fn database(folder: &Path) -> PathBuf {
    folder.join(SqliteStore::FILE_NAME)
}

/// A closed state with a few dozen of everything.
fn sound() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).unwrap();
        store.set_identity(&server(1)).unwrap();
        let run = store.begin_run("write", time(0)).unwrap();
        for n in 0..40 {
            let id = store.intend(&intent(run, n)).unwrap();
            if n > 3 {
                store.sealed(id, &seal(Some("aa"), Some("bb"))).unwrap();
                store.done(id, Some(&file(n)), Some(&record(n))).unwrap();
            }
        }
        store.remember_all(&[record(38), record(39)]).unwrap();
        store.put_faces(&(0..40).map(faces).collect::<Vec<_>>()).unwrap();
        for n in 0..20 {
            store.put_album(&account(n % 2), &album(n)).unwrap();
            store.set_note(&format!("note {n}"), "text").unwrap();
        }
        store.close().unwrap();
        fs::read(database(folder.path())).unwrap()
    })
}

/// Uses everything that a store has; the first error ends it.
fn use_all(store: &SqliteStore) -> Result<(), SyncError> {
    store.identity()?;
    store.runs()?;
    let all: Vec<_> = (0..60).map(asset).collect();
    store.records(&all)?;
    store.counts()?;
    store.journal(None)?;
    read_caches(store)?;
    for row in store.open_changes()? {
        store.rolled_back(row.id)?;
    }
    let run = store.begin_run("write", time(1))?;
    let id = store.intend(&intent(run, 50))?;
    store.sealed(id, &seal(Some("cc"), Some("dd")))?;
    store.done(id, Some(&file(50)), Some(&record(50)))?;
    store.nothing_left(id, run, None)?;
    store.end_run(run, &sync_core::Summary::default(), time(2))?;
    store.forget(&asset(50), Role::Original)?;
    store.told(&all)?;
    store.put_album(&account(0), &album(7))?;
    store.drop_albums(&account(0), &BTreeSet::from([album(7).id]))?;
    store.clear_album_cache()?;
    store.put_faces(&[faces(50)])?;
    store.drop_faces(&all)?;
    store.set_note("key", "value")
}

/// What a doctor would say: pages that nobody reads can be damaged too.
fn require_sound(store: &SqliteStore) -> Result<(), SyncError> {
    let found = store.check()?;
    if found.is_empty() {
        return Ok(());
    }
    Err(SyncError::State { path: store.path().to_path_buf(), message: found.join("; "), source: None })
}

fn read_caches(store: &SqliteStore) -> Result<(), SyncError> {
    for user in [account(0), account(1)] {
        store.album_cache(&user)?;
        store.owed(&user)?;
    }
    store.faces(&(0..60).map(asset).collect::<Vec<_>>())?;
    store.oldest_faces(100)?;
    store.count_faces()?;
    store.note("note 1")?;
    store.journal_of_asset(&asset(7))?;
    store.journal_of_path(&path(8))?;
    store.marks_of_asset(&asset(9))?;
    store.marks_of_run(RunId(1))?;
    store.change(JournalId(9))?;
    store.files_at(std::path::Path::new("/photos"))?;
    store.change_counts().map(drop)
}

fn look(folder: &Path) -> Result<(), SyncError> {
    if let Some(store) = SqliteStore::open_read_only(folder)? {
        store.identity()?;
        store.runs()?;
        store.journal(None)?;
        store.open_changes()?;
        store.records(&[asset(1), asset(7)])?;
        store.counts()?;
        read_caches(&store)?;
        store.check()?;
    }
    Ok(())
}

/// Tries bytes as a database, for looking and for writing; an error has to name the file.
fn try_both(bytes: &[u8]) -> [Result<(), SyncError>; 2] {
    let folder = tempfile::tempdir().unwrap();
    fs::write(database(folder.path()), bytes).unwrap();
    let looked = look(folder.path());
    let used = SqliteStore::open(folder.path()).and_then(|store| {
        require_sound(&store)?;
        use_all(&store)?;
        require_sound(&store)
    });
    let results = [looked, used];
    for error in results.iter().filter_map(|result| result.as_ref().err()) {
        assert!(matches!(error, SyncError::State { .. }), "{error:?}");
        assert!(error.to_string().contains(SqliteStore::FILE_NAME), "{error}");
    }
    results
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    // SQLite takes a file of one byte for an empty one (a habit of some file systems), so two is the least.
    #[test]
    fn random_bytes_are_an_error(bytes in prop::collection::vec(any::<u8>(), 2..6000)) {
        prop_assert!(try_both(&bytes).iter().all(Result::is_err));
    }

    #[test]
    fn random_bytes_after_a_right_beginning_are_an_error(
        bytes in prop::collection::vec(any::<u8>(), 4096..9000),
        kept in 16..100_usize,
    ) {
        let bytes = [&sound()[..kept], &bytes[kept..]].concat();

        prop_assert!(try_both(&bytes).iter().all(Result::is_err));
    }

    #[test]
    fn damaged_bytes_do_no_harm(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..60),
    ) {
        let mut bytes = sound().to_vec();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }

        // Each outcome is right; that there is one, and that an error names the file, is the claim.
        let _outcomes = try_both(&bytes);
    }

    #[test]
    fn a_state_that_was_cut_off_is_an_error(length in any::<prop::sample::Index>()) {
        let length = 2 + length.index(sound().len() - 2);

        let results = try_both(&sound()[..length]);

        prop_assert!(results.iter().all(Result::is_err), "{length}");
    }

    #[test]
    fn a_log_of_random_bytes_is_ignored(bytes in prop::collection::vec(any::<u8>(), 1..9000)) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(database(folder.path()), sound()).unwrap();
        fs::write(folder.path().join("state.db-wal"), bytes).unwrap();

        let store = SqliteStore::open(folder.path()).unwrap();

        prop_assert_eq!(store.journal(None).unwrap().len(), 40);
        prop_assert!(store.check().unwrap().is_empty());
    }
}

#[test]
fn the_sound_state_is_sound() {
    for result in try_both(sound()) {
        result.unwrap();
    }
}

/// Values that no program of ours writes, in each kind of column.
const NONSENSE: [(&str, &str, &str); 12] = [
    ("journal", "edits", "'nonsense'"),
    ("journal", "at", "'nonsense'"),
    ("journal", "before", "x'00'"),
    ("journal", "sha1", "x'00'"),
    ("journal", "role", "'nonsense'"),
    ("assets", "file", "x'0001'"),
    ("assets", "verdict", "'nonsense'"),
    ("assets", "base", "'[1]'"),
    ("albums", "members", "x'000102'"),
    ("albums", "fetched", "'yesterday'"),
    ("albums", "asset_count", "-1"),
    ("faces", "people", "x'00'"),
];

/// Changes a copy of the sound state with SQLite itself, without the checks of its tables.
fn changed(folder: &Path, sql: &str) {
    fs::write(database(folder), sound()).unwrap();
    let raw = rusqlite::Connection::open(database(folder)).unwrap();
    raw.pragma_update(None, "ignore_check_constraints", true).unwrap();
    raw.execute_batch(sql).unwrap();
}

#[test]
fn a_value_that_is_none_of_ours_is_an_error_with_a_remedy() {
    for (table, column, value) in NONSENSE {
        let folder = tempfile::tempdir().unwrap();
        changed(folder.path(), &format!("UPDATE {table} SET {column} = {value}"));

        let result = SqliteStore::open(folder.path()).and_then(|store| use_all(&store));

        let message = result.unwrap_err().to_string();
        assert!(message.contains("move it away"), "{table}.{column}: {message}");
    }
}

#[test]
fn an_id_that_is_none_is_nobodys() {
    let folder = tempfile::tempdir().unwrap();
    changed(folder.path(), "UPDATE assets SET asset = x'00' WHERE asset = (SELECT max(asset) FROM assets)");

    let store = SqliteStore::open(folder.path()).unwrap();

    assert_eq!(store.records(&(0..60).map(asset).collect::<Vec<_>>()).unwrap().len(), 35);
}

/// Changes the state with SQLite itself, and gives the message of opening it; nothing may have changed it.
fn refused(sql: &str) -> [String; 2] {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    fs::write(&path, sound()).unwrap();
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    let before = fs::read(&path).unwrap();

    let messages = [
        SqliteStore::open(folder.path()).unwrap_err().to_string(),
        SqliteStore::open_read_only(folder.path()).unwrap_err().to_string(),
    ];

    assert_eq!(fs::read(&path).unwrap(), before);
    messages
}

#[test]
fn a_state_of_a_newer_program_is_refused_and_left_alone() {
    let sql = "PRAGMA user_version = 7; UPDATE meta SET value = '3.2.1' WHERE key = 'program';
               CREATE TABLE from_the_future (x);";

    for message in refused(sql) {
        assert!(message.contains("immich-sync 3.2.1 (state version 7)"), "{message}");
        assert!(message.contains("update this program"), "{message}");
    }
}

#[test]
fn a_state_with_a_planted_trigger_is_refused() {
    let sql = "CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM assets; END;";

    for message in refused(sql) {
        assert!(message.contains("another program changed it"), "{message}");
    }
}

#[test]
fn a_database_of_another_program_is_refused_and_left_alone() {
    for message in refused("PRAGMA application_id = 1;") {
        assert!(message.contains("the database of another program"), "{message}");
    }
}

#[test]
fn a_link_in_the_place_of_the_state_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().join("elsewhere");
    fs::write(&elsewhere, sound()).unwrap();
    std::os::unix::fs::symlink(&elsewhere, database(folder.path())).unwrap();

    let error = SqliteStore::open(folder.path()).unwrap_err();

    assert!(error.to_string().contains("plain file"), "{error}");
    assert!(SqliteStore::open_read_only(folder.path()).is_err());
    assert_eq!(fs::read(elsewhere).unwrap(), sound());
}

#[test]
fn a_folder_in_the_place_of_the_state_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(database(folder.path())).unwrap();

    assert!(SqliteStore::open(folder.path()).is_err());
    assert!(SqliteStore::open_read_only(folder.path()).is_err());
}
