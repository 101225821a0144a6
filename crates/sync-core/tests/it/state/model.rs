//! Any sequence of calls: the store answers like a few maps in memory, also after it was opened again.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use sync_core::state::{
    AssetRecord, CachedAlbum, FaceRecord, Intent, JournalId, JournalState, Role, RunId, Seal, SqliteStore,
    Store, WaysBack,
};

use super::sample::{account, album, asset, faces, file, intent, record, seal, time, way_back};

/// Numbers of assets, albums and notes: few, so that calls meet.
const NUMBERS: u32 = 8;

#[derive(Debug, Clone)]
enum Call {
    Remember(Vec<(u32, Role)>),
    Forget(u32, Role),
    Intend(u32, bool),
    Seal(usize, Option<u32>),
    DropWaysBack(u64),
    Done(usize, bool),
    RollBack(usize),
    PutAlbum(u32, u32),
    DropAlbums(u32, BTreeSet<u32>),
    ClearAlbums,
    PutFaces(Vec<(u32, i64)>),
    DropFaces(Vec<u32>),
    Told(Vec<u32>),
    Note(u32, String),
    OpenAgain,
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Original), Just(Role::Sidecar), Just(Role::StemSidecar)]
}

fn call() -> impl Strategy<Value = Call> {
    let n = || 0..NUMBERS;
    let some = || prop::collection::vec(0..NUMBERS, 0..4);
    let change = || 0..6_usize;
    prop_oneof![
        prop::collection::vec((n(), role()), 0..4).prop_map(Call::Remember),
        (n(), role()).prop_map(|(n, role)| Call::Forget(n, role)),
        (n(), any::<bool>()).prop_map(|(n, undoes)| Call::Intend(n, undoes)),
        (change(), prop::option::of(n())).prop_map(|(change, back)| Call::Seal(change, back)),
        (0..3000_u64).prop_map(Call::DropWaysBack),
        (change(), any::<bool>()).prop_map(|(change, known)| Call::Done(change, known)),
        change().prop_map(Call::RollBack),
        (0..2_u32, n()).prop_map(|(user, n)| Call::PutAlbum(user, n)),
        (0..2_u32, prop::collection::btree_set(0..NUMBERS, 0..4))
            .prop_map(|(user, n)| Call::DropAlbums(user, n)),
        Just(Call::ClearAlbums),
        prop::collection::vec((n(), -2..3_i64), 0..4).prop_map(Call::PutFaces),
        some().prop_map(Call::DropFaces),
        some().prop_map(Call::Told),
        (n(), "[a-zé]{0,3}").prop_map(|(n, text)| Call::Note(n, text)),
        Just(Call::OpenAgain),
    ]
}

/// A change as the model knows it.
#[derive(Debug, Clone)]
struct Change {
    intent: Intent,
    state: JournalState,
    undone_by: Option<RunId>,
    back: Option<u32>,
}

/// What a store should know.
#[derive(Debug, Default)]
struct Model {
    records: BTreeMap<(u32, Role), AssetRecord>,
    changes: Vec<Change>,
    albums: BTreeMap<(u32, u32), CachedAlbum>,
    faces: BTreeMap<u32, FaceRecord>,
    owed: BTreeMap<u32, String>,
    notes: BTreeMap<u32, String>,
}

/// The asset's number out of the change's sample.
fn number(intent: &Intent) -> u32 {
    (0..NUMBERS).find(|n| asset(*n) == intent.asset).unwrap()
}

impl Model {
    /// Whether a change counts: it is done, and nothing that counts takes it back.
    fn counts(&self, index: usize) -> bool {
        self.changes[index].state == JournalState::Done && self.takers(index).next().is_none()
    }

    /// The changes that take back this one, and count.
    fn takers(&self, index: usize) -> impl Iterator<Item = usize> {
        let name = JournalId(i64::try_from(index).unwrap() + 1);
        let taking = (index + 1..self.changes.len())
            .filter(move |later| self.changes[*later].intent.undoes == Some(name));
        taking.filter(|later| self.counts(*later))
    }

    fn mark(&mut self) {
        let marks: Vec<_> = (0..self.changes.len())
            .map(|index| self.takers(index).last().map(|taker| self.changes[taker].intent.run))
            .collect();
        for (change, mark) in self.changes.iter_mut().zip(marks) {
            change.undone_by = mark;
        }
    }
}

