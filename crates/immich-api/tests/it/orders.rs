//! Orders about tags, albums, faces and many assets at once, with everything that may become of an answer.

use immich_api::{AlbumId, AlbumScope, ApiError, AssetChange, AssetId, Client, FaceArea, PersonId};
use immich_sandbox::{Fault, Sandbox, Scenario, Version};
use serde_json::json;

use crate::fake::{Fake, ok};
use crate::sandboxed::{BOTH, connect, connect_with, id};
use crate::walk::name;

/// Own assets, one of a partner, and one that nobody has.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    pub(crate) own: Vec<AssetId>,
    pub(crate) partner: AssetId,
    pub(crate) unknown: AssetId,
    pub(crate) alice: PersonId,
}

impl World {
    pub(crate) fn new(version: Version) -> Self {
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt", "/nowhere");
        let friend = scenario.user("Friend");
        let alice = scenario.person("Alice");
        let own = scenario.many(&library, 130, |_, _| {}).into_iter().map(id).collect();
        let partner = id(scenario.asset(&library, "theirs.jpg").owner(friend).id());
        scenario.partner(friend, scenario.admin());
        let sandbox = Sandbox::start(scenario).unwrap();
        let (client, unknown) = (connect(&sandbox), AssetId::parse(&name(1)).unwrap());
        let alice = PersonId::parse(&alice.to_string()).unwrap();
        Self { sandbox, client, own, partner, unknown, alice }
    }

    fn tags_of(&self, asset: &AssetId) -> Vec<String> {
        let tags = self.client.reader().asset(asset).unwrap().tags.unwrap();
        tags.into_iter().map(|tag| tag.value).collect()
    }

    fn members(&self, album: &AlbumId) -> usize {
        self.sandbox.album_members(album.to_string().parse().unwrap()).len()
    }
}

#[test]
fn tags_are_made_once_put_on_taken_off_and_removed() {
    for version in BOTH {
        let world = World::new(version);
        let writer = world.client.writer();

        let tags = writer.make_tags(&["review/duplicate", "/review//keep/", "review/duplicate"]).unwrap();
        let again = writer.make_tags(&["review/duplicate"]).unwrap();

        let values: Vec<&str> = tags.iter().map(|tag| tag.value.as_str()).collect();
        assert_eq!(values, ["review/duplicate", "review/keep", "review/duplicate"], "{version:?}");
        assert_eq!(again[0].id, tags[0].id);
        let put = writer.tag(&tags[0].id, &world.own).unwrap();
        assert_eq!((put.taken, put.already.len(), put.refused.len()), (130, 0, 0));
        assert_eq!(world.tags_of(&world.own[129]), ["review/duplicate"]);
        let off = writer.untag(&tags[0].id, &world.own[..2]).unwrap();
        assert_eq!((off.taken, world.tags_of(&world.own[0]).len()), (2, 0));
        let tagged = world.client.reader().tagged_assets(&tags[0].id).unwrap().unwrap();
        assert_eq!(tagged.len(), 128);
        assert!(writer.delete_tag(&tags[0].id).unwrap() && !writer.delete_tag(&tags[0].id).unwrap());
        assert_eq!(writer.make_tags(&[]).unwrap(), []);
    }
}

#[test]
fn each_asset_of_a_tagging_is_told_what_became_of_it() {
    for version in BOTH {
        let world = World::new(version);
        let writer = world.client.writer();
        let tag = writer.make_tags(&["x"]).unwrap().remove(0).id;
        writer.tag(&tag, &world.own[..1]).unwrap();
        let mixed = [&world.own[0], &world.unknown, &world.own[1], &world.partner].map(Clone::clone);

        let put = writer.tag(&tag, &mixed).unwrap();
        let off = writer.untag(&tag, &mixed).unwrap();

        // The server tags what partners show, too: not to ask for that is up to the caller.
        assert_eq!((put.taken, put.already.as_slice()), (2, &mixed[..1]), "{version:?}");
        assert_eq!(put.refused, std::slice::from_ref(&world.unknown));
        assert_eq!((off.taken, off.refused.len()), (3, 0));
        assert_eq!(off.already, std::slice::from_ref(&world.unknown));
    }
}

