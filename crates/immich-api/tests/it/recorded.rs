//! Answers of real servers, 3.0.3 and 2.7.5, through the whole client.

use std::path::PathBuf;

use immich_api::{AlbumScope, AssetId, AssetKind, AssetQuery, Client, FaceSource, Login, Person, Visibility};
use serde_json::Value;

use crate::fake::{Fake, Reply, basics, ok};

/// The folder of recorded answers of a version; `None` (said aloud) where it is not at hand.
#[expect(clippy::disallowed_methods, reason = "the folder of test data is named by the environment")]
fn folder(test: &str, version: &str) -> Option<PathBuf> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared =
        std::env::var("IMMICH_SYNC_SHARED").map_or_else(|_| workspace.join("../shared"), PathBuf::from);
    if !shared.is_dir() {
        say(&format!("SKIPPED {test}: no shared folder at {}", shared.display()));
        return None;
    }
    Some(shared.join("fixtures/immich").join(version))
}

#[expect(clippy::print_stderr, reason = "a test that was left out says so")]
fn say(line: &str) {
    eprintln!("{line}");
}

fn read(path: &PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// All recordings of a folder whose names begin like that, by name.
fn recordings(folder: &PathBuf, prefix: &str) -> Vec<(String, Value)> {
    let mut found: Vec<(String, Value)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), path))
        .filter(|(name, _)| name.starts_with(prefix))
        .map(|(name, path)| (name, read(&path)["response"].clone()))
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(!found.is_empty(), "no recording {prefix}");
    found
}

/// A server that says that of itself, and this to everything else.
fn replaying(folder: &PathBuf, answer: &Value) -> Client {
    let named = |name: &str| recordings(folder, name)[0].1.clone();
    let (version, features, key, user) =
        (named("server-version"), named("server-features"), named("api-keys-me"), named("users-me"));
    let answer = answer.clone();
    let server = Fake::start(move |asked, _| match asked.target.as_str() {
        "/api/server/version" => ok(version.clone()),
        "/api/server/features" => ok(features.clone()),
        "/api/api-keys/me" => ok(key.clone()),
        "/api/users/me" => ok(user.clone()),
        "/api/search/statistics" => Reply::Full(404, Vec::new(), Vec::new()),
        _ => basics(asked, [3, 0, 3]).unwrap_or_else(|| ok(answer.clone())),
    });
    let client = server.connect().unwrap();
    // The server goes with the test process: the client outlives this function.
    std::mem::forget(server);
    client
}

fn each_version(test: &str, claim: impl Fn(&PathBuf)) {
    for version in ["", "v2.7.5"] {
        if let Some(folder) = folder(test, version) {
            claim(&folder);
        }
    }
}

#[test]
fn the_recorded_server_is_understood() {
    each_version("the_recorded_server_is_understood", |folder| {
        let client = replaying(folder, &Value::Null);

        let info = client.server();
        assert_eq!(info.features.import_faces, Some(true));
        assert_eq!(info.key.permissions.as_deref(), Some(["all".to_owned()].as_slice()));
        assert_eq!((info.user.name.as_str(), info.user.is_admin), ("Lab Admin", true));
        assert!(matches!(info.version.to_string().as_str(), "3.0.3" | "2.7.5"));
    });
}

