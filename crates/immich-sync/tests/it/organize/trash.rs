//! `--trash` for files of this machine, as a program: without a server, beside one, and killed at any call.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::pictures::{jpeg, picture, smaller};
use super::shelf::Shelf;
use crate::place::Said;
use crate::support::kills::sweep::has_tracer;

/// A folder with copies, and a home for the program.
struct Attic(TempDir);

impl Attic {
    fn new() -> Self {
        let attic = Self(tempfile::tempdir().unwrap());
        for folder in ["photos/keep", "photos/old"] {
            std::fs::create_dir_all(attic.0.path().join(folder)).unwrap();
        }
        let put = |name: &str, bytes: Vec<u8>| {
            std::fs::write(attic.0.path().join("photos").join(name), bytes).unwrap();
        };
        put("keep/lake.jpg", jpeg(&picture(1), 95));
        put("old/lake copy.jpg", jpeg(&picture(1), 95));
        put("old/lake copy.jpg.xmp", b"<x:xmpmeta/>".to_vec());
        put("old/lake small.jpg", jpeg(&smaller(&picture(1)), 90));
        put("keep/cat.jpg", jpeg(&picture(5), 90));
        attic
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_immich-sync"));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.0.path().join("home"));
        command.args(arguments);
        command
    }

    fn photos(&self) -> String {
        self.0.path().join("photos").display().to_string()
    }

    fn organize(&self, more: &[&str]) -> Command {
        let (photos, keep) = (self.photos(), self.0.path().join("photos/keep").display().to_string());
        let mut command = self.program(&["organize", "-s", &photos, "--prefer-place", &keep]);
        command.args(more);
        command
    }

    fn home_trash(&self) -> PathBuf {
        self.0.path().join("home/.local/share/Trash")
    }

    /// All photos and what is beside them, by their paths.
    fn tree(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        tree(&self.0.path().join("photos"))
    }
}

fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(tree(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn copies_in_folders_go_to_the_trash_of_the_home_folder_and_come_back_without_a_server() {
    let attic = Attic::new();
    let before = attic.tree();

    let dry = Said::by(&mut attic.organize(&["--trash", "--dry-run"])).ended_with(0);
    assert!(
        dry.stdout.contains("Would have put `") && dry.stdout.contains("lake copy.jpg"),
        "{}",
        dry.stdout
    );
    assert_eq!(attic.tree(), before);
    assert!(!attic.home_trash().exists());

    let said = Said::by(&mut attic.organize(&["--trash", "--json"])).ended_with(0);
    let last = said.last();
    assert_eq!(last["actions"]["local-trash"]["done"], 2, "{}", said.stdout);
    assert_eq!(tree(&attic.home_trash().join("files")).len(), 3);
    let note = std::fs::read_to_string(attic.home_trash().join("info/lake copy.jpg.trashinfo")).unwrap();
    assert!(note.contains("/old/lake%20copy.jpg\nDeletionDate="), "{note}");

    let history = Said::by(&mut attic.program(&["history"])).ended_with(0).stdout;
    assert!(history.contains("put 3 files into the trash here"), "{history}");
    let again = Said::by(&mut attic.organize(&["--trash"])).ended_with(0);
    assert!(
        again.stderr.contains("Nothing had to be done") || !again.stderr.contains("Done:"),
        "{}",
        again.stderr
    );

    let run = last["run"].to_string();
    Said::by(&mut attic.program(&["undo", &run, "--yes"])).ended_with(0);
    assert_eq!(attic.tree(), before);
    assert!(tree(&attic.home_trash()).is_empty());
}

#[test]
fn a_trash_among_the_photos_is_refused_unless_it_is_hidden() {
    let attic = Attic::new();
    let among = attic.0.path().join("photos/trash").display().to_string();
    let hidden = attic.0.path().join("photos/.trash").display().to_string();

    let refused = Said::by(&mut attic.organize(&["--trash", "--local-trash", &among])).ended_with(2);
    assert!(refused.stderr.contains("begins with a dot"), "{}", refused.stderr);

    Said::by(&mut attic.organize(&["--trash", "--local-trash", &hidden])).ended_with(0);
    assert_eq!(tree(&Path::new(&hidden).join("files")).len(), 3);
    let after = Said::by(&mut attic.organize(&["--json"])).ended_with(0);
    assert_eq!(after.last()["scan"]["seen"], 2);
}

#[test]
fn what_is_on_both_sides_goes_to_the_trash_of_each_and_each_run_is_named() {
    let shelf = Shelf::new();
    let disk = shelf.disk();
    let place = "/data/library/admin";
    let arguments = [
        "--source",
        "immich,local",
        "-s",
        disk.to_str().unwrap(),
        "--prefer-place",
        place,
        "--trash",
        "--json",
    ];

    let said = Said::by(&mut shelf.organize(&arguments));

    let last = said.last();
    assert_eq!(last["actions"]["trash"]["done"], 3, "{}", said.stdout);
    assert!(!disk.join("old/boat.jpg").exists(), "the very bytes of the asset: {}", said.stdout);
    assert!(disk.join("single-small.jpg").exists(), "other bytes than those on the server");
    assert_eq!(last["more_runs"].as_array().unwrap().len(), 1);

    for run in [&last["more_runs"][0], &last["run"]] {
        let mut undo = shelf.bare(&["undo", &run.to_string(), "--yes"]);
        undo.env("IMMICH_API_KEY", shelf.sandbox.api_key()).env("IMMICH_URL", shelf.sandbox.url());
        Said::by(&mut undo).ended_with(0);
    }
    assert!(disk.join("old/boat.jpg").exists());
    assert!(shelf.sandbox.views().iter().all(|view| !view.is_trashed));
}

/// The calls with which a move changes something, and those of the state.
const CALLS: [&str; 7] = ["mkdir", "renameat2", "unlinkat", "fsync", "write", "pwrite64", "fdatasync"];

/// Runs a command under the tracer, which kills it before this call; whether it was killed.
fn killed_at(attic: &Attic, command: &Command, call: &str, number: u32) -> bool {
    let mut traced = Command::new("strace");
    traced.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", attic.0.path().join("home"));
    traced.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace=?{call}")]);
    traced.args(["-e", &format!("inject=?{call}:signal=KILL:when={number}")]);
    traced.arg(command.get_program()).args(command.get_args());
    let ended = traced.output().unwrap().status;
    // A run that never began, because the other one was killed before, cannot be taken back.
    let is_orderly = matches!(ended.code(), Some(0 | 2));
    assert!(ended.signal() == Some(9) || is_orderly, "{call} {number}: {ended}");
    ended.signal() == Some(9)
}

#[test]
fn a_kill_at_a_call_of_a_move_or_of_its_way_back_loses_nothing() {
    if !has_tracer() {
        crate::strace_dry_run::skipped("a_kill_at_a_call_of_a_move_or_of_its_way_back_loses_nothing");
        return;
    }
    let kills = killed_at_each(&["mkdir", "renameat2", "unlinkat"], 2);

    assert!(kills > 4, "{kills}");
}

#[test]
#[ignore = "takes minutes; cargo xtask deeds runs it"]
fn a_kill_at_any_call_of_a_move_or_of_its_way_back_loses_nothing() {
    let kills = killed_at_each(&CALLS, 1);

    eprintln!("{kills} kills");
    assert!(kills > 40, "{kills}");
}

/// Kills at each of these calls, every so often, until one comes too late; how often.
fn killed_at_each(calls: &[&str], step: usize) -> u32 {
    let mut kills = 0;
    for call in calls {
        // The state is written often, and what is written matters little here.
        let step = if call.starts_with("pwrite") { 8 * step } else { step };
        for number in (1..2000).step_by(step) {
            let attic = Attic::new();
            let before = attic.tree();
            // The scan is no part of this.
            Said::by(&mut attic.organize(&[])).ended_with(0);
            let trash = attic.organize(&["--trash", "--yes"]);
            let was_killed = killed_at(&attic, &trash, call, number);
            assert_whole(&attic, &before, call, number);
            let said = Said::by(&mut attic.organize(&["--trash", "--yes"])).ended_with(0);
            assert_eq!(tree(&attic.home_trash().join("files")).len(), 3, "{call} {number}: {}", said.stderr);

            let mut undone = false;
            for run in ["1", "2"] {
                let undo = attic.program(&["undo", run, "--yes"]);
                undone |= killed_at(&attic, &undo, call, number);
                assert_whole(&attic, &before, call, number);
            }
            for run in ["1", "2"] {
                let _ = Said::by(&mut attic.program(&["undo", run, "--yes"]));
            }
            assert_eq!(attic.tree(), before, "{call} {number}: taken back");
            assert!(tree(&attic.home_trash()).is_empty(), "{call} {number}: notes");
            kills += u32::from(was_killed) + u32::from(undone);
            if !was_killed && !undone {
                break;
            }
        }
    }
    kills
}

/// Each file is at its place or in the trash, once, with its bytes; and what is kept is at its place.
#[track_caller]
fn assert_whole(attic: &Attic, before: &BTreeMap<PathBuf, Vec<u8>>, call: &str, number: u32) {
    let (now, trash) = (attic.tree(), tree(&attic.home_trash().join("files")));
    for (path, bytes) in before {
        let found = now.values().chain(trash.values()).filter(|found| *found == bytes).count();
        let same = before.values().filter(|other| *other == bytes).count();
        assert_eq!(found, same, "{call} {number}: {}", path.display());
        let is_kept = path.parent().is_some_and(|folder| folder.ends_with("keep"));
        assert!(!is_kept || now.get(path) == Some(bytes), "{call} {number}: {}", path.display());
    }
}