#[test]
fn a_lost_answer_to_a_tagging_is_repeated_and_leaves_each_tag_once() {
    for version in BOTH {
        let world = World::new(version);
        let writer = world.client.writer();
        world.sandbox.inject(Fault::lost_answer().on("PUT", "/tags").times(1));
        let tag = writer.make_tags(&["x"]).unwrap().remove(0).id;
        let faults =
            [Fault::lost_answer(), Fault::cut_within_answer(), Fault::status(500), Fault::html_502()];
        for fault in faults {
            world.sandbox.inject(fault.on("PUT", "/tags").times(1));
        }
        world.sandbox.inject(Fault::lost_answer().on("DELETE", "/tags").times(1));

        let put = writer.tag(&tag, &world.own[..3]).unwrap();
        assert_eq!((put.taken, put.already.len()), (0, 3), "the answer that came was to the second order");
        assert_eq!(world.tags_of(&world.own[2]), ["x"], "{version:?}");
        let off = writer.untag(&tag, &world.own[..3]).unwrap();
        assert_eq!((off.taken, off.already.len()), (0, 3));
        assert!(world.tags_of(&world.own[2]).is_empty());
    }
}

#[test]
fn an_album_is_made_filled_changed_emptied_and_removed() {
    for version in BOTH {
        let world = World::new(version);
        let (reader, writer) = (world.client.reader(), world.client.writer());

        let album = writer.make_album("Similar-001", "made by a test", &world.own[..2]).unwrap();

        let listed = reader.album(&album).unwrap().unwrap();
        assert_eq!((listed.name.as_str(), listed.description.as_str()), ("Similar-001", "made by a test"));
        assert_eq!(listed.asset_count, Some(2), "{version:?}");
        let mixed = [&world.own[1], &world.own[2], &world.unknown].map(Clone::clone);
        let added = writer.add_to_album(&album, &mixed).unwrap();
        assert_eq!((added.taken, added.already.as_slice()), (1, &mixed[..1]));
        assert_eq!(added.refused, std::slice::from_ref(&world.unknown));
        let removed =
            writer.remove_from_album(&album, &[world.own[2].clone(), world.own[9].clone()]).unwrap();
        assert_eq!((removed.taken, removed.already.as_slice()), (1, &world.own[9..10]));
        writer.change_album(&album, Some("Other"), None).unwrap();
        writer.change_album(&album, None, Some("text")).unwrap();
        writer.change_album(&album, None, None).unwrap();
        let changed = reader.album(&album).unwrap().unwrap();
        assert_eq!((changed.name.as_str(), changed.description.as_str()), ("Other", "text"));
        assert_eq!(world.members(&album), 2);
        assert!(writer.delete_album(&album).unwrap() && !writer.delete_album(&album).unwrap());
        assert_eq!(reader.album(&album).unwrap(), None);
    }
}

#[test]
fn an_asset_says_in_which_albums_it_is_and_a_server_that_ignores_the_question_is_refused() {
    for version in BOTH {
        let world = World::new(version);
        let writer = world.client.writer();
        let first = writer.make_album("One", "", &world.own[..2]).unwrap();
        let second = writer.make_album("Two", "", &world.own[1..3]).unwrap();
        let holding = |asset| {
            let albums = world.client.reader().albums_of(asset).unwrap();
            albums.into_iter().map(|album| album.id).collect::<std::collections::BTreeSet<_>>()
        };

        assert_eq!(holding(&world.own[0]), [first.clone()].into(), "{version:?}");
        assert_eq!(holding(&world.own[1]), [first, second].into());
        assert_eq!(holding(&world.own[9]), [].into());
    }
    let deaf = Fake::immich(|_, _| ok(json!([{"id": name(7), "albumName": "Summer"}])));
    let error = deaf.connect().unwrap().reader().albums_of(&AssetId::parse(&name(1)).unwrap()).unwrap_err();
    assert!(
        matches!(error, ApiError::Unexpected { problem: immich_api::BodyProblem::IgnoredFilter, .. }),
        "{error:?}"
    );
}

