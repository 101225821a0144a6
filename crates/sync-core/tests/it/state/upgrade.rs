//! States of older programs: they open, say what they said, and are brought up to date all at once.
//!
//! The fixtures were written by the programs of their time and are never made again.

use std::fs;
use std::path::Path;

use photo_metadata::{Piece, Recipe, Tag, Value};
use sync_core::deeds::DeedId;
use sync_core::state::{
    AssetRecord, Base, DeedStore as _, GroupStore as _, Intent, JournalId, JournalState, LedgerStore as _,
    PictureKey, PictureRecord, PictureStore as _, Role, RunId, ServerIdentity, SqliteStore, Store, Verdict,
};

use super::sample::{account, album, asset, file, intent, path, record, seal, time};

/// Eight remembered assets, one run with four changes, and one that was killed with three: rolled back, announced
/// and sealed.
const VERSION_1: &[u8] = include_bytes!("fixtures/version-1.db");

/// Eight remembered assets; a run that changed four sidecars and originals; and an undo that was killed: it had taken
/// one of the files away, rolled one change back, announced one and sealed one.
const VERSION_2: &[u8] = include_bytes!("fixtures/version-2.db");

/// The same as version 2, brought up to date by version 3.
const VERSION_3: &[u8] = include_bytes!("fixtures/version-3.db");

/// The same as version 3, brought up to date by version 4, with a run of two deeds: one done, one open.
const VERSION_4: &[u8] = include_bytes!("fixtures/version-4.db");

fn opened(folder: &Path) -> SqliteStore {
    opened_from(folder, VERSION_1)
}

fn opened_from(folder: &Path, state: &[u8]) -> SqliteStore {
    fs::write(folder.join(SqliteStore::FILE_NAME), state).unwrap();
    SqliteStore::open(folder).unwrap()
}

/// What version 1 knew of names and stars, as tags.
fn base(n: u32) -> Base {
    let mut base = Base::default();
    if !n.is_multiple_of(4) {
        let names = Value::List(vec!["O'Brien".to_owned(), format!("Zoë {n}")]);
        base.written.insert(Tag::PersonInImage, names);
    }
    if n % 2 == 1 {
        base.written.insert(Tag::Rating, Value::text("5"));
    }
    base
}

#[test]
fn assets_of_version_1_are_originals_with_tags_for_names_and_stars() {
    let folder = tempfile::tempdir().unwrap();

    let store = opened(folder.path());

    let found = store.records(&(0..20).map(asset).collect::<Vec<_>>()).unwrap();
    assert_eq!(found.len(), 12);
    for n in 0..12 {
        let file = file(n);
        let AssetRecord { fingerprint, verdict, .. } = record(n);
        let verdict = if n % 3 == 0 { verdict } else { Verdict::InStep };
        let (role, path, base) = (Role::Original, path(n), base(n));
        let expected = AssetRecord {
            asset: asset(n),
            role,
            path,
            fingerprint,
            file: Some(file),
            verdict,
            base,
            sha1: None,
        };
        assert_eq!(found[&asset(n)], [expected]);
    }
    let counts = store.counts().unwrap();
    assert_eq!((counts.assets, counts.written), (12, 9));
}

#[test]
fn the_journal_of_version_1_keeps_its_rows_their_names_and_their_states() {
    let folder = tempfile::tempdir().unwrap();

    let store = opened(folder.path());

    let rows = store.journal(None).unwrap();
    let states: Vec<_> = rows.iter().map(|row| (row.id.0, row.state)).collect();
    let (done, open) =
        (JournalState::Done, [JournalState::RolledBack, JournalState::Intent, JournalState::Sealed]);
    assert_eq!(
        states,
        [(1, done), (2, done), (3, done), (4, done), (5, open[0]), (6, open[1]), (7, open[2])]
    );
    for (row, n) in rows.iter().zip(8..) {
        let mut expected = intent(RunId(if n < 12 { 1 } else { 2 }), n);
        (expected.account, expected.role, expected.before) = (account(1), Role::Original, Some(file(n)));
        (expected.sha1, expected.owes, expected.base) = (None, false, base(n));
        assert_eq!(row.intent, expected);
        assert_eq!(row.after, (n < 12).then(|| file(n + 100)));
    }
    assert_eq!((rows[6].old_hash.as_deref(), rows[6].new_hash.as_deref()), (Some("cc"), Some("dd")));
}

#[test]
fn the_user_of_version_1_is_the_first_of_its_users() {
    let folder = tempfile::tempdir().unwrap();

    let store = opened(folder.path());

    let known = ServerIdentity { url: "http://nas1:2283".to_owned(), users: [account(1)].into() };
    assert_eq!(store.identity().unwrap(), Some(known));
    assert_eq!(store.runs().unwrap().len(), 2);
    assert_eq!(store.runs().unwrap()[0].ended, Some(time(9)));
}

#[test]
fn a_state_that_was_brought_up_to_date_is_like_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(folder.path());
    let before = store.journal(None).unwrap();
    store.close().unwrap();

    let store = SqliteStore::open(folder.path()).unwrap();

    assert_eq!(store.journal(None).unwrap(), before);
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
    let id = store.intend(&intent(RunId(2), 20)).unwrap();
    store.sealed(id, &seal(Some("aa"), Some("bb"))).unwrap();
    store.done(id, Some(&file(1)), Some(&record(20))).unwrap();
}

