//! The same requests as those recorded from real servers: the same fields, of the same types, and for
//! refusals the same words.

use std::collections::{BTreeMap, BTreeSet};

use immich_sandbox::Version;
use serde_json::{Value, json};

use crate::{
    http::{call, call_as, request},
    lab::Lab,
    shared,
};

/// Fields and types learned from values: what may be there, and what always was.
#[derive(Debug, Default)]
struct Shape {
    types: BTreeSet<&'static str>,
    fields: BTreeMap<String, Shape>,
    always: Option<BTreeSet<String>>,
    items: Option<Box<Shape>>,
}

impl Shape {
    fn learn(&mut self, value: &Value) {
        self.types.insert(type_of(value));
        if let Some(fields) = value.as_object() {
            let names: BTreeSet<String> = fields.keys().cloned().collect();
            let always = self.always.take().unwrap_or_else(|| names.clone());
            self.always = Some(always.intersection(&names).cloned().collect());
            for (name, field) in fields {
                self.fields.entry(name.clone()).or_default().learn(field);
            }
        }
        for item in value.as_array().into_iter().flatten() {
            self.items.get_or_insert_default().learn(item);
        }
    }

    /// What is different about a value. Null says nothing of a type; free JSON is not looked into.
    fn differences(&self, value: &Value, at: &str, found: &mut Vec<String>) {
        let kind = type_of(value);
        let known = self.types.iter().any(|known| *known != "null");
        if kind != "null" && known && !self.types.contains(kind) {
            found.push(format!("{at}: {kind} instead of {:?}", self.types));
            return;
        }
        if let (Some(fields), Some(always)) = (value.as_object(), &self.always)
            && !is_free_json(at)
        {
            for (name, field) in fields {
                match self.fields.get(name) {
                    Some(shape) => shape.differences(field, &format!("{at}.{name}"), found),
                    None => found.push(format!("{at}.{name}: not recorded")),
                }
            }
            found.extend(
                always
                    .iter()
                    .filter(|name| !fields.contains_key(*name))
                    .map(|name| format!("{at}.{name}: missing")),
            );
        }
        if let (Some(items), Some(shape)) = (value.as_array(), &self.items) {
            for item in items {
                shape.differences(item, &format!("{at}[]"), found);
            }
        }
    }
}

