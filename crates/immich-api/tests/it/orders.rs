//! Orders about tags, albums, faces and many assets at once, with everything that may become of an answer.

use immich_api::{
    AlbumId, AlbumScope, ApiError, AssetChange, AssetId, Client, DuplicateId, Edit, FaceArea, PersonId, Taken,
};
use immich_sandbox::{Fault, Sandbox, Scenario, Version, Visibility};
use serde_json::{Value, json};

use crate::fake::{Asked, Fake, Reply, basics, ok};
use crate::sandboxed::{BOTH, connect, connect_with, id};
use crate::walk::name;

/// Own assets, one of a partner, and one that nobody has.
struct World {
    sandbox: Sandbox,
    client: Client,
    own: Vec<AssetId>,
    partner: AssetId,
    unknown: AssetId,
    alice: PersonId,
}

impl World {
    fn new(version: Version) -> Self {
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

        assert_eq!((put.taken, put.already.as_slice()), (1, &mixed[..1]), "{version:?}");
        assert_eq!(put.refused, [world.unknown.clone(), world.partner.clone()]);
        assert_eq!((off.taken, off.refused.len()), (2, 0));
        assert_eq!(off.already, [world.unknown.clone(), world.partner.clone()]);
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

fn everything() -> AssetChange {
    AssetChange {
        is_favorite: Some(true),
        rating: Some(Edit::Set(4)),
        description: Some("At the lake".to_owned()),
        is_archived: Some(true),
        position: Some((52.5, 13.4)),
        taken: Some(Taken {
            instant: "2020-01-02T03:04:05Z".parse().unwrap(),
            zone: Some("UTC+2".to_owned()),
        }),
        duplicate_id: Some(Edit::Set(DuplicateId::from_digest([7; 16]))),
    }
}

#[test]
fn every_field_of_many_assets_is_changed_and_taken_back() {
    for version in BOTH {
        let world = World::new(version);
        let (reader, writer) = (world.client.reader(), world.client.writer());

        let ordered = writer.change_assets(&world.own, &everything()).unwrap();

        assert_eq!((ordered.taken, ordered.refused.len()), (130, 0));
        let asset = reader.asset(&world.own[77]).unwrap();
        let exif = asset.exif.unwrap();
        assert_eq!((asset.is_favorite, exif.rating, exif.latitude), (Some(true), Some(4), Some(52.5)));
        assert_eq!((exif.description.as_deref(), exif.longitude), (Some("At the lake"), Some(13.4)));
        assert_eq!(asset.visibility, immich_api::Visibility::Archive);
        assert_eq!(exif.date_time_original, "2020-01-02T03:04:05Z".parse().ok());
        assert_eq!(exif.time_zone.as_deref(), Some("UTC+2"), "{version:?}");
        assert_eq!(asset.duplicate_id, Some(DuplicateId::from_digest([7; 16])));
        let back = AssetChange {
            is_favorite: Some(false),
            rating: Some(Edit::Clear),
            description: Some(String::new()),
            is_archived: Some(false),
            duplicate_id: Some(Edit::Clear),
            ..AssetChange::default()
        };
        writer.change_asset(&world.own[77], &back).unwrap();
        let asset = reader.asset(&world.own[77]).unwrap();
        assert_eq!((asset.is_favorite, asset.exif.unwrap().rating), (Some(false), None));
        assert_eq!(asset.visibility, immich_api::Visibility::Timeline);
        assert_eq!(asset.duplicate_id, None);
        let view = world.sandbox.view(world.own[77].to_string().parse().unwrap()).unwrap();
        assert_eq!(view.description.as_deref(), Some(""));
    }
}

#[test]
fn a_refused_asset_does_not_keep_the_others_from_being_changed() {
    for version in BOTH {
        let world = World::new(version);
        let writer = world.client.writer();
        let mut ids = world.own.clone();
        ids.insert(40, world.unknown.clone());
        ids.insert(90, world.partner.clone());
        world.sandbox.inject(Fault::lost_answer().on("PUT", "/assets").after(2).times(3));
        let heart = AssetChange { is_favorite: Some(true), ..AssetChange::default() };

        let ordered = writer.change_assets(&ids, &heart).unwrap();
        let single = writer.change_asset(&world.partner, &heart).unwrap_err();

        assert_eq!(
            (ordered.taken, ordered.refused.as_slice()),
            (130, &[world.unknown.clone(), world.partner.clone()][..])
        );
        assert!(matches!(single, ApiError::NoSuchAsset { id } if id == world.partner), "{version:?}");
        let views = world.sandbox.views();
        assert_eq!(views.iter().filter(|view| view.is_favorite).count(), 130);
    }
}

#[test]
fn nothing_to_change_and_nobody_to_change_are_no_request() {
    let world = World::new(Version::V3_0_3);
    let writer = world.client.writer();

    assert!(AssetChange::default().is_empty() && !everything().is_empty());
    writer.change_assets(&world.own, &AssetChange::default()).unwrap();
    writer.change_assets(&[], &everything()).unwrap();
    writer.trash(&[]).unwrap();
    writer.restore(&[]).unwrap();
    writer.tag(&immich_api::TagId::parse(&name(1)).unwrap(), &[]).unwrap();

    assert_eq!(world.sandbox.writes(), []);
}

#[test]
fn trashed_assets_keep_their_places_while_orders_go_on() {
    for version in BOTH {
        let world = World::new(version);
        let writer = world.client.writer();
        let tag = writer.make_tags(&["x"]).unwrap().remove(0).id;
        let album = writer.make_album("A", "", &world.own[..3]).unwrap();
        writer.trash(&world.own[..1]).unwrap();

        let put = writer.tag(&tag, &world.own[..3]).unwrap();
        let changed = writer
            .change_assets(
                &world.own[..3],
                &AssetChange { is_favorite: Some(true), ..AssetChange::default() },
            )
            .unwrap();

        assert_eq!((put.taken, changed.taken), (3, 3), "{version:?}");
        assert_eq!(world.client.reader().album(&album).unwrap().unwrap().asset_count, Some(2));
        writer.restore(&world.own[..1]).unwrap();
        assert_eq!(world.client.reader().album(&album).unwrap().unwrap().asset_count, Some(3));
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

/// What a server of that version is sent for a change of two assets.
fn sent_to(version: [u32; 3], change: &AssetChange) -> Vec<Asked> {
    let server = Fake::start(move |asked, _| {
        basics(asked, version).unwrap_or_else(|| Reply::Full(204, Vec::new(), Vec::new()))
    });
    let client = server.connect().unwrap();
    let ids = [1, 2].map(|number| AssetId::parse(&name(number)).unwrap());
    assert_eq!(client.writer().change_assets(&ids, change).unwrap().taken, 2);
    server.asked().into_iter().filter(|asked| asked.method == "PUT").collect()
}

#[test]
fn each_version_is_told_in_its_own_words() {
    let archive = AssetChange { is_archived: Some(true), ..AssetChange::default() };
    let clear = AssetChange { rating: Some(Edit::Clear), ..AssetChange::default() };
    let words = AssetChange { description: Some("x".to_owned()), ..AssetChange::default() };
    let body = |version, change| -> Value { sent_to(version, change)[0].json() };

    assert_eq!(body([1, 132, 3], &archive)["isArchived"], json!(true));
    assert_eq!(body([1, 133, 0], &archive)["visibility"], json!("archive"));
    assert_eq!(body([2, 5, 0], &clear)["rating"], json!(0));
    assert_eq!(body([3, 0, 3], &clear)["rating"], Value::Null);
    assert!(body([3, 0, 3], &clear).as_object().unwrap().contains_key("rating"));
    let old = sent_to([1, 132, 3], &words);
    assert_eq!(old.len(), 2);
    assert!(
        old[0].is("PUT", &format!("/api/assets/{}", name(1))) && old[0].json() == json!({"description": "x"})
    );
    assert_eq!(sent_to([1, 133, 0], &words).len(), 1);
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

#[test]
fn assets_that_are_hidden_are_no_reason_to_move_them() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.external_library("/mnt", "/nowhere");
    let video = scenario.asset(&library, "a.mov").visibility(Visibility::Hidden).id();
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox);

    client
        .writer()
        .change_asset(&id(video), &AssetChange { is_favorite: Some(true), ..AssetChange::default() })
        .unwrap();

    assert_eq!(client.reader().asset(&id(video)).unwrap().visibility, immich_api::Visibility::Hidden);
}
