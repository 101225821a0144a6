//! What changes after the first run, in the source and on the server.

use sync_core::deeds::What;
use sync_core::import::{AlbumKey, SkipKind, Stamp};
use sync_core::state::LedgerStore as _;

use super::lab::{File, Lab, Shelf, skipped};

fn with_caption(text: &str) -> File {
    let mut file = File::of("one");
    file.facts.description = Some(text.to_owned());
    file
}

/// One photo that was sent with the caption `first`.
fn sent() -> Lab {
    let mut lab = Lab::new();
    lab.shelf.put("a.jpg", with_caption(""));
    lab.import();
    lab.shelf.put("a.jpg", with_caption("first"));
    let (summary, heard) = lab.import();
    assert_eq!(summary.updated, 1, "{heard:?}");
    lab
}

fn caption(lab: &Lab) -> Option<String> {
    lab.of("a.jpg").description.filter(|text| !text.is_empty())
}

#[test]
fn what_changes_in_the_source_travels_and_what_is_taken_away_goes() {
    let mut lab = sent();
    assert_eq!(caption(&lab).as_deref(), Some("first"));

    lab.shelf.put("a.jpg", with_caption("second"));
    let (summary, heard) = lab.import();

    assert_eq!((summary.updated, summary.bytes_read), (1, 0), "{heard:?}");
    assert_eq!(caption(&lab).as_deref(), Some("second"));
    lab.shelf.put("a.jpg", with_caption(""));
    lab.import();
    assert_eq!(caption(&lab), None);
}

#[test]
fn what_both_changed_stays_as_the_server_has_it_and_is_told_once() {
    let mut lab = sent();
    let id = lab.of("a.jpg").id;
    lab.sandbox.edit(id, |asset| asset.description = Some("theirs".to_owned())).unwrap();
    lab.shelf.put("a.jpg", with_caption("ours"));

    let (summary, heard) = lab.import();

    assert_eq!(caption(&lab).as_deref(), Some("theirs"));
    assert_eq!(skipped(&summary, SkipKind::Conflict), 1);
    assert_eq!(heard.conflicts, [("a.jpg".to_owned(), "description")]);
    let (summary, heard) = lab.import();
    assert_eq!((skipped(&summary, SkipKind::Unchanged), heard.conflicts.len()), (1, 0));
}

#[test]
fn what_was_deleted_there_stays_deleted_until_it_is_asked_for() {
    for for_good in [false, true] {
        let mut lab = sent();
        let id = lab.of("a.jpg").id;
        lab.sandbox.trash(id).unwrap();
        if for_good {
            lab.sandbox.remove(id).unwrap();
        }
        lab.shelf.put("a.jpg", with_caption("again"));

        let (summary, heard) = lab.import();

        assert_eq!(skipped(&summary, SkipKind::DeletedHere), 1, "{heard:?}");
        assert_eq!(heard.left, [("a.jpg".to_owned(), SkipKind::DeletedHere)]);
        assert!(lab.there().is_empty());
        lab.options.rehash = true;
        lab.import();
        assert!(lab.there().is_empty());
        lab.options.rehash = false;
        lab.options.restore = true;
        let (summary, heard) = lab.import();
        assert_eq!(summary.done(), 1, "{heard:?}");
        lab.assert_all_once();
    }
}

#[test]
fn what_was_sent_by_us_and_trashed_there_is_no_news_for_another_path_with_the_same_bytes() {
    let mut lab = sent();
    lab.sandbox.trash(lab.of("a.jpg").id).unwrap();
    let file = lab.shelf.files.remove("a.jpg").unwrap();
    lab.shelf.put("moved.jpg", file);

    let (summary, heard) = lab.import();

    assert_eq!((summary.uploaded, skipped(&summary, SkipKind::DeletedHere)), (0, 1), "{heard:?}");
    assert!(lab.there().is_empty());
}

#[test]
fn albums_follow_the_source_and_what_the_user_put_into_them_stays() {
    let mut lab = Lab::new();
    lab.shelf.put("a.jpg", File::of("one").in_albums(&["2019/Xmas", "2020/Xmas"]));
    lab.shelf.put("b.jpg", File::of("two").in_albums(&["2019/Xmas"]));
    for key in ["2019/Xmas", "2020/Xmas"] {
        lab.shelf.titles.insert(key.to_owned(), "Xmas".to_owned());
    }
    let (_, heard) = lab.import();
    assert_eq!(lab.of("a.jpg").albums, ["Xmas", "Xmas"], "two albums of one title stay two: {heard:?}");

    lab.shelf.titles.insert("2019/Xmas".to_owned(), "Christmas".to_owned());
    lab.shelf.put("b.jpg", File::of("two"));
    lab.shelf.put("c.jpg", File::of("three").in_albums(&["2019/Xmas"]));
    let (summary, heard) = lab.import();

    assert_eq!((summary.uploaded, summary.updated), (1, 1), "{heard:?}");
    assert_eq!(lab.of("a.jpg").albums, ["Christmas", "Xmas"]);
    assert_eq!(lab.of("b.jpg").albums, Vec::<String>::new());
    assert_eq!(lab.of("c.jpg").albums, ["Christmas"]);
}

