//! What edits do: to the asset, to its neighbours, and to what a later request sees.

use immich_sandbox::{Sandbox, Scenario, Version, Visibility};
use serde_json::{Value, json};

use crate::{
    http::{call, get, post},
    lab::Lab,
};

fn put(lab: &Lab, path: &str, body: &Value) -> Value {
    let answer = call(&lab.sandbox, "PUT", path, body);
    assert!((200..300).contains(&answer.status), "PUT {path}: {} {}", answer.status, answer.json());
    answer.json()
}

#[test]
fn a_new_date_is_answered_before_it_has_settled() {
    let lab = Lab::start(Version::V3_0_3);
    let path = format!("/api/assets/{}", lab.plain);
    let old = get(&lab.sandbox, &path)["fileCreatedAt"].clone();

    let answer = put(&lab, &path, &json!({ "dateTimeOriginal": "2022-02-03T04:05:06+02:00" }));

    assert_eq!(answer["exifInfo"]["dateTimeOriginal"], "2022-02-03T02:05:06+00:00");
    assert_eq!((&answer["exifInfo"]["timeZone"], &answer["fileCreatedAt"]), (&json!("UTC+2"), &old));
    let settled = get(&lab.sandbox, &path);
    assert_eq!(settled["fileCreatedAt"], "2022-02-03T02:05:06.000Z");
    assert_eq!(settled["localDateTime"], "2022-02-03T04:05:06.000Z");
}

#[test]
fn a_description_is_trimmed_and_a_rating_can_be_cleared() {
    let lab = Lab::start(Version::V3_0_3);

    put(&lab, &format!("/api/assets/{}", lab.rich), &json!({ "description": "  x ", "rating": null }));

    let view = lab.sandbox.view(lab.rich).unwrap();
    assert_eq!((view.description.as_deref(), view.rating), (Some("x"), None));
}

#[test]
fn a_bulk_edit_moves_dates_and_hides_in_the_archive() {
    let lab = Lab::start(Version::V3_0_3);
    let ids = [lab.plain.to_string(), lab.video.to_string()];
    let body = json!({ "ids": ids, "dateTimeRelative": 90, "visibility": "archive", "latitude": 1.5, "longitude": 2.5 });

    put(&lab, "/api/assets", &body);

    let view = lab.sandbox.view(lab.plain).unwrap();
    assert_eq!(view.instant.unwrap().to_string(), "2024-02-02T00:31:10Z");
    assert_eq!((view.latitude, view.longitude), (Some(1.5), Some(2.5)));
    assert_eq!(get(&lab.sandbox, &format!("/api/assets/{}", lab.video))["visibility"], "archive");
}

#[test]
fn tags_are_made_with_their_parents_and_counted_once() {
    let lab = Lab::start(Version::V3_0_3);
    let leaves = put(&lab, "/api/tags", &json!({ "tags": ["a/b/c"] }));
    let body =
        json!({ "tagIds": [leaves[0]["id"]], "assetIds": [lab.plain.to_string(), lab.video.to_string()] });

    let first = put(&lab, "/api/tags/assets", &body);
    let second = put(&lab, "/api/tags/assets", &body);

    assert_eq!((&leaves[0]["value"], leaves.as_array().unwrap().len()), (&json!("a/b/c"), 1));
    assert_eq!((&first["count"], &second["count"]), (&json!(2), &json!(0)));
    assert_eq!(lab.sandbox.view(lab.plain).unwrap().tags, ["a/b/c"]);
    let values: Vec<String> = get(&lab.sandbox, "/api/tags")
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["value"].to_string())
        .collect();
    assert!(values.contains(&"\"a/b\"".to_owned()), "{values:?}");
}

#[test]
fn a_stack_is_one_and_falls_apart_with_its_last_pair() {
    let lab = Lab::start(Version::V3_0_3);
    let ids = [lab.plain.to_string(), lab.rich.to_string()];

    let stack = post(&lab.sandbox, "/api/stacks", &json!({ "assetIds": ids }));

    // The stack that `rich` was in comes along.
    assert_eq!(lab.sandbox.stacks(), [vec![lab.plain, lab.rich, lab.video]]);
    assert_eq!(stack["primaryAssetId"], json!(lab.plain.to_string()));
    lab.sandbox.remove(lab.plain).unwrap();
    assert_eq!(lab.sandbox.stacks(), [vec![lab.rich, lab.video]]);
    lab.sandbox.remove(lab.video).unwrap();
    assert!(lab.sandbox.stacks().is_empty());
}

