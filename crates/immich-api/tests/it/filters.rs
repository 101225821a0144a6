//! What a walk is narrowed to, checked against what comes back.

use std::collections::BTreeSet;

use immich_api::{AlbumScope, AssetId, AssetQuery, Client, LibraryFilter, LibraryId, PersonId, WalkReport};
use immich_sandbox::{Sandbox, Scenario, Visibility};
use serde_json::json;

use crate::fake::{Fake, basics, ok};
use crate::sandboxed::{BOTH, connect, id};
use crate::walk::{asset, name};

fn walk(client: &Client, query: &AssetQuery) -> (BTreeSet<AssetId>, WalkReport) {
    let mut walk = client.reader().walk_assets(query);
    let found = walk.by_ref().flat_map(Result::unwrap).map(|asset| asset.id).collect();
    (found, walk.report())
}

#[test]
fn albums_people_libraries_and_times_narrow_a_walk() {
    for version in BOTH {
        let mut scenario = Scenario::new(version);
        let (one, two) =
            (scenario.external_library("/one", "/nowhere"), scenario.external_library("/two", "/nowhere"));
        let managed = scenario.managed_storage("/data", "/nowhere");
        let (alice, bob) = (scenario.person("Alice"), scenario.person("Bob"));
        let (summer, winter) = (scenario.album("Summer"), scenario.album("Winter"));
        let early = "2019-01-01T00:00:00Z";
        let late = "2024-01-01T00:00:00Z";
        let a = scenario.asset(&one, "a.jpg").taken(late, None).person(&alice).album(&summer).id();
        let b = scenario.asset(&two, "b.jpg").taken(early, None).person(&alice).person(&bob).id();
        let c = scenario.asset(&managed, "c.jpg").taken(late, None).album(&winter);
        let c = c.visibility(Visibility::Archive).id();
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox);
        let albums = client.reader().albums(AlbumScope::Own).unwrap();
        let [a, b, c] = [a, b, c].map(id);
        let person = |id: immich_sandbox::PersonId| PersonId::parse(&id.to_string()).unwrap();
        let library =
            |library: &immich_sandbox::Library| LibraryId::parse(&library.id().unwrap().to_string()).unwrap();
        let summer_only = albums.iter().filter(|album| album.name == "Summer").cloned().collect();
        let all = AssetQuery::default();
        let cases = [
            (AssetQuery { albums: summer_only, ..all.clone() }, vec![&a]),
            (AssetQuery { albums: albums.clone(), ..all.clone() }, vec![&a, &c]),
            (AssetQuery { people: vec![person(alice)], ..all.clone() }, vec![&a, &b]),
            (AssetQuery { people: vec![person(alice), person(bob)], ..all.clone() }, vec![&b]),
            (AssetQuery { taken_after: late.parse().ok(), ..all.clone() }, vec![&a, &c]),
            (
                AssetQuery {
                    library: LibraryFilter::OneOf(vec![library(&one), library(&two)]),
                    ..all.clone()
                },
                vec![&a, &b],
            ),
            (AssetQuery { library: LibraryFilter::OneOf(vec![library(&two)]), ..all.clone() }, vec![&b]),
            (AssetQuery { albums, people: vec![person(alice)], ..all.clone() }, vec![&a]),
        ];

        for (query, expected) in cases {
            let (found, report) = walk(&client, &query);

            assert_eq!(found, expected.into_iter().cloned().collect(), "{version:?} {query:?}");
            assert!(report.complete, "{version:?} {query:?} {report:?}");
        }
    }
}

