//! The trash: what a keeper gets first, what stays out of it, and that all of it comes back.

use std::sync::atomic::{AtomicUsize, Ordering};

use immich_sandbox::{AssetView, FaceBox, SourceType, Version};
use jiff::Timestamp;
use photo_similarity::Class;
use sync_core::deeds::What;
use sync_core::organize::{Act, Action, Decision, Place};
use sync_core::state::GroupStore;
use sync_core::{Event, Reporter, SyncError};

use super::lab::{Lab, assert_same, group, of_members, only};

/// Who of these photos is in the trash.
fn trashed(lab: &Lab) -> Vec<usize> {
    let views = lab.sandbox.views();
    (0..lab.ids.len())
        .filter(|photo| views.iter().any(|view| view.id == lab.ids[*photo] && view.is_trashed))
        .collect()
}

/// A keeper without anything, a copy with everything, and many other photos.
fn rich(version: Version) -> Lab {
    let lab = Lab::of(version, 40, |scenario, ids| {
        let album = scenario.album("Holidays");
        scenario.add_to_album(album, &[ids[1], ids[9]]);
        let library = scenario.external_library("/mnt/more", std::path::Path::new("/nowhere"));
        let zoe = scenario.person("Zoë");
        let area = FaceBox::new((40, 30, 60, 54), (160, 120));
        scenario.asset(&library, "zoe.jpg").face(Some(zoe), area, SourceType::MachineLearning);
    });
    let faces = lab.sandbox.faces(lab.sandbox.find("/mnt/more/zoe.jpg").unwrap());
    lab.sandbox.set_tags(lab.ids[1], &["Places/Lake"]).unwrap();
    lab.sandbox
        .edit(lab.ids[1], |asset| {
            asset.is_favorite = true;
            asset.rating = Some(4);
            asset.description = Some("With Zoë".to_owned());
            asset.faces = faces;
            (asset.latitude, asset.longitude) = (None, None);
        })
        .unwrap();
    lab.sandbox
        .edit(lab.ids[0], |asset| {
            asset.description = Some("At the lake".to_owned());
            asset.rating = Some(2);
        })
        .unwrap();
    lab.duplicates(&[&[0, 1]]);
    lab
}

#[test]
fn a_keeper_gets_what_only_its_copy_has_before_that_goes_and_an_undo_brings_all_back() {
    for version in [Version::V2_7_5, Version::V3_0_3] {
        let lab = rich(version);
        let (before, views) = (lab.world(), lab.sandbox.views());

        let (summary, heard) = lab.act(&only(Action::Trash));

        assert_eq!(trashed(&lab), [1], "{version:?} {heard:?}");
        let keeper = lab.sandbox.view(lab.ids[0]).unwrap();
        assert_eq!(keeper.description.as_deref(), Some("At the lake\nWith Zoë"));
        assert_eq!((keeper.is_favorite, keeper.rating), (true, Some(4)));
        assert_eq!((keeper.tags, keeper.people), (vec!["Places/Lake".to_owned()], vec!["Zoë".to_owned()]));
        let album = lab.world().albums.remove(0);
        assert!(album.2.contains(&lab.id(0)), "{album:?}");
        assert!(matches!(heard.changed.last(), Some(What::Trash { assets }) if *assets == [lab.id(1)]));
        assert_eq!((summary.total.done, lab.act(&only(Action::Trash)).0.total.done), (1, 0));

        let (back, heard) = lab.undo(summary.run.unwrap());

        assert!(back.is_clean() && back.skipped.is_empty(), "{back:?} {heard:?}");
        assert_same(&lab.world(), &before, "afterwards");
        assert_eq!(trashed(&lab), Vec::<usize>::new());
        for (now, then) in lab.sandbox.views().into_iter().zip(views) {
            assert_eq!(now, AssetView { updated_at: now.updated_at, ..then });
        }
    }
}

#[test]
fn a_preview_of_the_trash_changes_nothing() {
    let lab = rich(Version::V3_0_3);
    let before = lab.world();
    lab.sandbox.clear_requests();

    let (summary, heard) = lab.preview(&only(Action::Trash));

    assert_eq!(summary.total.done, 1);
    assert!(heard.would.iter().any(|what| matches!(what, What::Trash { .. })), "{heard:?}");
    let asked = ["/search/metadata", "/search/statistics"];
    let writes = lab.sandbox.writes();
    assert!(writes.iter().all(|write| asked.iter().any(|path| write.path.ends_with(path))), "{writes:?}");
    assert_same(&lab.world(), &before, "afterwards");
}