#[test]
fn who_is_not_shown_for_a_stack_leaves_it_and_the_rest_stays() {
    for version in Version::ALL {
        let lab = Lab::start(version);
        let ids = [lab.plain.to_string(), lab.video.to_string()];

        post(&lab.sandbox, "/api/stacks", &json!({ "assetIds": ids }));

        let mut stacks = lab.sandbox.stacks();
        stacks.sort();
        let mut expected = [vec![lab.plain, lab.video], vec![lab.rich]];
        expected.sort();
        assert_eq!(stacks, expected, "{version}");
    }
}

#[test]
fn a_stack_keeps_members_in_the_trash_and_does_not_show_them() {
    for version in Version::ALL {
        let lab = Lab::start(version);
        lab.sandbox.trash(lab.rich).unwrap();

        let shown = get(&lab.sandbox, &format!("/api/stacks/{}", lab.stack));
        let path = format!("/api/stacks/{}", lab.stack);
        let primary = call(&lab.sandbox, "PUT", &path, &json!({ "primaryAssetId": lab.rich.to_string() }));

        assert_eq!(shown["primaryAssetId"], json!(lab.rich.to_string()));
        assert_eq!(shown["assets"].as_array().unwrap().len(), 1, "{version}");
        assert_eq!(primary.status, 400);
        lab.sandbox.restore(lab.rich).unwrap();
        assert_eq!(get(&lab.sandbox, &path)["assets"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn one_asset_leaves_a_stack_unless_it_is_shown_for_it() {
    let lab = Lab::start(Version::V3_0_3);
    let leave = |id: immich_sandbox::AssetId| {
        let path = format!("/api/stacks/{}/assets/{id}", lab.stack);
        let answer = call(&lab.sandbox, "DELETE", &path, &serde_json::Value::Null);
        (answer.status, answer.json()["message"].as_str().unwrap_or_default().to_owned())
    };

    assert_eq!(leave(lab.rich), (400, "Cannot remove stack's primary asset".to_owned()));
    assert_eq!(leave(lab.plain), (400, "Asset not in stack".to_owned()));
    assert_eq!(leave(lab.video), (204, String::new()));
    assert_eq!(lab.sandbox.stacks(), [vec![lab.rich]]);
}

#[test]
fn a_trash_that_is_off_keeps_nothing_over_the_night() {
    for version in Version::ALL {
        let lab = Lab::start(version);
        assert_eq!(lab.sandbox.clean_up(), 0);

        lab.sandbox.set_trash_days(None);
        let body = json!({ "ids": [lab.plain.to_string()], "force": false });
        let answer = call(&lab.sandbox, "DELETE", "/api/assets", &body);

        assert_eq!(get(&lab.sandbox, "/api/server/features")["trash"], json!(false));
        assert_eq!((answer.status, lab.sandbox.clean_up()), (204, 2), "{version}: taken all the same");
        assert_eq!(lab.sandbox.view(lab.plain), None);
    }
}

#[test]
fn groups_of_duplicates_can_be_made_and_resolved() {
    let lab = Lab::start(Version::V3_0_3);
    let group = "11111111-1111-4111-8111-111111111111";
    let ids = [lab.video.to_string(), lab.archived.to_string()];
    put(&lab, "/api/assets", &json!({ "ids": ids, "duplicateId": group }));
    lab.sandbox.set_favorite(lab.archived, true).unwrap();

    let listed = get(&lab.sandbox, "/api/duplicates");
    let body =
        json!({ "groups": [{ "duplicateId": group, "keepAssetIds": [ids[0]], "trashAssetIds": [ids[1]] }] });
    let done = post(&lab.sandbox, "/api/duplicates/resolve", &body);

    assert!(listed.as_array().unwrap().iter().any(|each| each["duplicateId"] == group));
    assert_eq!(done, json!([{ "id": group, "success": true }]));
    assert!(lab.sandbox.view(lab.archived).unwrap().is_trashed);
    assert!(lab.sandbox.view(lab.video).unwrap().is_favorite);
    let after = get(&lab.sandbox, "/api/duplicates");
    assert!(after.as_array().unwrap().iter().all(|each| each["duplicateId"] != group));
}

#[test]
fn merging_people_moves_their_faces() {
    let lab = Lab::start(Version::V3_0_3);

    let path = format!("/api/people/{}/merge", lab.alice);
    let answer = post(&lab.sandbox, &path, &json!({ "ids": [lab.carol.to_string()] }));

    assert_eq!(answer[0]["success"], true);
    assert_eq!(lab.sandbox.view(lab.rich).unwrap().people, ["Alice Doe"]);
    let gone = call(&lab.sandbox, "GET", &format!("/api/people/{}", lab.carol), &Value::Null);
    assert_eq!(
        (gone.status, gone.json()["message"].as_str()),
        (400, Some("Not found or no person.read access"))
    );
}

#[test]
fn people_without_faces_or_names_are_not_listed() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.external_library("/mnt/photos", "/nowhere");
    let (named, faceless) = (scenario.person("Named"), scenario.person("Faceless"));
    let (often, once) = (scenario.unnamed_person(), scenario.unnamed_person());
    let hidden = scenario.hidden_person("Hidden");
    scenario.asset(&library, "a.jpg").person(&named).person(&once).person(&hidden).person(&often);
    scenario.asset(&library, "b.jpg").person(&often);
    scenario.asset(&library, "c.jpg").person(&often);
    scenario.asset(&library, "d.jpg").person(&faceless).visibility(Visibility::Archive);
    let sandbox = Sandbox::start(scenario).unwrap();
    let listed = |path: &str| -> Vec<Value> {
        get(&sandbox, path)["people"].as_array().unwrap().iter().map(|person| person["id"].clone()).collect()
    };

    assert_eq!(listed("/api/people"), [json!(named.to_string()), json!(often.to_string())]);
    assert_eq!(listed("/api/people?withHidden=true").len(), 3);
    assert_eq!(get(&sandbox, &format!("/api/people/{faceless}"))["name"], "Faceless");
}

#[test]
fn faces_are_made_moved_and_removed() {
    let lab = Lab::start(Version::V3_0_3);
    let body = json!({ "assetId": lab.video.to_string(), "personId": lab.alice.to_string(), "imageWidth": 640,
                       "imageHeight": 360, "x": 10, "y": 20, "width": 100, "height": 120 });
    let faces = || get(&lab.sandbox, &format!("/api/faces?id={}", lab.video));

    post(&lab.sandbox, "/api/faces", &body);
    let made = faces()[0].clone();
    put(&lab, &format!("/api/faces/{}", lab.carol), &json!({ "id": made["id"] }));
    let moved = faces()[0]["person"]["name"].clone();
    let path = format!("/api/faces/{}", made["id"].as_str().unwrap());
    call(&lab.sandbox, "DELETE", &path, &json!({ "force": true }));

    assert_eq!((&made["boundingBoxX2"], &made["boundingBoxY2"]), (&json!(110), &json!(140)));
    assert_eq!((&made["sourceType"], &made["person"]["name"]), (&json!("manual"), &json!("Alice Doe")));
    assert_eq!((moved, faces()), (json!("Carol"), json!([])));
}

#[test]
fn albums_list_their_assets_on_2x_only() {
    for version in Version::ALL {
        let lab = Lab::start(version);
        let album = get(&lab.sandbox, &format!("/api/albums/{}", lab.summer));
        let bare = get(&lab.sandbox, &format!("/api/albums/{}?withoutAssets=true", lab.summer));

        let count = |album: &Value| album["assets"].as_array().map(Vec::len);
        let (whole, none) = if version.is_v3() { (None, None) } else { (Some(2), Some(0)) };
        assert_eq!((count(&album), count(&bare)), (whole, none), "{version}");
        assert_eq!((album["ownerId"].is_string(), &album["assetCount"]), (!version.is_v3(), &json!(2)));
    }
}

#[test]
fn a_shared_album_is_seen_by_both() {
    let lab = Lab::start(Version::V3_0_3);

    let theirs = crate::http::call_as(&lab.sandbox, &lab.bob_key, "GET", "/api/albums", &Value::Null).json();

    let names: Vec<&Value> = theirs.as_array().unwrap().iter().map(|album| &album["albumName"]).collect();
    assert_eq!(names, ["Shared"]);
    assert_eq!(theirs[0]["albumUsers"][0]["role"], "owner");
}

#[test]
fn emptying_the_trash_forgets_what_is_in_it() {
    let lab = Lab::start(Version::V3_0_3);
    lab.sandbox.trash(lab.plain).unwrap();

    let emptied = post(&lab.sandbox, "/api/trash/empty", &Value::Null);

    assert_eq!(emptied["count"], 2);
    assert_eq!((lab.sandbox.view(lab.plain), lab.sandbox.view(lab.trashed)), (None, None));
    assert_eq!(lab.sandbox.album_members(lab.summer), [lab.rich]);
}
