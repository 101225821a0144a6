//! Tags: which photo gets which, what moves, and what goes.

use immich_sandbox::{Fault, Version};
use photo_similarity::Class;
use sync_core::SyncError;
use sync_core::deeds::What;
use sync_core::organize::{ActOptions, Action, Decision};
use sync_core::state::GroupStore;

use super::lab::{Lab, group, only};

fn tag() -> ActOptions {
    only(Action::Tag { name: "review".to_owned() })
}

fn remove(all: bool) -> ActOptions {
    only(Action::RemoveTags { name: "review".to_owned(), all })
}

fn tags(lab: &Lab) -> Vec<Vec<String>> {
    let tags = |id| lab.sandbox.view(id).unwrap().tags;
    lab.ids.iter().map(|id| tags(*id)).collect()
}

#[test]
fn the_keeper_and_the_others_get_tags_of_their_own_with_the_class() {
    for version in [Version::V2_7_5, Version::V3_0_3] {
        let lab = Lab::of(version, 5, |_, _| ());
        lab.groups(vec![group(&lab, Class::Exact, &[0, 1]), group(&lab, Class::Similar, &[3, 2])]);

        let (summary, heard) = lab.act(&tag());

        assert_eq!(
            tags(&lab),
            [vec!["review/keep"], vec!["review/exact"], vec!["review/similar"], vec!["review/keep"], vec![]]
        );
        assert_eq!((summary.total.done, summary.total.seen), (4, 4));
        assert_eq!(heard.planned, [("tag", 4, Some(1))]);
        assert!(summary.total.is_clean(), "{summary:?}");
    }
}

#[test]
fn what_is_tagged_rightly_costs_nothing() {
    let lab = Lab::new(6);
    lab.duplicates(&[&[0, 1, 2], &[3, 4]]);
    lab.act(&tag());
    let world = lab.world();
    lab.sandbox.clear_requests();

    let (summary, heard) = lab.act(&tag());

    assert_eq!(lab.sandbox.writes().iter().filter(|write| !write.path.contains("/search/")).count(), 0);
    assert_eq!((summary.total.done, summary.run), (0, None));
    assert_eq!(summary.total.skipped["up-to-date"], 5);
    assert!(heard.changed.is_empty() && lab.world() == world);
}

#[test]
fn a_photo_that_changes_its_part_gets_the_other_tag_and_loses_ours() {
    let lab = Lab::new(2);
    lab.duplicates(&[&[0, 1]]);
    lab.act(&tag());

    lab.groups(vec![group(&lab, Class::Burst, &[1, 0])]);
    lab.act(&tag());

    assert_eq!(tags(&lab), [["review/burst"], ["review/keep"]]);
}

#[test]
fn a_tag_that_the_user_put_there_stays() {
    let lab = Lab::of(Version::V3_0_3, 2, |_, _| ());
    lab.sandbox.set_tags(lab.ids[0], &["review/similar", "mine"]).unwrap();
    lab.duplicates(&[&[0, 1]]);

    lab.act(&tag());
    lab.act(&remove(false));

    assert_eq!(tags(&lab), [vec!["mine", "review/similar"], vec![]]);
    assert!(lab.world().tags.contains("review/similar") && !lab.world().tags.contains("review/keep"));
}

#[test]
fn tags_of_groups_that_are_no_more_go_only_after_a_complete_scan() {
    let lab = Lab::new(4);
    lab.duplicates(&[&[0, 1], &[2, 3]]);
    lab.act(&tag());
    lab.duplicates(&[&[0, 1]]);

    lab.act(&ActOptions { whole: false, ..tag() });
    assert_eq!(tags(&lab)[2], ["review/keep"]);

    lab.act(&tag());
    assert_eq!(tags(&lab)[2..], [Vec::<String>::new(), Vec::new()]);
}

#[test]
fn a_class_that_is_not_asked_for_today_keeps_its_tags() {
    let lab = Lab::new(4);
    lab.groups(vec![group(&lab, Class::Exact, &[0, 1]), group(&lab, Class::Similar, &[2, 3])]);
    lab.act(&tag());

    lab.act(&ActOptions { classes: Some([Class::Exact].into()), ..tag() });

    assert_eq!(tags(&lab)[2..], [["review/keep"], ["review/similar"]]);
}

