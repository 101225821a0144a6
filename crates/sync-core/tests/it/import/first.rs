//! First runs, and second ones that find nothing new.

use std::sync::atomic::Ordering;

use sync_core::deeds::What;
use sync_core::import::SkipKind;
use sync_core::state::LedgerStore as _;

use super::lab::{File, Lab, Shelf, skipped};

#[test]
fn everything_arrives_once_and_a_second_run_opens_nothing_and_asks_next_to_nothing() {
    let mut lab = Lab::new();
    lab.shelf.fill(1000);

    let (summary, heard) = lab.import();

    assert_eq!((summary.seen, summary.uploaded, summary.failed), (1000, 1000, 0), "{heard:?}");
    lab.assert_all_once();
    assert!(lab.requests("POST /api/assets/bulk-upload-check") < 100);
    let opened = lab.shelf.opened.swap(0, Ordering::SeqCst);
    assert_eq!(opened, 1000, "a small file is read once");
    lab.sandbox.clear_requests();
    lab.shelf.asked.store(0, Ordering::SeqCst);
    let (summary, _) = lab.import();
    assert_eq!((summary.seen, skipped(&summary, SkipKind::Unchanged)), (1000, 1000));
    assert_eq!(lab.shelf.opened.load(Ordering::SeqCst), 0);
    assert_eq!(lab.shelf.asked.load(Ordering::SeqCst), 0);
    let asked: Vec<_> = lab.sandbox.requests().into_iter().map(|request| request.path).collect();
    assert!(asked.iter().all(|path| is_of_connecting(path)), "{asked:?}");
    assert_eq!(summary.run, None);
}

/// What a client asks before anything else.
fn is_of_connecting(path: &str) -> bool {
    ["/.well-known", "/api/server/", "/api/api-keys/me", "/api/users/me"]
        .iter()
        .any(|known| path.starts_with(known))
}

#[test]
fn equal_bytes_are_one_asset_in_the_albums_of_both() {
    let mut lab = Lab::new();
    lab.shelf.put("a/1.jpg", File::of("same").in_albums(&["A"]));
    lab.shelf.put("b/1.jpg", File::of("same").in_albums(&["B"]));
    lab.shelf.put("c/1.jpg", File::of("other").in_albums(&["B"]));

    let (summary, heard) = lab.import();

    assert_eq!((summary.uploaded, skipped(&summary, SkipKind::Twice)), (2, 1), "{heard:?}");
    lab.assert_all_once();
    assert_eq!(lab.of("a/1.jpg").albums, ["A", "B"]);
    let (summary, heard) = lab.import();
    assert_eq!(skipped(&summary, SkipKind::Unchanged), 3, "{heard:?}");
}

#[test]
fn a_name_and_a_time_say_nothing() {
    for (first, second) in [("small", "a larger picture"), ("a larger picture", "small")] {
        let mut lab = Lab::new();
        lab.shelf.put("a/IMG_0001.JPG", File::of(first));
        lab.import();
        lab.shelf.put("b/IMG_0001.JPG", File::of(second));

        let (summary, _) = lab.import();

        assert_eq!(summary.uploaded, 1);
        lab.assert_all_once();
        assert!(lab.sandbox.stacks().is_empty());
    }
}

#[test]
fn what_the_phone_uploaded_is_adopted_and_gets_what_it_lacks() {
    let mut lab = Lab::new();
    lab.shelf.fill(3);
    lab.import();
    lab.store = sync_core::state::SqliteStore::in_memory().unwrap();
    for file in lab.shelf.files.values_mut() {
        file.facts.is_favourite = Some(true);
        file.facts.tags.insert("Trips/Sea".to_owned());
    }
    lab.sandbox.clear_requests();

    let (summary, heard) = lab.import();

    assert_eq!((summary.uploaded, summary.adopted), (0, 3), "{heard:?}");
    lab.assert_all_once();
    assert!(lab.there().iter().all(|view| view.is_favorite && view.tags == ["Trips/Sea"]));
    assert_eq!(lab.requests("POST /api/assets "), 0);
}

