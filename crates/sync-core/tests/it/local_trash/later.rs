//! An undo brings back what is still what went there, to a place that is free, and says what it cannot.

use std::fs;

use sync_core::state::RunId;

use super::lab::{Desk, reasons};
use crate::scan::lab::scene;

/// A copy with a sidecar in the trash.
fn gone() -> (Desk, RunId) {
    let desk = Desk::new(&[
        ("keep/a.jpg", scene(1, 80, 60)),
        ("old/b.jpg", scene(1, 80, 60)),
        ("old/b.xmp", b"<x:xmpmeta/>".to_vec()),
    ]);
    let run = desk.go().0.run.unwrap();
    assert_eq!(desk.in_trash(), ["b.jpg", "b.xmp"]);
    (desk, run)
}

#[test]
fn what_took_the_place_of_a_photo_stays_and_the_rest_comes_when_it_is_free() {
    let (desk, run) = gone();
    fs::write(desk.path("old/b.jpg"), "another").unwrap();

    let (summary, heard) = desk.undo(run);

    assert_eq!((summary.done, summary.skipped["touched-since"]), (0, 1), "{heard:?}");
    assert!(reasons(&heard)["b.jpg"].contains("another file is at its place"), "{heard:?}");
    assert_eq!(fs::read(desk.path("old/b.jpg")).unwrap(), b"another");
    assert_eq!(desk.in_trash().len(), 2);

    fs::remove_file(desk.path("old/b.jpg")).unwrap();
    assert_eq!(desk.undo(run).0.done, 2);
    assert_eq!((desk.tree().len(), desk.in_trash().len(), desk.notes().len()), (3, 0, 0));
}

#[test]
fn a_sidecar_whose_place_is_taken_does_not_keep_its_photo() {
    let (desk, run) = gone();
    fs::write(desk.path("old/b.xmp"), "another").unwrap();

    let (summary, _) = desk.undo(run);

    assert_eq!((summary.done, summary.skipped["touched-since"]), (1, 1));
    assert_eq!(
        (desk.in_trash(), desk.notes()),
        (vec!["b.xmp".to_owned()], vec!["b.xmp.trashinfo".to_owned()])
    );
}

#[test]
fn an_emptied_trash_is_told_as_what_it_is() {
    let (desk, run) = gone();
    fs::remove_file(desk.trash().join("files/b.jpg")).unwrap();

    let (summary, heard) = desk.undo(run);

    assert_eq!((summary.done, summary.skipped["lost"], summary.is_clean()), (0, 2, false));
    assert!(reasons(&heard)["b.jpg"].contains("not in the trash"), "{heard:?}");
    assert!(reasons(&heard)["b.xmp"].contains("its photo cannot be brought back"), "{heard:?}");

    fs::remove_dir_all(desk.trash()).unwrap();
    let (_, heard) = desk.undo(run);
    assert!(reasons(&heard)["b.jpg"].contains("is a disk not connected?"), "{heard:?}");
}

#[test]
fn another_file_under_the_same_name_in_the_trash_is_not_brought_back() {
    let (desk, run) = gone();
    let in_trash = desk.trash().join("files/b.jpg");
    fs::write(&in_trash, "another").unwrap();

    let (summary, heard) = desk.undo(run);

    assert_eq!(summary.done, 0);
    assert!(reasons(&heard)["b.jpg"].contains("is another file now"), "{heard:?}");
    assert_eq!(fs::read(&in_trash).unwrap(), b"another");
}

#[test]
fn a_file_that_got_another_number_is_known_by_its_content() {
    let (desk, run) = gone();
    let in_trash = desk.trash().join("files/b.jpg");
    let bytes = fs::read(&in_trash).unwrap();
    fs::write(desk.root.path().join("new"), &bytes).unwrap();
    rustix::fs::rename(desk.root.path().join("new"), &in_trash).unwrap();

    assert_eq!(desk.undo(run).0.done, 2);
    assert_eq!(fs::read(desk.path("old/b.jpg")).unwrap(), bytes);
}

#[test]
fn what_the_user_took_out_of_the_trash_is_left_and_its_sidecar_follows() {
    let (desk, run) = gone();
    rustix::fs::rename(desk.trash().join("files/b.jpg"), desk.path("old/b.jpg")).unwrap();

    let (summary, heard) = desk.undo(run);

    assert_eq!((summary.done, summary.skipped["nothing-left"]), (1, 1), "{heard:?}");
    assert_eq!(desk.tree().len(), 3);
}

#[test]
fn a_folder_that_is_gone_is_not_made_again() {
    let (desk, run) = gone();
    fs::remove_dir_all(desk.path("old")).unwrap();

    let (summary, heard) = desk.undo(run);

    assert_eq!(summary.done, 0);
    assert!(reasons(&heard)["b.jpg"].contains("its folder is gone"), "{heard:?}");
    fs::create_dir(desk.path("old")).unwrap();
    assert_eq!(desk.undo(run).0.done, 2);
}

#[test]
fn taking_back_the_taking_back_leaves_the_files_where_they_are() {
    let (desk, run) = gone();
    desk.undo(run);

    let (summary, _) = desk.undo(RunId(run.0 + 1));

    assert_eq!((summary.done, summary.skipped["touched-since"]), (0, 2));
    assert_eq!(desk.tree().len(), 3);
}