#[test]
fn the_journal_of_version_2_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();

    let store = opened_from(folder.path(), VERSION_2);

    let rows = store.journal(None).unwrap();
    let states: Vec<_> = rows.iter().map(|row| row.state).collect();
    let (done, open) =
        (JournalState::Done, [JournalState::RolledBack, JournalState::Intent, JournalState::Sealed]);
    assert_eq!(states, [done, done, done, done, done, open[0], open[1], open[2]]);
    for (row, n) in rows.iter().zip([8, 9, 10, 11, 11, 12, 13, 14]) {
        let is_first = row.id.0 < 5;
        let undoes = (row.id.0 == 5).then_some(JournalId(4));
        let expected = Intent { undoes, ..intent(RunId(if is_first { 1 } else { 2 }), n) };
        assert_eq!(row.intent, expected);
        assert_eq!(row.after, is_first.then(|| file(n + 100)));
    }
    assert_eq!((rows[3].undone_by, rows[4].new_hash.as_ref()), (Some(RunId(2)), None));
    assert_eq!((rows[7].old_hash.as_deref(), rows[7].new_hash.as_deref()), (Some("cc"), Some("dd")));
    let counts = store.counts().unwrap();
    assert_eq!((counts.assets, store.note("last").unwrap().as_deref()), (12, Some("2")));
    assert_eq!(store.album_cache(&account(1)).unwrap(), [album(3)]);
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

#[test]
fn what_version_2_kept_of_sidecars_leads_back() {
    let folder = tempfile::tempdir().unwrap();

    let store = opened_from(folder.path(), VERSION_2);

    // Of every third sample there was a content: 8, 11 twice, and 14.
    let kept = |n: u8| Recipe::new(0, vec![Piece::Bytes(vec![0, 0xff, n])]);
    for (id, back) in [(1, kept(8)), (2, None), (3, None), (4, kept(11)), (5, kept(11)), (8, kept(14))] {
        assert_eq!(store.way_back(JournalId(id)).unwrap(), back, "{id}");
    }
    assert_eq!(store.way_back(JournalId(5)).unwrap().unwrap().make(&[]), Some(vec![0, 0xff, 11]));
    let found = store.ways_back().unwrap();
    assert_eq!((found[&RunId(1)].changes, found[&RunId(2)].changes), (2, 2));
}

#[test]
fn a_state_of_version_3_keeps_everything_and_takes_looks_and_groups() {
    let folder = tempfile::tempdir().unwrap();
    let before = tempfile::tempdir().unwrap();

    let store = opened_from(folder.path(), VERSION_3);

    let older = opened_from(before.path(), VERSION_2);
    assert_eq!(store.journal(None).unwrap(), older.journal(None).unwrap());
    assert_eq!(store.ways_back().unwrap(), older.ways_back().unwrap());
    assert_eq!(store.counts().unwrap(), older.counts().unwrap());
    assert!(store.group_counts().unwrap().is_empty());
    let picture = PictureRecord {
        key: PictureKey([1; 16]),
        stamp: [2; 16],
        used: 3,
        sha1: None,
        signature: Some(vec![4]),
        about: "{}".to_owned(),
    };
    store.put_pictures("method", std::slice::from_ref(&picture)).unwrap();
    assert_eq!(store.pictures("method", &[picture.key]).unwrap(), [Some(picture)]);
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

#[test]
fn a_state_of_version_4_keeps_its_deeds_and_takes_what_was_sent() {
    let folder = tempfile::tempdir().unwrap();
    let before = tempfile::tempdir().unwrap();

    let store = opened_from(folder.path(), VERSION_4);

    let older = opened_from(before.path(), VERSION_3);
    assert_eq!(store.journal(None).unwrap(), older.journal(None).unwrap());
    let deeds = store.deeds_of_run(RunId(3), DeedId(0), 9).unwrap();
    assert_eq!(deeds.iter().map(|row| row.deed.what.kind()).collect::<Vec<_>>(), ["tag", "trash"]);
    assert_eq!(store.open_deeds().unwrap().len(), 1);
    let entry = super::sample::entry(7);
    store.put_entries(std::slice::from_ref(&entry)).unwrap();
    assert_eq!(store.entries(&entry.account, &entry.source, &[entry.item]).unwrap(), [entry]);
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

#[test]
fn who_only_looks_leaves_an_older_state_as_it_is_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(SqliteStore::FILE_NAME);
    fs::write(&path, VERSION_1).unwrap();

    let message = SqliteStore::open_read_only(folder.path()).unwrap_err().to_string();

    assert!(message.contains("older immich-sync") && message.contains("brings it up to date"), "{message}");
    assert_eq!(fs::read(&path).unwrap(), VERSION_1);
}

#[test]
fn an_older_state_with_a_value_that_is_none_of_ours_is_left_as_it_is() {
    for (table, column) in
        [("journal", "before"), ("journal", "base"), ("assets", "file"), ("journal", "asset")]
    {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(SqliteStore::FILE_NAME);
        fs::write(&path, VERSION_1).unwrap();
        let raw = rusqlite::Connection::open(&path).unwrap();
        raw.execute(&format!("UPDATE {table} SET {column} = 'nonsense' WHERE rowid = 1"), ()).unwrap_or_else(
            |_| raw.execute(&format!("UPDATE {table} SET {column} = 'nonsense'"), ()).unwrap(),
        );
        let version = |raw: &rusqlite::Connection| {
            raw.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).unwrap()
        };

        let message = SqliteStore::open(folder.path()).unwrap_err().to_string();

        assert!(message.contains("move it away"), "{table}.{column}: {message}");
        assert_eq!(version(&raw), 1);
    }
}