#[test]
fn a_live_photo_is_two_assets_of_which_one_is_hidden() {
    let mut lab = Lab::new();
    let file = File { motion: Some(b"moving".to_vec()), ..File::of("still") };
    lab.shelf.put("a.jpg", file.in_albums(&["A"]));

    let (summary, heard) = lab.import();

    assert_eq!((summary.seen, summary.uploaded), (1, 1), "{heard:?}");
    lab.assert_all_once();
    let reader = lab.client();
    let still = immich_api::AssetId::parse(&lab.of("a.jpg").id.to_string()).unwrap();
    let still = reader.reader().asset(&still).unwrap();
    let moving = lab.view(b"moving");
    assert_eq!(still.live_photo_video_id.unwrap().to_string(), moving.id.to_string());
    assert!(moving.albums.is_empty() && moving.tags.is_empty());
    let (summary, _) = lab.import();
    assert_eq!(skipped(&summary, SkipKind::Unchanged), 1);
}

#[test]
fn a_preview_counts_and_changes_nothing() {
    let mut lab = Lab::new();
    lab.shelf.put("a.jpg", File::of("one").in_albums(&["A"]));
    lab.shelf.put("b.jpg", File::of("one"));
    lab.shelf.put("c.jpg", File::of("two"));
    lab.shelf.passed.push("/shelf/notes.txt".to_owned());
    lab.sandbox.clear_requests();

    let (summary, heard) = lab.preview();

    assert_eq!((summary.seen, summary.uploaded), (4, 2));
    assert_eq!((skipped(&summary, SkipKind::Twice), skipped(&summary, SkipKind::NotMedia)), (1, 1));
    assert_eq!(heard.uploaded.len(), 2);
    assert!(lab.sandbox.writes().is_empty() && lab.there().is_empty());
    assert!(lab.store.outline(&lab.sandbox.admin().to_string(), "shelf").unwrap().is_empty());
}

#[test]
fn what_a_source_says_is_on_the_server_without_another_order() {
    let mut lab = Lab::new();
    let mut file = File::of("one");
    file.facts.is_favourite = Some(true);
    file.facts.is_archived = Some(true);
    lab.shelf.put("a.jpg", file);

    let (_, heard) = lab.import();

    assert!(lab.of("a.jpg").is_favorite);
    assert!(matches!(&heard.changed[..], [What::Upload { uploads }] if uploads.len() == 1), "{heard:?}");
}

#[test]
fn empty_and_changing_files_are_told_and_the_others_arrive() {
    let mut lab = Lab::new();
    lab.shelf.fill(3);
    lab.shelf.put("empty.jpg", File::of(""));
    lab.shelf.put("changing.jpg", File::of("a file that is being written"));
    lab.shelf.spoilt.lock().unwrap().insert("changing.jpg".to_owned());

    let (summary, heard) = lab.import();

    assert_eq!((summary.uploaded, summary.failed, skipped(&summary, SkipKind::Empty)), (3, 1, 1));
    assert!(heard.failed[0].1.contains("changed while it was read"), "{heard:?}");
    lab.shelf.spoilt.lock().unwrap().clear();
    assert_eq!(lab.import().0.uploaded, 1);
}

#[test]
fn a_file_that_was_moved_is_known_by_its_bytes() {
    let mut lab = Lab::new();
    lab.shelf.put("a.jpg", File::of("one"));
    lab.import();
    let file = lab.shelf.files.remove("a.jpg").unwrap();
    lab.shelf.put("moved/b.jpg", file);

    let (summary, _) = lab.import();

    assert_eq!((summary.uploaded, summary.adopted), (0, 1));
    lab.assert_all_once();
    let account = lab.sandbox.admin().to_string();
    let entries = lab.store.entries(&account, "shelf", &[Shelf::id("moved/b.jpg")]).unwrap();
    assert!(entries[0].standing.is_ours());
}
