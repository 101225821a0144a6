//! Between any two calls of a move the power may go: the next run completes it, or puts everything back.

use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use sync_core::deeds::{Deed, TrashedFile, What};
use sync_core::state::{DeedStore as _, RunId, Store as _};

use super::lab::Desk;
use crate::scan::lab::scene;

/// A photo with a sidecar that went, and what was announced of it.
fn moved() -> (Desk, Vec<TrashedFile>) {
    let desk = Desk::new(&[
        ("keep/a.jpg", scene(1, 80, 60)),
        ("old/b.jpg", scene(1, 80, 60)),
        ("old/b.jpg.xmp", b"<x:xmpmeta/>".to_vec()),
    ]);
    let heard = desk.go().1;
    let What::TrashFiles { files } = &heard.changed[0] else { panic!("{heard:?}") };
    let files = files.clone();
    (desk, files)
}

fn note(file: &TrashedFile) -> PathBuf {
    let mut name = file.name().to_owned();
    name.push(".trashinfo");
    file.trash.path().join("info").join(name)
}

fn home(file: &TrashedFile) {
    rustix::fs::rename(file.in_trash(), file.from.path()).unwrap();
}

/// The deed once more, as a killed run leaves it.
fn announce(desk: &Desk, what: What) -> RunId {
    let store = &desk.lab.store;
    let run = store.begin_run("organize", Timestamp::now()).unwrap();
    let deed = Deed { run, account: String::new(), undoes: None, at: Timestamp::now(), what };
    store.announce(&deed).unwrap();
    run
}

/// The state after each call of a move, from the last to the first: what is undone of it by hand.
fn steps() -> Vec<fn(&[TrashedFile])> {
    vec![
        |_| (),
        |files| home(&files[1]),
        |files| files.iter().for_each(home),
        |files| {
            files.iter().for_each(home);
            // The second note was being written.
            let half = files[1].note[..20].to_owned();
            fs::write(note(&files[1]), half).unwrap();
        },
        |files| {
            files.iter().for_each(home);
            fs::remove_file(note(&files[1])).unwrap();
        },
        |files| {
            files.iter().for_each(home);
            for file in files {
                fs::remove_file(note(file)).unwrap();
            }
        },
    ]
}

#[test]
fn a_move_that_was_cut_off_is_complete_or_never_was() {
    for (number, step) in steps().into_iter().enumerate() {
        let (desk, files) = moved();
        let run = announce(&desk, What::TrashFiles { files: files.clone() });
        step(&files);

        // An undo begins with putting in order.
        let (summary, heard) = desk.undo(run);

        assert!(desk.lab.store.open_deeds().unwrap().is_empty(), "step {number}");
        let expected = if number == 0 { 2 } else { 0 };
        assert_eq!(summary.done, expected, "step {number}: {heard:?}");
        assert_eq!((desk.tree().len(), desk.in_trash().len()), (3, 0), "step {number}");
        assert_eq!(desk.notes(), Vec::<String>::new(), "step {number}");
    }
}

#[test]
fn the_next_run_completes_what_was_cut_off() {
    for (number, step) in steps().into_iter().enumerate() {
        let (desk, files) = moved();
        announce(&desk, What::TrashFiles { files: files.clone() });
        step(&files);

        let (_, heard) = desk.go();

        assert!(desk.lab.store.open_deeds().unwrap().is_empty(), "step {number}");
        assert_eq!(desk.in_trash(), ["b.jpg", "b.jpg.xmp"], "step {number}: {heard:?}");
        assert_eq!((desk.tree().len(), desk.notes().len()), (1, 2), "step {number}");
    }
}

#[test]
fn a_way_back_that_was_cut_off_is_completed() {
    let steps: [fn(&[TrashedFile]); 4] = [
        |_| (),
        |files| home(&files[1]),
        |files| files.iter().for_each(home),
        |files| {
            files.iter().for_each(home);
            fs::remove_file(note(&files[1])).unwrap();
        },
    ];
    for (number, step) in steps.into_iter().enumerate() {
        let (desk, files) = moved();
        // The photo comes back first.
        let back = files.iter().rev().cloned().collect();
        announce(&desk, What::RestoreFiles { files: back });
        step(&files);

        desk.undo(RunId(1));

        assert!(desk.lab.store.open_deeds().unwrap().is_empty(), "step {number}");
        assert_eq!((desk.tree().len(), desk.in_trash().len()), (3, 0), "step {number}");
        assert_eq!(desk.notes(), Vec::<String>::new(), "step {number}");
    }
}

#[test]
fn a_note_of_somebody_else_under_the_same_name_stays() {
    let (desk, files) = moved();
    files.iter().for_each(home);
    fs::write(note(&files[1]), "[Trash Info]\nPath=/another\n").unwrap();
    let run = announce(&desk, What::TrashFiles { files: files.clone() });

    desk.undo(run);

    assert_eq!(desk.notes(), ["b.jpg.trashinfo"]);
}

#[test]
fn what_cannot_be_told_because_a_disk_is_away_stays_open() {
    let (desk, files) = moved();
    let run = announce(&desk, What::TrashFiles { files });
    let away = desk.root.path().join("away");
    rustix::fs::rename(desk.trash(), &away).unwrap();

    let (_, heard) = desk.undo(run);
    assert_eq!(desk.lab.store.open_deeds().unwrap().len(), 1);
    assert!(heard.warnings.iter().any(|text| text.contains("connect the disk")), "{heard:?}");

    rustix::fs::rename(&away, desk.trash()).unwrap();
    desk.undo(run);
    assert!(desk.lab.store.open_deeds().unwrap().is_empty());
    assert_eq!(desk.tree().len(), 3);
}