/// The value of a note is whatever its writer chose.
fn is_free_json(at: &str) -> bool {
    at.rsplit('.').next() == Some("value") && at.contains("metadata")
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Fields that depend on the data, by the end of their path: a root tag has no parent, an album of another
/// moment no dates, a person no color.
const BY_DATA: [&str; 8] = [
    ".parentId",
    ".color",
    ".startDate",
    ".endDate",
    ".lastModifiedAssetTimestamp",
    ".faces",
    ".stack",
    ".error",
];

/// Recorded answer, method, path, body.
type Request = (&'static str, &'static str, String, Value);

fn requests(lab: &Lab) -> Vec<Request> {
    let (rich, plain, alice) = (lab.rich, lab.plain, lab.alice);
    let get = |file: &'static str, path: String| (file, "GET", path, Value::Null);
    let full = json!({ "size": 3, "withExif": true, "withPeople": true, "withStacked": true,
                       "personIds": [alice.to_string()] });
    vec![
        get("server-version", "/server/version".into()),
        get("server-features", "/server/features".into()),
        get("server-about", "/server/about".into()),
        get("api-keys-me", "/api-keys/me".into()),
        get("users-me", "/users/me".into()),
        get("asset-get", format!("/assets/{plain}")),
        get("asset-get-video", format!("/assets/{}", lab.video)),
        get("asset-get-exif-faces", format!("/assets/{rich}")),
        get("faces-by-asset", format!("/faces?id={plain}")),
        get("people-list", "/people?withHidden=true".into()),
        get("tags", "/tags".into()),
        get("albums", "/albums".into()),
        get("album-get", format!("/albums/{}", lab.summer)),
        get("album-get-withoutAssets", format!("/albums/{}?withoutAssets=true", lab.summer)),
        ("search-metadata-default", "POST", "/search/metadata".into(), json!({ "size": 2 })),
        ("search-metadata-full", "POST", "/search/metadata".into(), full),
        (
            "search-metadata-unknown-field",
            "POST",
            "/search/metadata".into(),
            json!({ "size": 1, "noSuchFilter": true }),
        ),
        (
            "bulk-upload-check",
            "POST",
            "/assets/bulk-upload-check".into(),
            json!({ "assets": [{ "id": "a", "checksum": lab.sandbox.view(plain).unwrap().checksum }] }),
        ),
    ]
}

fn requests_of_3x(lab: &Lab) -> Vec<Request> {
    let (rich, plain) = (lab.rich, lab.plain);
    let get = |file: &'static str, path: String| (file, "GET", path, Value::Null);
    let search = |file: &'static str, body: Value| (file, "POST", "/search/metadata".to_owned(), body);
    vec![
        get("server-ping", "/server/ping".into()),
        get("server-config", "/server/config".into()),
        get("server-media-types", "/server/media-types".into()),
        get("server-storage", "/server/storage".into()),
        get("server-statistics", "/server/statistics".into()),
        get("users-me-preferences", "/users/me/preferences".into()),
        get("partners", "/partners?direction=shared-with".into()),
        get("asset-get-external", format!("/assets/{rich}")),
        get("asset-get-stacked", format!("/assets/{rich}")),
        get("asset-get-trashed", format!("/assets/{}", lab.trashed)),
        get("asset-metadata-get", format!("/assets/{rich}/metadata")),
        get("assets-statistics", "/assets/statistics".into()),
        get("albums-by-asset", format!("/albums?assetId={plain}")),
        get("duplicates", "/duplicates".into()),
        get("libraries", "/libraries".into()),
        get("library-get", format!("/libraries/{}", lab.library)),
        get("library-statistics", format!("/libraries/{}/statistics", lab.library)),
        get("person-get", format!("/people/{}", lab.carol)),
        get("person-statistics", format!("/people/{}/statistics", lab.alice)),
        get("people-page", "/people?size=2&page=1".into()),
        get("search-person", "/search/person?name=alice".into()),
        get("timeline-buckets", "/timeline/buckets".into()),
        get("timeline-bucket", "/timeline/bucket?timeBucket=2024-02-01".into()),
        get("stacks", "/stacks".into()),
        get("stack-get", format!("/stacks/{}", lab.stack)),
        get("queues", "/queues".into()),
        get("jobs", "/jobs".into()),
        get("tags-tree", "/tags".into()),
        get("view-folder-unique-paths", "/view/folder/unique-paths".into()),
        search(
            "search-metadata-by-album",
            json!({ "size": 2, "albumIds": [lab.summer.to_string()], "order": "asc" }),
        ),
        search("search-metadata-last-page", json!({ "size": 1000, "page": 99 })),
        search("search-metadata-library", json!({ "libraryId": lab.library.to_string(), "withExif": true })),
        search(
            "search-metadata-trashed",
            json!({ "withDeleted": true, "trashedAfter": "2020-01-01T00:00:00.000Z" }),
        ),
        ("search-statistics", "POST", "/search/statistics".into(), json!({})),
        ("download-info", "POST", "/download/info".into(), json!({ "assetIds": [plain.to_string()] })),
    ]
}

fn orders_of_3x(lab: &Lab) -> Vec<Request> {
    let (rich, plain) = (lab.rich, lab.plain);
    vec![
        (
            "asset-put",
            "PUT",
            format!("/assets/{plain}"),
            json!({ "description": "Fixture text", "rating": 4 }),
        ),
        ("asset-patch", "PATCH", format!("/assets/{plain}"), json!({ "description": "Fixture text 2" })),
        (
            "asset-metadata-put",
            "PUT",
            format!("/assets/{plain}/metadata"),
            json!({ "items": [{ "key": "k", "value": { "rev": 1 } }] }),
        ),
        (
            "people-post",
            "POST",
            "/people".into(),
            json!({ "name": "P", "birthDate": "2001-02-03", "color": "#aabbcc" }),
        ),
        ("tags-upsert", "PUT", "/tags".into(), json!({ "tags": ["Places/France/Paris", "Lab/new"] })),
        (
            "album-create",
            "POST",
            "/albums".into(),
            json!({ "albumName": "New", "assetIds": [plain.to_string()] }),
        ),
        (
            "album-add-assets",
            "PUT",
            format!("/albums/{}/assets", lab.summer),
            json!({ "ids": [lab.video.to_string(), lab.video.to_string()] }),
        ),
        (
            "albums-add-assets-bulk-again",
            "PUT",
            "/albums/assets".into(),
            json!({ "albumIds": [lab.summer.to_string()], "assetIds": [lab.video.to_string()] }),
        ),
        (
            "stack-create",
            "POST",
            "/stacks".into(),
            json!({ "assetIds": [plain.to_string(), rich.to_string()] }),
        ),
        (
            "assets-bulk-put",
            "PUT",
            "/assets".into(),
            json!({ "ids": [plain.to_string()], "isFavorite": true, "rating": 5 }),
        ),
        (
            "assets-delete",
            "DELETE",
            "/assets".into(),
            json!({ "ids": [lab.archived.to_string()], "force": false }),
        ),
        (
            "tags-assets-bulk",
            "PUT",
            "/tags/assets".into(),
            json!({ "tagIds": ["00000000-0000-4000-8000-000000000000"], "assetIds": [plain.to_string()] }),
        ),
        (
            "albums-add-assets-bulk",
            "PUT",
            "/albums/assets".into(),
            json!({ "albumIds": [lab.summer.to_string()], "assetIds": [lab.archived.to_string()] }),
        ),
        (
            "faces-post",
            "POST",
            "/faces".into(),
            json!({ "assetId": plain.to_string(), "personId": lab.alice.to_string(), "imageWidth": 1600,
                    "imageHeight": 1200, "x": 10, "y": 20, "width": 100, "height": 120 }),
        ),
        (
            "trash-restore-assets",
            "POST",
            "/trash/restore/assets".into(),
            json!({ "ids": [lab.trashed.to_string()] }),
        ),
    ]
}

fn file_of(version: Version, name: &str) -> String {
    let folder = if version.is_v3() { "" } else { "v2.7.5/" };
    format!("fixtures/immich/{folder}{name}.json")
}

fn differences(
    version: Version,
    folder: &std::path::Path,
    requests: impl Fn(&Lab) -> Vec<Request>,
) -> Vec<String> {
    let lab = Lab::start(version);
    let mut found = Vec::new();
    for (name, method, path, body) in requests(&lab) {
        let recorded = shared::json(folder, &file_of(version, name));
        let answer = call(&lab.sandbox, method, &format!("/api{path}"), &body);

        assert_eq!(json!(answer.status), recorded["status"], "{name}: {}", answer.json());
        assert_eq!(json!(answer.header("content-type")), recorded["contentType"], "{name}");
        let mut shape = Shape::default();
        shape.learn(&recorded["response"]);
        shape.differences(&answer.json(), name, &mut found);
    }
    found.retain(|line| !BY_DATA.iter().any(|field| line.contains(&format!("{field}:"))));
    found
}

#[test]
fn answers_of_2x_have_the_recorded_fields() {
    let Some(folder) = shared::folder("answers_of_2x_have_the_recorded_fields") else { return };

    assert_eq!(differences(Version::V2_7_5, &folder, requests), Vec::<String>::new());
}

#[test]
fn answers_of_3x_have_the_recorded_fields() {
    let Some(folder) = shared::folder("answers_of_3x_have_the_recorded_fields") else { return };

    assert_eq!(differences(Version::V3_0_3, &folder, requests), Vec::<String>::new());
    assert_eq!(differences(Version::V3_0_3, &folder, requests_of_3x), Vec::<String>::new());
    assert_eq!(differences(Version::V3_0_3, &folder, orders_of_3x), Vec::<String>::new());
}

#[test]
fn another_shape_is_found() {
    let mut shape = Shape::default();
    shape.learn(&json!({ "a": 1, "b": [{ "c": "x" }] }));

    let mut found = Vec::new();
    shape.differences(&json!({ "a": "1", "b": [{ "d": 1 }] }), "at", &mut found);

    assert_eq!(
        found,
        ["at.a: string instead of {\"number\"}", "at.b[].d: not recorded", "at.b[].c: missing"]
    );
}

/// Correlation ids differ with every answer.
fn without_correlation(mut body: Value) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.remove("correlationId");
    }
    body
}

