//! Sessions, and the stream of changes that only they may have.

use immich_sandbox::{FaceBox, PersonId, Question, Sandbox, Scenario, SourceType, Version};
use serde_json::{Value, json};

use crate::{
    http::{Answer, call, request},
    shared,
};

struct Home {
    sandbox: Sandbox,
    alice: PersonId,
    token: String,
}

fn home(version: Version) -> Home {
    let mut scenario = Scenario::new(version);
    let library = scenario.external_library("/mnt/photos", "/nowhere");
    let alice = scenario.person("Alice");
    scenario.person_details(alice, |person| person.birth_date = Some("1990-01-02".to_owned()));
    let bob = scenario.user("Bob");
    let theirs = scenario.external_library_of(bob, "/mnt/bob", "/nowhere");
    let zoe = scenario.person_of(bob, "Zoe");
    scenario.partner(bob, scenario.admin());
    scenario
        .asset(&library, "a.jpg")
        .face(Some(alice), FaceBox::new((1, 2, 30, 40), (640, 480)), SourceType::Manual)
        .face(None, FaceBox::default(), SourceType::MachineLearning);
    scenario.asset(&library, "b.jpg").trashed().person(&alice);
    scenario.asset(&theirs, "c.jpg").person(&zoe);
    let sandbox = Sandbox::start(scenario).unwrap();
    let token = login(&sandbox).json()["accessToken"].as_str().unwrap().to_owned();
    Home { sandbox, alice, token }
}

fn login(sandbox: &Sandbox) -> Answer {
    let (email, password) = sandbox.login_of(sandbox.admin()).unwrap();
    ask(sandbox, &[], "POST", "/api/auth/login", &json!({ "email": email, "password": password }))
}

fn ask(sandbox: &Sandbox, headers: &[(&str, &str)], method: &str, path: &str, body: &Value) -> Answer {
    let mut headers = headers.to_vec();
    headers.push(("content-type", "application/json"));
    let body = if body.is_null() { String::new() } else { body.to_string() };
    request(sandbox, None, method, path, &headers, body.as_bytes()).unwrap()
}

impl Home {
    fn with_token(&self, method: &str, path: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        ask(&self.sandbox, &[("authorization", &bearer)], method, path, body)
    }

