//! Several runs on one file: each can be taken back alone, and all of them by the name of the photo.

use immich_sandbox::AssetId;
use sync_core::history;
use sync_core::history::ChangeKind;
use sync_core::state::{JournalState, RunId, Store};
use sync_core::undo::UndoTarget;

use super::lab::{TakesBack, assert_same, differences, jpeg, judged, known};
use crate::harness::{Home, Setting, items, text};

/// Run 1 writes a caption, run 2 a place and a person, run 3 another caption and stars.
fn three_runs() -> (Home, AssetId) {
    let mut setting = Setting::new();
    setting.file("2024/a.jpg", &jpeg());
    setting.file("2024/b.jpg", &jpeg().seed(2));
    let nameless = setting.scenario.unnamed_person();
    let asset = setting.scenario.asset_file(&setting.library, "2024/a.jpg").person(&nameless);
    let id = asset.description("first").tag("beach").id();
    setting.scenario.asset_file(&setting.library, "2024/b.jpg").description("b").tag("beach");
    let home = setting.start();
    assert_eq!(home.write().0.done, 2);
    home.sandbox.rename_person(nameless, "Alice");
    home.sandbox.edit(id, |asset| (asset.latitude, asset.longitude) = (Some(-33.5), Some(-70.5))).unwrap();
    assert_eq!(home.write().0.done, 1);
    home.sandbox
        .edit(id, |asset| {
            asset.description = Some("third".to_owned());
            asset.rating = Some(5);
        })
        .unwrap();
    assert_eq!(home.write().0.done, 1);
    (home, id)
}

fn untouched() -> Home {
    let setting = Setting::new();
    setting.file("2024/a.jpg", &jpeg());
    setting.file("2024/b.jpg", &jpeg().seed(2));
    setting.start()
}

#[test]
fn the_middle_one_goes_and_the_later_one_stays() {
    let (home, _) = three_runs();

    let (summary, told) = home.undo_run(2);

    assert_eq!(summary.done, 1, "{told:?}");
    let tags = home.tags("2024/a.jpg");
    assert_eq!(items(&tags, "XMP-dc:Subject"), ["beach"]);
    assert!(tags.keys().all(|name| !name.contains("GPSL") && !name.contains("PersonInImage")), "{tags:?}");
    assert_eq!((text(&tags, "XMP-dc:Description"), text(&tags, "XMP-xmp:Rating")), ("third", "5"));
}

#[test]
fn the_first_one_leaves_what_a_later_one_put_in_its_place() {
    let (home, _) = three_runs();

    let (_, told) = home.undo_run(1);

    assert_eq!(text(&home.tags("2024/a.jpg"), "XMP-dc:Description"), "third");
    assert_eq!(text(&home.tags("2024/b.jpg"), "XMP-dc:Description"), "old caption");
    assert!(told.kept.iter().any(|(path, _)| path.ends_with("a.jpg")), "{told:?}");
}

#[test]
fn all_of_them_by_the_name_of_the_asset() {
    let (home, id) = three_runs();

    let (summary, told) = home.undo(&UndoTarget::Asset(known(id)));

    assert_eq!((summary.done, summary.files), (1, 3), "{told:?}");
    let (now, before) = (judged(home.photos.path()), judged(untouched().photos.path()));
    let differences = differences(&now, &before);
    assert!(differences.iter().all(|difference| difference.contains("b.jpg")), "{differences:?}");
    assert!(!differences.is_empty(), "another photo is not meant");
}

#[test]
fn all_of_them_by_their_folder() {
    let (home, _) = three_runs();

    let (summary, told) = home.undo(&UndoTarget::Path(home.path("2024")));

    assert_eq!((summary.done, summary.files), (2, 4), "{told:?}");
    assert_same(&judged(home.photos.path()), &judged(untouched().photos.path()));
}

