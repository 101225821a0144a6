//! Looking at a state without changing it, and who else may look.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use sync_core::Summary;
use sync_core::state::{JournalId, RunId, SqliteStore, Store};

use super::sample::{asset, file, intent, record, seal, server, time};

fn with_content(folder: &Path) {
    let store = SqliteStore::open(folder).unwrap();
    store.set_identity(&server(1)).unwrap();
    let run = store.begin_run("write", time(0)).unwrap();
    store.intend(&intent(run, 1)).unwrap();
    store.remember(&record(1)).unwrap();
    store.close().unwrap();
}

/// Everything about a folder that a change would show in, access times apart.
fn all_of(folder: &Path) -> BTreeMap<String, (Vec<u8>, u32, i64, i64, u64)> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut all: BTreeMap<_, _> = entries
        .map(|entry| {
            (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap(), entry.metadata())
        })
        .map(|(name, bytes, found)| (name, bytes, found.unwrap()))
        .map(|(name, bytes, f)| (name, (bytes, f.mode(), f.mtime_nsec(), f.ctime_nsec(), f.ino())))
        .collect();
    let found = fs::metadata(folder).unwrap();
    all.insert(
        ".".to_owned(),
        (Vec::new(), found.mode(), found.mtime_nsec(), found.ctime_nsec(), found.ino()),
    );
    all
}

#[test]
fn looking_leaves_a_closed_state_bit_identical() {
    let folder = tempfile::tempdir().unwrap();
    with_content(folder.path());
    let before = all_of(folder.path());

    let store = SqliteStore::open_read_only(folder.path()).unwrap().unwrap();
    assert_eq!(store.identity().unwrap(), Some(server(1)));
    assert_eq!(store.records(&[asset(1)]).unwrap()[&asset(1)], [record(1)]);
    assert_eq!((store.journal(None).unwrap().len(), store.open_changes().unwrap().len()), (1, 1));
    assert_eq!((store.runs().unwrap().len(), store.check().unwrap().len()), (1, 0));
    assert_eq!(all_of(folder.path()), before, "while it is open");
    store.close().unwrap();

    assert_eq!(all_of(folder.path()), before);
}

#[test]
fn where_no_state_is_looking_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let none = folder.path().join("none");

    assert!(SqliteStore::open_read_only(&none).unwrap().is_none());
    assert!(SqliteStore::open_read_only(folder.path()).unwrap().is_none());

    assert!(!none.exists());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_state_that_a_kill_left_empty_is_none_yet_and_can_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(SqliteStore::FILE_NAME), "").unwrap();

    assert!(SqliteStore::open_read_only(folder.path()).unwrap().is_none());
    assert!(SqliteStore::open(folder.path()).is_ok());
}

#[test]
fn who_only_looks_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    with_content(folder.path());
    let store = SqliteStore::open_read_only(folder.path()).unwrap().unwrap();
    let before = all_of(folder.path());

    let refused = [
        store.set_identity(&server(1)).is_err(),
        store.begin_run("write", time(1)).is_err(),
        store.end_run(RunId(1), &Summary::default(), time(1)).is_err(),
        store.remember(&record(2)).is_err(),
        store.intend(&intent(RunId(1), 2)).is_err(),
        store.sealed(JournalId(1), &seal(Some("aa"), Some("bb"))).is_err(),
        store.done(JournalId(1), Some(&file(1)), None).is_err(),
        store.rolled_back(JournalId(1)).is_err(),
    ];

    assert_eq!(refused, [true; 8]);
    assert_eq!(all_of(folder.path()), before);
}

#[test]
fn a_look_sees_what_a_run_confirms_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let writer = SqliteStore::open(folder.path()).unwrap();
    writer.remember(&record(1)).unwrap();

    let looker = SqliteStore::open_read_only(folder.path()).unwrap().unwrap();
    writer.remember(&record(2)).unwrap();

    assert_eq!(looker.records(&[asset(1), asset(2)]).unwrap().len(), 2);
}

#[test]
fn a_look_that_began_before_a_run_sees_what_the_run_confirms() {
    let folder = tempfile::tempdir().unwrap();
    with_content(folder.path());
    let looker = SqliteStore::open_read_only(folder.path()).unwrap().unwrap();
    assert_eq!(looker.records(&[asset(1), asset(2), asset(3)]).unwrap().len(), 1);

    let writer = SqliteStore::open(folder.path()).unwrap();
    writer.remember(&record(2)).unwrap();
    assert_eq!(looker.records(&[asset(1), asset(2), asset(3)]).unwrap().len(), 2, "while it runs");
    writer.remember(&record(3)).unwrap();
    writer.close().unwrap();

    assert_eq!(looker.records(&[asset(1), asset(2), asset(3)]).unwrap().len(), 3, "after it ended");
}

#[test]
fn a_look_that_slept_through_a_whole_run_sees_its_outcome() {
    let folder = tempfile::tempdir().unwrap();
    with_content(folder.path());
    let looker = SqliteStore::open_read_only(folder.path()).unwrap().unwrap();
    assert_eq!(looker.records(&[asset(1), asset(2)]).unwrap().len(), 1);

    let writer = SqliteStore::open(folder.path()).unwrap();
    writer.remember(&record(2)).unwrap();
    writer.close().unwrap();

    assert_eq!(looker.records(&[asset(1), asset(2)]).unwrap().len(), 2);
}

#[test]
fn nobody_else_may_read_the_state() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("made/here");

    let store = SqliteStore::open(&folder).unwrap();
    store.remember(&record(1)).unwrap();

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode(&folder), mode(folder.parent().unwrap())), (0o700, 0o700));
    for name in ["state.db", "state.db-wal", "state.db-shm"] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
}

#[test]
fn a_state_that_others_could_read_is_made_private() {
    let folder = tempfile::tempdir().unwrap();
    with_content(folder.path());
    let path = folder.path().join(SqliteStore::FILE_NAME);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();

    drop(SqliteStore::open(folder.path()).unwrap());

    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o7777, 0o600);
}

#[test]
fn a_folder_with_unusual_letters_works_for_writing_and_looking() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("Fotos #1 ?x=1&mode=ro %41 ä'\"");
    with_content(&folder);

    let store = SqliteStore::open_read_only(&folder).unwrap().unwrap();

    assert_eq!(store.records(&[asset(1)]).unwrap().len(), 1);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}
