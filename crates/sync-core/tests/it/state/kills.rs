//! A process that writes everything a store has is killed again and again; nothing that it confirmed is lost.

use std::collections::BTreeMap;
use std::path::Path;

use photo_metadata::Value;
use sync_core::state::{Intent, JournalState, RunId, Seal, SqliteStore, Store};

use super::sample::{account, album, asset, faces, file, intent, record, seal, time, way_back};
use crate::child::{self, Kid};

/// Numbers far above those of changes, for what is written in pairs.
const OTHER: u32 = 1_000_000;

/// So many changes later the server is told of one.
const LATER: u32 = 10;

/// An intent with a caption so long that the log is brought into the database every hundred changes or so.
fn large(run: RunId, n: u32) -> Intent {
    let mut intent = intent(run, n);
    intent.edits[0].new = Some(Value::text(format!("{n} ").repeat(8000)));
    intent
}

#[test]
#[ignore = "the child process of other tests"]
fn child_writes_until_it_is_killed() {
    let store = SqliteStore::open(&child::folder()).unwrap();
    let first = u32::try_from(store.journal(None).unwrap().len()).unwrap();
    let run = store.begin_run("write", time(0)).unwrap();
    // A killed child may have left this out.
    store.told(&(0..first.saturating_sub(LATER)).map(asset).collect::<Vec<_>>()).unwrap();
    for n in first.. {
        change(&store, run, n);
        keep(&store, n);
        child::say(&format!("{} {n} kept", i64::from(n) + 1));
    }
}

fn change(store: &SqliteStore, run: RunId, n: u32) {
    let id = store.intend(&large(run, n)).unwrap();
    child::say(&format!("{} {n} intent", id.0));
    store.sealed(id, &Seal { back: Some(&way_back(n)), ..seal(Some("aa"), Some("bb")) }).unwrap();
    child::say(&format!("{} {n} sealed", id.0));
    if n.is_multiple_of(7) {
        store.rolled_back(id).unwrap();
        child::say(&format!("{} {n} rolled-back", id.0));
    } else {
        store.done(id, Some(&file(n)), Some(&record(n))).unwrap();
        child::say(&format!("{} {n} done", id.0));
    }
}

/// Writes to all other tables; the note comes last.
fn keep(store: &SqliteStore, n: u32) {
    store.remember_all(&[record(OTHER + n), record(2 * OTHER + n)]).unwrap();
    store.put_album(&account(n % 2), &album(n % 40)).unwrap();
    store.put_faces(&[faces(n), faces(OTHER + n)]).unwrap();
    if let Some(earlier) = n.checked_sub(LATER) {
        store.told(&[asset(earlier)]).unwrap();
        store.drop_faces(&[asset(earlier), asset(OTHER + earlier)]).unwrap();
    }
    store.set_note("last", &n.to_string()).unwrap();
}

/// How far a change got at least: rows may be one step further than what the child could still say.
fn reached(state: JournalState) -> u8 {
    match state {
        JournalState::Intent => 0,
        JournalState::Sealed => 1,
        JournalState::Done | JournalState::RolledBack => 2,
    }
}

fn step(word: &str) -> u8 {
    match word {
        "intent" => 0,
        "sealed" => 1,
        "done" | "rolled-back" => 2,
        "kept" => 3,
        other => panic!("{other}"),
    }
}

/// What the child confirmed: row → (number of the asset, how far).
type Confirmed = BTreeMap<i64, (u32, u8)>;

fn take_note(confirmed: &mut Confirmed, line: &str) {
    let [id, n, word] = <[&str; 3]>::try_from(line.split(' ').collect::<Vec<_>>()).unwrap();
    let (n, step) = (n.parse().unwrap(), step(word));
    let known = confirmed.entry(id.parse().unwrap()).or_insert((n, step));
    *known = (known.0.max(n), known.1.max(step));
}