#[test]
fn every_recorded_asset_is_read_with_all_that_it_says() {
    each_version("every_recorded_asset_is_read_with_all_that_it_says", |folder| {
        for (name, recorded) in recordings(folder, "asset-get") {
            let client = replaying(folder, &recorded);
            let id = AssetId::parse(recorded["id"].as_str().unwrap()).unwrap();

            let asset = client.reader().asset(&id).unwrap();

            assert_eq!(asset.original_path, recorded["originalPath"], "{name}");
            assert_eq!(asset.is_trashed, recorded["isTrashed"], "{name}");
            assert_eq!(asset.library_id.is_some(), !recorded["libraryId"].is_null(), "{name}");
            assert_eq!(
                asset.live_photo_video_id.is_some(),
                !recorded["livePhotoVideoId"].is_null(),
                "{name}"
            );
            assert_eq!(
                asset.checksum.as_ref().and_then(immich_api::Checksum::bytes).map(|sum| sum.len()),
                Some(20)
            );
            assert_eq!(asset.kind == AssetKind::Video, recorded["type"] == "VIDEO", "{name}");
            let archived = recorded["visibility"] == "archive";
            assert_eq!(asset.visibility == Visibility::Archive, archived, "{name}");
            assert!(asset.file_created_at.is_some() && asset.local_date_time.is_some(), "{name}");
            assert!(asset.file_modified_at.is_some() && asset.updated_at.is_some(), "{name}");
            same_exif(&name, asset.exif.as_ref().unwrap(), &recorded["exifInfo"]);
            let people = asset.people.unwrap();
            assert_eq!(people.len(), recorded["people"].as_array().unwrap().len(), "{name}");
            same_faces(&name, &people, &recorded["people"]);
            let tags: Vec<String> = asset.tags.unwrap().into_iter().map(|tag| tag.value).collect();
            let recorded_tags = recorded["tags"].as_array().unwrap().iter();
            let recorded_tags = recorded_tags.map(|tag| tag["value"].as_str().unwrap());
            assert_eq!(tags, recorded_tags.collect::<Vec<_>>(), "{name}");
            let primary = asset.stack.map(|stack| stack.primary.to_string());
            assert_eq!(primary.as_deref(), recorded["stack"]["primaryAssetId"].as_str(), "{name}");
        }
    });
}

fn same_exif(name: &str, exif: &immich_api::Exif, recorded: &Value) {
    assert_eq!(exif.description.as_deref(), recorded["description"].as_str(), "{name}");
    assert_eq!(exif.latitude, recorded["latitude"].as_f64(), "{name}");
    assert_eq!(exif.longitude, recorded["longitude"].as_f64(), "{name}");
    assert_eq!(exif.rating.map(i64::from), recorded["rating"].as_i64(), "{name}");
    assert_eq!(exif.time_zone.as_deref(), recorded["timeZone"].as_str(), "{name}");
    assert_eq!(exif.file_size, recorded["fileSizeInByte"].as_u64(), "{name}");
    assert_eq!(exif.date_time_original.is_some(), !recorded["dateTimeOriginal"].is_null(), "{name}");
}

fn same_faces(name: &str, people: &[Person], recorded: &Value) {
    for (person, recorded) in people.iter().zip(recorded.as_array().unwrap()) {
        assert_eq!(person.name, recorded["name"], "{name}");
        assert_eq!(person.is_hidden, recorded["isHidden"], "{name}");
        let boxes = recorded["faces"].as_array().map_or(0, Vec::len);
        assert_eq!(person.faces.len(), boxes, "{name}");
    }
}

#[test]
fn every_recorded_search_is_read_without_losing_an_item() {
    each_version("every_recorded_search_is_read_without_losing_an_item", |folder| {
        for (name, mut recorded) in recordings(folder, "search-metadata") {
            recorded["assets"]["nextPage"] = Value::Null;
            let items = recorded["assets"]["items"].as_array().unwrap().len() as u64;
            let client = replaying(folder, &recorded);
            let mut walk = client.reader().walk_assets(&AssetQuery::default());

            let yielded = walk.by_ref().map(|page| page.unwrap().len() as u64).sum::<u64>();

            let report = walk.report();
            let left_out = report.dropped_foreign + report.dropped_hidden + report.dropped_trashed;
            assert_eq!(report.unreadable, [], "{name}");
            assert_eq!(yielded + left_out, items, "{name}: {report:?}");
        }
    });
}

