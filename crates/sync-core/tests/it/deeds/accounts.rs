//! Two users of one server: each changes what is his.

use immich_sandbox::Version;
use photo_similarity::Class;
use sync_core::organize::Action;

use super::lab::{Ear, Lab, all_actions, of_members, only, world};
use crate::harness::connect;

/// Photos 0 to 3 are the admin's, 4 to 7 the other one's.
fn two() -> (Lab, String, String) {
    let (mut key, mut user) = (String::new(), None);
    let lab = Lab::of(Version::V3_0_3, 4, |scenario, _| {
        let other = scenario.user("Other");
        key = scenario.api_key(other, &["all"]);
        user = Some(other);
    });
    (lab, key, user.unwrap().to_string())
}

#[test]
fn photos_of_others_are_never_changed() {
    let (lab, _, other) = two();
    let before = lab.world();
    let mut foreign = [lab.member(0, 0), lab.member(1, 1)];
    foreign[0].is_own = false;
    foreign[1].account = other;
    lab.groups(vec![of_members(Class::Exact, foreign.into())]);

    let (summary, _) = lab.act(&only(Action::Tag { name: "review".to_owned() }));
    assert_eq!((summary.total.seen, summary.run), (0, None));
    for action in all_actions() {
        lab.act(&only(action));
    }

    assert_eq!(lab.world(), before);
}

#[test]
fn each_account_changes_its_own_photos_with_its_own_key() {
    let mut others = Vec::new();
    let (mut key, mut user) = (String::new(), None);
    let lab = Lab::of(Version::V3_0_3, 2, |scenario, _| {
        let other = scenario.user("Other");
        key = scenario.api_key(other, &["all"]);
        user = Some(other);
        let library = scenario.external_library_of(other, "/mnt/other", "/nowhere");
        others = scenario.many(&library, 2, |_, asset| {
            asset.owner(other);
        });
    });
    let mut members: Vec<_> = [0, 1].map(|photo| lab.member(photo, photo)).into();
    for id in &others {
        let mut member = lab.member(1, 2);
        member.place =
            sync_core::organize::Place::Asset(immich_api::AssetId::parse(&id.to_string()).unwrap());
        member.account = user.unwrap().to_string();
        member.bytes = lab.sandbox.view(*id).unwrap().size;
        members.push(member);
    }
    lab.groups(vec![of_members(Class::Exact, members)]);
    let clients = [lab.client(), connect(&lab.sandbox, key)];
    let before = [world(&clients[0], &lab.ids), world(&clients[1], &others)];
    let options =
        sync_core::organize::ActOptions { actions: all_actions(), whole: true, ..only(Action::Stack) };

    let summary = lab.act_as(&clients, &options, &Ear::default()).unwrap();

    assert!(summary.total.is_clean(), "{summary:?}");
    for (client, ids, keepers) in [(&clients[0], &lab.ids, 1), (&clients[1], &others, 0)] {
        let now = world(client, ids);
        assert_eq!((now.stacks.len(), now.albums.len()), (1, 1));
        let kept = now.photos.values().filter(|photo| photo.tags.contains("review/keep")).count();
        assert_eq!(kept, keepers);
        assert_eq!(now.photos.values().filter(|photo| photo.is_archived).count(), 1);
    }

    lab.undo_as(&clients, summary.run.unwrap(), &Ear::default()).unwrap();
    assert_eq!([world(&clients[0], &lab.ids), world(&clients[1], &others)], before);
}
