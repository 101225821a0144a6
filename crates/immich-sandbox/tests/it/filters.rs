//! What a search finds, per filter and per release.

use immich_sandbox::Version;
use serde_json::{Value, json};

use crate::{
    http::{call, search},
    lab::Lab,
};

/// The names of what is found, of the assets of the lab.
fn found(lab: &Lab, body: &Value) -> Vec<&'static str> {
    let ids = search(&lab.sandbox, body);
    let named = [
        (lab.archived, "archived"),
        (lab.partner, "partner"),
        (lab.plain, "plain"),
        (lab.rich, "rich"),
        (lab.trashed, "trashed"),
        (lab.video, "video"),
    ];
    named.into_iter().filter(|(id, _)| ids.contains(&id.to_string())).map(|(_, name)| name).collect()
}

#[test]
fn each_filter_finds_what_it_names() {
    let lab = Lab::start(Version::V3_0_3);
    let (alice, carol) = (lab.alice.to_string(), lab.carol.to_string());
    let (summer, shared) = (lab.summer.to_string(), lab.shared_album.to_string());
    let checksum = lab.sandbox.view(lab.plain).unwrap().checksum;
    let tags = crate::http::get(&lab.sandbox, "/api/tags");
    let tag = |value: &str| {
        tags.as_array().unwrap().iter().find(|tag| tag["value"] == value).unwrap()["id"].clone()
    };
    let cases: Vec<(Value, &[&str])> = vec![
        (json!({ "libraryId": lab.library.to_string() }), &["rich"]),
        (json!({ "libraryId": null, "type": "IMAGE" }), &["archived", "partner", "plain"]),
        (json!({ "type": "VIDEO" }), &["video"]),
        (json!({ "isFavorite": true }), &["rich"]),
        (json!({ "personIds": [alice] }), &["plain", "rich"]),
        (json!({ "personIds": [alice, carol] }), &["rich"]),
        (json!({ "albumIds": [summer] }), &["plain", "rich"]),
        (json!({ "albumIds": [summer, shared] }), &["plain"]),
        (json!({ "tagIds": [tag("Places")] }), &["rich"]),
        (json!({ "tagIds": [tag("Places"), tag("solo")] }), &["rich"]),
        (json!({ "tagIds": null, "type": "VIDEO" }), &["video"]),
        (json!({ "rating": 4 }), &["rich"]),
        (json!({ "rating": null, "type": "VIDEO" }), &["video"]),
        (json!({ "description": "caption AOU" }), &["rich"]),
        (json!({ "originalFileName": "PLAIN" }), &["plain"]),
        (json!({ "originalPath": "/mnt/photos" }), &["rich"]),
        (json!({ "checksum": checksum }), &["plain"]),
        (json!({ "city": "Paris" }), &["rich"]),
        (json!({ "make": "LabCam" }), &["rich"]),
        (json!({ "id": lab.video.to_string() }), &["video"]),
        (json!({ "visibility": "archive" }), &["archived"]),
        (json!({ "trashedAfter": "2020-01-01T00:00:00Z" }), &["trashed"]),
        (json!({ "takenAfter": "2024-02-01T23:01:10Z", "takenBefore": "2024-03-01T00:00:00Z" }), &["plain"]),
        (json!({ "isNotInAlbum": true, "type": "VIDEO" }), &["video"]),
        (json!({ "withStacked": false }), &["archived", "partner", "plain"]),
        (json!({ "withDeleted": true, "originalFileName": "trashed" }), &["trashed"]),
    ];
    for (body, names) in cases {
        assert_eq!(found(&lab, &body), names, "{body}");
    }
}

#[test]
fn an_unknown_filter_finds_everything() {
    for version in Version::ALL {
        let lab = Lab::start(version);

        assert_eq!(found(&lab, &json!({ "personId": lab.carol.to_string() })), found(&lab, &json!({})));
    }
}

#[test]
fn archived_assets_are_left_out_by_2x_and_returned_by_3x() {
    let (old, new) = (Lab::start(Version::V2_7_5), Lab::start(Version::V3_0_3));

    assert!(!found(&old, &json!({})).contains(&"archived"));
    assert!(found(&new, &json!({})).contains(&"archived"));
    assert_eq!(found(&old, &json!({ "visibility": "archive" })), ["archived"]);
}

#[test]
fn the_locked_folder_needs_more_than_a_key() {
    for version in Version::ALL {
        let lab = Lab::start(version);

        let answer = call(&lab.sandbox, "POST", "/api/search/metadata", &json!({ "visibility": "locked" }));

        assert_eq!(
            (answer.status, answer.json()["message"].as_str()),
            (401, Some("Elevated permission is required"))
        );
    }
}

#[test]
fn faces_are_in_searches_of_2x_only() {
    for version in Version::ALL {
        let lab = Lab::start(version);
        let body = json!({ "id": lab.rich.to_string(), "withPeople": true });

        let answer = call(&lab.sandbox, "POST", "/api/search/metadata", &body).json();

        let item = &answer["assets"]["items"][0];
        let (faces, unassigned) = (&item["people"][0]["faces"], &item["unassignedFaces"]);
        assert_eq!((faces.is_array(), unassigned.is_array()), (!version.is_v3(), !version.is_v3()));
        assert_eq!(item["people"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn a_change_of_people_or_albums_is_no_update() {
    let lab = Lab::start(Version::V3_0_3);
    let before = lab.sandbox.view(lab.rich).unwrap().updated_at;

    lab.sandbox.rename_person(lab.alice, "Other");
    lab.sandbox.remove_from_album(lab.summer, &[lab.rich]);
    let after_names = lab.sandbox.view(lab.rich).unwrap().updated_at;
    lab.sandbox.set_favorite(lab.rich, false).unwrap();

    assert_eq!(before, after_names);
    assert!(lab.sandbox.view(lab.rich).unwrap().updated_at > before);
    let body = json!({ "updatedAfter": lab.sandbox.view(lab.rich).unwrap().updated_at.to_string() });
    assert_eq!(found(&lab, &body), ["rich"]);
}
