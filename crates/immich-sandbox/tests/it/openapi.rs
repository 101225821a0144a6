//! Every answer is compared with the published description of its release: no field that it does not know,
//! none missing that it demands, and the right types.

use immich_sandbox::Version;
use serde_json::{Value, json};

use crate::{
    http::{Answer, call, request},
    lab::Lab,
    shared,
};

struct Spec {
    root: Value,
}

impl Spec {
    fn resolve<'s>(&'s self, schema: &'s Value) -> &'s Value {
        match schema["$ref"].as_str() {
            Some(name) => self.root.pointer(name.trim_start_matches('#')).unwrap_or(&Value::Null),
            None => schema,
        }
    }

    /// The schema of an answer, `None` where none is described.
    fn of_answer(&self, method: &str, template: &str, status: u16) -> Option<&Value> {
        let operation = &self.root["paths"][template][method.to_lowercase()];
        assert!(operation.is_object(), "{method} {template} is not in the description");
        let answer = &operation["responses"][status.to_string()];
        assert!(answer.is_object(), "{method} {template} describes no status {status}");
        answer["content"].as_object()?.values().next().map(|content| &content["schema"])
    }

    fn check(&self, value: &Value, schema: &Value, at: &str, faults: &mut Vec<String>) {
        let nullable = schema["nullable"] == true;
        let schema = self.resolve(schema);
        if value.is_null() && (nullable || schema["nullable"] == true) {
            return;
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return parts.iter().for_each(|part| self.check(value, part, at, faults));
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(parts) = schema[key].as_array() {
                let fits = |part: &Value| {
                    let mut found = Vec::new();
                    self.check(value, part, at, &mut found);
                    found.is_empty()
                };
                if !parts.iter().any(fits) {
                    faults.push(format!("{at}: {value} fits none of {key}"));
                }
                return;
            }
        }
        self.check_type(value, schema, at, faults);
    }

    fn check_type(&self, value: &Value, schema: &Value, at: &str, faults: &mut Vec<String>) {
        let fits = match schema["type"].as_str() {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            _ => true,
        };
        if !fits {
            faults.push(format!("{at}: {value} is no {}", schema["type"]));
            return;
        }
        if let Some(words) = schema["enum"].as_array()
            && !words.contains(value)
        {
            faults.push(format!("{at}: {value} is none of {}", schema["enum"]));
        }
        let formatted = match (schema["format"].as_str(), value.as_str()) {
            (Some("date-time"), Some(text)) => text.parse::<jiff::Timestamp>().is_ok(),
            (Some("date"), Some(text)) => text.parse::<jiff::civil::Date>().is_ok(),
            (Some("uuid"), Some(text)) => immich_sandbox::AssetId::parse(text).is_some(),
            _ => true,
        };
        if !formatted {
            faults.push(format!("{at}: {value} is no {}", schema["format"]));
        }
        if let Some(items) = value.as_array() {
            for (index, item) in items.iter().enumerate() {
                self.check(item, &schema["items"], &format!("{at}[{index}]"), faults);
            }
        }
        if let (Some(fields), Some(known)) = (value.as_object(), schema["properties"].as_object()) {
            for (name, field) in fields {
                match known.get(name) {
                    Some(schema) => self.check(field, schema, &format!("{at}.{name}"), faults),
                    None => faults.push(format!("{at}.{name}: not in the description")),
                }
            }
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !fields.contains_key(name) {
                    faults.push(format!("{at}.{name}: missing"));
                }
            }
        }
    }
}

/// Method, path as sent, path as described, body.
type Request = (&'static str, String, &'static str, Value);

