//! What an undo does to originals, one question each.

use immich_sandbox::AssetId;
use sync_core::SyncError;
use sync_core::state::{JournalState, Role, RunId, Store, Verdict};
use sync_core::undo::UndoTarget;

use super::lab::{TakesBack, assert_same, jpeg, judged, known, left_over, move_file, records, with_exiftool};
use crate::harness::{Home, Setting, items, snapshot, text};

/// A library with one photo that the server knows better, written by run 1.
fn written() -> (Home, AssetId) {
    let mut setting = Setting::new();
    setting.file("a.jpg", &jpeg());
    let alice = setting.scenario.person("Alice");
    let asset = setting.scenario.asset_file(&setting.library, "a.jpg").person(&alice);
    let id = asset.description("new caption").rating(4).gps(52.5, 13.4).tag("beach").id();
    let home = setting.start();
    let (summary, told) = home.write();
    assert_eq!(summary.done, 1, "{told:?}");
    (home, id)
}

fn unwritten() -> Home {
    let setting = Setting::new();
    setting.file("a.jpg", &jpeg());
    setting.start()
}

#[test]
fn the_tags_are_as_they_were_before_the_run() {
    let (home, _) = written();
    assert_eq!(items(&home.tags("a.jpg"), "XMP-dc:Subject"), ["beach", "Alice"]);

    let (summary, told) = home.undo_run(1);

    assert_eq!((summary.done, summary.seen, summary.is_clean()), (1, 1, true), "{told:?}");
    assert_same(&judged(home.photos.path()), &judged(unwritten().photos.path()));
    assert!(left_over(home.photos.path()).is_empty());
}

#[test]
fn a_preview_names_the_steps_and_changes_nothing() {
    let (home, _) = written();
    let (files, journal) = (snapshot(home.photos.path()), home.store.journal(None).unwrap());

    let (summary, told) = home.foresee(&UndoTarget::Run(RunId(1)));

    assert_eq!((summary.done, told.would.as_slice()), (1, [home.path("a.jpg")].as_slice()));
    assert_eq!(snapshot(home.photos.path()), files);
    assert_eq!(home.store.journal(None).unwrap(), journal);
    assert_eq!(home.store.runs().unwrap().len(), 1);
}

#[test]
fn the_next_run_leaves_the_file_until_the_server_says_something_new() {
    let (home, id) = written();
    home.undo_run(1);
    let undone = snapshot(home.photos.path());

    let (again, told) = home.write();

    assert_eq!((again.done, again.skipped.get("undone")), (0, Some(&1)), "{told:?}");
    assert_eq!(snapshot(home.photos.path()), undone);
    home.sandbox.edit(id, |asset| asset.description = Some("newest".to_owned())).unwrap();
    let (again, told) = home.write();
    assert_eq!(again.done, 1, "{told:?}");
    assert_eq!(text(&home.tags("a.jpg"), "XMP-dc:Description"), "newest");
}

#[test]
fn nothing_is_known_as_ours_afterwards() {
    let (home, id) = written();

    home.undo_run(1);

    let [record] = <[_; 1]>::try_from(records(&home, id)).unwrap();
    assert_eq!((record.role, record.verdict), (Role::Original, Verdict::Undone));
    assert!(!record.base.has_written(), "{:?}", record.base);
    assert_eq!(record.file.unwrap().size, home.path("a.jpg").metadata().unwrap().len());
}

#[test]
fn the_server_is_owed_a_word_about_the_file() {
    let (home, id) = written();
    let account = home.store.journal(None).unwrap()[0].intent.account.clone();
    home.store.told(&[known(id)]).unwrap();

    home.undo_run(1);

    assert_eq!(home.store.owed(&account).unwrap(), [known(id)]);
}

#[test]
fn what_somebody_changed_since_stays_and_is_told() {
    let (home, _) = written();
    let path = home.path("a.jpg");
    with_exiftool(&path, &["-XMP-dc:Description=theirs", "-XMP-dc:Subject+=theirs", "-XMP-dc:Creator=They"]);

    let (summary, told) = home.undo_run(1);

    assert_eq!(summary.done, 1, "{told:?}");
    let tags = home.tags("a.jpg");
    assert_eq!(text(&tags, "XMP-dc:Description"), "theirs");
    assert_eq!(items(&tags, "XMP-dc:Subject"), ["beach", "theirs"]);
    assert_eq!(
        (items(&tags, "XMP-dc:Creator"), text(&tags, "XMP-xmp:Rating")),
        (vec!["They".to_owned()], "2")
    );
    assert!(told.kept.iter().any(|(kept, _)| *kept == path), "{told:?}");
}

