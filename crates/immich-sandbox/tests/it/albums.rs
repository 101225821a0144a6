//! Albums: who sees which, who is in them, and what moves their time.

use immich_sandbox::{AlbumId, AssetId, Question, Sandbox, Scenario, UserId, Version};
use serde_json::{Value, json};

use crate::http::{call, call_as, get, search};

struct House {
    sandbox: Sandbox,
    bob: UserId,
    bob_key: String,
    own: AlbumId,
    given: AlbumId,
    taken: AlbumId,
    assets: Vec<AssetId>,
}

/// The admin has an album of their own and one that Bob sees; Bob has one that the admin sees, and one more.
fn house(version: Version) -> House {
    let mut scenario = Scenario::new(version);
    let (admin, bob) = (scenario.admin(), scenario.user("Bob"));
    let bob_key = scenario.api_key(bob, &["all"]);
    let library = scenario.external_library("/mnt/photos", "/nowhere");
    let (own, given) = (scenario.album("Own"), scenario.album("Given"));
    let taken = scenario.album_of(bob, "Taken");
    scenario.album_of(bob, "Private");
    scenario.share_album_as(given, bob, "viewer");
    scenario.share_album_as(taken, admin, "editor");
    let assets: Vec<AssetId> =
        (0..3).map(|number| scenario.asset(&library, &format!("{number}.jpg")).album(&own).id()).collect();
    scenario.add_to_album(given, &assets[..1]);
    scenario.add_to_album(taken, &assets[..2]);
    House { sandbox: Sandbox::start(scenario).unwrap(), bob, bob_key, own, given, taken, assets }
}

