//! The trash: nothing goes where it is not kept.

use immich_api::{ApiError, AssetId, AssetQuery};
use immich_sandbox::{Fault, Sandbox, Scenario, Version};
use serde_json::json;

use crate::fake::{Fake, Reply, ok};
use crate::sandboxed::{BOTH, connect, id};
use crate::walk::name;

fn three(version: Version) -> (Sandbox, [AssetId; 3]) {
    let mut scenario = Scenario::new(version);
    let library = scenario.external_library("/mnt", "/nowhere");
    let album = scenario.album("Summer");
    let names = ["a.jpg", "b.jpg", "c.jpg"];
    let assets =
        names.map(|name| scenario.asset(&library, name).favorite(true).tag("x/y").album(&album).id());
    (Sandbox::start(scenario).unwrap(), assets.map(id))
}

#[test]
fn assets_go_to_the_trash_and_come_back_as_they_were() {
    for version in BOTH {
        let (sandbox, [a, b, c]) = three(version);
        let client = connect(&sandbox);
        let before = client.reader().asset(&a).unwrap();

        let moved = client.writer().trash(&[a.clone(), b.clone()]).unwrap();

        assert_eq!((moved.taken, moved.refused.len()), (2, 0));
        assert!(
            client.reader().asset(&a).unwrap().is_trashed && !client.reader().asset(&c).unwrap().is_trashed
        );
        let shown = client.reader().walk_assets(&AssetQuery::default()).flat_map(Result::unwrap).count();
        assert_eq!(shown, 1, "{version:?}");
        let bodies: Vec<_> = sandbox.writes().iter().map(|write| write.body_text().into_owned()).collect();
        assert!(bodies.iter().all(|body| body.contains(r#""force":false"#)), "{bodies:?}");
        assert_eq!(client.writer().restore(&[a.clone(), b]).unwrap().taken, 2);
        let after = client.reader().asset(&a).unwrap();
        assert_eq!(
            (after.is_trashed, after.is_favorite, after.tags),
            (false, before.is_favorite, before.tags)
        );
        assert_eq!(sandbox.albums()[0].2, 3);
    }
}

#[test]
fn nothing_is_sent_to_a_trash_that_does_not_keep() {
    for version in BOTH {
        for days in [None, Some(0)] {
            let (sandbox, [a, ..]) = three(version);
            let client = connect(&sandbox);
            // The administrator switches it off after the client has connected.
            sandbox.set_trash_days(days);

            let error = client.writer().trash(std::slice::from_ref(&a)).unwrap_err();

            assert!(matches!(error, ApiError::TrashOff), "{error:?}");
            assert_eq!((sandbox.writes(), sandbox.clean_up()), (Vec::new(), 0));
            assert_eq!(client.writer().restore(&[a]).unwrap().taken, 1, "the way out is always open");
        }
    }
}

#[test]
fn what_a_server_does_not_say_of_its_trash_is_a_no() {
    let server = Fake::immich(|asked, _| match asked.target.as_str() {
        "/api/server/config" => ok(json!({"trashDays": 30})),
        _ => Reply::Full(204, Vec::new(), Vec::new()),
    });
    let client = server.connect().unwrap();

    let error = client.writer().trash(&[AssetId::parse(&name(1)).unwrap()]).unwrap_err();

    assert!(matches!(error, ApiError::TrashOff), "{error:?}");
    assert_eq!(server.count("DELETE", "/api/assets"), 0);
}

#[test]
fn a_foreign_asset_and_lost_answers_do_not_keep_the_others_out_of_the_trash() {
    for version in BOTH {
        let (sandbox, [a, b, c]) = three(version);
        let client = connect(&sandbox);
        let unknown = AssetId::parse(&name(1)).unwrap();
        sandbox.inject(Fault::lost_answer().on("DELETE", "/assets").after(1).times(2));
        sandbox.inject(Fault::status(500).on("POST", "/trash").times(1));

        let moved = client.writer().trash(&[a.clone(), unknown.clone(), b.clone(), c.clone()]).unwrap();
        let back = client.writer().restore(&[a, b, unknown.clone(), c]).unwrap();

        assert_eq!(
            (moved.taken, moved.refused.as_slice()),
            (3, std::slice::from_ref(&unknown)),
            "{version:?}"
        );
        assert_eq!((back.taken, back.refused.as_slice()), (3, std::slice::from_ref(&unknown)));
    }
}
