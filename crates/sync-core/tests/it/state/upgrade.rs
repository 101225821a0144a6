//! States of older programs: they open, say what they said, and are brought up to date all at once.
//!
//! The fixtures were written by the programs of their time and are never made again.

use std::fs;
use std::path::Path;

use photo_metadata::{Tag, Value};
use sync_core::state::{
    AssetRecord, Base, JournalState, Role, RunId, ServerIdentity, SqliteStore, Store, Verdict,
};

use super::sample::{account, asset, file, intent, path, record, time};

/// Eight remembered assets, one run with four changes, and one that was killed with three: rolled back, announced
/// and sealed.
const VERSION_1: &[u8] = include_bytes!("fixtures/version-1.db");

fn opened(folder: &Path) -> SqliteStore {
    fs::write(folder.join(SqliteStore::FILE_NAME), VERSION_1).unwrap();
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
        (expected.old_bytes, expected.sha1, expected.owes, expected.base) = (None, None, false, base(n));
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
    store.sealed(id, Some("aa"), Some("bb")).unwrap();
    store.done(id, Some(&file(1)), Some(&record(20))).unwrap();
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
