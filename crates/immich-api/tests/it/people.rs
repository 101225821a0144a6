//! People: made once, found by name, removed.

use immich_api::{ApiError, FaceArea, PersonId};
use immich_sandbox::{Fault, Version};

use crate::orders::World;
use crate::sandboxed::{BOTH, connect_with};
use crate::walk::name;

#[test]
fn a_person_is_made_found_by_name_and_removed() {
    for version in BOTH {
        let world = World::new(version);
        let (reader, writer) = (world.client.reader(), world.client.writer());

        let id = writer.make_person("Zoë O'Neil & Co").unwrap();
        writer.make_person("Zoë O'Neil & Company").unwrap();

        let found = reader.people_named(" zoë o'neil & co ").unwrap();
        assert_eq!(found.iter().map(|person| &person.id).collect::<Vec<_>>(), [&id], "{version:?}");
        assert_eq!(reader.person(&id).unwrap().unwrap().name, "Zoë O'Neil & Co");
        assert!(reader.people(true).unwrap().iter().all(|person| person.id != id), "a list knows no one new");
        assert!(writer.delete_person(&id).unwrap() && !writer.delete_person(&id).unwrap());
        assert!(reader.people_named("Zoë O'Neil & Co").unwrap().is_empty());
        assert_eq!(reader.person(&id).unwrap(), None);
        assert!(reader.people_named(" ").unwrap().is_empty());
    }
}

#[test]
fn a_person_whose_answer_got_lost_is_not_made_again_by_itself() {
    for version in BOTH {
        for (fault, made) in [(Fault::lost_answer(), 1), (Fault::cut_before_answer(), 0)] {
            let world = World::new(version);
            world.sandbox.inject(fault.clone().on("POST", "/people").times(1));

            let error = world.client.writer().make_person("Zoë").unwrap_err();

            assert!(error.is_unanswered() && !error.is_transient(), "{fault:?} {error:?}");
            assert_eq!(world.client.reader().people_named("Zoë").unwrap().len(), made, "{fault:?}");
        }
    }
}

#[test]
fn photos_of_a_person_are_found_in_the_archive_and_in_the_trash_too() {
    for version in BOTH {
        let world = World::new(version);
        let (reader, writer) = (world.client.reader(), world.client.writer());
        let area = FaceArea { x: 10, y: 20, width: 100, height: 120, image_width: 1600, image_height: 1200 };
        for asset in &world.own[..3] {
            writer.make_face(asset, &world.alice, area).unwrap();
        }
        let archive = immich_api::AssetChange { is_archived: Some(true), ..Default::default() };
        writer.change_assets(&world.own[..1], &archive).unwrap();
        writer.trash(&world.own[1..2]).unwrap();

        let found = reader.assets_of_person(&world.alice).unwrap();

        assert_eq!(found, world.own[..3].iter().cloned().collect(), "{version:?}");
        let nobody = PersonId::parse(&name(1)).unwrap();
        assert!(reader.assets_of_person(&nobody).unwrap().is_empty());
    }
}

#[test]
fn a_key_that_may_not_make_people_is_told_so() {
    let world = World::new(Version::V3_0_3);
    let key = world
        .sandbox
        .add_api_key(world.sandbox.admin(), &["asset.read", "server.about", "user.read", "person.read"]);
    let client = connect_with(&world.sandbox, &key).unwrap();
    let missing = |error: ApiError| match error {
        ApiError::MissingPermission { permission, .. } => permission,
        other => panic!("{other:?}"),
    };

    let told = [
        missing(client.writer().make_person("x").unwrap_err()),
        missing(client.writer().delete_person(&world.alice).unwrap_err()),
    ];

    assert_eq!(told, ["person.create", "person.delete"]);
}