    fn stream(&self, types: &[&str]) -> Vec<Value> {
        let answer = self.with_token("POST", "/api/sync/stream", &json!({ "types": types }));
        assert_eq!(answer.status, 200, "{}", answer.json());
        assert_eq!(answer.header("content-type"), Some("application/jsonlines+json"));
        let text = String::from_utf8(answer.body).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn acknowledge(&self, lines: &[Value]) {
        let acks: Vec<&Value> = lines.iter().map(|line| &line["ack"]).collect();
        assert_eq!(self.with_token("POST", "/api/sync/ack", &json!({ "acks": acks })).status, 204);
    }
}

fn types(lines: &[Value]) -> Vec<&str> {
    lines.iter().filter_map(|line| line["type"].as_str()).collect()
}

const FACES: [&str; 2] = ["AssetFacesV2", "PeopleV1"];

#[test]
fn a_login_needs_the_right_password() {
    for version in Version::ALL {
        let home = home(version);
        let (email, password) = home.sandbox.login_of(home.sandbox.admin()).unwrap();

        let good = login(&home.sandbox);
        let body = json!({ "email": email, "password": format!("{password}x") });
        let bad = ask(&home.sandbox, &[], "POST", "/api/auth/login", &body);

        assert_eq!((good.status, &good.json()["userEmail"]), (201, &json!(email)), "{version}");
        assert!(good.header("set-cookie").unwrap().starts_with("immich_access_token="));
        assert_eq!((bad.status, &bad.json()["message"]), (401, &json!("Incorrect email or password")));
    }
}

#[test]
fn a_session_comes_in_several_headers_and_before_a_key() {
    let home = home(Version::V3_0_3);
    let (bearer, cookie) =
        (format!("Bearer {}", home.token), format!("x=1; immich_access_token={}", home.token));
    let key = home.sandbox.api_key();

    for header in [
        ("authorization", bearer.as_str()),
        ("x-immich-user-token", home.token.as_str()),
        ("x-immich-session-token", home.token.as_str()),
        ("cookie", cookie.as_str()),
    ] {
        assert_eq!(
            ask(&home.sandbox, &[header], "GET", "/api/users/me", &Value::Null).status,
            200,
            "{header:?}"
        );
    }
    let both = [("authorization", "Bearer wrong"), ("x-api-key", key.as_str())];
    let refused = ask(&home.sandbox, &both, "GET", "/api/users/me", &Value::Null);
    assert_eq!((refused.status, &refused.json()["message"]), (401, &json!("Invalid user token")));
}

#[test]
fn after_the_logout_the_token_is_worth_nothing() {
    let home = home(Version::V3_0_3);

    let out = home.with_token("POST", "/api/auth/logout", &Value::Null);

    assert_eq!((out.status, &out.json()["successful"]), (200, &json!(true)));
    assert_eq!(home.with_token("GET", "/api/users/me", &Value::Null).status, 401);
}

#[test]
fn no_key_opens_the_stream() {
    for version in Version::ALL {
        let home = home(version);

        for (method, path) in
            [("POST", "/api/sync/stream"), ("GET", "/api/sync/ack"), ("POST", "/api/sync/ack")]
        {
            let answer = call(&home.sandbox, method, path, &json!({ "types": ["PeopleV1"], "acks": [] }));
            let message = answer.json()["message"].clone();
            assert_eq!((answer.status, message), (403, json!("Sync endpoints cannot be used with API keys")));
        }
    }
}

#[test]
fn the_stream_tells_all_own_people_and_faces_in_order() {
    for version in Version::ALL {
        let home = home(version);

        let lines = home.stream(&FACES);

        let expected = ["PersonV1", "AssetFaceV2", "AssetFaceV2", "AssetFaceV2", "SyncCompleteV1"];
        assert_eq!(types(&lines), expected, "{version}");
        assert_eq!(
            (&lines[0]["data"]["name"], &lines[0]["data"]["id"]),
            (&json!("Alice"), &json!(home.alice.to_string()))
        );
        assert_eq!(
            (&lines[1]["data"]["boundingBoxX2"], &lines[1]["data"]["sourceType"]),
            (&json!(30), &json!("manual"))
        );
        assert_eq!(lines[2]["data"]["personId"], Value::Null);
    }
}

#[test]
fn each_line_has_the_published_fields() {
    let Some(folder) = shared::folder("each_line_has_the_published_fields") else { return };
    let recorded = shared::json(&folder, "fixtures/immich/sync-stream.json");
    for version in Version::ALL {
        let home = home(version);
        let description = shared::json(&folder, &format!("openapi/{version}.json"));
        let wanted = if version.is_v3() {
            vec!["AssetFacesV2", "PeopleV1"]
        } else {
            vec!["AssetFacesV1", "AssetFacesV2", "PeopleV1"]
        };

        for line in home.stream(&wanted) {
            let kind = line["type"].as_str().unwrap();
            let name = if kind.starts_with("Sync") { kind.to_owned() } else { format!("Sync{kind}") };
            let schema = &description["components"]["schemas"][name];
            let mut required: Vec<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let mut fields: Vec<&str> =
                line["data"].as_object().unwrap().keys().map(String::as_str).collect();
            required.sort_unstable();
            fields.sort_unstable();
            assert!(schema.is_object(), "{version} {kind}");
            assert_eq!(fields, required, "{version} {kind}");
            let ack = line["ack"].as_str().unwrap();
            assert!(ack.starts_with(&format!("{kind}|")), "{ack}");
            if let Some(real) = recorded["lines"].as_array().unwrap().iter().find(|real| real["type"] == kind)
            {
                let mut real: Vec<&str> =
                    real["data"].as_object().unwrap().keys().map(String::as_str).collect();
                real.sort_unstable();
                assert_eq!(fields, real, "{version} {kind}");
            }
        }
    }
}

#[test]
fn what_was_acknowledged_is_told_again_only_when_it_changes() {
    let home = home(Version::V3_0_3);
    let first = home.stream(&FACES);
    let unacknowledged = home.stream(&FACES).len();
    home.acknowledge(&home.stream(&FACES));
    let quiet = home.stream(&FACES);

    let asset = home.sandbox.find("/mnt/photos/a.jpg").unwrap();
    let faces = home.sandbox.faces(asset);
    home.sandbox.delete_face(faces[1].id());
    home.sandbox.reassign_face(faces[0].id(), None);
    home.sandbox.rename_person(home.alice, "Alice Doe");
    let changed = home.stream(&FACES);
    home.acknowledge(&changed);

    assert_eq!((first.len(), unacknowledged), (5, 5));
    assert_eq!(types(&quiet), ["SyncCompleteV1"]);
    assert_eq!(types(&changed), ["PersonV1", "AssetFaceDeleteV1", "AssetFaceV2", "SyncCompleteV1"]);
    assert_eq!(changed[1]["data"]["assetFaceId"], faces[1].id().to_string());
    assert_eq!(types(&home.stream(&FACES)), ["SyncCompleteV1"]);
    assert_eq!(home.with_token("DELETE", "/api/sync/ack", &json!({})).status, 204);
    assert_eq!(home.stream(&FACES).len(), 4);
}

#[test]
fn acknowledgements_belong_to_their_session() {
    let mut home = home(Version::V3_0_3);
    home.acknowledge(&home.stream(&FACES));
    let kept = home.with_token("GET", "/api/sync/ack", &Value::Null).json();

    home.token = login(&home.sandbox).json()["accessToken"].as_str().unwrap().to_owned();

    assert_eq!(kept.as_array().unwrap().len(), 3);
    assert_eq!(home.stream(&FACES).len(), 5);
}

#[test]
fn a_3x_server_refuses_the_old_type_and_nobody_takes_an_unknown_one() {
    let body = json!({ "types": ["AssetFacesV1"] });
    let (old, new) = (home(Version::V2_7_5), home(Version::V3_0_3));

    let refused = new.with_token("POST", "/api/sync/stream", &body);
    let unknown = new.with_token("POST", "/api/sync/stream", &json!({ "types": ["NoSuchThing"] }));
    let unplayed = new.with_token("POST", "/api/sync/stream", &json!({ "types": ["AssetsV2"] }));

    assert_eq!(types(&old.stream(&["AssetFacesV1"])).first(), Some(&"AssetFaceV1"));
    let text = "SyncRequestType.AssetFacesV1 is deprecated, use SyncRequestType.AssetFacesV2 instead";
    assert_eq!((refused.status, &refused.json()["message"]), (400, &json!(text)));
    assert_eq!((unknown.status, unplayed.status), (400, 501));
}

#[test]
fn silence_on_faces_is_in_the_stream_too() {
    let home = home(Version::V3_0_3);

    home.sandbox.answer_nothing(Question::Faces, true);
    let faceless = home.stream(&FACES);
    home.sandbox.answer_nothing(Question::People, true);

    assert_eq!(types(&faceless), ["PersonV1", "SyncCompleteV1"]);
    assert_eq!(types(&home.stream(&FACES)), ["SyncCompleteV1"]);
}

#[test]
fn a_login_is_no_write_and_its_token_is_not_written_down() {
    let home = home(Version::V3_0_3);
    home.with_token("GET", "/api/users/me", &Value::Null);
    ask(&home.sandbox, &[("x-immich-user-token", &home.token)], "GET", "/api/users/me", &Value::Null);

    let requests = home.sandbox.requests();

    assert!(home.sandbox.writes().is_empty());
    let headers = requests.iter().flat_map(|request| &request.headers);
    assert!(headers.into_iter().all(|(_, value)| !value.contains(&home.token)));
}
