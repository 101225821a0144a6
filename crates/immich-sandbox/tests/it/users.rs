//! Several users of one server and one disk.

use immich_sandbox::{Sandbox, Scenario, Version};
use serde_json::{Value, json};

use crate::http::call_as;

#[test]
fn two_users_share_a_disk_and_see_their_own() {
    for version in Version::ALL {
        let folder = tempfile::tempdir().unwrap();
        let mut scenario = Scenario::new(version);
        let (admin, bob) = (scenario.admin(), scenario.user("Bob User"));
        scenario.user_details(bob, |user| user.storage_label = Some("bob".to_owned()));
        let keys = [scenario.api_key(admin, &["all"]), scenario.api_key(bob, &["all"])];
        let uploads = format!("upload/{bob}");
        for name in [format!("{uploads}/aa/bb/x.jpg"), "library/admin/2024/a.jpg".to_owned()] {
            let path = folder.path().join(&name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        }
        let labelled = scenario.managed_storage("/data/library/admin", folder.path().join("library/admin"));
        let plain =
            scenario.managed_storage_of(bob, &format!("/data/{uploads}"), folder.path().join(&uploads));
        let own = scenario.asset_file(&labelled, "2024/a.jpg").id();
        let theirs = scenario.asset_file(&plain, "aa/bb/x.jpg").original_file_name("IMG_1.jpg").id();
        let (alice, zoe) = (scenario.person("Alice"), scenario.person_of(bob, "Zoe"));
        let album = scenario.album("Of the admin");
        scenario.add_to_album(album, &[own]);
        let sandbox = Sandbox::start(scenario).unwrap();

        let found = |key: &str| {
            let answer = call_as(&sandbox, key, "POST", "/api/search/metadata", &json!({})).json();
            answer["assets"]["items"].as_array().unwrap().clone()
        };

        let (mine, bobs) = (found(&keys[0]), found(&keys[1]));
        assert_eq!((mine.len(), bobs.len()), (1, 1), "{version}");
        assert_eq!((&mine[0]["id"], &bobs[0]["id"]), (&json!(own.to_string()), &json!(theirs.to_string())));
        assert_eq!(bobs[0]["originalPath"], format!("/data/upload/{bob}/aa/bb/x.jpg"));
        assert_eq!(
            (&bobs[0]["originalFileName"], &bobs[0]["ownerId"]),
            (&json!("IMG_1.jpg"), &json!(bob.to_string()))
        );
        let me = call_as(&sandbox, &keys[1], "GET", "/api/users/me", &Value::Null).json();
        assert_eq!((&me["storageLabel"], &me["isAdmin"]), (&json!("bob"), &json!(false)));
        for (key, person, status) in
            [(&keys[0], alice, 200), (&keys[0], zoe, 400), (&keys[1], zoe, 200), (&keys[1], alice, 400)]
        {
            let answer = call_as(&sandbox, key, "GET", &format!("/api/people/{person}"), &Value::Null);
            assert_eq!(answer.status, status);
        }
        assert_eq!(call_as(&sandbox, &keys[1], "GET", "/api/albums", &Value::Null).json(), json!([]));
    }
}

#[test]
fn a_partners_photos_are_found_with_their_owner_and_without_their_people() {
    for version in Version::ALL {
        let mut scenario = Scenario::new(version);
        let (admin, bob) = (scenario.admin(), scenario.user("Bob"));
        scenario.partner(bob, admin);
        let (key, bob_key) = (scenario.api_key(admin, &["all"]), scenario.api_key(bob, &["all"]));
        let library = scenario.external_library_of(bob, "/mnt/bob", "/nowhere");
        let zoe = scenario.person_of(bob, "Zoe");
        let theirs = scenario.asset(&library, "a.jpg").person(&zoe).id();
        let sandbox = Sandbox::start(scenario).unwrap();

        let found = call_as(&sandbox, &key, "POST", "/api/search/metadata", &json!({})).json();
        let people = |key: &str| {
            let whole = call_as(&sandbox, key, "GET", &format!("/api/assets/{theirs}"), &Value::Null).json();
            whole["people"].as_array().unwrap().len()
        };

        assert_eq!(found["assets"]["items"][0]["ownerId"], bob.to_string(), "{version}");
        assert_eq!((people(&key), people(&bob_key)), (0, 1));
        let body = json!({ "ids": [theirs.to_string()], "rating": 3 });
        assert_eq!(call_as(&sandbox, &key, "PUT", "/api/assets", &body).status, 400);
        let jobs = json!({ "assetIds": [theirs.to_string()], "name": "refresh-metadata" });
        assert_eq!(call_as(&sandbox, &key, "POST", "/api/assets/jobs", &jobs).status, 400);
    }
}
