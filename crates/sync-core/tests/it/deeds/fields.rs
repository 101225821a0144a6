//! The heart, the archive, captions and the review page.

use immich_sandbox::Version;
use photo_similarity::{Class, HashKind};
use sync_core::SyncError;
use sync_core::organize::{ActOptions, Action, Decision, Place};
use sync_core::state::GroupStore;

use super::lab::{Lab, assert_same, group, of_members, only};

#[test]
fn the_keeper_gets_the_heart() {
    let lab = Lab::new(4);
    lab.duplicates(&[&[0, 1], &[3, 2]]);
    lab.sandbox.set_favorite(lab.ids[3], true).unwrap();

    let (summary, _) = lab.act(&only(Action::Favourite));

    let hearts: Vec<bool> = lab.sandbox.views().iter().map(|view| view.is_favorite).collect();
    assert_eq!(hearts, [true, false, false, true]);
    assert_eq!((summary.total.done, summary.total.skipped["up-to-date"]), (1, 1));
}

#[test]
fn copies_go_to_the_archive_and_the_best_one_stays() {
    for version in [Version::V2_7_5, Version::V3_0_3] {
        let lab = Lab::of(version, 10, |_, _| ());
        lab.groups(vec![group(&lab, Class::Duplicate, &[1, 0, 2]), group(&lab, Class::Similar, &[3, 4])]);

        lab.act(&only(Action::Archive));

        let archived: Vec<bool> = lab.world().photos.values().map(|photo| photo.is_archived).collect();
        let expected: Vec<bool> =
            lab.world().photos.keys().map(|id| [0, 2].map(|n| lab.id(n)).contains(id)).collect();
        assert_eq!(archived, expected);
        assert_eq!(lab.act(&only(Action::Archive)).0.total.done, 0);
    }
}

#[test]
fn a_group_whose_best_photo_is_gone_is_not_archived() {
    let lab = Lab::new(3);
    lab.duplicates(&[&[0, 1, 2]]);
    lab.sandbox.trash(lab.ids[0]).unwrap();

    let (summary, _) = lab.act(&only(Action::Archive));

    assert_eq!((summary.total.done, summary.total.skipped["vanished"]), (0, 3));
}

#[test]
fn a_copy_that_is_not_here_is_no_reason_to_hide_all_that_are() {
    let lab = Lab::new(30);
    let mut foreign = lab.member(0, 0);
    foreign.is_own = false;
    let file = sync_core::organize::MemberRecord {
        place: sync_core::organize::Place::File(std::path::PathBuf::from("/disk/a.jpg").into()),
        account: String::new(),
        ..lab.member(1, 0)
    };
    lab.groups(vec![
        of_members(Class::Exact, vec![foreign, lab.member(2, 1)]),
        of_members(Class::Exact, vec![file, lab.member(3, 1), lab.member(4, 2)]),
    ]);

    lab.act(&only(Action::Archive));

    let world = lab.world();
    let archived: Vec<usize> = (0..30).filter(|photo| world.photos[&lab.id(*photo)].is_archived).collect();
    assert_eq!(archived, [4]);
}

#[test]
fn a_fifth_of_a_library_does_not_go_to_the_archive_without_a_question() {
    let lab = Lab::new(60);
    let photos: Vec<usize> = (0..30).collect();
    lab.groups(vec![group(&lab, Class::Exact, &photos)]);
    let archive = only(Action::Archive);

    let (result, _) = lab.try_act(&archive);
    assert!(matches!(&result, Err(SyncError::Brake(text)) if text.contains("29 of 60")), "{result:?}");

    lab.act(&ActOptions { confirmed: true, ..archive });
    assert_eq!(lab.world().photos.values().filter(|photo| photo.is_archived).count(), 29);
}

