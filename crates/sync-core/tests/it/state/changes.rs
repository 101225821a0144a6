//! What every store promises of changes: of which file, what the server has to be told, what takes back what.

use sync_core::state::{
    AssetRecord, ChangeCounts, Intent, JournalId, JournalState, Role, RunId, Store, Verdict,
};

use super::conformance::{on_every_store, run_of};
use super::sample::{account, asset, file, intent, path, record, seal};

/// Announces, seals and closes a change.
fn make(store: &dyn Store, intent: &Intent) -> JournalId {
    let id = store.intend(intent).unwrap();
    store.sealed(id, &seal(Some("aa"), Some("bb"))).unwrap();
    store.done(id, Some(&file(2)), None).unwrap();
    id
}

/// A change that takes back another one, in a run of its own.
fn take_back(store: &dyn Store, change: JournalId) -> (JournalId, RunId) {
    let run = run_of(store);
    (make(store, &Intent { undoes: Some(change), ..intent(run, 1) }), run)
}

fn undone_by(store: &dyn Store) -> Vec<Option<RunId>> {
    store.journal(None).unwrap().into_iter().map(|row| row.undone_by).collect()
}

#[test]
fn changes_are_found_by_their_asset_and_by_their_path() {
    on_every_store(|store| {
        let run = run_of(store);
        let ids: Vec<_> = [1, 2, 1, 3].map(|n| store.intend(&intent(run, n)).unwrap()).into();
        let moved = store.intend(&Intent { path: path(9), ..intent(run, 2) }).unwrap();

        let of_asset = |n| store.journal_of_asset(&asset(n)).unwrap().into_iter().map(|row| row.id);
        let of_path = |n| store.journal_of_path(&path(n)).unwrap().into_iter().map(|row| row.id);

        assert!(of_asset(1).eq([ids[0], ids[2]]) && of_asset(2).eq([ids[1], moved]) && of_asset(7).eq([]));
        assert!(of_path(1).eq([ids[0], ids[2]]) && of_path(2).eq([ids[1]]) && of_path(9).eq([moved]));
    });
}

#[test]
fn a_file_that_is_made_has_nothing_before_and_one_that_is_taken_away_nothing_after() {
    on_every_store(|store| {
        let run = run_of(store);
        let made = Intent { before: None, ..intent(run, 2) };
        let id = store.intend(&made).unwrap();
        store.sealed(id, &seal(None, Some("bb"))).unwrap();
        store.done(id, Some(&file(1)), None).unwrap();
        let gone = Intent { undoes: Some(id), ..intent(run, 2) };
        let id = store.intend(&gone).unwrap();
        store.sealed(id, &seal(Some("bb"), None)).unwrap();
        let record = gone.record(None);

        store.done(id, None, Some(&record)).unwrap();

        let [first, second] = <[_; 2]>::try_from(store.journal(Some(run)).unwrap()).unwrap();
        assert_eq!(
            (first.old_hash, first.new_hash.as_deref(), first.after),
            (None, Some("bb"), Some(file(1)))
        );
        assert_eq!((second.old_hash.as_deref(), second.new_hash, second.after), (Some("bb"), None, None));
        assert_eq!((first.intent, second.intent), (made, gone));
        assert_eq!((record.file, record.verdict.clone()), (None, Verdict::Undone));
        assert_eq!(store.records(&[asset(2)]).unwrap()[&asset(2)], [record]);
    });
}

#[test]
fn what_is_owed_to_the_server_is_noted_with_the_change_and_until_it_is_told() {
    on_every_store(|store| {
        let run = run_of(store);
        let owing = |n: u32, owes| Intent { account: account(n % 2), owes, ..intent(run, n) };
        for n in [1, 2, 3, 4, 4] {
            make(store, &owing(n, true));
        }
        make(store, &owing(6, false));
        let open = store.intend(&owing(8, true)).unwrap();
        store.rolled_back(open).unwrap();

        assert_eq!(store.owed(&account(0)).unwrap(), [asset(2), asset(4)]);
        assert_eq!(store.owed(&account(1)).unwrap(), [asset(1), asset(3)]);
        store.told(&[asset(1), asset(4), asset(77)]).unwrap();
        assert_eq!(store.owed(&account(0)).unwrap(), [asset(2)]);
        assert_eq!(store.owed(&account(1)).unwrap(), [asset(3)]);
        assert_eq!(store.owed(&account(2)).unwrap(), []);
    });
}

#[test]
fn a_change_is_taken_back_only_when_the_step_that_does_it_is_done() {
    on_every_store(|store| {
        let first = make(store, &intent(run_of(store), 1));
        let run = run_of(store);
        let back = Intent { undoes: Some(first), ..intent(run, 1) };

        let id = store.intend(&back).unwrap();
        assert_eq!(undone_by(store), [None, None]);
        store.sealed(id, &seal(Some("bb"), Some("aa"))).unwrap();
        store.rolled_back(id).unwrap();
        assert_eq!(undone_by(store), [None, None]);
        make(store, &back);

        assert_eq!(undone_by(store), [Some(run), None, None]);
    });
}

#[test]
fn taking_back_what_took_back_makes_the_first_change_count_again_and_so_on() {
    on_every_store(|store| {
        let first = make(store, &intent(run_of(store), 1));
        let (second, run_2) = take_back(store, first);
        assert_eq!(undone_by(store), [Some(run_2), None]);

        let (third, run_3) = take_back(store, second);
        assert_eq!(undone_by(store), [None, Some(run_3), None]);

        let (_, run_4) = take_back(store, third);
        assert_eq!(undone_by(store), [Some(run_2), None, Some(run_4), None]);
    });
}