#[test]
fn an_album_that_was_deleted_on_the_server_stays_deleted() {
    let mut lab = Lab::new();
    lab.shelf.put("a.jpg", File::of("one").in_albums(&["A"]));
    lab.import();
    let client = lab.client();
    let album = client.reader().albums(immich_api::AlbumScope::Own).unwrap().remove(0);
    client.writer().delete_album(&album.id).unwrap();
    lab.shelf.put("b.jpg", File::of("two").in_albums(&["A"]));

    let (summary, heard) = lab.import();

    assert_eq!((summary.uploaded, summary.failed), (1, 0), "{heard:?}");
    assert!(lab.sandbox.albums().is_empty());
    assert!(heard.warnings[0].contains("deleted on the server"), "{heard:?}");
    let (_, heard) = lab.import();
    assert!(heard.warnings.is_empty());
}

#[test]
fn an_album_of_the_user_is_filled_where_there_is_one_of_that_name() {
    let mut lab = Lab::new();
    let client = lab.client();
    client.writer().make_album("Mine", "by hand", &[]).unwrap();
    lab.options.into_album = Some("Mine".to_owned());
    lab.shelf.put("a.jpg", File::of("one"));

    lab.import();

    assert_eq!(lab.sandbox.albums().len(), 1);
    assert_eq!(lab.of("a.jpg").albums, ["Mine"]);
}

#[test]
fn tags_follow_the_source() {
    let mut lab = Lab::new();
    let tagged = |tags: &[&str]| {
        let mut file = File::of("one");
        file.facts.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        file.facts.people.insert("Zoë".to_owned());
        file
    };
    lab.options.people_tag = Some("People".to_owned());
    lab.shelf.put("a.jpg", tagged(&["a/b", "c"]));
    let (_, heard) = lab.import();
    assert_eq!(lab.of("a.jpg").tags, ["People/Zoë", "a/b", "c"], "{heard:?}");

    lab.shelf.put("a.jpg", tagged(&["c", "d"]));
    lab.import();

    assert_eq!(lab.of("a.jpg").tags, ["People/Zoë", "c", "d"]);
}

#[test]
fn undo_takes_everything_back_and_the_next_run_does_not_send_it_again() {
    let mut lab = Lab::new();
    lab.shelf.put("a.jpg", with_caption("x").in_albums(&["A"]));
    lab.shelf.put("b.jpg", File::of("two"));
    lab.shelf.files.get_mut("b.jpg").unwrap().facts.tags.insert("t".to_owned());
    let (summary, _) = lab.import();

    let undone = lab.undo(summary.run.unwrap());

    assert_eq!(undone.failed, 0, "{undone:?}");
    assert!(lab.there().is_empty() && lab.sandbox.albums().is_empty());
    let (again, _) = lab.import();
    assert_eq!((again.uploaded, lab.there().len()), (0, 0));
    lab.shelf.files.get_mut("a.jpg").unwrap().facts.albums.insert(AlbumKey("B".to_owned()));
    let (again, heard) = lab.import();
    assert_eq!(skipped(&again, SkipKind::DeletedHere), 1, "{heard:?}");
    assert!(!heard.changed.iter().any(|what| matches!(what, What::Upload { .. })));
}

#[test]
fn what_a_killed_run_did_and_did_not_remember_is_ours_nevertheless() {
    let mut lab = Lab::new();
    let mut file = File::of("one").in_albums(&["A"]);
    file.facts.tags.insert("Trips".to_owned());
    lab.shelf.put("a.jpg", file);
    lab.import();
    let account = lab.client().server().user.id.to_string();
    let mut entries = lab.store.entries(&account, "shelf", &[Shelf::id("a.jpg")]).unwrap();
    for entry in &mut entries {
        // As after a kill between the deed and the ledger.
        entry.stamp = Stamp([0; 16]);
        entry.sent.albums.clear();
        entry.sent.tags.clear();
    }
    lab.store.put_entries(&entries).unwrap();
    lab.import();

    lab.shelf.put("a.jpg", File::of("one"));
    lab.import();

    let photo = lab.of("a.jpg");
    assert_eq!((photo.albums, photo.tags), (Vec::new(), Vec::new()));
}
