//! The moving half of a photo whose picture is on the server already.

use immich_api::AssetId;
use immich_sandbox::Fault;
use sync_core::import::SkipKind;

use super::lab::{File, Lab, skipped};

/// The video that the server has for the photo `a.jpg`.
fn video(lab: &Lab) -> Option<String> {
    let id = AssetId::parse(&lab.of("a.jpg").id.to_string()).unwrap();
    lab.client().reader().asset(&id).unwrap().live_photo_video_id.map(|id| id.to_string())
}

/// The picture is there: as another's, and nothing is remembered, or as ours.
fn with_picture(is_ours: bool) -> Lab {
    let mut lab = Lab::new();
    lab.shelf.put("a.jpg", File::of("still"));
    lab.import();
    if !is_ours {
        lab.store = sync_core::state::SqliteStore::in_memory().unwrap();
    }
    lab.shelf.put("a.jpg", File { motion: Some(b"moving".to_vec()), ..File::of("still").in_albums(&["A"]) });
    lab
}

#[test]
fn the_moving_half_follows_a_picture_that_is_there_and_an_undo_parts_them() {
    for is_ours in [false, true] {
        let lab = with_picture(is_ours);
        lab.sandbox.clear_requests();

        let (summary, heard) = lab.import();

        assert_eq!((summary.uploaded, summary.failed), (0, 0), "{heard:?}");
        assert_eq!(summary.done(), 1);
        lab.assert_all_once();
        let moving = lab.view(b"moving");
        assert_eq!(video(&lab), Some(moving.id.to_string()));
        assert!(moving.albums.is_empty());
        let (again, _) = lab.import();
        assert_eq!((skipped(&again, SkipKind::Unchanged), again.run), (1, None));
        let undone = lab.undo(summary.run.unwrap());
        assert_eq!(undone.failed, 0);
        assert_eq!(video(&lab), None);
        assert!(lab.view(b"moving").is_trashed && !lab.of("a.jpg").is_trashed);
    }
}

#[test]
fn a_preview_of_it_sends_nothing() {
    let lab = with_picture(false);
    lab.sandbox.clear_requests();

    let (summary, _) = lab.preview();

    assert_eq!((summary.adopted, summary.uploaded), (1, 0));
    assert_eq!(lab.requests("POST /api/assets "), 0);
}

#[test]
fn a_moving_half_that_is_there_alone_is_joined_and_one_that_fails_is_tried_again() {
    let lab = with_picture(false);
    lab.sandbox.inject(Fault::status(413).on("POST", "/api/assets").after(1).times(1));

    let (first, heard) = lab.try_import();
    assert!(first.is_err() || first.unwrap().failed == 1, "{heard:?}");
    assert_eq!(video(&lab), None);
    lab.sandbox.clear_faults();
    let (second, heard) = lab.import();

    assert_eq!(second.failed, 0, "{heard:?}");
    assert!(video(&lab).is_some());
    lab.assert_all_once();

    // The server has both halves, nobody joined them, and nothing is remembered.
    let mut lab = Lab::new();
    lab.shelf.put("a.jpg", File::of("still"));
    lab.shelf.put("b.jpg", File::of("moving"));
    lab.import();
    lab.store = sync_core::state::SqliteStore::in_memory().unwrap();
    lab.shelf.files.remove("b.jpg");
    lab.shelf.put("a.jpg", File { motion: Some(b"moving".to_vec()), ..File::of("still") });
    let (third, heard) = lab.import();
    assert_eq!((third.uploaded, third.failed, third.bytes_sent), (0, 0, 0), "{heard:?}");
    assert_eq!(video(&lab), Some(lab.view(b"moving").id.to_string()));
}