#[test]
fn a_distance_in_a_caption_is_told_of_the_bits_of_its_hash() {
    let lab = Lab::new(2);
    lab.duplicates(&[&[0, 1]]);

    lab.act(&ActOptions { kind: HashKind::DHash, ..only(Action::Describe) });

    let caption = lab.world().photos[&lab.id(1)].description.clone();
    assert!(caption.ends_with(", distance 12/64"), "{caption}");
}

#[test]
fn a_caption_gets_one_line_behind_the_words_of_the_user() {
    let lab = Lab::new(2);
    lab.sandbox.edit(lab.ids[1], |asset| asset.description = Some("At the lake".to_owned())).unwrap();
    let before = lab.world();
    lab.duplicates(&[&[0, 1]]);

    let (summary, _) = lab.act(&only(Action::Describe));
    let captions: Vec<String> = [0, 1].map(|n| lab.world().photos[&lab.id(n)].description.clone()).into();
    assert!(captions[0].starts_with("immich-sync: group ") && captions[0].ends_with(", the best of 2"));
    assert!(captions[1].starts_with("At the lake\nimmich-sync: group "), "{captions:?}");
    assert!(captions[1].ends_with(", distance 12/256"), "{captions:?}");
    lab.duplicates(&[&[0, 1]]);
    assert_eq!(lab.act(&only(Action::Describe)).0.total.done, 0);

    let edited = format!("{} and forest", captions[1].replace("lake", "sea"));
    lab.sandbox.edit(lab.ids[1], |asset| asset.description = Some(edited)).unwrap();
    let (kept, heard) = lab.undo(summary.run.unwrap());
    assert_eq!((kept.done, heard.skipped.len()), (1, 1), "the line itself was edited, so all of it stays");
    let words = |text: &str| Some(text.replace("lake", "sea"));
    lab.sandbox.edit(lab.ids[1], |asset| asset.description = words(&captions[1])).unwrap();

    lab.undo(summary.run.unwrap());
    assert_eq!(lab.world().photos[&lab.id(1)].description, "At the sea");
    assert_eq!(lab.world().photos[&lab.id(0)], before.photos[&lab.id(0)]);
}

#[test]
fn groups_are_shown_on_the_page_of_immich_and_its_own_are_left() {
    let lab = Lab::of(Version::V3_0_3, 6, |scenario, ids| {
        scenario.duplicates(&[ids[4], ids[5]]);
    });
    let before = lab.world();
    lab.duplicates(&[&[0, 1], &[2, 3, 4]]);

    let (summary, heard) = lab.act(&only(Action::Review { overwrite: false }));

    let reviews: Vec<Option<String>> =
        (0..6).map(|n| lab.world().photos[&lab.id(n)].review.clone()).collect();
    assert!(reviews[0].is_some() && reviews[0] == reviews[1] && reviews[2] == reviews[3], "{reviews:?}");
    assert_eq!(reviews[4], before.photos[&lab.id(4)].review);
    assert_eq!(heard.skipped, [(lab.id(4).to_string(), "in-review".to_owned())]);

    lab.duplicates(&[&[0, 1]]);
    lab.act(&only(Action::Review { overwrite: false }));
    assert_eq!(lab.world().photos[&lab.id(2)].review, None, "its group is gone");

    lab.undo(summary.run.unwrap());
    assert_same(&lab.world(), &before, "afterwards");
}

#[test]
fn what_the_user_chose_to_keep_is_not_archived() {
    let lab = Lab::new(30);
    let chosen = group(&lab, Class::Duplicate, &[0, 1, 2]);
    let keep = Decision::Keep([0, 1].map(|photo| Place::Asset(lab.id(photo))).into());
    lab.store.decide(chosen.id, Some(&keep), jiff::Timestamp::UNIX_EPOCH).unwrap();
    lab.groups(vec![chosen]);

    lab.act(&only(Action::Archive));

    let world = lab.world();
    let archived: Vec<usize> = (0..30).filter(|photo| world.photos[&lab.id(*photo)].is_archived).collect();
    assert_eq!(archived, [2]);
}