#[test]
fn only_a_change_of_the_journal_can_be_taken_back() {
    on_every_store(|store| {
        let unknown = Intent { undoes: Some(JournalId(99)), ..intent(run_of(store), 1) };

        assert!(store.intend(&unknown).is_err());
        assert_eq!(store.journal(None).unwrap(), []);
    });
}

#[test]
fn a_refused_end_of_a_change_owes_nothing_and_takes_nothing_back() {
    on_every_store(|store| {
        let first = make(store, &Intent { owes: false, ..intent(run_of(store), 1) });
        let id =
            store.intend(&Intent { undoes: Some(first), owes: true, ..intent(run_of(store), 2) }).unwrap();

        assert!(store.done(id, Some(&file(1)), Some(&record(2))).is_err(), "not sealed yet");

        assert_eq!(store.owed(&account(0)).unwrap(), []);
        assert_eq!(undone_by(store), [None, None]);
        assert_eq!(store.journal(None).unwrap()[1].state, JournalState::Intent);
    });
}

#[test]
fn marks_say_what_a_change_is_without_its_values() {
    on_every_store(|store| {
        let first = make(store, &Intent { role: Role::Sidecar, ..intent(run_of(store), 1) });
        let (second, by) = take_back(store, first);

        let [one, two] = <[_; 2]>::try_from(store.marks_of_asset(&asset(1)).unwrap()).unwrap();

        assert_eq!((one.id, one.role, one.state), (first, Role::Sidecar, JournalState::Done));
        assert_eq!((one.undone_by, one.undoes, one.counts()), (Some(by), None, false));
        assert_eq!((two.id, two.undoes, two.run, two.counts()), (second, Some(first), by, true));
        assert_eq!(store.marks_of_run(by).unwrap(), [two]);
        assert_eq!(store.marks_of_run(RunId(99)).unwrap(), []);
    });
}

#[test]
fn a_change_is_found_by_its_name() {
    on_every_store(|store| {
        let intent = intent(run_of(store), 1);
        let id = store.intend(&intent).unwrap();

        assert_eq!(store.change(id).unwrap().map(|row| row.intent), Some(intent));
        assert_eq!(store.change(JournalId(99)).unwrap(), None);
    });
}

#[test]
fn files_are_found_where_they_are_where_they_were_and_in_their_folders() {
    on_every_store(|store| {
        let run = run_of(store);
        let at = |path: &str| std::path::PathBuf::from(path);
        store.intend(&Intent { path: at("/p/2024/a.jpg"), role: Role::Original, ..intent(run, 1) }).unwrap();
        store.remember(&AssetRecord { path: at("/p/2025/a.jpg"), ..record(1) }).unwrap();
        store
            .remember(&AssetRecord { path: at("/p/2025/a.jpg.xmp"), role: Role::Sidecar, ..record(1) })
            .unwrap();
        store.remember(&AssetRecord { path: at("/p/20/b.jpg"), ..record(2) }).unwrap();

        let found = |path: &str| store.files_at(&at(path)).unwrap();

        let (original, sidecar) = ((asset(1), Role::Original), (asset(1), Role::Sidecar));
        for path in ["/p/2024/a.jpg", "/p/2025/a.jpg"] {
            assert_eq!(found(path), std::slice::from_ref(&original), "{path}");
        }
        assert_eq!(found("/p/2025"), [original.clone(), sidecar.clone()]);
        assert_eq!(found("/p/20"), [(asset(2), Role::Original)], "not what only begins alike");
        assert_eq!(found("/p"), [original.clone(), sidecar.clone(), (asset(2), Role::Original)]);
        for folder in ["/p/", "//p/.//", "/"] {
            assert_eq!(found(folder).len(), 3, "{folder}");
        }
        assert_eq!(found("/p/2024/a.jpg/"), [original]);
        assert_eq!(found("/p/2024/a.jp"), []);
    });
}

#[test]
fn changes_are_counted_by_run() {
    on_every_store(|store| {
        let run = run_of(store);
        let first = make(store, &intent(run, 1));
        make(store, &intent(run, 2));
        store.intend(&intent(run, 3)).unwrap();
        let rolled_back = store.intend(&intent(run, 4)).unwrap();
        store.rolled_back(rolled_back).unwrap();
        let (_, by) = take_back(store, first);

        let counts = store.change_counts().unwrap();

        assert_eq!(counts[&run], ChangeCounts { done: 2, undone: 1, open: 1, ..ChangeCounts::default() });
        assert_eq!(counts[&by], ChangeCounts { done: 1, ..ChangeCounts::default() });
        assert_eq!(counts.len(), 2);
    });
}

#[test]
fn a_change_of_which_nothing_is_left_counts_as_taken_back_without_another() {
    on_every_store(|store| {
        let first = make(store, &intent(run_of(store), 1));
        let open = store.intend(&intent(run_of(store), 2)).unwrap();
        let run = run_of(store);

        store.nothing_left(first, run, Some(&record(1))).unwrap();

        assert_eq!(undone_by(store), [Some(run), None]);
        assert_eq!(store.records(&[asset(1)]).unwrap()[&asset(1)], [record(1)]);
        assert!(store.nothing_left(open, run, Some(&record(2))).is_err(), "it did not happen");
        assert!(store.nothing_left(JournalId(99), run, None).is_err());
        assert_eq!(store.records(&[asset(2)]).unwrap().len(), 0);
    });
}
