//! What every store promises, whatever database is below it.

use std::collections::HashMap;
use std::thread;

use sync_core::Summary;
use sync_core::state::{JournalId, JournalRow, JournalState, RunId, RunRecord, SqliteStore, Store, Verdict};

use super::sample::{asset, file, intent, record, seal, server, time};

/// Proves a claim on each kind of store, freshly made.
pub(super) fn on_every_store(claim: impl Fn(&dyn Store)) {
    claim(&SqliteStore::in_memory().unwrap());
    let folder = tempfile::tempdir().unwrap();
    claim(&SqliteStore::open(folder.path()).unwrap());
}

pub(super) fn run_of(store: &dyn Store) -> RunId {
    store.begin_run("write --people", time(0)).unwrap()
}

pub(super) fn only(rows: Vec<JournalRow>) -> JournalRow {
    let [row] = <[JournalRow; 1]>::try_from(rows).unwrap();
    row
}

#[test]
fn a_new_store_knows_nothing() {
    on_every_store(|store| {
        assert_eq!(store.identity().unwrap(), None);
        assert_eq!(store.records(&[asset(1)]).unwrap(), HashMap::new());
        assert_eq!(store.runs().unwrap(), []);
        assert_eq!(store.open_changes().unwrap(), []);
        assert_eq!(store.journal(None).unwrap(), []);
    });
}

#[test]
fn an_asset_is_remembered_as_it_was_told_last() {
    on_every_store(|store| {
        store.remember(&record(3)).unwrap();
        let mut newer = record(4);
        newer.asset = asset(3);

        store.remember(&newer).unwrap();

        assert_eq!(store.records(&[asset(3)]).unwrap(), HashMap::from([(asset(3), vec![newer])]));
    });
}

#[test]
fn every_kind_of_verdict_comes_back() {
    on_every_store(|store| {
        for n in 0..6 {
            store.remember(&record(n)).unwrap();
        }

        let found = store.records(&(0..6).map(asset).collect::<Vec<_>>()).unwrap();

        let verdicts: Vec<_> = (0..6).map(|n| &found[&asset(n)][0].verdict).collect();
        assert!(
            matches!(verdicts[0], Verdict::Refused { .. }) && matches!(verdicts[3], Verdict::Refused { .. })
        );
        assert_eq!(verdicts[1..3], [&Verdict::InStep, &Verdict::InStep]);
        assert_eq!(verdicts[4..], [&Verdict::Undone, &Verdict::Elsewhere]);
    });
}

#[test]
fn thousands_of_assets_are_asked_for_at_once() {
    on_every_store(|store| {
        for n in 0..2500 {
            store.remember(&record(n)).unwrap();
        }
        let asked: Vec<_> = (500..4500).chain([500]).map(asset).collect();

        let found = store.records(&asked).unwrap();

        let expected: HashMap<_, _> = (500..2500).map(|n| (asset(n), vec![record(n)])).collect();
        assert_eq!(found, expected);
    });
}

#[test]
fn a_run_is_listed_with_its_command_its_times_and_its_summary() {
    on_every_store(|store| {
        let (first, second) = (run_of(store), run_of(store));
        let summary = Summary { seen: 2, done: 1, failed: 1, ..Summary::default() };

        store.end_run(second, &summary, time(9)).unwrap();

        let command = "write --people".to_owned();
        let killed =
            RunRecord { id: first, command: command.clone(), started: time(0), ended: None, summary: None };
        let ended = RunRecord { id: second, ended: Some(time(9)), summary: Some(summary), ..killed.clone() };
        assert_eq!(store.runs().unwrap(), [killed, ended]);
    });
}

#[test]
fn a_run_ends_once() {
    on_every_store(|store| {
        let run = run_of(store);
        store.end_run(run, &Summary::default(), time(1)).unwrap();

        assert!(store.end_run(run, &Summary { seen: 7, ..Summary::default() }, time(2)).is_err());
        assert!(store.end_run(RunId(99), &Summary::default(), time(2)).is_err());
        assert_eq!(store.runs().unwrap()[0].ended, Some(time(1)));
    });
}

#[test]
fn an_announced_change_is_open_with_everything_that_was_told() {
    on_every_store(|store| {
        let intent = intent(run_of(store), 1);

        let id = store.intend(&intent).unwrap();

        let row = only(store.open_changes().unwrap());
        let state = JournalState::Intent;
        let (old_hash, new_hash, after, way_back, undone_by) = (None, None, None, None, None);
        assert_eq!(row, JournalRow { id, intent, state, old_hash, new_hash, after, way_back, undone_by });
    });
}

#[test]
fn a_sealed_change_is_open_and_has_both_hashes() {
    on_every_store(|store| {
        let id = store.intend(&intent(run_of(store), 1)).unwrap();

        store.sealed(id, &seal(Some("aa"), Some("bb"))).unwrap();

        let row = only(store.open_changes().unwrap());
        assert_eq!(row.state, JournalState::Sealed);
        assert_eq!((row.old_hash.as_deref(), row.new_hash.as_deref()), (Some("aa"), Some("bb")));
    });
}

