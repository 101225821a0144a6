//! Tags: a tree in the list, a set on an asset, and a search that looks below.

use immich_sandbox::{AssetId, Question, Sandbox, Scenario, Version};
use serde_json::{Value, json};

use crate::http::{call, get, search};

struct Trip {
    sandbox: Sandbox,
    paris: AssetId,
    france: AssetId,
    plain: AssetId,
}

fn trip(version: Version) -> Trip {
    let mut scenario = Scenario::new(version);
    let library = scenario.external_library("/mnt/photos", "/nowhere");
    let paris = scenario.asset(&library, "a.jpg").tag("Places/France/Paris").tag("solo").id();
    let france = scenario.asset(&library, "b.jpg").tag("Places/France").id();
    let plain = scenario.asset(&library, "c.jpg").id();
    Trip { sandbox: Sandbox::start(scenario).unwrap(), paris, france, plain }
}

fn tag_id(sandbox: &Sandbox, value: &str) -> String {
    let all = get(sandbox, "/api/tags");
    let tag = all.as_array().unwrap().iter().find(|tag| tag["value"] == value).unwrap();
    tag["id"].as_str().unwrap().to_owned()
}

fn found(trip: &Trip, value: &str) -> Vec<String> {
    let mut found = search(&trip.sandbox, &json!({ "tagIds": [tag_id(&trip.sandbox, value)] }));
    found.sort();
    found
}

#[test]
fn a_search_by_tag_finds_what_hangs_below_it() {
    for version in Version::ALL {
        let trip = trip(version);
        let mut both = vec![trip.paris.to_string(), trip.france.to_string()];
        both.sort();

        assert_eq!(found(&trip, "Places"), both, "{version}");
        assert_eq!(found(&trip, "Places/France"), both);
        assert_eq!(found(&trip, "Places/France/Paris"), [trip.paris.to_string()]);
        assert_eq!(search(&trip.sandbox, &json!({ "tagIds": null })), [trip.plain.to_string()]);
    }
}

#[test]
fn a_name_that_only_begins_alike_is_not_below() {
    let trip = trip(Version::V3_0_3);
    trip.sandbox.set_tags(trip.plain, &["Places2"]).unwrap();

    assert!(!found(&trip, "Places").contains(&trip.plain.to_string()));
}