#[test]
fn a_preview_of_several_looks_past_the_newer_ones() {
    let (home, id) = three_runs();
    let target = UndoTarget::Asset(known(id));

    let (foreseen, told) = home.foresee(&target);

    let (done, truly) = home.undo(&target);
    assert_eq!((foreseen.done, foreseen.files, foreseen.kept), (done.done, done.files, done.kept));
    assert_eq!((told.would, told.kept), (truly.done, truly.kept));
}

#[test]
fn the_history_says_what_became_of_each_run_and_change() {
    let (home, id) = three_runs();
    home.undo_run(2);

    let runs = history::runs(&home.store).unwrap();
    let counts: Vec<_> =
        runs.iter().map(|run| (run.run.id.0, run.changes.done, run.changes.undone)).collect();
    assert_eq!(counts, [(1, 2, 0), (2, 1, 1), (3, 1, 0), (4, 1, 0)]);
    let mut changes = Vec::new();
    history::changes(&home.store, &UndoTarget::Asset(known(id)), |change| {
        changes.push(change);
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    let marks: Vec<_> = changes.iter().map(|change| (change.run.0, change.undone_by)).collect();
    assert_eq!(marks, [(1, None), (2, Some(RunId(4))), (3, None), (4, None)]);
    assert_eq!(changes[3].undoes, Some(changes[1].id));
    assert!(
        changes.iter().all(|change| change.kind == ChangeKind::Changed && change.state == JournalState::Done)
    );
    let caption = |index: usize| {
        let name = "XMP-dc:Description";
        let edit = changes[index].edits.iter().find(|edit| edit.tag.name() == name)?;
        Some((edit.old.clone()?.as_text().to_owned(), edit.new.clone()?.as_text().to_owned()))
    };
    assert_eq!(caption(0), Some(("old caption".to_owned(), "first".to_owned())));
    assert_eq!(caption(2), Some(("first".to_owned(), "third".to_owned())));
}

#[test]
fn the_history_can_be_left_in_the_middle() {
    let (home, _) = three_runs();
    let mut seen = 0;

    history::changes(&home.store, &UndoTarget::Path(home.path("2024")), |_| {
        seen += 1;
        std::ops::ControlFlow::Break(())
    })
    .unwrap();

    assert_eq!((seen, home.store.journal(None).unwrap().len()), (1, 4));
}

#[test]
fn what_was_taken_back_stays_so_when_the_server_reads_the_files_again() {
    let mut setting = Setting::new();
    let xmp = sample_pictures::Xmp::new().description("old caption");
    setting.file("2024/a.jpg", &sample_pictures::Picture::new(sample_pictures::Kind::Jpeg).xmp(xmp));
    let (album, alice) = (setting.scenario.album("Summer"), setting.scenario.person("Alice"));
    let asset = setting.scenario.asset_file(&setting.library, "2024/a.jpg").person(&alice).album(&album);
    let id = asset.favorite(true).description("first").gps(-33.5, -70.5).id();
    let mut home = setting.start();
    home.options.data.insert(photo_metadata::Datum::Albums);
    assert_eq!(home.write().0.done, 1);
    home.refresh(id);
    home.write();
    let said = home.sandbox.view(id).unwrap();
    home.undo(&UndoTarget::Asset(known(id)));
    home.refresh(id);
    let says = home.sandbox.view(id).unwrap();
    assert_eq!((said.tags.len(), said.rating, said.description.as_deref()), (1, Some(5), Some("first")));
    assert_eq!((says.tags.len(), says.rating, says.description.as_deref()), (0, None, Some("old caption")));

    for _ in 0..2 {
        let (summary, told) = home.write();
        assert_eq!((summary.done, summary.skipped.get("undone")), (0, Some(&1)), "{told:?}");
    }

    home.sandbox.edit(id, |asset| asset.description = Some("another".to_owned())).unwrap();
    assert_eq!(home.write().0.done, 1, "their data changed");
}