#[test]
fn a_done_change_is_closed_and_keeps_its_old_values() {
    on_every_store(|store| {
        let intent = intent(run_of(store), 1);
        let id = store.intend(&intent).unwrap();
        store.sealed(id, &seal(Some("aa"), Some("bb"))).unwrap();

        store.done(id, Some(&file(2)), Some(&record(1))).unwrap();

        assert_eq!(store.open_changes().unwrap(), []);
        let row = only(store.journal(None).unwrap());
        assert_eq!((row.state, row.after), (JournalState::Done, Some(file(2))));
        assert_eq!((row.intent, row.old_hash.as_deref()), (intent, Some("aa")));
        assert_eq!(store.records(&[asset(1)]).unwrap()[&asset(1)], [record(1)]);
    });
}

#[test]
fn a_change_that_is_closed_without_a_record_leaves_the_memory_alone() {
    on_every_store(|store| {
        let id = store.intend(&intent(run_of(store), 1)).unwrap();
        store.sealed(id, &seal(Some("aa"), Some("bb"))).unwrap();

        store.done(id, Some(&file(2)), None).unwrap();

        assert_eq!(store.records(&[asset(1)]).unwrap(), HashMap::new());
    });
}

#[test]
fn a_rolled_back_change_is_closed_and_stays_in_the_journal() {
    on_every_store(|store| {
        let run = run_of(store);
        let (announced, sealed) =
            (store.intend(&intent(run, 1)).unwrap(), store.intend(&intent(run, 2)).unwrap());
        store.sealed(sealed, &seal(Some("aa"), Some("bb"))).unwrap();

        store.rolled_back(announced).unwrap();
        store.rolled_back(sealed).unwrap();

        assert_eq!(store.open_changes().unwrap(), []);
        let states: Vec<_> = store.journal(None).unwrap().into_iter().map(|row| row.state).collect();
        assert_eq!(states, [JournalState::RolledBack; 2]);
    });
}

#[test]
fn a_change_goes_through_its_states_in_order_and_ends_once() {
    on_every_store(|store| {
        let run = run_of(store);
        let announced = store.intend(&intent(run, 1)).unwrap();
        let closed = store.intend(&intent(run, 2)).unwrap();
        store.sealed(closed, &seal(Some("aa"), Some("bb"))).unwrap();
        store.done(closed, Some(&file(2)), None).unwrap();
        let before = store.journal(None).unwrap();

        assert!(store.done(announced, Some(&file(9)), Some(&record(1))).is_err(), "not sealed yet");
        assert!(store.sealed(closed, &seal(Some("cc"), Some("dd"))).is_err(), "done already");
        assert!(store.done(closed, Some(&file(9)), Some(&record(1))).is_err(), "done already");
        assert!(store.rolled_back(closed).is_err(), "done already");
        assert!(store.sealed(JournalId(99), &seal(Some("cc"), Some("dd"))).is_err(), "not there");

        assert_eq!(store.journal(None).unwrap(), before);
        assert_eq!(store.records(&[asset(1)]).unwrap(), HashMap::new(), "a refused `done` remembers nothing");
    });
}

#[test]
fn a_change_belongs_to_a_run_that_is_open() {
    on_every_store(|store| {
        let run = run_of(store);
        store.end_run(run, &Summary::default(), time(1)).unwrap();

        assert!(store.intend(&intent(run, 1)).is_err());
        assert!(store.intend(&intent(RunId(99), 1)).is_err());
        assert_eq!(store.journal(None).unwrap(), []);
    });
}

#[test]
fn the_journal_of_one_run_has_only_its_changes_in_their_order() {
    on_every_store(|store| {
        let (first, second) = (run_of(store), run_of(store));
        let ids: Vec<_> = [(first, 5), (second, 4), (first, 3), (second, 2)]
            .map(|(run, n)| store.intend(&intent(run, n)).unwrap())
            .into();

        let of = |run| store.journal(run).unwrap().into_iter().map(|row| row.id).collect::<Vec<_>>();

        assert_eq!(of(None), ids);
        assert_eq!(of(Some(first)), [ids[0], ids[2]]);
        assert_eq!(of(Some(RunId(99))), []);
    });
}

#[test]
fn several_threads_write_at_the_same_time_and_nothing_is_lost() {
    on_every_store(|store| {
        let run = run_of(store);
        thread::scope(|scope| {
            for part in 0..4 {
                scope.spawn(move || {
                    for n in part * 25..(part + 1) * 25 {
                        let id = store.intend(&intent(run, n)).unwrap();
                        store.sealed(id, &seal(Some("aa"), Some("bb"))).unwrap();
                        store.done(id, Some(&file(n)), Some(&record(n))).unwrap();
                    }
                });
            }
        });

        let all: Vec<_> = (0..100).map(asset).collect();
        assert_eq!(store.records(&all).unwrap().len(), 100);
        assert_eq!((store.journal(None).unwrap().len(), store.open_changes().unwrap().len()), (100, 0));
    });
}

#[test]
fn everything_is_still_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    store.set_identity(&server(1)).unwrap();
    let id = store.intend(&intent(run_of(&store), 1)).unwrap();
    store.sealed(id, &seal(Some("aa"), Some("bb"))).unwrap();
    store.done(id, Some(&file(2)), Some(&record(1))).unwrap();
    let before = (store.identity().unwrap(), store.runs().unwrap(), store.journal(None).unwrap());
    store.close().unwrap();

    let store = SqliteStore::open(folder.path()).unwrap();

    assert_eq!((store.identity().unwrap(), store.runs().unwrap(), store.journal(None).unwrap()), before);
    assert_eq!(store.records(&[asset(1)]).unwrap()[&asset(1)], [record(1)]);
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}
