//! What every store promises of ways back: with their change or not at all, shared, dropped when told.

use photo_metadata::{Piece, Recipe};
use sync_core::state::{JournalId, RunId, Seal, SqliteStore, Store, WaysBack};

use super::conformance::{on_every_store, run_of};
use super::sample::{file, intent, seal, time, way_back};

/// Seals a change with a way back; closes it.
fn change(store: &dyn Store, run: RunId, n: u32, back: &Recipe) -> JournalId {
    let id = sealed(store, run, n, back);
    store.done(id, Some(&file(n)), None).unwrap();
    id
}

fn sealed(store: &dyn Store, run: RunId, n: u32, back: &Recipe) -> JournalId {
    let id = store.intend(&intent(run, n)).unwrap();
    store.sealed(id, &Seal { back: Some(back), ..seal(Some("aa"), Some("bb")) }).unwrap();
    id
}

#[test]
fn a_way_back_comes_back_to_the_letter() {
    let large = Recipe::new(9, vec![Piece::Bytes((0..3_000_000_u32).map(|n| (n % 251) as u8).collect())]);
    let none = Recipe::new(0, vec![]);
    on_every_store(|store| {
        let run = run_of(store);
        for back in [large.clone().unwrap(), none.clone().unwrap(), way_back(1)] {
            let id = change(store, run, 1, &back);

            assert_eq!(store.way_back(id).unwrap(), Some(back));
            assert!(store.change(id).unwrap().unwrap().way_back.unwrap().size > 0);
        }
    });
}

#[test]
fn a_change_without_one_has_none() {
    on_every_store(|store| {
        let id = store.intend(&intent(run_of(store), 1)).unwrap();
        store.sealed(id, &seal(Some("aa"), Some("bb"))).unwrap();

        assert_eq!(store.way_back(id).unwrap(), None);
        assert_eq!(store.change(id).unwrap().unwrap().way_back, None);
        assert_eq!(store.way_back(JournalId(99)).unwrap(), None);
    });
}

#[test]
fn what_is_written_in_place_must_have_a_way_back() {
    on_every_store(|store| {
        let id = store.intend(&intent(run_of(store), 1)).unwrap();
        let (seal, back) = (Seal { in_place: true, ..seal(Some("aa"), Some("bb")) }, way_back(1));

        assert!(store.sealed(id, &seal).is_err());
        store.sealed(id, &Seal { back: Some(&back), ..seal }).unwrap();

        assert!(store.open_changes().unwrap()[0].way_back.unwrap().in_place);
        let path = store.change(id).unwrap().unwrap().intent.path;
        assert!(store.is_half_written(&path).unwrap());
        assert!(!store.is_half_written(&path.with_extension("other")).unwrap());
        assert_eq!(store.way_back(id).unwrap(), Some(back));
    });
}

#[test]
fn a_change_that_did_not_happen_leads_nowhere() {
    on_every_store(|store| {
        let id = sealed(store, run_of(store), 1, &way_back(1));

        store.rolled_back(id).unwrap();

        assert_eq!(store.way_back(id).unwrap(), None);
        assert!(store.ways_back().unwrap().is_empty());
    });
}

#[test]
fn what_is_refused_keeps_no_way_back() {
    on_every_store(|store| {
        let id = change(store, run_of(store), 1, &way_back(1));

        assert!(store.sealed(id, &Seal { back: Some(&way_back(2)), ..Seal::default() }).is_err());

        assert_eq!(store.way_back(id).unwrap(), Some(way_back(1)));
    });
}

#[test]
fn what_is_kept_is_told_by_run() {
    on_every_store(|store| {
        let (one, other) = (run_of(store), run_of(store));
        let ids = [1, 2].map(|n| change(store, one, n, &way_back(n)));
        change(store, other, 3, &way_back(3));

        let found = store.ways_back().unwrap();

        let sizes = ids.map(|id| store.change(id).unwrap().unwrap().way_back.unwrap().size);
        assert_eq!(found[&one], WaysBack { changes: 2, bytes: sizes.iter().sum() });
        assert_eq!(found[&other].changes, 1);
        assert_eq!(store.change_counts().unwrap()[&one].kept, found[&one]);
        assert!(sizes[0] < 400, "a patch of 800 bytes that repeat takes {}", sizes[0]);
    });
}