#[test]
fn all_tags_are_listed_with_their_parents_on_one_page() {
    let trip = trip(Version::V3_0_3);
    let many: Vec<String> = (0..600).map(|number| format!("Many/{number:03}")).collect();
    trip.sandbox.set_tags(trip.plain, &many.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();

    let all = get(&trip.sandbox, "/api/tags?page=1&size=10");

    let all = all.as_array().unwrap();
    let of = |value: &str| all.iter().find(|tag| tag["value"] == value).unwrap().clone();
    assert_eq!(all.len(), 600 + 1 + 4);
    assert_eq!(of("Places/France")["parentId"], of("Places")["id"]);
    assert_eq!((of("Places").get("parentId"), &of("Places/France/Paris")["name"]), (None, &json!("Paris")));
}

#[test]
fn only_the_asset_itself_tells_its_tags() {
    for version in Version::ALL {
        let trip = trip(version);

        let whole = get(&trip.sandbox, &format!("/api/assets/{}", trip.paris));
        let body = json!({ "withExif": true, "withPeople": true });
        let listed = call(&trip.sandbox, "POST", "/api/search/metadata", &body).json();

        let values: Vec<&Value> = whole["tags"].as_array().unwrap().iter().map(|tag| &tag["value"]).collect();
        assert_eq!(values, ["Places/France/Paris", "solo"], "{version}");
        assert!(listed["assets"]["items"].as_array().unwrap().iter().all(|item| item.get("tags").is_none()));
    }
}

#[test]
fn tagging_moves_the_time_of_the_asset_and_renaming_does_not() {
    let trip = trip(Version::V3_0_3);
    let updated = || trip.sandbox.view(trip.paris).unwrap().updated_at;
    let solo = tag_id(&trip.sandbox, "solo");
    let first = updated();

    let path = format!("/api/tags/{solo}/assets");
    call(&trip.sandbox, "DELETE", &path, &json!({ "ids": [trip.paris.to_string()] }));
    let untagged = updated();
    call(&trip.sandbox, "PUT", &path, &json!({ "ids": [trip.paris.to_string()] }));
    let tagged = updated();
    assert!(trip.sandbox.rename_tag(trip.sandbox.admin(), "Places/France", "Frankreich"));

    assert!(first < untagged && untagged < tagged);
    assert_eq!(updated(), tagged);
}

#[test]
fn a_renamed_tag_takes_those_below_along() {
    let trip = trip(Version::V3_0_3);
    let (admin, id) = (trip.sandbox.admin(), tag_id(&trip.sandbox, "Places"));

    let renamed = trip.sandbox.rename_tag(admin, "Places", "Orte");
    let taken = trip.sandbox.rename_tag(admin, "Orte", "solo");

    assert_eq!((renamed, taken), (true, false));
    assert_eq!(trip.sandbox.tags_of(admin), ["Orte", "Orte/France", "Orte/France/Paris", "solo"]);
    assert_eq!(trip.sandbox.view(trip.paris).unwrap().tags, ["Orte/France/Paris", "solo"]);
    assert_eq!(tag_id(&trip.sandbox, "Orte"), id);
}

#[test]
fn a_deleted_tag_leaves_the_assets_with_all_below_it() {
    let trip = trip(Version::V3_0_3);

    assert!(trip.sandbox.delete_tag(trip.sandbox.admin(), "Places"));

    assert_eq!(trip.sandbox.tags_of(trip.sandbox.admin()), ["solo"]);
    assert_eq!(trip.sandbox.view(trip.paris).unwrap().tags, ["solo"]);
    assert!(trip.sandbox.view(trip.france).unwrap().tags.is_empty());
}

#[test]
fn an_upsert_makes_parents_once_and_answers_leaves() {
    let trip = trip(Version::V3_0_3);
    let body = json!({ "tags": ["Places/Italy/Rome", "Places/Italy"] });

    let first = call(&trip.sandbox, "PUT", "/api/tags", &body).json();
    let second = call(&trip.sandbox, "PUT", "/api/tags", &body).json();

    let values: Vec<&Value> = first.as_array().unwrap().iter().map(|tag| &tag["value"]).collect();
    assert_eq!(values, ["Places/Italy/Rome", "Places/Italy"]);
    assert_eq!(first, second);
    assert_eq!(trip.sandbox.tags_of(trip.sandbox.admin()).len(), 6);
}

#[test]
fn each_user_has_tags_of_their_own() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let bob = scenario.user("Bob");
    let key = scenario.api_key(bob, &["all"]);
    let library = scenario.external_library("/mnt/photos", "/nowhere");
    let theirs = scenario.external_library_of(bob, "/mnt/bob", "/nowhere");
    scenario.asset(&library, "a.jpg").tag("same").id();
    scenario.asset(&theirs, "b.jpg").tag("same").tag("bob").id();
    let sandbox = Sandbox::start(scenario).unwrap();

    let own = get(&sandbox, "/api/tags");
    let other = crate::http::call_as(&sandbox, &key, "GET", "/api/tags", &Value::Null).json();

    assert_eq!((own.as_array().unwrap().len(), other.as_array().unwrap().len()), (1, 2));
    assert!(other.as_array().unwrap().iter().all(|tag| tag["id"] != own[0]["id"]));
}

#[test]
fn silence_on_tags_is_an_empty_answer_and_not_an_error() {
    let trip = trip(Version::V3_0_3);
    let id = tag_id(&trip.sandbox, "solo");
    let ask = || {
        let whole = get(&trip.sandbox, &format!("/api/assets/{}", trip.paris));
        let found = search(&trip.sandbox, &json!({ "tagIds": [id] }));
        (get(&trip.sandbox, "/api/tags"), whole["tags"].clone(), found.len())
    };

    trip.sandbox.answer_nothing(Question::Tags, true);
    let silent = ask();
    trip.sandbox.answer_nothing(Question::Tags, false);

    assert_eq!(silent, (json!([]), json!([]), 0));
    assert_eq!(ask().2, 1);
}