fn reads(lab: &Lab) -> Vec<Request> {
    let (rich, plain, video, alice) = (lab.rich, lab.plain, lab.video, lab.alice);
    let get = |path: String, template: &'static str| ("GET", path, template, Value::Null);
    let mut requests = vec![
        get("/server/ping".into(), "/server/ping"),
        get("/server/version".into(), "/server/version"),
        get("/server/features".into(), "/server/features"),
        get("/server/config".into(), "/server/config"),
        get("/server/media-types".into(), "/server/media-types"),
        get("/server/about".into(), "/server/about"),
        get("/server/storage".into(), "/server/storage"),
        get("/server/statistics".into(), "/server/statistics"),
        get("/api-keys/me".into(), "/api-keys/me"),
        get("/users/me".into(), "/users/me"),
        get("/users/me/preferences".into(), "/users/me/preferences"),
        get("/partners?direction=shared-by".into(), "/partners"),
        get("/partners?direction=shared-with".into(), "/partners"),
        get("/view/folder/unique-paths".into(), "/view/folder/unique-paths"),
        get(format!("/assets/{rich}"), "/assets/{id}"),
        get(format!("/assets/{plain}"), "/assets/{id}"),
        get(format!("/assets/{video}"), "/assets/{id}"),
        get(format!("/assets/{}", lab.trashed), "/assets/{id}"),
        get("/assets/statistics".into(), "/assets/statistics"),
        get(format!("/assets/{rich}/metadata"), "/assets/{id}/metadata"),
        get(format!("/assets/{rich}/metadata/immich-sync"), "/assets/{id}/metadata/{key}"),
        get("/people".into(), "/people"),
        get("/people?withHidden=true&size=1".into(), "/people"),
        get(format!("/people/{alice}"), "/people/{id}"),
        get(format!("/people/{alice}/statistics"), "/people/{id}/statistics"),
        get("/search/person?name=ali".into(), "/search/person"),
        get(format!("/faces?id={rich}"), "/faces"),
        get("/tags".into(), "/tags"),
        get("/albums".into(), "/albums"),
        get(format!("/albums/{}", lab.summer), "/albums/{id}"),
        get(format!("/albums/{}", lab.shared_album), "/albums/{id}"),
        get("/timeline/buckets".into(), "/timeline/buckets"),
        get("/timeline/bucket?timeBucket=2024-02-01".into(), "/timeline/bucket"),
        get(format!("/timeline/bucket?timeBucket=2024-02-01&albumId={}", lab.summer), "/timeline/bucket"),
        get("/stacks".into(), "/stacks"),
        get(format!("/stacks/{}", lab.stack), "/stacks/{id}"),
        get("/duplicates".into(), "/duplicates"),
        get("/libraries".into(), "/libraries"),
        get(format!("/libraries/{}", lab.library), "/libraries/{id}"),
        get(format!("/libraries/{}/statistics", lab.library), "/libraries/{id}/statistics"),
        get("/queues".into(), "/queues"),
        get("/queues/library".into(), "/queues/{name}"),
        get("/jobs".into(), "/jobs"),
        ("POST", "/search/statistics".into(), "/search/statistics", json!({})),
        ("POST", "/download/info".into(), "/download/info", json!({ "assetIds": [plain.to_string()] })),
    ];
    for body in [
        json!({}),
        json!({ "withExif": true, "withPeople": true, "size": 2 }),
        json!({ "withDeleted": true, "trashedAfter": "2020-01-01T00:00:00.000Z" }),
        json!({ "page": 99, "withStacked": true }),
    ] {
        requests.push(("POST", "/search/metadata".into(), "/search/metadata", body));
    }
    requests
}

