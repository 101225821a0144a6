//! New bytes under an item that was sent.

use immich_api::AssetId;
use sync_core::import::{EditRule, Kin, Relation, SkipKind};

use super::lab::{File, Lab, Shelf, skipped};

/// A photo of ours in an album, favoured on the server, whose file was edited since.
fn edited(rule: EditRule) -> Lab {
    let mut lab = Lab::new();
    lab.options.on_edit = rule;
    lab.shelf.put("a.jpg", File::of("first").in_albums(&["A"]));
    lab.import();
    lab.sandbox.set_favorite(lab.of("a.jpg").id, true).unwrap();
    lab.shelf.put("a.jpg", File::of("second").in_albums(&["A"]));
    let (summary, heard) = lab.import();
    assert_eq!((summary.uploaded, summary.failed), (1, 0), "{heard:?}");
    lab
}

#[test]
fn an_edited_photo_is_stacked_on_the_old_one_and_takes_over_what_it_had() {
    let lab = edited(EditRule::Stack);

    let (old, new) = (lab.view(b"first"), lab.of("a.jpg"));

    assert_eq!(lab.sandbox.stacks(), [vec![new.id, old.id]]);
    assert!(new.is_favorite);
    assert!(new.albums.iter().all(|album| album == "A") && !new.albums.is_empty());
    let (again, heard) = lab.import();
    assert_eq!(skipped(&again, SkipKind::Unchanged), 1, "{heard:?}");
}

#[test]
fn a_photo_that_is_replaced_goes_to_the_trash_and_undo_brings_it_back() {
    let mut lab = Lab::new();
    lab.options.on_edit = EditRule::Replace;
    lab.shelf.put("a.jpg", File::of("first"));
    lab.import();
    lab.shelf.put("a.jpg", File::of("second"));

    let (summary, heard) = lab.import();

    assert!(lab.view(b"first").is_trashed, "{heard:?}");
    assert!(lab.sandbox.stacks().is_empty());
    lab.assert_all_once();
    let undone = lab.undo(summary.run.unwrap());
    assert_eq!(undone.failed, 0);
    assert!(!lab.view(b"first").is_trashed && lab.view(b"second").is_trashed);
}

#[test]
fn what_was_not_uploaded_by_us_is_never_replaced() {
    let mut lab = Lab::new();
    lab.shelf.put("a.jpg", File::of("first"));
    lab.import();
    // As if the phone had uploaded it: nothing is remembered, and its note is not ours.
    lab.store = sync_core::state::SqliteStore::in_memory().unwrap();
    let file = lab.shelf.files.remove("a.jpg").unwrap();
    lab.shelf.put("b.jpg", file);
    lab.options.on_edit = EditRule::Replace;
    lab.import();
    lab.shelf.put("b.jpg", File::of("second"));

    let (_, heard) = lab.import();

    assert!(!lab.view(b"first").is_trashed);
    assert!(heard.warnings[0].contains("did not upload"), "{heard:?}");
}

#[test]
fn both_are_kept_where_that_is_wished() {
    let lab = edited(EditRule::KeepBoth);

    assert_eq!(lab.there().len(), 2);
    assert!(lab.sandbox.stacks().is_empty() && !lab.of("a.jpg").is_favorite);
}

#[test]
fn a_lost_state_is_rebuilt_from_the_notes_without_an_upload() {
    let mut lab = Lab::new();
    lab.shelf.fill(20);
    lab.import();
    lab.store = sync_core::state::SqliteStore::in_memory().unwrap();

    let (summary, heard) = lab.import();

    assert_eq!((summary.uploaded, summary.adopted), (0, 20), "{heard:?}");
    lab.options.on_edit = EditRule::Replace;
    lab.shelf.put("00003.jpg", File::of("another version"));
    lab.import();
    assert!(lab.view(b"picture 3").is_trashed, "it is known to be ours");
}

#[test]
fn what_comes_later_is_stacked_on_what_was_sent_earlier_unless_others_are_in_that_stack() {
    let mut lab = Lab::new();
    lab.options.stack.insert(Kin::RawJpeg);
    let of = |name: &str, rank| {
        let relations = vec![Relation { kin: Kin::RawJpeg, key: Shelf::id(&name[..1]), rank }];
        File { relations, ..File::of(name) }
    };
    for (name, rank) in [("a.dng", 1), ("b.jpg", 0), ("b.dng", 1), ("c.dng", 1), ("d.dng", 1)] {
        lab.shelf.put(name, of(name, rank));
    }
    lab.import();
    let asset = |lab: &Lab, name: &str| lab.of(name).id;
    assert_eq!(lab.sandbox.stacks(), [vec![asset(&lab, "b.jpg"), asset(&lab, "b.dng")]]);

    // The user stacked these two by hand.
    let strangers = [lab.of("c.dng").id, lab.of("d.dng").id];
    let ids: Vec<AssetId> = strangers.iter().map(|id| AssetId::parse(&id.to_string()).unwrap()).collect();
    lab.client().writer().make_stack(&ids).unwrap();
    for (name, rank) in [("a.jpg", 0), ("b.tif", 2), ("c.jpg", 0)] {
        lab.shelf.put(name, of(name, rank));
    }
    let (summary, heard) = lab.import();

    let mut wanted = vec![
        vec![asset(&lab, "a.jpg"), asset(&lab, "a.dng")],
        ["b.jpg", "b.dng", "b.tif"].map(|name| asset(&lab, name)).to_vec(),
        strangers.to_vec(),
    ];
    let sorted = |mut stacks: Vec<Vec<_>>| {
        for stack in &mut stacks {
            stack[1..].sort();
        }
        stacks.sort();
        stacks
    };
    wanted = sorted(wanted);
    assert_eq!(sorted(lab.sandbox.stacks()), wanted, "{heard:?}");
    lab.undo(summary.run.unwrap());
    assert_eq!(lab.sandbox.stacks().len(), 2, "{:?}", lab.sandbox.stacks());
    lab.import();
}

#[test]
fn photos_that_belong_together_are_stacked_only_when_asked_for() {
    for asked in [false, true] {
        let mut lab = Lab::new();
        lab.options.stack.extend(asked.then_some(Kin::RawJpeg));
        for (rank, name) in ["a.jpg", "a.dng", "c.jpg"].into_iter().enumerate() {
            let key = Shelf::id(&name[..1]);
            let rank = u32::try_from(rank).unwrap();
            let relations = vec![Relation { kin: Kin::RawJpeg, key, rank }];
            lab.shelf.put(name, File { relations, ..File::of(name) });
        }

        lab.import();

        let wanted = if asked { vec![vec![lab.of("a.jpg").id, lab.of("a.dng").id]] } else { Vec::new() };
        assert_eq!(lab.sandbox.stacks(), wanted);
    }
}
