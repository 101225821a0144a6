//! What is left after a kill, on a full disk, and what is synced before a method returns.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use photo_metadata::Value;
use sync_core::state::{Intent, JournalState, RunId, SqliteStore, Store};

use super::sample::{asset, file, intent, record, time};
use crate::child::{self, Kid};

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
    for n in first.. {
        let id = store.intend(&large(run, n)).unwrap();
        child::say(&format!("{} {n} intent", id.0));
        store.sealed(id, Some("aa"), Some("bb")).unwrap();
        child::say(&format!("{} {n} sealed", id.0));
        if n % 7 == 0 {
            store.rolled_back(id).unwrap();
            child::say(&format!("{} {n} rolled-back", id.0));
        } else {
            store.done(id, Some(&file(n)), Some(&record(n))).unwrap();
            child::say(&format!("{} {n} done", id.0));
        }
    }
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
        other => panic!("{other}"),
    }
}

/// What the child confirmed: row → (number of the asset, how far).
type Confirmed = BTreeMap<i64, (u32, u8)>;

fn take_note(confirmed: &mut Confirmed, line: &str) {
    let [id, n, word] = <[&str; 3]>::try_from(line.split(' ').collect::<Vec<_>>()).unwrap();
    confirmed.insert(id.parse().unwrap(), (n.parse().unwrap(), step(word)));
}

fn prove(folder: &Path, confirmed: &Confirmed) {
    let store = SqliteStore::open(folder).unwrap();
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
    let journal: BTreeMap<i64, _> =
        store.journal(None).unwrap().into_iter().map(|row| (row.id.0, row)).collect();
    for (id, (n, least)) in confirmed {
        let row = journal.get(id).unwrap_or_else(|| panic!("change {id} was confirmed and is lost"));
        assert_eq!(row.intent, large(row.intent.run, *n));
        assert!(reached(row.state) >= *least, "change {id} fell back to {:?}", row.state);
    }
    for row in journal.values().filter(|row| row.state == JournalState::Done) {
        let known = store.records(std::slice::from_ref(&row.intent.asset)).unwrap();
        assert!(known.contains_key(&row.intent.asset), "change {} is done and not remembered", row.id.0);
    }
}

#[test]
fn fifty_kills_lose_nothing_that_was_confirmed() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("state");
    let mut random = fastrand::Rng::with_seed(20_251_121);
    let mut confirmed = Confirmed::new();

    for _ in 0..50 {
        let mut kid = Kid::start("state::durability::child_writes_until_it_is_killed", &folder);
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

/// A small file system in memory; gone when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// `None` where the test may not mount.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = mount(&["-t", "tmpfs", "-o", "size=1m", "tmpfs"], folder.path());
        mounted.then(|| Self(folder))
    }

    fn grow(&self) {
        assert!(mount(&["-o", "remount,size=16m"], self.0.path()));
    }
}

fn mount(options: &[&str], folder: &Path) -> bool {
    let mut command = Command::new("mount");
    command.args(options).arg(folder).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount").arg(self.0.path()).status().unwrap();
    }
}

#[test]
fn a_full_disk_stops_the_run_and_loses_nothing() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("SKIPPED a_full_disk_stops_the_run_and_loses_nothing: a tmpfs cannot be mounted here");
        return;
    };
    let store = SqliteStore::open(disk.0.path()).unwrap();
    let run = store.begin_run("write", time(0)).unwrap();
    let mut ids = Vec::new();

    let error = (0..).map(|n| store.intend(&large(run, n))).find_map(|result| match result {
        Ok(id) => {
            ids.push(id);
            None
        }
        Err(error) => Some(error.to_string()),
    });

    let error = error.unwrap();
    assert!(error.contains("full") && error.contains("run again"), "{error}");
    assert!(ids.len() > 5, "{}", ids.len());
    let known =
        |store: &SqliteStore| store.journal(None).unwrap().iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(known(&store), ids, "the confirmed ones, and no half one");

    disk.grow();
    ids.push(store.intend(&large(run, 1000)).unwrap());
    store.close().unwrap();
    let store = SqliteStore::open(disk.0.path()).unwrap();
    assert_eq!(known(&store), ids);
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

#[test]
#[ignore = "the child process of other tests"]
fn child_makes_one_change() {
    let store = SqliteStore::open(&child::folder()).unwrap();
    let run = store.begin_run("write", time(0)).unwrap();
    store.remember(&record(9)).unwrap();
    let warm = store.intend(&intent(run, 9)).unwrap();
    store.rolled_back(warm).unwrap();
    child::say("intend");
    let id = store.intend(&intent(run, 1)).unwrap();
    child::say("sealed");
    store.sealed(id, Some("aa"), Some("bb")).unwrap();
    child::say("done");
    store.done(id, Some(&file(1)), Some(&record(1))).unwrap();
    store.remember(&record(2)).unwrap();
    child::say("end");
}

/// How often the child synced a file between one word and the next, by the first; `None` where processes
/// cannot be traced.
fn syncs(folder: &Path) -> Option<BTreeMap<String, usize>> {
    let trace = folder.join("trace");
    let line = child::command_line("state::durability::child_makes_one_change");
    let mut command = Command::new("strace");
    command.arg("-f").arg("-o").arg(&trace).args(["-e", "trace=fsync,fdatasync,write", "--"]).args(line);
    child::with_folder(&mut command, &folder.join("state"));
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !status.is_ok_and(|status| status.success()) {
        return None;
    }
    let mut counts = BTreeMap::new();
    let mut word = String::new();
    for line in std::fs::read_to_string(trace).unwrap().lines() {
        if let Some((_, said)) = line.split_once("@ ") {
            word = said.chars().take_while(char::is_ascii_alphabetic).collect();
        } else if line.contains("sync(") {
            *counts.entry(word.clone()).or_default() += 1;
        }
    }
    Some(counts)
}

#[test]
fn an_announced_and_a_sealed_change_are_on_the_disk_when_they_are_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let Some(counts) = syncs(folder.path()) else {
        eprintln!(
            "SKIPPED an_announced_and_a_sealed_change_are_on_the_disk_when_they_are_confirmed: strace cannot be used here"
        );
        return;
    };

    assert_eq!(counts.get("intend"), Some(&1), "{counts:?}");
    assert_eq!(counts.get("sealed"), Some(&1), "{counts:?}");
    assert_eq!(counts.get("done"), None, "what can be found out again waits for the next sync: {counts:?}");
}

#[test]
fn nothing_stays_beside_a_database_that_was_closed_or_dropped() {
    for close in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).unwrap();
        store.remember(&record(1)).unwrap();
        assert!(folder.path().join("state.db-wal").exists());

        if close {
            store.close().unwrap();
        } else {
            drop(store);
        }

        let names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["state.db"]);
        assert!(SqliteStore::open(folder.path()).unwrap().records(&[asset(1)]).unwrap().len() == 1);
    }
}