fn id_of(index: usize) -> JournalId {
    JournalId(i64::try_from(index).unwrap() + 1)
}

/// Makes one call on both. A change that does not exist, or is not at that point, is refused by the store.
fn apply(store: &dyn Store, model: &mut Model, run: RunId, call: &Call) {
    match call {
        Call::Remember(all) => {
            let records: Vec<_> =
                all.iter().map(|(n, role)| AssetRecord { role: *role, ..record(*n) }).collect();
            store.remember_all(&records).unwrap();
            model.records.extend(all.iter().copied().zip(records));
        }
        Call::Forget(n, role) => {
            store.forget(&asset(*n), *role).unwrap();
            model.records.remove(&(*n, *role));
        }
        Call::Intend(n, undoes) => {
            // The newest change that counts, as an undo would choose it.
            let newest = (0..model.changes.len()).rev().find(|index| model.counts(*index));
            let undoes = newest.filter(|_| *undoes).map(id_of);
            let intent = Intent { undoes, ..intent(run, *n) };
            assert_eq!(store.intend(&intent).unwrap(), id_of(model.changes.len()));
            model.changes.push(Change { intent, state: JournalState::Intent, undone_by: None, back: None });
        }
        Call::Seal(index, back) => {
            let possible =
                model.changes.get(*index).is_some_and(|change| change.state == JournalState::Intent);
            let recipe = back.map(way_back);
            let seal = Seal { back: recipe.as_ref(), ..seal(Some("aa"), Some("bb")) };
            assert_eq!(store.sealed(id_of(*index), &seal).is_ok(), possible);
            if possible {
                model.changes[*index].state = JournalState::Sealed;
                model.changes[*index].back = *back;
            }
        }
        Call::Done(index, known) => done(store, model, *index, *known),
        Call::RollBack(index) => {
            let open = |change: &Change| matches!(change.state, JournalState::Intent | JournalState::Sealed);
            let possible = model.changes.get(*index).is_some_and(open);
            assert_eq!(store.rolled_back(id_of(*index)).is_ok(), possible);
            if possible {
                model.changes[*index].state = JournalState::RolledBack;
                model.changes[*index].back = None;
            }
        }
        Call::DropWaysBack(bytes) => drop_ways_back(store, model, run, *bytes),
        other => apply_to_caches(store, model, other),
    }
}

/// The oldest first, until there is enough; the store says itself how much each is.
fn drop_ways_back(store: &dyn Store, model: &mut Model, run: RunId, bytes: u64) {
    let mut dropped = WaysBack::default();
    for (index, change) in model.changes.iter_mut().enumerate() {
        if dropped.bytes >= bytes || change.state != JournalState::Done || change.back.is_none() {
            continue;
        }
        let row = store.change(id_of(index)).unwrap().unwrap();
        dropped.changes += 1;
        dropped.bytes += row.way_back.unwrap().size;
        change.back = None;
    }
    assert_eq!(store.drop_ways_back(run, bytes).unwrap(), dropped);
}

fn done(store: &dyn Store, model: &mut Model, index: usize, known: bool) {
    let change = model.changes.get(index).filter(|change| change.state == JournalState::Sealed).cloned();
    let remembered = change.as_ref().filter(|_| known).map(|change| change.intent.record(Some(file(1))));
    let result = store.done(id_of(index), Some(&file(1)), remembered.as_ref());
    assert_eq!(result.is_ok(), change.is_some());
    let Some(Change { intent, .. }) = change else { return };
    model.changes[index].state = JournalState::Done;
    model.mark();
    if intent.owes {
        model.owed.insert(number(&intent), intent.account.clone());
    }
    if let Some(record) = remembered {
        model.records.insert((number(&intent), intent.role), record);
    }
}