#[test]
fn the_oldest_are_dropped_until_there_is_enough_and_open_ones_never() {
    on_every_store(|store| {
        let run = run_of(store);
        let ids = [1, 2, 3].map(|n| change(store, run, n, &way_back(n)));
        let open = sealed(store, run, 4, &way_back(4));
        let other = change(store, run_of(store), 5, &way_back(5));

        let dropped = store.drop_ways_back(run, 1).unwrap();

        assert_eq!(dropped.changes, 1);
        assert_eq!(ids.map(|id| store.way_back(id).unwrap().is_some()), [false, true, true]);
        assert_eq!(store.drop_ways_back(run, u64::MAX).unwrap().changes, 2);
        assert_eq!(store.drop_ways_back(run, u64::MAX).unwrap(), WaysBack::default());
        assert_eq!([open, other].map(|id| store.way_back(id).unwrap().is_some()), [true, true]);
    });
}

#[test]
fn nothing_is_dropped_when_nothing_is_asked_for() {
    on_every_store(|store| {
        let run = run_of(store);
        let id = change(store, run, 1, &way_back(1));

        assert_eq!(store.drop_ways_back(run, 0).unwrap(), WaysBack::default());
        assert!(store.way_back(id).unwrap().is_some());
    });
}

#[test]
fn more_than_are_dropped_at_once_are_dropped_too() {
    let store = SqliteStore::in_memory().unwrap();
    let run = run_of(&store);
    for n in 0..1100 {
        change(&store, run, n, &way_back(n));
    }

    assert_eq!(store.drop_ways_back(run, u64::MAX).unwrap().changes, 1100);
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

#[test]
fn a_patch_that_many_share_is_stored_once_and_stays_as_long_as_one_needs_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    let noise: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(300_000).collect();
    let back = Recipe::new(0, vec![Piece::Bytes(noise)]).unwrap();
    let runs = [1, 2, 3, 4].map(|n| {
        let run = run_of(&store);
        (change(&store, run, n, &back), run)
    });
    store.close().unwrap();
    let size = || folder.path().join(SqliteStore::FILE_NAME).metadata().unwrap().len();
    // Counting a use writes the patch anew before its old place is free.
    assert!(size() < 800_000, "{}", size());

    let store = SqliteStore::open(folder.path()).unwrap();
    for (id, run) in &runs[..3] {
        store.drop_ways_back(*run, u64::MAX).unwrap();
        assert_eq!(store.way_back(*id).unwrap(), None);
    }

    assert_eq!(store.way_back(runs[3].0).unwrap(), Some(back));
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

#[test]
fn much_room_is_given_back_to_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let (run, mut random) = (run_of(&store), fastrand::Rng::with_seed(7));
    let mut noise = || std::iter::repeat_with(|| random.u8(..)).take(3_000_000).collect();
    for n in 0..8 {
        change(&store, run, n, &Recipe::new(0, vec![Piece::Bytes(noise())]).unwrap());
    }
    let size = |store: SqliteStore| {
        store.close().unwrap();
        folder.path().join(SqliteStore::FILE_NAME).metadata().unwrap().len()
    };
    let before = size(store);
    let store = SqliteStore::open(folder.path()).unwrap();

    store.drop_ways_back(run, u64::MAX).unwrap();
    store.give_back_room().unwrap();

    assert_eq!(store.check().unwrap(), Vec::<String>::new());
    let after = size(store);
    assert!(before > 24_000_000 && after < 1_000_000, "{before} became {after}");
}

#[test]
fn a_patch_that_changed_on_the_disk_is_not_taken_for_the_old_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let id = change(&store, store.begin_run("write", time(0)).unwrap(), 1, &way_back(1));
    let path = store.path().to_path_buf();
    store.close().unwrap();
    let raw = rusqlite::Connection::open(path).unwrap();
    // Plain bytes of the right length, and others than those that were kept.
    raw.execute("UPDATE patches SET bytes = zeroblob(length + 1)", ()).unwrap();
    drop(raw);

    let store = SqliteStore::open(folder.path()).unwrap();

    assert!(store.way_back(id).unwrap_err().to_string().contains("damaged"));
    assert!(store.check().unwrap().iter().any(|line| line.contains("change 1")));
}