#[test]
fn a_change_of_which_nothing_is_left_counts_as_taken_back() {
    let (home, id) = written();
    std::fs::write(home.path("a.jpg"), jpeg().build()).unwrap();
    let before = snapshot(home.photos.path());

    let (summary, told) = home.undo_run(1);

    assert_eq!((summary.done, summary.skipped.get("nothing-left")), (0, Some(&1)), "{told:?}");
    assert_eq!(snapshot(home.photos.path()), before);
    assert_eq!(home.store.journal(None).unwrap()[0].undone_by, Some(RunId(2)));
    assert_eq!(records(&home, id)[0].verdict, Verdict::Undone);
    assert_eq!(home.write().0.done, 0);
}

#[test]
fn an_undo_can_be_taken_back() {
    let (home, id) = written();
    let after_write = judged(home.photos.path());
    let base = records(&home, id)[0].base.clone();
    home.undo_run(1);

    let (summary, told) = home.undo_run(2);

    assert_eq!(summary.done, 1, "{told:?}");
    assert_same(&judged(home.photos.path()), &after_write);
    assert_eq!((&records(&home, id)[0].base, &records(&home, id)[0].verdict), (&base, &Verdict::InStep));
    let marks: Vec<_> = home.store.journal(None).unwrap().iter().map(|row| row.undone_by).collect();
    assert_eq!(marks, [None, Some(RunId(3)), None]);
    assert_eq!(home.write().0.done, 0);
    home.undo_run(1);
    assert_same(&judged(home.photos.path()), &judged(unwritten().photos.path()));
}

#[test]
fn an_undo_twice_is_an_undo_once() {
    let (home, _) = written();
    home.undo_run(1);
    let before = snapshot(home.photos.path());

    let (summary, told) = home.undo_run(1);

    assert_eq!((summary.seen, summary.is_clean()), (0, true));
    assert!(told.warnings.iter().any(|text| text.contains("nothing of run 1")), "{told:?}");
    assert_eq!(snapshot(home.photos.path()), before);
    assert_eq!(home.store.runs().unwrap().len(), 2);
}

#[test]
fn what_is_not_in_the_journal_is_an_error() {
    let (home, _) = written();
    let nobody = immich_api::AssetId::from_u128(7);

    for target in [UndoTarget::Run(RunId(9)), UndoTarget::Asset(nobody), UndoTarget::Path("/none.jpg".into())]
    {
        let error = home.try_undo(&target).0.unwrap_err();

        assert!(matches!(error, SyncError::NothingKnown(_)), "{error}");
        assert!(error.to_string().contains("history"), "{error}");
    }
}

#[test]
fn a_file_that_is_away_is_taken_back_when_it_is_there_again() {
    let (home, _) = written();
    let (path, aside) = (home.path("a.jpg"), home.path("a.away"));
    move_file(&path, &aside);

    let (summary, told) = home.undo_run(1);

    assert_eq!((summary.skipped.get("missing"), summary.is_clean()), (Some(&1), false), "{told:?}");
    move_file(&aside, &path);
    assert_eq!(home.undo_run(1).0.done, 1);
    assert_same(&judged(home.photos.path()), &judged(unwritten().photos.path()));
}

#[test]
fn a_photo_that_was_moved_is_found_where_it_is_now() {
    let (home, id) = written();
    let moved = home.path("2024-moved.jpg");
    move_file(&home.path("a.jpg"), &moved);
    let mut record = records(&home, id).remove(0);
    record.path.clone_from(&moved);
    home.store.remember(&record).unwrap();

    for (round, target) in [UndoTarget::Run(RunId(1)), UndoTarget::Path(moved.clone())].iter().enumerate() {
        let (summary, told) = home.undo(target);
        assert_eq!(summary.done, 1 - round as u64, "{told:?}");
    }

    assert_eq!(text(&home.tags("2024-moved.jpg"), "XMP-dc:Description"), "old caption");
    assert_eq!(records(&home, id)[0].path, moved);
}

#[test]
fn a_change_that_a_killed_run_left_open_is_settled_first() {
    let (home, _) = written();
    let row = home.store.journal(None).unwrap().remove(0);
    let run = home.store.begin_run("write", jiff::Timestamp::UNIX_EPOCH).unwrap();
    home.store.intend(&sync_core::state::Intent { run, ..row.intent }).unwrap();

    let (summary, _) = home.undo(&UndoTarget::Path(home.path("a.jpg")));

    assert_eq!(summary.done, 1);
    let states: Vec<_> = home.store.journal(None).unwrap().iter().map(|row| row.state).collect();
    assert_eq!(states, [JournalState::Done, JournalState::RolledBack, JournalState::Done]);
}

#[test]
fn a_stop_request_ends_between_two_photos() {
    let (home, _) = written();
    home.stop.raise();

    let (summary, _) = home.undo_run(1);

    assert_eq!((summary.seen, summary.stopped), (0, true));
    assert_eq!(text(&home.tags("a.jpg"), "XMP-dc:Description"), "new caption");
}