fn apply_to_caches(store: &dyn Store, model: &mut Model, call: &Call) {
    match call {
        Call::PutAlbum(user, n) => {
            store.put_album(&account(*user), &album(*n)).unwrap();
            model.albums.insert((*user, NUMBERS - n), album(*n));
        }
        Call::DropAlbums(user, keep) => {
            store.drop_albums(&account(*user), &keep.iter().map(|n| album(*n).id).collect()).unwrap();
            model.albums.retain(|(owner, n), _| owner != user || keep.contains(&(NUMBERS - n)));
        }
        Call::ClearAlbums => {
            store.clear_album_cache().unwrap();
            model.albums.clear();
        }
        Call::PutFaces(all) => {
            let records: Vec<_> =
                all.iter().map(|(n, checked)| FaceRecord { checked: *checked, ..faces(*n) }).collect();
            store.put_faces(&records).unwrap();
            model.faces.extend(all.iter().map(|(n, _)| *n).zip(records));
        }
        Call::DropFaces(all) => {
            store.drop_faces(&all.iter().map(|n| asset(*n)).collect::<Vec<_>>()).unwrap();
            model.faces.retain(|n, _| !all.contains(n));
        }
        Call::Told(all) => {
            store.told(&all.iter().map(|n| asset(*n)).collect::<Vec<_>>()).unwrap();
            model.owed.retain(|n, _| !all.contains(n));
        }
        Call::Note(n, text) => {
            store.set_note(&n.to_string(), text).unwrap();
            model.notes.insert(*n, text.clone());
        }
        other => unreachable!("{other:?}"),
    }
}

/// Whether the store says what the model says, in every answer.
fn compare(store: &dyn Store, model: &Model) {
    let all: Vec<_> = (0..NUMBERS).map(asset).collect();
    let records = store.records(&all).unwrap();
    for n in 0..NUMBERS {
        let known: Vec<_> = model.records.range((n, Role::Original)..=(n, Role::StemSidecar)).collect();
        let known: Vec<_> = known.into_iter().map(|(_, record)| record.clone()).collect();
        assert_eq!(records.get(&asset(n)).cloned().unwrap_or_default(), known);
        assert_eq!(store.note(&n.to_string()).unwrap().as_ref(), model.notes.get(&n));
    }
    let written = model.records.iter().filter(|(_, record)| record.base.has_written());
    let written: BTreeSet<_> = written.map(|((n, _), _)| n).collect();
    let counts = store.counts().unwrap();
    assert_eq!((counts.assets, counts.written), (records.len() as u64, written.len() as u64));
    for user in 0..2 {
        let known: Vec<_> =
            model.albums.range((user, 0)..(user + 1, 0)).map(|(_, album)| album.clone()).collect();
        assert_eq!(store.album_cache(&account(user)).unwrap(), known);
        let owed: Vec<_> =
            model.owed.iter().filter(|(_, owner)| **owner == account(user)).map(|(n, _)| asset(*n)).collect();
        assert_eq!(store.owed(&account(user)).unwrap(), owed);
    }
    let mut oldest: Vec<_> = model.faces.iter().map(|(n, record)| (record.checked, *n)).collect();
    oldest.sort_unstable();
    let oldest: Vec<_> = oldest.into_iter().map(|(_, n)| asset(n)).collect();
    assert_eq!(store.oldest_faces(100).unwrap(), oldest);
    let known: Vec<_> = model.faces.values().cloned().collect();
    let mut found: Vec<_> = store.faces(&all).unwrap().into_values().collect();
    found.sort_by(|one, other| one.asset.cmp(&other.asset));
    assert_eq!((found, store.count_faces().unwrap()), (known, model.faces.len() as u64));
    let journal = store.journal(None).unwrap();
    assert_eq!(journal.len(), model.changes.len());
    for (row, change) in journal.iter().zip(&model.changes) {
        assert_eq!((&row.intent, row.state, row.undone_by), (&change.intent, change.state, change.undone_by));
        assert_eq!(store.way_back(row.id).unwrap(), change.back.map(way_back));
        assert_eq!(row.way_back.is_some(), change.back.is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_calls_leaves_what_a_few_maps_would_hold(calls in prop::collection::vec(call(), 1..60)) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::open(folder.path()).unwrap();
        let run = store.begin_run("write", time(0)).unwrap();
        let mut model = Model::default();

        for call in &calls {
            if matches!(call, Call::OpenAgain) {
                store.close().unwrap();
                store = SqliteStore::open(folder.path()).unwrap();
            } else {
                apply(&store, &mut model, run, call);
            }
        }

        compare(&store, &model);
        prop_assert_eq!(store.check().unwrap(), Vec::<String>::new());
    }
}
