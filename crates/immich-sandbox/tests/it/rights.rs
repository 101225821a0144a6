//! Keys, permissions, and what belongs to whom.

use immich_sandbox::Version;
use serde_json::{Value, json};

use crate::{
    http::{call, call_as, request},
    lab::Lab,
};

#[test]
fn a_key_may_do_what_its_permissions_name() {
    let lab = Lab::start(Version::V3_0_3);
    let key = lab.sandbox.add_api_key(lab.sandbox.admin(), &["asset.read"]);

    let search = call_as(&lab.sandbox, &key, "POST", "/api/search/metadata", &json!({}));
    let people = call_as(&lab.sandbox, &key, "GET", "/api/people", &Value::Null);
    let own = call_as(&lab.sandbox, &key, "GET", "/api/api-keys/me", &Value::Null);

    assert_eq!((search.status, own.status), (200, 200));
    assert_eq!(own.json()["permissions"], json!(["asset.read"]));
    assert_eq!(
        (people.status, people.json()["message"].as_str()),
        (403, Some("Missing required permission: person.read"))
    );
}

#[test]
fn a_session_is_no_key() {
    let lab = Lab::start(Version::V3_0_3);
    let secret = lab.sandbox.api_key();
    let (bearer, cookie) = (format!("Bearer {secret}"), format!("immich_access_token={secret}"));

    for header in [("authorization", bearer.as_str()), ("cookie", cookie.as_str())] {
        let answer = request(&lab.sandbox, None, "GET", "/api/users/me", &[header], b"").unwrap();
        assert_eq!(answer.status, 401, "{header:?}");
    }
}

#[test]
fn a_key_in_the_query_works_and_is_noticed() {
    let lab = Lab::start(Version::V3_0_3);
    let path = format!("/api/users/me?apiKey={}", lab.sandbox.api_key());

    let answer = request(&lab.sandbox, None, "GET", &path, &[], b"").unwrap();

    let recorded = lab.sandbox.requests().pop().unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!((recorded.has_key, recorded.has_key_in_query), (false, true));
}

#[test]
fn a_partners_asset_can_be_read_and_not_changed() {
    let lab = Lab::start(Version::V3_0_3);
    let path = format!("/api/assets/{}", lab.partner);

    let read = call(&lab.sandbox, "GET", &path, &Value::Null);
    let edit = call(&lab.sandbox, "PUT", &path, &json!({ "rating": 1 }));

    assert_eq!((read.status, &read.json()["ownerId"]), (200, &json!(lab.bob.to_string())));
    assert_eq!(edit.status, 400);
    assert_eq!(edit.json()["message"], "Not found or no asset.update access");
}

#[test]
fn one_foreign_asset_spoils_a_bulk_edit() {
    let lab = Lab::start(Version::V3_0_3);
    let ids = [lab.plain.to_string(), lab.partner.to_string()];

    let answer = call(&lab.sandbox, "PUT", "/api/assets", &json!({ "ids": ids, "isFavorite": true }));

    assert_eq!(answer.status, 400);
    assert!(!lab.sandbox.view(lab.plain).unwrap().is_favorite);
}

#[test]
fn routes_of_one_release_are_unknown_to_the_other() {
    for version in Version::ALL {
        let lab = Lab::start(version);
        let path = format!("/api/assets/{}", lab.plain);

        let patch = call(&lab.sandbox, "PATCH", &path, &json!({ "rating": 3 }));
        let body = json!({ "deviceAssetIds": ["d1", "zz"], "deviceId": "lab" });
        let exist = call(&lab.sandbox, "POST", "/api/assets/exist", &body);

        let (known, unknown) = if version.is_v3() { (patch, exist) } else { (exist, patch) };
        assert_eq!((known.status, unknown.status), (200, 404), "{version}");
    }
}

#[test]
fn a_body_over_ten_megabytes_is_an_error_of_the_server() {
    for version in Version::ALL {
        let lab = Lab::start(version);
        let long = json!({ "description": "x".repeat(10 * 1024 * 1024) });

        let answer = call(&lab.sandbox, "POST", "/api/search/metadata", &long);

        assert_eq!((answer.status, answer.json()["message"].as_str()), (500, Some("Internal server error")));
    }
}

#[test]
fn only_what_may_change_something_is_a_write() {
    let lab = Lab::start(Version::V3_0_3);
    call(&lab.sandbox, "POST", "/api/search/metadata", &json!({}));
    call(&lab.sandbox, "GET", "/api/albums", &Value::Null);
    call(&lab.sandbox, "PUT", "/api/tags", &json!({ "tags": ["a"] }));

    let writes: Vec<String> =
        lab.sandbox.writes().iter().map(immich_sandbox::RecordedRequest::line).collect();

    assert_eq!(writes, ["PUT /api/tags"]);
    assert_eq!(lab.sandbox.requests().len(), 3);
    assert!(lab.sandbox.requests()[0].has_key);
    assert_eq!(lab.sandbox.requests()[0].body_text(), "{}");
}