fn names(albums: &Value) -> Vec<&str> {
    let mut names: Vec<&str> =
        albums.as_array().unwrap().iter().filter_map(|album| album["albumName"].as_str()).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_3x_server_lists_all_and_filters_by_owner_and_sharing() {
    let house = house(Version::V3_0_3);
    let listed = |query: &str| get(&house.sandbox, &format!("/api/albums{query}"));

    assert_eq!(names(&listed("")), ["Given", "Own", "Taken"]);
    assert_eq!(names(&listed("?isOwned=true")), ["Given", "Own"]);
    assert_eq!(names(&listed("?isOwned=false")), ["Taken"]);
    assert_eq!(names(&listed("?isShared=true")), ["Given", "Taken"]);
    // The filter of 2.x is unknown here, and so ignored.
    assert_eq!(names(&listed("?shared=true")), ["Given", "Own", "Taken"]);
    assert_eq!(names(&listed(&format!("?assetId={}", house.assets[1]))), ["Own", "Taken"]);
}

#[test]
fn a_2x_server_lists_own_ones_unless_asked_for_shared_ones() {
    let house = house(Version::V2_7_5);
    let listed = |query: &str| get(&house.sandbox, &format!("/api/albums{query}"));

    assert_eq!(names(&listed("")), ["Given", "Own"]);
    assert_eq!(names(&listed("?shared=true")), ["Given", "Taken"]);
    assert_eq!(names(&listed("?shared=false")), ["Own"]);
    assert_eq!(names(&listed(&format!("?assetId={}", house.assets[1]))), ["Own", "Taken"]);
}

#[test]
fn the_owner_is_a_user_of_the_album_on_3x_and_apart_on_2x() {
    for version in Version::ALL {
        let house = house(version);

        let album = get(&house.sandbox, &format!("/api/albums/{}", house.given));

        let roles: Vec<&Value> =
            album["albumUsers"].as_array().unwrap().iter().map(|user| &user["role"]).collect();
        if version.is_v3() {
            assert_eq!((roles, album.get("ownerId")), (vec![&json!("owner"), &json!("viewer")], None));
        } else {
            assert_eq!((roles, album["ownerId"].is_string()), (vec![&json!("viewer")], true));
        }
        assert_eq!((&album["shared"], &album["assetCount"]), (&json!(true), &json!(1)));
    }
}

#[test]
fn a_foreign_album_is_not_to_be_had() {
    let house = house(Version::V3_0_3);

    let answer =
        call_as(&house.sandbox, &house.bob_key, "GET", &format!("/api/albums/{}", house.own), &Value::Null);

    assert_eq!(
        (answer.status, &answer.json()["message"]),
        (400, &json!("Not found or no album.read access"))
    );
}

#[test]
fn members_are_found_by_search_in_both_releases() {
    for version in Version::ALL {
        let house = house(version);
        let members = |album: AlbumId| search(&house.sandbox, &json!({ "albumIds": [album.to_string()] }));

        assert_eq!((members(house.own).len(), members(house.taken).len()), (3, 2), "{version}");
        house.sandbox.remove_from_album(house.own, &house.assets[..1]);
        assert_eq!(members(house.own).len(), 2);
    }
}

#[test]
fn members_and_names_move_the_time_of_the_album_and_of_no_asset() {
    let house = house(Version::V3_0_3);
    let album = || get(&house.sandbox, &format!("/api/albums/{}", house.own))["updatedAt"].clone();
    let asset = || house.sandbox.view(house.assets[0]).unwrap().updated_at;
    let (first, untouched) = (album(), asset());
    let path = format!("/api/albums/{}/assets", house.own);
    let body = json!({ "ids": [house.assets[0].to_string()] });

    call(&house.sandbox, "DELETE", &path, &body);
    let without = album();
    call(&house.sandbox, "PUT", &path, &body);
    let with = album();
    call(&house.sandbox, "PUT", &path, &body);
    let again = album();
    house.sandbox.rename_album(house.own, "Other");
    let renamed = album();

    assert!(first != without && without != with && again != renamed);
    assert_eq!((with, asset()), (again, untouched));
    assert_eq!(house.sandbox.view(house.assets[0]).unwrap().albums, ["Given", "Other", "Taken"]);
}

#[test]
fn the_cover_is_never_somebody_who_left() {
    let house = house(Version::V3_0_3);

    house.sandbox.remove_from_album(house.own, &house.assets[..1]);

    let album = get(&house.sandbox, &format!("/api/albums/{}", house.own));
    assert_eq!(album["albumThumbnailAssetId"], house.assets[1].to_string());
}

#[test]
fn albums_are_deleted_and_shared_behind_the_back() {
    let house = house(Version::V3_0_3);
    let bobs = || {
        let listed = call_as(&house.sandbox, &house.bob_key, "GET", "/api/albums", &Value::Null).json();
        names(&listed).iter().map(ToString::to_string).collect::<Vec<_>>()
    };

    house.sandbox.unshare_album(house.given, house.bob);
    house.sandbox.share_album(house.own, house.bob, "editor");
    house.sandbox.delete_album(house.taken);

    assert_eq!(bobs(), ["Own", "Private"]);
    assert_eq!(names(&get(&house.sandbox, "/api/albums")), ["Given", "Own"]);
}

#[test]
fn silence_on_albums_and_on_their_members_is_well_formed() {
    for version in Version::ALL {
        let house = house(version);
        let members = || search(&house.sandbox, &json!({ "albumIds": [house.own.to_string()] })).len();

        house.sandbox.answer_nothing(Question::Albums, true);
        assert_eq!((get(&house.sandbox, "/api/albums"), members()), (json!([]), 3), "{version}");
        house.sandbox.answer_nothing(Question::Albums, false);
        house.sandbox.answer_nothing(Question::AlbumMembers, true);
        let album = get(&house.sandbox, &format!("/api/albums/{}", house.own));
        assert_eq!((members(), &album["assetCount"]), (0, &json!(3)));
        assert!(album["assets"].as_array().is_none_or(Vec::is_empty));
        house.sandbox.answer_nothing(Question::AlbumMembers, false);
        assert_eq!(members(), 3);
    }
}

#[test]
fn a_page_of_a_search_knows_of_every_change_before_it() {
    let house = house(Version::V3_0_3);
    let tag = call(&house.sandbox, "PUT", "/api/tags", &json!({ "tags": ["t"] })).json()[0]["id"].clone();
    let by = |body: Value| search(&house.sandbox, &body).len();
    let (in_own, tagged) = (json!({ "albumIds": [house.own.to_string()] }), json!({ "tagIds": [tag] }));
    let before = (by(in_own.clone()), by(tagged.clone()), by(json!({})));

    house.sandbox.set_tags(house.assets[0], &["t"]).unwrap();
    let with_tag = by(tagged.clone());
    house.sandbox.trash(house.assets[0]).unwrap();
    let trashed = (by(in_own.clone()), by(tagged), by(json!({})));
    house.sandbox.delete_album(house.own);

    assert_eq!((before, with_tag, trashed), ((3, 0, 3), 1, (2, 0, 2)));
    assert_eq!(by(in_own), 0);
}

#[test]
fn editors_change_what_is_in_an_album_and_viewers_only_look() {
    for version in Version::ALL {
        let mut scenario = Scenario::new(version);
        let library = scenario.managed_storage("/data", "/nowhere");
        let friend = scenario.user("Friend");
        let key = scenario.api_key(friend, &["all"]);
        let (edited, looked_at) = (scenario.album("Edited"), scenario.album("Looked at"));
        scenario.share_album_as(edited, friend, "editor");
        scenario.share_album_as(looked_at, friend, "viewer");
        let ours = scenario.asset(&library, "ours.jpg").album(&edited).id();
        let theirs = scenario.asset(&library, "theirs.jpg").owner(friend).id();
        let sandbox = Sandbox::start(scenario).unwrap();
        let ids = json!({ "ids": [ours.to_string(), theirs.to_string()] });
        let order = |method: &str, album| {
            let answer = call_as(&sandbox, &key, method, &format!("/api/albums/{album}/assets"), &ids);
            let errors = answer.json().as_array().map(|results| {
                let error =
                    |result: &serde_json::Value| result["error"].as_str().unwrap_or("done").to_owned();
                results.iter().map(error).collect::<Vec<_>>()
            });
            (answer.status, errors.unwrap_or_default())
        };

        assert_eq!(order("PUT", edited), (200, vec!["duplicate".to_owned(), "done".to_owned()]));
        assert_eq!(order("DELETE", edited), (200, vec!["no_permission".to_owned(), "done".to_owned()]));
        assert_eq!(order("PUT", looked_at).0, 400, "{version}");
        assert_eq!(order("DELETE", looked_at).0, 400);
    }
}
