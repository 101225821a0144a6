//! One run at a time, seen from several processes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use sync_core::SyncError;
use sync_core::lock::{LibraryLock, RunLock};

use crate::child::{self, Kid};

/// How a contender says that it came too late.
const LATE: &str = "late: ";

#[test]
#[ignore = "the child process of other tests"]
fn child_takes_the_state() {
    while child::hear().is_some() {
        match RunLock::acquire(&child::folder(), &format!("pid {} on here", std::process::id())) {
            Ok(lock) => {
                child::say("got it");
                child::hear();
                drop(lock);
                child::say("gave it back");
            }
            Err(SyncError::Locked { holder, .. }) => child::say(&format!("{LATE}{holder}")),
            Err(error) => child::say(&format!("trouble: {error}")),
        }
    }
}

#[test]
#[ignore = "the child process of other tests"]
fn child_takes_the_library() {
    while child::hear().is_some() {
        match LibraryLock::acquire(&child::folder()) {
            Ok(lock) => {
                child::say(if lock.is_held() { "got it" } else { "unsupported" });
                child::hear();
                drop(lock);
            }
            Err(error) => child::say(&format!("{LATE}{error}")),
        }
    }
}

#[test]
#[ignore = "the child process of other tests"]
fn child_waits() {
    child::say("here");
    child::hear();
}

fn holder_of(folder: &Path) -> String {
    match RunLock::acquire(folder, "a test") {
        Err(SyncError::Locked { holder, .. }) => holder,
        other => panic!("{other:?}"),
    }
}

/// Lets many processes at one lock at the same time, and counts who gets it.
fn winners(name: &str, contenders: usize) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let mut kids: Vec<Kid> = (0..contenders).map(|_| Kid::start(name, folder.path())).collect();

    for kid in &mut kids {
        kid.tell("go");
    }
    let answers: Vec<String> = kids.iter_mut().map(|kid| kid.line().unwrap()).collect();

    assert!(answers.iter().all(|line| line == "got it" || line.starts_with(LATE)), "{answers:?}");
    answers.iter().filter(|line| *line == "got it").count()
}

#[test]
fn of_two_and_of_ten_runs_one_gets_the_state() {
    assert_eq!(winners("lock::child_takes_the_state", 2), 1);
    assert_eq!(winners("lock::child_takes_the_state", 10), 1);
}

#[test]
fn of_two_and_of_ten_runs_one_gets_the_library() {
    assert_eq!(winners("lock::child_takes_the_library", 2), 1);
    assert_eq!(winners("lock::child_takes_the_library", 10), 1);
}

#[test]
fn the_late_one_is_told_who_holds_the_state() {
    let folder = tempfile::tempdir().unwrap();
    let mut kid = Kid::start("lock::child_takes_the_state", folder.path());
    kid.tell("go");
    assert_eq!(kid.line().unwrap(), "got it");
    // The note is written right after the lock is taken, before the child speaks.

    let error = RunLock::acquire(folder.path(), "a test").unwrap_err();

    assert!(error.is_transient());
    let message = error.to_string();
    assert!(message.contains(&format!("(pid {} on here)", kid.id())), "{message}");
    assert!(message.contains(folder.path().to_str().unwrap()), "{message}");
}

#[test]
#[cfg(target_os = "linux")]
fn the_late_one_is_told_which_process_holds_the_library() {
    let folder = tempfile::tempdir().unwrap();
    let mut kid = Kid::start("lock::child_takes_the_library", folder.path());
    kid.tell("go");
    assert_eq!(kid.line().unwrap(), "got it");

    let error = LibraryLock::acquire(folder.path()).unwrap_err().to_string();

    // Where devices have other numbers for the kernel (btrfs, overlays), the process stays unknown.
    let known = error.contains(&format!("pid {}", kid.id())) || error.contains("does not tell");
    assert!(known && !error.contains("pid 0"), "{error}");
}

#[test]
fn a_killed_holder_is_succeeded_at_once() {
    for name in ["lock::child_takes_the_state", "lock::child_takes_the_library"] {
        let folder = tempfile::tempdir().unwrap();
        let mut holder = Kid::start(name, folder.path());
        let mut heir = Kid::start(name, folder.path());
        holder.tell("go");
        assert_eq!(holder.line().unwrap(), "got it");
        heir.tell("go");
        assert!(heir.line().unwrap().starts_with(LATE));

        holder.kill();
        heir.tell("go");

        assert_eq!(heir.line().unwrap(), "got it", "{name}");
    }
}

#[test]
fn the_note_of_a_killed_holder_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let mut kid = Kid::start("lock::child_takes_the_state", folder.path());
    kid.tell("go");
    assert_eq!(kid.line().unwrap(), "got it");
    kid.kill();

    let lock = RunLock::acquire(folder.path(), "short").unwrap();

    assert_eq!(holder_of(folder.path()), "short");
    drop(lock);
}

#[test]
fn a_lock_that_was_given_back_can_be_taken_again() {
    let folder = tempfile::tempdir().unwrap();

    drop(RunLock::acquire(folder.path(), "one").unwrap());
    let again = RunLock::acquire(folder.path(), "two").unwrap();

    assert_eq!(holder_of(folder.path()), "two");
    drop(again);
}

#[test]
fn programs_that_the_holder_started_do_not_keep_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let state = RunLock::acquire(folder.path(), "one").unwrap();
    let library = LibraryLock::acquire(folder.path()).unwrap();
    let mut kid = Kid::start("lock::child_waits", folder.path());
    assert_eq!(kid.line().unwrap(), "here");

    drop((state, library));

    assert!(RunLock::acquire(folder.path(), "two").is_ok());
    assert!(LibraryLock::acquire(folder.path()).unwrap().is_held());
}

#[test]
fn the_lock_file_is_private_and_its_folder_is_made() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("not/yet");

    let _lock = RunLock::acquire(&folder, "me").unwrap();

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode(&folder), mode(&folder.join("lock"))), (0o700, 0o600));
}

#[test]
fn a_link_in_the_place_of_the_lock_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other");
    fs::write(&other, "precious").unwrap();
    std::os::unix::fs::symlink(&other, folder.path().join("lock")).unwrap();

    let error = RunLock::acquire(folder.path(), "me").unwrap_err();

    assert!(matches!(error, SyncError::State { .. }), "{error}");
    assert_eq!(fs::read_to_string(other).unwrap(), "precious");
}

#[test]
fn a_library_is_locked_by_whatever_name_and_nothing_is_made_in_it() {
    let place = tempfile::tempdir().unwrap();
    let (library, link) = (place.path().join("library"), place.path().join("link"));
    fs::create_dir(&library).unwrap();
    std::os::unix::fs::symlink(&library, &link).unwrap();

    let _lock = LibraryLock::acquire(&library).unwrap();

    assert!(matches!(LibraryLock::acquire(&link), Err(SyncError::Locked { .. })));
    assert_eq!(fs::read_dir(&library).unwrap().count(), 0);
}

#[test]
fn a_library_that_is_not_there_is_an_error_that_names_it() {
    let place = tempfile::tempdir().unwrap();

    let error = LibraryLock::acquire(&place.path().join("gone")).unwrap_err();

    assert!(matches!(error, SyncError::Library { .. }) && error.to_string().contains("gone"), "{error}");
}