#[test]
fn what_only_looks_alike_is_never_put_into_the_trash() {
    let lab = Lab::new(40);
    let mut alike = lab.member(1, 1);
    alike.set = 1;
    let similar = of_members(Class::Similar, vec![lab.member(0, 0), alike, lab.member(2, 2)]);
    lab.groups(vec![similar, group(&lab, Class::Burst, &[3, 4])]);

    lab.act(&only(Action::Trash));
    assert_eq!(trashed(&lab), Vec::<usize>::new());

    let mut all = only(Action::Trash);
    all.classes = Some([Class::Similar].into());
    let (_, heard) = lab.act(&all);
    assert_eq!(trashed(&lab), [2], "the copy of the keeper, and not what looks like it");
    assert_eq!(heard.skipped, [(lab.id(1).to_string(), "not-for-the-trash".to_owned())]);
}

#[test]
fn what_is_far_from_the_photo_that_is_kept_stays_although_it_is_in_its_group() {
    let lab = Lab::new(40);
    let mut far = lab.member(1, 1);
    far.distance = Some(41);
    let mut never_compared = lab.member(2, 2);
    never_compared.distance = None;
    lab.groups(vec![of_members(
        Class::Duplicate,
        vec![lab.member(0, 0), far, never_compared, lab.member(3, 3)],
    )]);

    let (_, heard) = lab.act(&only(Action::Trash));

    assert_eq!(trashed(&lab), [3], "{heard:?}");
}

#[test]
fn nearness_to_the_photo_of_another_account_says_nothing_about_one_that_was_not_compared() {
    let lab = Lab::new(40);
    let mut theirs = lab.member(0, 0);
    theirs.account = "another user".to_owned();
    let mut without_looks = lab.member(1, 1);
    without_looks.distance = None;
    lab.groups(vec![of_members(Class::Duplicate, vec![theirs, without_looks, lab.member(2, 2)])]);

    lab.act(&only(Action::Trash));

    assert_eq!(trashed(&lab), Vec::<usize>::new());
}

#[test]
fn what_cannot_be_handed_over_stays() {
    let lab = Lab::new(60);
    lab.sandbox.edit(lab.ids[0], |asset| (asset.latitude, asset.longitude) = (None, None)).unwrap();
    lab.sandbox
        .edit(lab.ids[1], |asset| (asset.latitude, asset.longitude) = (Some(47.0), Some(8.0)))
        .unwrap();
    let mut external = lab.member(3, 1);
    external.library = Some("289c7edf-4d4e-4ad7-a74e-4029b8dc94cd".to_owned());
    let chosen = group(&lab, Class::Duplicate, &[4, 5, 6]);
    let keep = Decision::Keep(vec![Place::Asset(lab.id(4)), Place::Asset(lab.id(5))]);
    lab.store.decide(chosen.id, Some(&keep), jiff::Timestamp::UNIX_EPOCH).unwrap();
    lab.groups(vec![
        group(&lab, Class::Duplicate, &[0, 1]),
        of_members(Class::Exact, vec![lab.member(2, 0), external]),
        chosen,
    ]);

    let (summary, heard) = lab.act(&only(Action::Trash));

    assert_eq!(trashed(&lab), [6], "{heard:?}");
    assert_eq!(summary.total.skipped["not-for-the-trash"], 3);
}

#[test]
fn a_keeper_that_is_gone_or_changed_keeps_all_its_copies() {
    let lab = Lab::new(40);
    lab.duplicates(&[&[0, 1], &[2, 3]]);
    lab.sandbox.trash(lab.ids[0]).unwrap();
    lab.sandbox.edit(lab.ids[2], |asset| asset.size = Some(4711)).unwrap();

    let (summary, _) = lab.act(&only(Action::Trash));

    assert_eq!((summary.total.done, trashed(&lab)), (0, vec![0]));
}

