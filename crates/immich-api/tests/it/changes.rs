//! Changing what the server knows of assets, one and many at once.

use immich_api::{ApiError, AssetChange, AssetId, DuplicateId, Edit, Taken};
use immich_sandbox::{Fault, Sandbox, Scenario, Version, Visibility};
use serde_json::{Value, json};

use crate::fake::{Asked, Fake, Reply, basics};
use crate::orders::World;
use crate::sandboxed::{BOTH, connect, id};
use crate::walk::name;

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
        live_photo_video: None,
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