fn writes(lab: &Lab) -> Vec<Request> {
    let (rich, plain) = (lab.rich.to_string(), lab.plain.to_string());
    let tag = crate::http::get(&lab.sandbox, "/api/tags")[0]["id"].as_str().unwrap().to_owned();
    let face = crate::http::get(&lab.sandbox, &format!("/api/faces?id={rich}"))[0]["id"].clone();
    let face_id = face.as_str().unwrap().to_owned();
    let (alice, summer) = (lab.alice, lab.summer);
    let checksum = "22a108518e772f03d6fb689ecc94d035e6f7dad0";
    let mut requests = vec![
        ("PUT", format!("/assets/{plain}"), "/assets/{id}", json!({ "description": "x", "rating": 4 })),
        ("PUT", "/assets".into(), "/assets", json!({ "ids": [plain], "isFavorite": true })),
        (
            "PUT",
            format!("/assets/{plain}/metadata"),
            "/assets/{id}/metadata",
            json!({ "items": [{ "key": "k", "value": { "a": 1 } }] }),
        ),
        ("DELETE", format!("/assets/{plain}/metadata/k"), "/assets/{id}/metadata/{key}", Value::Null),
        (
            "POST",
            "/assets/bulk-upload-check".into(),
            "/assets/bulk-upload-check",
            json!({ "assets": [{ "id": "a", "checksum": checksum }] }),
        ),
        (
            "POST",
            "/assets/jobs".into(),
            "/assets/jobs",
            json!({ "assetIds": [plain], "name": "regenerate-thumbnail" }),
        ),
        ("PUT", "/assets/copy".into(), "/assets/copy", json!({ "sourceId": rich, "targetId": plain })),
        (
            "POST",
            "/people".into(),
            "/people",
            json!({ "name": "New", "birthDate": "2001-02-03", "color": "#abcdef" }),
        ),
        ("PUT", format!("/people/{alice}"), "/people/{id}", json!({ "name": "Alice D" })),
        (
            "PUT",
            "/people".into(),
            "/people",
            json!({ "people": [{ "id": alice.to_string(), "isHidden": false }] }),
        ),
        (
            "POST",
            format!("/people/{alice}/merge"),
            "/people/{id}/merge",
            json!({ "ids": [lab.carol.to_string()] }),
        ),
        (
            "POST",
            "/faces".into(),
            "/faces",
            json!({ "assetId": plain, "personId": alice.to_string(), "imageWidth": 1600, "imageHeight": 1200,
                    "x": 10, "y": 20, "width": 100, "height": 120 }),
        ),
        ("PUT", format!("/faces/{alice}"), "/faces/{id}", json!({ "id": face })),
        ("PUT", "/tags".into(), "/tags", json!({ "tags": ["Lab/new"] })),
        ("POST", "/tags".into(), "/tags", json!({ "name": "made", "color": "#ff0000" })),
        ("PUT", format!("/tags/{tag}"), "/tags/{id}", json!({ "color": "#00ff00" })),
        ("GET", format!("/tags/{tag}"), "/tags/{id}", Value::Null),
        ("PUT", "/tags/assets".into(), "/tags/assets", json!({ "tagIds": [tag], "assetIds": [plain] })),
        ("PUT", format!("/tags/{tag}/assets"), "/tags/{id}/assets", json!({ "ids": [plain, rich] })),
        ("DELETE", format!("/tags/{tag}/assets"), "/tags/{id}/assets", json!({ "ids": [plain] })),
        ("POST", "/albums".into(), "/albums", json!({ "albumName": "New", "assetIds": [plain] })),
        ("PATCH", format!("/albums/{summer}"), "/albums/{id}", json!({ "description": "d" })),
        ("PUT", format!("/albums/{summer}/assets"), "/albums/{id}/assets", json!({ "ids": [plain, rich] })),
        ("DELETE", format!("/albums/{summer}/assets"), "/albums/{id}/assets", json!({ "ids": [plain] })),
        (
            "PUT",
            "/albums/assets".into(),
            "/albums/assets",
            json!({ "albumIds": [summer.to_string()], "assetIds": [plain] }),
        ),
        ("DELETE", format!("/faces/{face_id}"), "/faces/{id}", json!({ "force": false })),
        ("POST", format!("/libraries/{}/scan", lab.library), "/libraries/{id}/scan", Value::Null),
        ("PUT", "/jobs/sidecar".into(), "/jobs/{name}", json!({ "command": "start", "force": false })),
        (
            "POST",
            "/duplicates/resolve".into(),
            "/duplicates/resolve",
            json!({ "groups": [{ "duplicateId": lab.group.to_string(), "keepAssetIds": [rich],
                                 "trashAssetIds": [plain] }] }),
        ),
        ("POST", "/trash/restore/assets".into(), "/trash/restore/assets", json!({ "ids": [plain] })),
        ("POST", "/trash/restore".into(), "/trash/restore", Value::Null),
        ("DELETE", "/assets".into(), "/assets", json!({ "ids": [plain], "force": false })),
        ("POST", "/trash/empty".into(), "/trash/empty", Value::Null),
        ("DELETE", format!("/albums/{summer}"), "/albums/{id}", Value::Null),
        ("DELETE", format!("/people/{alice}"), "/people/{id}", Value::Null),
        ("DELETE", format!("/tags/{tag}"), "/tags/{id}", Value::Null),
    ];
    if !lab.version.is_v3() {
        let body = json!({ "deviceAssetIds": ["d1", "zz"], "deviceId": "lab" });
        requests.push(("POST", "/assets/exist".into(), "/assets/exist", body));
    }
    requests
}

fn orders_about_imports(lab: &Lab) -> Vec<Request> {
    let plain = lab.plain.to_string();
    vec![
        (
            "PUT",
            "/assets/metadata".into(),
            "/assets/metadata",
            json!({ "items": [{ "assetId": plain, "key": "bulk", "value": {} }] }),
        ),
        (
            "DELETE",
            "/assets/metadata".into(),
            "/assets/metadata",
            json!({ "items": [{ "assetId": plain, "key": "bulk" }] }),
        ),
        ("PUT", "/queues/library".into(), "/queues/{name}", json!({ "isPaused": true })),
    ]
}