#[test]
fn an_album_that_could_not_be_filled_is_looked_for_too() {
    let world = World::new(Version::V3_0_3);
    let many: Vec<AssetId> = (0..1001).map(|number| AssetId::parse(&name(number)).unwrap()).collect();
    world.sandbox.inject(Fault::status(400).on("PUT", "/albums"));

    let error = world.client.writer().make_album("Large", "", &many).unwrap_err();

    assert!(error.is_unanswered(), "{error:?}");
    assert_eq!(world.client.reader().albums(AlbumScope::Own).unwrap()[0].name, "Large");
}

#[test]
fn an_album_that_is_being_made_is_waited_for_even_when_asked_to_stop() {
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stops = std::sync::Arc::clone(&stop);
    let server = Fake::immich(move |asked, _| {
        stops.store(asked.method == "POST", std::sync::atomic::Ordering::SeqCst);
        ok(json!({"id": name(7)}))
    });
    let client = Client::connect(immich_api::ClientOptions {
        stop: std::sync::Arc::new(move || stop.load(std::sync::atomic::Ordering::SeqCst)),
        ..server.options()
    })
    .unwrap();

    let made = client.writer().make_album("Once", "", &[]);
    let next = client.writer().make_album("Twice", "", &[]);

    assert_eq!(made.unwrap(), AlbumId::parse(&name(7)).unwrap());
    assert!(matches!(next, Err(ApiError::Stopped)), "{next:?}");
}

#[test]
fn making_an_album_is_never_sent_twice_by_itself() {
    for version in BOTH {
        let faults = [
            (Fault::lost_answer(), 1),
            (Fault::cut_within_answer(), 1),
            (Fault::truncated_json(), 1),
            (Fault::cut_before_answer(), 0),
            (Fault::status(500), 0),
            (Fault::html_502(), 0),
            (Fault::body("<html>log in</html>"), 0),
        ];
        for (fault, made) in faults {
            let world = World::new(version);
            world.sandbox.inject(fault.clone().on("POST", "/albums").times(1));

            let error = world.client.writer().make_album("Once", "", &[]).unwrap_err();

            assert!(error.is_unanswered() && !error.is_transient(), "{fault:?} {error:?}");
            assert_eq!(world.sandbox.writes().len(), 1, "{fault:?}");
            assert_eq!(world.client.reader().albums(AlbumScope::Own).unwrap().len(), made, "{fault:?}");
        }
    }
}

#[test]
fn an_order_that_was_certainly_not_followed_is_given_again() {
    for version in BOTH {
        let world = World::new(version);
        world.sandbox.inject(Fault::status(503).on("POST", "/albums").times(2));
        world.sandbox.inject(Fault::status(429).retry_after(1).on("POST", "/albums").times(1));

        world.client.writer().make_album("Once", "", &world.own).unwrap();

        let albums = world.client.reader().albums(AlbumScope::Own).unwrap();
        assert_eq!((albums.len(), albums[0].asset_count), (1, Some(130)), "{version:?}");
    }
}

#[test]
fn a_face_is_drawn_once_and_taken_off() {
    for version in BOTH {
        let world = World::new(version);
        let (reader, writer) = (world.client.reader(), world.client.writer());
        let area = FaceArea { x: 10, y: 20, width: 100, height: 120, image_width: 1600, image_height: 1200 };

        writer.make_face(&world.own[0], &world.alice, area).unwrap();
        world.sandbox.inject(Fault::lost_answer().on("POST", "/faces").times(1));
        let lost = writer.make_face(&world.own[1], &world.alice, area).unwrap_err();

        let faces = reader.faces(&world.own[0]).unwrap();
        assert_eq!((faces.len(), faces[0].x1, faces[0].y2), (1, 10.0, 140.0));
        assert_eq!(faces[0].person.as_ref().map(|owner| &owner.id), Some(&world.alice));
        assert!(lost.is_unanswered(), "{lost:?}");
        assert_eq!(reader.faces(&world.own[1]).unwrap().len(), 1, "{version:?}");
        assert!(writer.delete_face(&faces[0].id).unwrap() && !writer.delete_face(&faces[0].id).unwrap());
        assert_eq!(reader.faces(&world.own[0]).unwrap(), []);
    }
}

