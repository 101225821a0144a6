//! What is left on a full disk, and what is synced before a method returns.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use photo_metadata::Value;
use sync_core::state::{Intent, RunId, SqliteStore, Store};

use super::sample::{asset, file, intent, record, seal, time};
use crate::child;

/// An intent with a caption so long that a small disk is full after a few dozen.
fn large(run: RunId, n: u32) -> Intent {
    let mut intent = intent(run, n);
    intent.edits[0].new = Some(Value::text(format!("{n} ").repeat(8000)));
    intent
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
    store.sealed(id, &seal(Some("aa"), Some("bb"))).unwrap();
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