#[test]
fn a_server_whose_trash_keeps_nothing_gets_no_such_order() {
    let lab = Lab::new(40);
    lab.duplicates(&[&[0, 1]]);
    lab.sandbox.set_trash_days(None);

    let (result, _) = lab.try_act(&only(Action::Trash));

    assert!(result.is_err(), "{result:?}");
    assert_eq!(trashed(&lab), Vec::<usize>::new());
}

#[test]
fn a_fifth_of_a_library_does_not_go_into_the_trash_without_a_question() {
    let lab = Lab::new(60);
    let photos: Vec<usize> = (0..30).collect();
    lab.groups(vec![group(&lab, Class::Exact, &photos)]);

    let (result, _) = lab.try_act(&only(Action::Trash));

    assert!(matches!(&result, Err(SyncError::Brake(text)) if text.contains("29 of 60")), "{result:?}");
    assert_eq!(trashed(&lab), Vec::<usize>::new());
}

#[test]
fn tags_that_only_say_what_to_review_are_not_handed_to_the_keeper() {
    let lab = Lab::new(40);
    lab.sandbox.set_tags(lab.ids[3], &["mine/duplicate"]).unwrap();
    lab.duplicates(&[&[0, 1], &[2, 3]]);
    lab.act(&only(Action::Tag { name: "review".to_owned() }));

    lab.act(&only(Action::Trash));

    let tags = |photo: usize| lab.sandbox.view(lab.ids[photo]).unwrap().tags;
    assert_eq!((trashed(&lab), tags(0)), (vec![1, 3], vec!["review/keep".to_owned()]));
    assert_eq!(
        tags(2),
        ["mine/duplicate", "review/keep"],
        "what is named alike and the user's own is handed over"
    );
}

#[test]
fn a_copy_that_is_shown_for_its_stack_stays() {
    let lab = Lab::of(Version::V3_0_3, 40, |scenario, ids| {
        scenario.stack(&[ids[1], ids[0]]);
        scenario.stack(&[ids[2], ids[3]]);
    });
    lab.duplicates(&[&[0, 1], &[2, 3]]);

    lab.act(&only(Action::Trash));

    assert_eq!(trashed(&lab), [3], "the keeper would be behind a photo that is in the trash");
}

#[test]
fn a_face_on_a_copy_of_another_shape_keeps_it_although_the_keeper_shows_nobody() {
    let lab = rich(Version::V3_0_3);
    lab.sandbox.edit(lab.ids[0], |asset| asset.dimensions = Some((3000, 4000))).unwrap();

    lab.act(&only(Action::Trash));

    assert_eq!(trashed(&lab), Vec::<usize>::new());
}

#[test]
fn a_keeper_whose_file_is_gone_keeps_its_copies() {
    let lab = Lab::new(40);
    lab.duplicates(&[&[0, 1]]);
    lab.sandbox.edit(lab.ids[0], |asset| asset.is_offline = true).unwrap();

    lab.act(&only(Action::Trash));

    assert_eq!(trashed(&lab), Vec::<usize>::new());
}

#[test]
fn a_keeper_that_the_user_trashes_after_it_was_looked_at_keeps_its_copies() {
    let lab = Lab::new(40);
    for copy in [1, 3] {
        lab.sandbox.set_tags(lab.ids[copy], &["lake"]).unwrap();
    }
    lab.duplicates(&[&[0, 1], &[2, 3]]);
    let ear = Careless { lab: &lab, handed: AtomicUsize::new(0) };
    let options = only(Action::Trash);
    let act =
        Act { store: &lab.store, options: &options, reporter: &ear, stop: &lab.stop, now: &Timestamp::now };

    let summary = act.run(&[lab.client()], "organize").unwrap();

    assert_eq!(trashed(&lab), [0, 3]);
    assert_eq!(summary.total.skipped["not-for-the-trash"], 1);
}

/// Trashes the keeper of the first group when that of the second got what it lacks.
struct Careless<'a> {
    lab: &'a Lab,
    handed: AtomicUsize,
}

impl Reporter for Careless<'_> {
    fn report(&self, event: &Event<'_>) {
        if matches!(event, Event::Changed(_)) && self.handed.fetch_add(1, Ordering::Relaxed) == 1 {
            self.lab.sandbox.trash(self.lab.ids[0]).unwrap();
        }
    }
}