#[test]
fn a_key_that_may_only_read_is_told_which_permission_is_missing() {
    let world = World::new(Version::V3_0_3);
    let admin = world.sandbox.admin();
    let key = world.sandbox.add_api_key(admin, &["asset.read", "server.about", "user.read"]);
    let client = connect_with(&world.sandbox, &key).unwrap();
    let writer = client.writer();
    let missing = |error: ApiError| match error {
        ApiError::MissingPermission { permission, .. } => permission,
        other => panic!("{other:?}"),
    };
    let tag = immich_api::TagId::parse(&name(1)).unwrap();
    let album = AlbumId::parse(&name(1)).unwrap();
    let stack = immich_api::StackId::parse(&name(1)).unwrap();
    let one = &world.own[..1];
    let area = FaceArea { x: 1, y: 1, width: 1, height: 1, image_width: 9, image_height: 9 };
    let heart = AssetChange { is_favorite: Some(true), ..AssetChange::default() };

    let told = [
        (missing(writer.make_tags(&["x"]).unwrap_err()), immich_api::Permission::TagCreate),
        (missing(writer.tag(&tag, one).unwrap_err()), immich_api::Permission::TagAsset),
        (missing(writer.untag(&tag, one).unwrap_err()), immich_api::Permission::TagAsset),
        (missing(writer.delete_tag(&tag).unwrap_err()), immich_api::Permission::TagDelete),
        (missing(writer.make_album("x", "", one).unwrap_err()), immich_api::Permission::AlbumCreate),
        (
            missing(writer.change_album(&album, Some("x"), None).unwrap_err()),
            immich_api::Permission::AlbumUpdate,
        ),
        (missing(writer.delete_album(&album).unwrap_err()), immich_api::Permission::AlbumDelete),
        (missing(writer.add_to_album(&album, one).unwrap_err()), immich_api::Permission::AlbumAssetCreate),
        (
            missing(writer.remove_from_album(&album, one).unwrap_err()),
            immich_api::Permission::AlbumAssetDelete,
        ),
        (missing(writer.make_stack(&world.own[..2]).unwrap_err()), immich_api::Permission::StackCreate),
        (missing(writer.set_primary(&stack, &one[0]).unwrap_err()), immich_api::Permission::StackUpdate),
        (
            missing(writer.remove_from_stack(&stack, &one[0]).unwrap_err()),
            immich_api::Permission::StackUpdate,
        ),
        (missing(writer.delete_stack(&stack).unwrap_err()), immich_api::Permission::StackDelete),
        (missing(client.reader().stacks().unwrap_err()), immich_api::Permission::StackRead),
        (missing(writer.change_assets(one, &heart).unwrap_err()), immich_api::Permission::AssetUpdate),
        (missing(writer.trash(one).unwrap_err()), immich_api::Permission::AssetDelete),
        (missing(writer.restore(one).unwrap_err()), immich_api::Permission::AssetDelete),
        (
            missing(writer.make_face(&one[0], &world.alice, area).unwrap_err()),
            immich_api::Permission::FaceCreate,
        ),
    ];

    for (said, known) in told {
        assert_eq!(said, known.as_str());
        assert_eq!(client.server().missing_permissions(&[known]), [known]);
    }
    let picture = client.reader().thumbnail(&one[0], immich_api::Thumbnail::Small);
    assert_eq!(missing(picture.unwrap_err()), "asset.view");
    assert_eq!(missing(client.reader().original(&one[0], 0, &mut Vec::new()).unwrap_err()), "asset.download");
}

#[test]
fn an_answer_that_says_nothing_of_an_asset_is_no_answer() {
    let server = Fake::immich(|_, _| ok(json!([{"id": name(1), "success": true}])));
    let client = server.connect().unwrap();
    let ids = [1, 2].map(|number| AssetId::parse(&name(number)).unwrap());

    let error = client.writer().tag(&immich_api::TagId::parse(&name(3)).unwrap(), &ids).unwrap_err();
    let tags = client.writer().make_tags(&["a"]).unwrap_err();

    assert!(matches!(error, ApiError::Unexpected { .. }), "{error:?}");
    assert!(matches!(tags, ApiError::Unexpected { .. }), "{tags:?}");
}