#[test]
fn recorded_faces_people_and_albums_are_read_whole() {
    each_version("recorded_faces_people_and_albums_are_read_whole", |folder| {
        let id = AssetId::parse("7fdad084-fb82-4cc7-ba16-2ec1a98bfabd").unwrap();
        let (faces, people, albums) =
            (recordings(folder, "faces-by"), recordings(folder, "people-list"), recordings(folder, "albums"));

        let found = replaying(folder, &faces[0].1).reader().faces(&id).unwrap();
        assert_eq!(found.len(), faces[0].1.as_array().unwrap().len());
        assert_eq!((found[0].x1, found[0].y2, found[0].image_width), (400.0, 540.0, 1600.0));
        assert_eq!(found[0].source, FaceSource::Manual);
        assert!(found[0].person.is_some());

        let all = replaying(folder, &people[0].1).reader().people(true).unwrap();
        let shown = replaying(folder, &people[0].1).reader().people(false).unwrap();
        let recorded = people[0].1["people"].as_array().unwrap();
        assert_eq!(all.len(), recorded.len());
        assert_eq!(shown.len(), recorded.iter().filter(|person| person["isHidden"] == false).count());

        for (name, recorded) in recordings(folder, "tags") {
            // Not the answers to orders, which are of another shape.
            let Some(listed) = recorded.as_array() else { continue };
            let found = replaying(folder, &recorded).reader().tags().unwrap();
            assert_eq!(found.len(), listed.len(), "{name}");
            for (tag, recorded) in found.iter().zip(listed) {
                assert_eq!(tag.value, recorded["value"], "{name}");
                let parent = tag.parent.as_ref().map(ToString::to_string);
                assert_eq!(parent.as_deref(), recorded["parentId"].as_str(), "{name}");
            }
        }

        let name = albums.iter().find(|(name, _)| name == "albums").unwrap();
        let found = replaying(folder, &name.1).reader().albums(AlbumScope::OwnAndShared).unwrap();
        assert_eq!(found.len(), name.1.as_array().unwrap().len());
        assert!(found.iter().all(|album| album.owner_id.is_some() && album.asset_count.is_some()));
    });
}

#[test]
fn the_recorded_stream_is_read_as_far_as_it_goes() {
    let Some(folder) = folder("the_recorded_stream_is_read_as_far_as_it_goes", "") else { return };
    let recorded = read(&folder.join("sync-stream.json"));
    let lines = recorded["lines"].as_array().unwrap().clone();
    let kind = |wanted: &str| lines.iter().filter(|line| line["type"] == wanted).collect::<Vec<_>>();
    let (faces, people) = (kind("AssetFaceV2"), kind("PersonV1"));
    assert!(!faces.is_empty() && !people.is_empty());
    let (text, user) = (crate::session::text(&lines), crate::fake::ME);
    let server = Fake::immich(move |asked, _| match asked.target.as_str() {
        "/api/auth/login" => ok(serde_json::json!({"accessToken": "t0ken", "userId": user})),
        "/api/sync/stream" => Reply::Full(200, Vec::new(), text.clone().into_bytes()),
        _ => ok(Value::Null),
    });
    let client = server.connect().unwrap();
    let session = client.login(&Login::new("me@lab.test", "password").unwrap()).unwrap();
    let mut found = Vec::new();

    let told = session.faces(|face| found.push(face)).unwrap();

    session.logout().unwrap();
    // Only the first two people are in the recording: faces of others are not known from it.
    let known = |face: &&&Value| {
        let person = &face["data"]["personId"];
        person.is_null() || people.iter().any(|other| other["data"]["id"] == *person)
    };
    let visible = faces.iter().filter(|face| face["data"]["deletedAt"].is_null());
    assert_eq!(told.faces, visible.clone().filter(known).count() as u64);
    assert_eq!(told.unresolved.is_empty(), visible.clone().all(|face| known(&face)));
    assert!(found.iter().all(|found| {
        let recorded = visible.clone().find(|face| face["data"]["id"] == found.face.id.to_string()).unwrap();
        Some(found.face.x1) == recorded["data"]["boundingBoxX1"].as_f64()
            && found.asset.to_string() == recorded["data"]["assetId"]
            && found.face.source != FaceSource::Unknown
    }));
}