#[test]
fn a_group_that_the_user_calls_no_duplicates_loses_its_tags() {
    let lab = Lab::new(2);
    let found = group(&lab, Class::Duplicate, &[0, 1]);
    let id = found.id;
    lab.groups(vec![found]);
    lab.act(&tag());

    lab.store.decide(id, Some(&Decision::NotDuplicates), jiff::Timestamp::UNIX_EPOCH).unwrap();
    lab.act(&tag());

    assert_eq!(tags(&lab), [Vec::<String>::new(), Vec::new()]);
}

#[test]
fn an_empty_scan_does_not_untag_a_library_without_a_question() {
    let lab = Lab::new(60);
    let groups: Vec<[usize; 2]> = (0..30).map(|n| [2 * n, 2 * n + 1]).collect();
    lab.duplicates(&groups.iter().map(<[usize; 2]>::as_slice).collect::<Vec<_>>());
    lab.act(&tag());
    let world = lab.world();
    lab.groups(Vec::new());

    let (result, _) = lab.try_act(&tag());
    assert!(matches!(&result, Err(SyncError::Brake(text)) if text.contains("60 of 60")), "{result:?}");
    assert_eq!(lab.world(), world);

    lab.act(&ActOptions { confirmed: true, ..tag() });
    assert!(tags(&lab).iter().all(Vec::is_empty));
}

#[test]
fn a_photo_that_is_gone_or_another_one_by_now_is_left_alone_and_named() {
    let lab = Lab::new(6);
    lab.duplicates(&[&[0, 1], &[2, 3, 4]]);
    lab.sandbox.trash(lab.ids[1]).unwrap();
    lab.sandbox.remove(lab.ids[2]).unwrap();
    lab.sandbox.edit(lab.ids[3], |asset| asset.size = Some(1)).unwrap();
    let mut changed = group(&lab, Class::Duplicate, &[5, 3]);
    changed.members[1].bytes = Some(2);
    lab.groups(vec![group(&lab, Class::Duplicate, &[0, 4]), changed]);

    let (summary, heard) = lab.act(&tag());

    assert_eq!(summary.total.done, 3);
    assert_eq!(heard.skipped, [(lab.id(3).to_string(), "changed-since".to_owned())]);
    assert_eq!(summary.total.troubled, 1);
}

#[test]
fn all_tags_of_that_name_go_when_that_is_asked_for() {
    let lab = Lab::new(3);
    lab.sandbox.set_tags(lab.ids[0], &["review/keep", "reviewed"]).unwrap();
    lab.sandbox.set_tags(lab.ids[1], &["review"]).unwrap();

    let (nothing, _) = lab.act(&remove(false));
    assert_eq!(nothing.total.done, 0);

    let (summary, _) = lab.act(&remove(true));
    assert_eq!(summary.total.done, 2);
    assert_eq!(tags(&lab), [vec!["reviewed"], vec![], vec![]]);
}

#[test]
fn a_preview_changes_nothing_and_says_the_same() {
    let lab = Lab::new(5);
    lab.duplicates(&[&[0, 1, 2], &[3, 4]]);
    let world = lab.world();

    let (foreseen, told) = lab.preview(&tag());
    assert_eq!(lab.world(), world);
    let (summary, heard) = lab.act(&tag());

    assert_eq!(foreseen.total, summary.total);
    assert_eq!(told.would, heard.changed);
    assert!(told.changed.is_empty());
    assert!(matches!(&heard.changed[0], What::MakeTags { tags } if tags.len() == 2), "{heard:?}");
}

#[test]
fn a_key_that_may_not_tag_ends_the_run_and_leaves_nothing_open() {
    let lab = Lab::new(2);
    lab.duplicates(&[&[0, 1]]);
    lab.sandbox.inject(Fault::status(403).on("PUT", "/tags"));

    let (result, _) = lab.try_act(&tag());

    assert!(result.is_err());
    assert!(sync_core::state::DeedStore::open_deeds(&lab.store).unwrap().is_empty());
}