#[test]
fn refusals_have_the_recorded_words() {
    let Some(folder) = shared::folder("refusals_have_the_recorded_words") else { return };
    for version in Version::ALL {
        let lab = Lab::start(version);
        let sandbox = &lab.sandbox;
        let reader =
            sandbox.add_api_key(sandbox.admin(), &["asset.read", "album.read", "tag.read", "person.read"]);
        let wrong = json!({ "size": 5000, "rating": 9, "personIds": ["x"] });
        let unknown = "/api/assets/00000000-0000-4000-8000-000000000000";
        let sync = if version.is_v3() { "error-403-sync-apikey" } else { "error-sync-apikey" };
        let mut pairs = vec![
            ("error-400-unknown-asset", call(sandbox, "GET", unknown, &Value::Null)),
            ("error-400-validation", call(sandbox, "POST", "/api/search/metadata", &wrong)),
            ("error-401-badkey", call_as(sandbox, "nope", "GET", "/api/users/me", &Value::Null)),
            (
                "error-403-scope",
                call_as(sandbox, &reader, "POST", "/api/albums", &json!({ "albumName": "x" })),
            ),
            ("error-404-route", call(sandbox, "GET", "/api/nope", &Value::Null)),
            (sync, call(sandbox, "POST", "/api/sync/stream", &json!({ "types": ["AssetsV2"] }))),
        ];
        if version.is_v3() {
            let (kind, form) =
                crate::form::form(&[("fileCreatedAt", "2024-06-01T00:00:00.000Z")], "a.jpg", b"bytes");
            let upload = [("content-type", kind.as_str())];
            let key = sandbox.api_key();
            pairs.extend([
                ("error-400-bad-uuid", call(sandbox, "GET", "/api/assets/not-a-uuid", &Value::Null)),
                ("error-400-json", call(sandbox, "POST", "/api/search/metadata", &Value::Null)),
                ("error-401-nokey", request(sandbox, None, "GET", "/api/users/me", &[], b"").unwrap()),
                ("error-403-admin", call_as(sandbox, &lab.bob_key, "GET", "/api/libraries", &Value::Null)),
                (
                    "error-400-upload-missing-field",
                    request(sandbox, Some(&key), "POST", "/api/assets", &upload, &form).unwrap(),
                ),
            ]);
        }
        for (name, answer) in pairs {
            let recorded = shared::json(&folder, &file_of(version, name));
            assert_eq!(json!(answer.status), recorded["status"], "{version} {name}");
            assert_eq!(
                without_correlation(answer.json()),
                without_correlation(recorded["response"].clone()),
                "{version} {name}"
            );
            assert_eq!(answer.header("x-correlation-id").is_some(), version.is_v3(), "{version} {name}");
        }
    }
}