fn prove(folder: &Path, confirmed: &Confirmed) {
    let store = SqliteStore::open(folder).unwrap();
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
    let journal: BTreeMap<i64, _> =
        store.journal(None).unwrap().into_iter().map(|row| (row.id.0, row)).collect();
    for (id, (n, least)) in confirmed {
        let row = journal.get(id).unwrap_or_else(|| panic!("change {id} was confirmed and is lost"));
        assert_eq!(row.intent, large(row.intent.run, *n));
        assert!(reached(row.state) >= (*least).min(2), "change {id} fell back to {:?}", row.state);
        let leads_back = matches!(row.state, JournalState::Sealed | JournalState::Done);
        assert_eq!(store.way_back(row.id).unwrap(), leads_back.then(|| way_back(*n)));
    }
    for row in journal.values().filter(|row| row.state == JournalState::Done) {
        let known = store.records(std::slice::from_ref(&row.intent.asset)).unwrap();
        assert!(known.contains_key(&row.intent.asset), "change {} is done and not remembered", row.id.0);
    }
    let last = confirmed.values().rev().find(|(_, least)| *least == 3).map(|(n, _)| *n);
    prove_kept(&store, last);
    for row in journal.values().filter(|row| row.state == JournalState::Done && row.intent.owes) {
        prove_owed(&store, row.intent.asset.as_u128(), journal.len());
    }
}

/// The number in the sample's id.
fn number(asset: u128) -> u32 {
    u32::try_from(asset >> 96).unwrap()
}

fn noted(store: &SqliteStore) -> Option<u32> {
    store.note("last").unwrap().map(|text| text.parse().unwrap())
}

fn prove_kept(store: &SqliteStore, last: Option<u32>) {
    let noted = noted(store);
    assert!(noted >= last, "{last:?} was confirmed, {noted:?} is known");
    let Some(noted) = noted else { return };
    assert!(store.album_cache(&account(noted % 2)).unwrap().contains(&album(noted % 40)));
    let pair = |n| [asset(n), asset(OTHER + n)];
    assert_eq!(store.faces(&pair(noted)).unwrap().len(), 2);
    // What was at work when the kill came is there as a whole or not at all.
    let next = noted + 1;
    assert!([0, 2].contains(&store.faces(&pair(next)).unwrap().len()));
    let records = store.records(&[asset(OTHER + next), asset(2 * OTHER + next)]).unwrap();
    assert!([0, 2].contains(&records.len()), "half of what is remembered together");
}

/// A change that is done is owed in the same moment, until the server was told.
fn prove_owed(store: &SqliteStore, asset: u128, changes: usize) {
    let n = number(asset);
    let owed = store.owed(&account(n % 2)).unwrap().iter().any(|owed| owed.as_u128() == asset);
    if noted(store).is_some_and(|noted| n + LATER <= noted) {
        assert!(!owed, "{n} was told");
    } else if (n + LATER) as usize >= changes {
        assert!(owed, "{n} is done and not owed");
    }
}

/// Kills so often, with a new state after each fifty.
fn kill(rounds: u32) {
    let mut random = fastrand::Rng::with_seed(20_251_121);
    for _ in 0..rounds.div_ceil(50) {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("state");
        let mut confirmed = Confirmed::new();
        for _ in 0..50 {
            let mut kid = Kid::start("state::kills::child_writes_until_it_is_killed", &folder);
            for _ in 0..random.u32(0..60) {
                take_note(&mut confirmed, &kid.line().expect("the child ended by itself"));
            }
            kid.kill();
            while let Some(line) = kid.line() {
                take_note(&mut confirmed, &line);
            }
            prove(&folder, &confirmed);
        }
        assert!(confirmed.len() > 200, "only {} changes were confirmed", confirmed.len());
    }
}

#[test]
fn fifty_kills_lose_nothing_that_was_confirmed() {
    kill(50);
}

#[test]
#[ignore = "takes minutes; `cargo xtask state-kills` runs it"]
fn a_thousand_kills_lose_nothing_that_was_confirmed() {
    kill(1000);
}