#[test]
fn partners_assets_come_only_when_asked_for_and_are_told_by_their_owner() {
    for version in BOTH {
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt", "/nowhere");
        let friend = scenario.user("Friend");
        let own = scenario.asset(&library, "a.jpg").id();
        let shown = scenario.asset(&library, "b.jpg").owner(friend).id();
        scenario.asset(&library, "c.jpg").owner(friend).trashed();
        scenario.partner(friend, scenario.admin());
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox);
        let query = AssetQuery { include_shared: true, ..AssetQuery::default() };

        let mut shared = client.reader().walk_assets(&query);
        let assets: Vec<_> = shared.by_ref().flat_map(Result::unwrap).collect();

        let me = &client.server().user.id;
        let of = |mine: bool| {
            let of = assets.iter().filter(|asset| (asset.owner_id == *me) == mine);
            of.map(|asset| asset.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!((of(true), of(false)), (vec![id(own)], vec![id(shown)]), "{version:?}");
        assert!(shared.report().complete && shared.report().dropped_foreign == 0);
        assert_eq!(walk(&client, &AssetQuery::default()).0, BTreeSet::from([id(own)]));
    }
}

#[test]
fn what_others_put_into_albums_comes_when_asked_for() {
    for version in BOTH {
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt", "/nowhere");
        let (friend, partner) = (scenario.user("Friend"), scenario.user("Partner"));
        scenario.partner(partner, scenario.admin());
        let (theirs, ours, closed) = (
            scenario.album_of(friend, "Theirs"),
            scenario.album("Ours"),
            scenario.album_of(friend, "Closed"),
        );
        scenario.share_album(theirs, scenario.admin());
        scenario.share_album(ours, friend);
        let own = scenario.asset(&library, "own.jpg").album(&ours).id();
        let shared = |scenario: &mut Scenario, name: &str, owner, album| {
            scenario.asset(&library, name).owner(owner).taken("2020-05-06T07:08:09Z", None).album(&album).id()
        };
        let a = shared(&mut scenario, "a.jpg", friend, theirs);
        let b = shared(&mut scenario, "b.jpg", friend, ours);
        let c = shared(&mut scenario, "c.jpg", partner, theirs);
        shared(&mut scenario, "d.jpg", friend, closed);
        let trashed = shared(&mut scenario, "e.jpg", friend, theirs);
        scenario.asset(&library, "f.jpg").owner(friend);
        let sandbox = Sandbox::start(scenario).unwrap();
        sandbox.trash(trashed).unwrap();
        let client = connect(&sandbox);
        let query = AssetQuery { include_shared: true, ..AssetQuery::default() };

        let (found, report) = walk(&client, &query);

        assert_eq!(found, [own, a, b, c].map(id).into(), "{version:?}");
        assert!(report.complete && report.missing.is_empty(), "{report:?}");
        let albums = client.reader().albums(AlbumScope::OwnAndShared).unwrap();
        let theirs = albums.into_iter().filter(|album| album.name == "Theirs").collect();
        let (found, _) = walk(&client, &AssetQuery { albums: theirs, ..query });
        assert_eq!(found, [a, c].map(id).into(), "{version:?}");
        assert_eq!(walk(&client, &AssetQuery::default()).0, [id(own)].into());
        assert_eq!(sandbox.writes(), []);
    }
}

#[test]
fn a_month_that_is_none_does_not_become_an_address() {
    let server = Fake::immich(|asked, _| match asked.target.as_str() {
        "/api/albums" => ok(json!([{"id": name(7), "albumName": "A", "shared": true}])),
        path if path.starts_with("/api/timeline/buckets") => {
            ok(json!([{"timeBucket": "2024-01-01&albumId=../x", "count": 1}]))
        }
        "/api/search/statistics" => ok(json!({"total": 0})),
        _ => ok(json!({"assets": {"items": [], "nextPage": null}})),
    });
    let client = server.connect().unwrap();

    let query = AssetQuery { include_shared: true, ..AssetQuery::default() };
    let mut walk = client.reader().walk_assets(&query);
    let error = walk.find_map(Result::err);

    assert!(!walk.report().complete);
    assert!(error.is_some_and(|error| error.to_string().contains("GET /timeline/buckets")));
    assert_eq!(server.count("GET", "/api/timeline/bucket"), 0);
}

#[test]
fn new_filters_that_a_server_ignores_are_applied_here() {
    let with = |number: usize, taken: &str, people: serde_json::Value| {
        let mut asset = asset(number);
        asset["fileCreatedAt"] = json!(taken);
        asset["people"] = people;
        asset
    };
    let items = json!([
        with(1, "2024-01-01T00:00:00.000Z", json!([{"id": name(9), "name": "A"}])),
        with(2, "2019-01-01T00:00:00.000Z", json!([{"id": name(9), "name": "A"}])),
        with(3, "2024-01-01T00:00:00.000Z", json!([])),
    ]);
    let server = Fake::immich(move |asked, _| match asked.target.as_str() {
        "/api/search/statistics" => ok(json!({"total": 3})),
        _ => ok(json!({"assets": {"items": items, "nextPage": null}})),
    });
    let client = server.connect().unwrap();
    let query = AssetQuery {
        taken_after: "2020-01-01T00:00:00Z".parse().ok(),
        people: vec![PersonId::parse(&name(9)).unwrap()],
        ..AssetQuery::default()
    };

    let (found, report) = walk(&client, &query);

    assert_eq!(found, BTreeSet::from([AssetId::parse(&name(1)).unwrap()]));
    assert_eq!(report.dropped_unasked, 2);
    let asked = server.asked().into_iter().find(|asked| asked.is("POST", "/api/search/metadata")).unwrap();
    assert_eq!(asked.json()["takenAfter"], "2020-01-01T00:00:00.000Z");
    assert_eq!(asked.json()["personIds"], json!([name(9)]));
}

#[test]
fn before_1_135_an_album_is_looked_up_and_the_walk_narrowed_here() {
    let album = json!({"id": name(7), "albumName": "Summer", "ownerId": crate::fake::ME});
    let listed = json!({"id": name(7), "assets": [asset(2)]});
    let server = Fake::start(move |asked, _| {
        basics(asked, [1, 132, 3]).unwrap_or_else(|| match asked.target.as_str() {
            "/api/albums" => ok(json!([album])),
            "/api/albums?shared=true" => ok(json!([])),
            path if path.starts_with("/api/albums/") => ok(listed.clone()),
            _ => ok(json!({"assets": {"items": [asset(1), asset(2)], "nextPage": null}})),
        })
    });
    let client = server.connect().unwrap();
    let albums = client.reader().albums(AlbumScope::Own).unwrap();

    let (found, _) = walk(&client, &AssetQuery { albums, ..AssetQuery::default() });

    assert_eq!(found, BTreeSet::from([AssetId::parse(&name(2)).unwrap()]));
    let searched = server.asked().into_iter().filter(|asked| asked.method == "POST");
    assert!(searched.into_iter().all(|asked| asked.json().get("albumIds").is_none()));
}