fn orders_about_stacks(lab: &Lab) -> Vec<Request> {
    let (stack, rich, plain) = (lab.stack, lab.rich.to_string(), lab.plain.to_string());
    let primary = json!({ "primaryAssetId": lab.video.to_string() });
    vec![
        ("PUT", format!("/stacks/{stack}"), "/stacks/{id}", primary),
        ("DELETE", format!("/stacks/{stack}/assets/{rich}"), "/stacks/{id}/assets/{assetId}", Value::Null),
        ("DELETE", format!("/stacks/{stack}"), "/stacks/{id}", Value::Null),
        ("POST", "/stacks".into(), "/stacks", json!({ "assetIds": [plain, rich] })),
    ]
}

fn spec_of(folder: &std::path::Path, version: Version) -> Spec {
    Spec { root: shared::json(folder, &format!("openapi/{version}.json")) }
}

fn compare(spec: &Spec, (method, path, template, body): &Request, answer: &Answer, faults: &mut Vec<String>) {
    assert!(
        (200..300).contains(&answer.status),
        "{method} {path} {body}: {} {}",
        answer.status,
        answer.json()
    );
    let at = format!("{method} {template}");
    match spec.of_answer(method, template, answer.status) {
        Some(schema) => spec.check(&answer.json(), schema, &at, faults),
        None => assert!(answer.body.is_empty(), "{at}: a body where none is described"),
    }
}

/// The real server sends a column that its description does not know.
const RECORDED_ALL_THE_SAME: &str = "GET /timeline/bucket.status: not in the description";

fn faults_of(version: Version, folder: &std::path::Path) -> Vec<String> {
    let (lab, spec) = (Lab::start(version), spec_of(folder, version));
    let mut faults = Vec::new();
    let orders = orders_about_stacks(&lab).into_iter().chain(orders_about_imports(&lab));
    for wanted in reads(&lab).into_iter().chain(orders).chain(writes(&lab)) {
        let answer = call(&lab.sandbox, wanted.0, &format!("/api{}", wanted.1), &wanted.3);
        compare(&spec, &wanted, &answer, &mut faults);
    }
    faults.retain(|fault| fault != RECORDED_ALL_THE_SAME);
    faults.sort();
    faults.dedup();
    faults
}

#[test]
fn answers_of_2x_follow_its_description() {
    let Some(folder) = shared::folder("answers_of_2x_follow_its_description") else { return };

    assert_eq!(faults_of(Version::V2_7_5, &folder), Vec::<String>::new());
}

#[test]
fn answers_of_3x_follow_its_description() {
    let Some(folder) = shared::folder("answers_of_3x_follow_its_description") else { return };

    assert_eq!(faults_of(Version::V3_0_3, &folder), Vec::<String>::new());
}

#[test]
fn an_answer_that_does_not_follow_is_found() {
    let Some(folder) = shared::folder("an_answer_that_does_not_follow_is_found") else { return };
    let spec = spec_of(&folder, Version::V3_0_3);
    let schema = json!({ "$ref": "#/components/schemas/TagResponseDto" });
    let wrong =
        json!({ "id": "x", "name": 1, "value": "v", "createdAt": "2024-01-01T00:00:00Z", "extra": true });

    let mut faults = Vec::new();
    spec.check(&wrong, &schema, "tag", &mut faults);

    let expected = [
        "tag.extra: not in the description",
        "tag.id: \"x\" is no \"uuid\"",
        "tag.name: 1 is no \"string\"",
        "tag.updatedAt: missing",
    ];
    faults.sort();
    assert_eq!(faults, expected);
}

#[test]
fn uploads_follow_the_description() {
    let Some(folder) = shared::folder("uploads_follow_the_description") else { return };
    for version in Version::ALL {
        let (lab, spec) = (Lab::start(version), spec_of(&folder, version));
        let (kind, body) = crate::form::upload("new.jpg", b"bytes of new.jpg", &[]);
        for status in [201, 200] {
            let headers = [("content-type", kind.as_str())];
            let key = lab.sandbox.api_key();
            let answer = request(&lab.sandbox, Some(&key), "POST", "/api/assets", &headers, &body).unwrap();

            let mut faults = Vec::new();
            compare(&spec, &("POST", "/assets".into(), "/assets", Value::Null), &answer, &mut faults);
            assert_eq!((answer.status, faults), (status, Vec::new()), "{version}");
        }
    }
}
