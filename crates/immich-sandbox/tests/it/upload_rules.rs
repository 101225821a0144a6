//! What the server demands of an upload, refuses, and makes of what comes with it.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use immich_sandbox::{AssetId, Fault, Sandbox, Scenario, Version};
use sample_pictures::{Kind, Picture};
use serde_json::{Value, json};

use crate::{
    form,
    http::{Answer, call, call_as, get, request},
    lab::Lab,
    tool::{exiftool, write},
};

fn send(sandbox: &Sandbox, name: &str, bytes: &[u8], more: &[(&str, &str)]) -> Answer {
    let (kind, body) = form::upload(name, bytes, more);
    let headers = [("content-type", kind.as_str())];
    request(sandbox, Some(&sandbox.api_key()), "POST", "/api/assets", &headers, &body).unwrap()
}

fn id_of(answer: &Answer) -> AssetId {
    answer.json()["id"].as_str().unwrap_or_else(|| panic!("{}", answer.json())).parse().unwrap()
}

/// A form with the file and a sidecar, with or without the field `filename` before them.
fn with_sidecar(name_field: bool, sidecar_name: &str) -> (String, Vec<u8>) {
    let mut fields = vec![
        ("deviceAssetId", "d"),
        ("deviceId", "lab"),
        ("fileCreatedAt", "2024-06-01T00:00:00.000Z"),
        ("fileModifiedAt", "2024-06-01T00:00:00.000Z"),
    ];
    if name_field {
        fields.push(("filename", "x.jpg"));
    }
    let (kind, mut body) = form::form(&fields, "x.jpg", b"picture");
    let boundary = kind.split_once("boundary=").unwrap().1;
    body.truncate(body.len() - boundary.len() - 8);
    let sidecar = format!(
        "\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"sidecarData\"; filename=\"{sidecar_name}\"\r\n\r\n\
         <x:xmpmeta xmlns:x='adobe:ns:meta/'/>\r\n--{boundary}--\r\n"
    );
    body.extend(sidecar.into_bytes());
    (kind, body)
}

#[test]
fn a_name_before_a_sidecar_is_taken_for_its_name() {
    for (name_field, sidecar, expected) in
        [(false, "a.xmp", 201), (true, "a.xmp", 400), (false, "a.txt", 400)]
    {
        let lab = Lab::start(Version::V3_0_3);
        let (kind, body) = with_sidecar(name_field, sidecar);

        let headers = [("content-type", kind.as_str())];
        let key = lab.sandbox.api_key();
        let answer = request(&lab.sandbox, Some(&key), "POST", "/api/assets", &headers, &body).unwrap();

        assert_eq!(answer.status, expected, "{name_field} {sidecar}: {}", answer.json());
        if expected == 400 {
            let name = if name_field { "x.jpg" } else { sidecar };
            assert_eq!(answer.json()["message"], format!("Unsupported file type {name}"));
        } else {
            assert!(lab.sandbox.view(id_of(&answer)).unwrap().sidecar.unwrap().exists());
        }
    }
}

#[test]
fn only_a_video_of_the_user_can_be_the_moving_part() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let other = scenario.user("Other");
    let sandbox = Sandbox::start(scenario).unwrap();
    let foreign = sandbox.add_api_key(other, &["all"]);
    let (kind, body) = form::upload("f.mov", b"foreign film", &[]);
    let headers = [("content-type", kind.as_str())];
    let foreign = request(&sandbox, Some(&foreign), "POST", "/api/assets", &headers, &body).unwrap();
    let (picture, foreign) =
        (id_of(&send(&sandbox, "p.jpg", b"p", &[])).to_string(), id_of(&foreign).to_string());

    for (video, message) in [
        ("289c7edf-4d4e-4ad7-a74e-4029b8dc94cd", "Live photo video not found"),
        (picture.as_str(), "Live photo video must be a video"),
        (foreign.as_str(), "Live photo video does not belong to the user"),
    ] {
        let answer = send(&sandbox, "a.heic", b"still", &[("livePhotoVideoId", video)]);

        assert_eq!((answer.status, answer.json()["message"].as_str()), (400, Some(message)));
    }
    assert_eq!(sandbox.views().len(), 2, "nothing came of the stills");
}

#[test]
fn a_form_that_is_cut_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut scenario = Scenario::new(Version::V3_0_3);
    scenario.upload_root(folder.path());
    let sandbox = Sandbox::start(scenario).unwrap();
    sandbox.inject(Fault::cut_within_request(100_000).on("POST", "/assets").times(1));
    let (kind, body) = form::upload("a.jpg", &vec![7; 1_000_000], &[]);
    let headers = [("content-type", kind.as_str())];
    let key = sandbox.api_key();

    let cut = request(&sandbox, Some(&key), "POST", "/api/assets", &headers, &body);
    let short = {
        let mut stream = TcpStream::connect(sandbox.address()).unwrap();
        let head = format!(
            "POST /api/assets HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: {key}\r\n\
             content-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            body.len() - 10
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body[..body.len() - 10]).unwrap();
        let mut heard = String::new();
        stream.read_to_string(&mut heard).unwrap();
        heard
    };

    assert!(cut.is_err());
    assert!(short.starts_with("HTTP/1.1 400") && short.contains("Unexpected end of form"), "{short}");
    assert!(sandbox.views().is_empty());
    let left = std::fs::read_dir(folder.path().join("incoming")).unwrap().count();
    assert_eq!(left, 0);
    assert_eq!(send(&sandbox, "a.jpg", &[7; 1000], &[]).status, 201);
}

#[test]
fn a_fault_may_answer_before_the_body() {
    let lab = Lab::start(Version::V3_0_3);
    lab.sandbox.inject(Fault::status(413).before_the_body().on("POST", "/assets").times(1));
    let mut stream = TcpStream::connect(lab.sandbox.address()).unwrap();
    let head = format!(
        "POST /api/assets HTTP/1.1\r\nhost: x\r\nx-api-key: {}\r\ncontent-length: 50000000\r\n\r\n",
        lab.sandbox.api_key()
    );

    stream.write_all(head.as_bytes()).unwrap();
    let mut heard = vec![0; 1024];
    let count = stream.read(&mut heard).unwrap();

    assert!(String::from_utf8_lossy(&heard[..count]).starts_with("HTTP/1.1 413"));
}

#[test]
fn who_may_not_upload_hears_so_before_the_body() {
    let lab = Lab::start(Version::V3_0_3);
    let key = lab.sandbox.add_api_key(lab.sandbox.admin(), &["asset.read"]);
    let mut stream = TcpStream::connect(lab.sandbox.address()).unwrap();
    let head = format!(
        "POST /api/assets HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\ncontent-length: 50000000\r\n\r\n"
    );

    stream.write_all(head.as_bytes()).unwrap();
    let mut heard = vec![0; 1024];
    let count = stream.read(&mut heard).unwrap();

    let heard = String::from_utf8_lossy(&heard[..count]).into_owned();
    assert!(heard.starts_with("HTTP/1.1 403") && heard.contains("asset.upload"), "{heard}");
}

#[test]
fn bytes_that_are_forgotten_are_known_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut scenario = Scenario::new(Version::V3_0_3);
    scenario.upload_root(folder.path());
    let sandbox = Sandbox::start(scenario).unwrap();
    sandbox.discard_uploads(true);

    let first = send(&sandbox, "a.jpg", b"abc", &[]);
    let second = send(&sandbox, "b.jpg", b"abc", &[]);

    assert_eq!((first.status, second.status, second.json()["id"] == first.json()["id"]), (201, 200, true));
    assert_eq!(sandbox.disk_path(id_of(&first)), None);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert_eq!(sandbox.view(id_of(&first)).unwrap().size, Some(3));
}

#[test]
fn a_quota_ends_uploads() {
    let lab = Lab::start(Version::V3_0_3);
    let used: u64 = lab.sandbox.views().iter().filter_map(|view| view.size).sum();
    lab.sandbox.set_quota(Some(used + 5));

    let fits = send(&lab.sandbox, "a.jpg", b"12345", &[]);
    lab.sandbox.set_quota(Some(5));
    let full = send(&lab.sandbox, "b.jpg", b"6", &[]);

    assert_eq!((fits.status, full.status), (201, 400));
    assert_eq!(full.json()["message"], "Quota has been exceeded!");
}

#[test]
fn an_upload_is_read_for_its_date_place_and_caption() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jpg");
    Picture::new(Kind::Jpeg).size(64, 48).seed(3).write_to(&file).unwrap();
    write(
        &file,
        &[
            "-DateTimeOriginal=2020:05:06 07:08:09",
            "-OffsetTimeOriginal=+02:00",
            "-GPSLatitude=52.5",
            "-GPSLatitudeRef=N",
            "-GPSLongitude=13.25",
            "-GPSLongitudeRef=E",
            "-ImageDescription=in the file",
        ],
    );
    let mut scenario = Scenario::new(Version::V3_0_3);
    scenario.exiftool(exiftool());
    let sandbox = Sandbox::start(scenario).unwrap();

    let view = sandbox.view(id_of(&send(&sandbox, "a.jpg", &std::fs::read(&file).unwrap(), &[]))).unwrap();

    assert_eq!(view.instant, "2020-05-06T05:08:09Z".parse().ok());
    assert_eq!((view.latitude, view.longitude), (Some(52.5), Some(13.25)));
    assert_eq!(view.description.as_deref(), Some("in the file"));
}

#[test]
fn notes_are_written_in_bulk_and_each_once() {
    let lab = Lab::start(Version::V3_0_3);
    let (rich, plain) = (lab.rich.to_string(), lab.plain.to_string());
    let item = |asset: &str, key: &str| json!({ "assetId": asset, "key": key, "value": { "of": key } });
    let order = |items: Vec<Value>| json!({ "items": items });

    let both = order(vec![item(&rich, "k"), item(&plain, "k"), item(&plain, "l")]);
    let done = call(&lab.sandbox, "PUT", "/api/assets/metadata", &both);
    let twice = order(vec![item(&plain, "k"), item(&plain, "k")]);
    let twice = call(&lab.sandbox, "PUT", "/api/assets/metadata", &twice);
    let unknown = order(vec![item("289c7edf-4d4e-4ad7-a74e-4029b8dc94cd", "k")]);
    let unknown = call(&lab.sandbox, "PUT", "/api/assets/metadata", &unknown);
    let gone = call(&lab.sandbox, "DELETE", "/api/assets/metadata", &order(vec![item(&plain, "k")]));

    assert_eq!((done.status, twice.status, unknown.status, gone.status), (200, 400, 400, 204));
    assert_eq!(done.json().as_array().unwrap().len(), 3);
    assert_eq!(twice.json()["message"], format!("Duplicate items are not allowed: \"({plain}, k)\""));
    assert_eq!(unknown.json()["message"], "Not found or no asset.update access");
    let notes = get(&lab.sandbox, &format!("/api/assets/{plain}/metadata"));
    assert_eq!(
        (&notes[0]["key"], &notes[0]["value"], notes.as_array().unwrap().len()),
        (&json!("l"), &json!({ "of": "l" }), 1)
    );
}

#[test]
fn a_copy_takes_albums_heart_sidecar_and_stack_along() {
    let lab = Lab::start(Version::V3_0_3);
    let old = id_of(&{
        let (kind, body) = with_sidecar(false, "a.xmp");
        let key = lab.sandbox.api_key();
        request(&lab.sandbox, Some(&key), "POST", "/api/assets", &[("content-type", &kind)], &body).unwrap()
    });
    let (partner, new) = (send(&lab.sandbox, "b.jpg", b"b", &[]), send(&lab.sandbox, "n.jpg", b"new", &[]));
    let (partner, new) = (id_of(&partner), id_of(&new));
    lab.sandbox.set_favorite(old, true).unwrap();
    let album = json!({ "albumName": "X", "assetIds": [old.to_string()] });
    assert_eq!(call(&lab.sandbox, "POST", "/api/albums", &album).status, 201);
    let stack = json!({ "assetIds": [old.to_string(), partner.to_string()] });
    assert_eq!(call(&lab.sandbox, "POST", "/api/stacks", &stack).status, 201);
    let order = json!({ "sourceId": old.to_string(), "targetId": new.to_string() });

    let first = call(&lab.sandbox, "PUT", "/api/assets/copy", &order);
    let view = lab.sandbox.view(new).unwrap();
    let stacked = lab.sandbox.stacks().iter().any(|stack| stack.len() == 3 && stack.contains(&new));
    let again = call(&lab.sandbox, "PUT", "/api/assets/copy", &order);

    assert_eq!((first.status, again.status), (204, 204));
    assert_eq!((view.is_favorite, view.albums), (true, vec!["X".to_owned()]));
    assert!(view.sidecar.unwrap().exists() && stacked);
    let is_stacked = lab.sandbox.stacks().iter().any(|stack| stack.contains(&new) || stack.contains(&old));
    assert!(!is_stacked, "the second order deletes the stack that both are in");
}

#[test]
fn queues_are_paused_by_administrators_and_it_is_known_by_which_key() {
    for version in Version::ALL {
        let lab = Lab::start(version);
        let (admin, user) = (lab.sandbox.api_key(), lab.sandbox.add_api_key(lab.bob, &["all"]));
        let is_paused = |name: &str| get(&lab.sandbox, &format!("/api/queues/{name}"))["isPaused"].clone();

        let new = call(&lab.sandbox, "PUT", "/api/queues/metadataExtraction", &json!({ "isPaused": true }));
        let old =
            call(&lab.sandbox, "PUT", "/api/jobs/library", &json!({ "command": "pause", "force": false }));
        let refused =
            call_as(&lab.sandbox, &user, "PUT", "/api/queues/library", &json!({ "isPaused": false }));
        let unknown = call(&lab.sandbox, "PUT", "/api/queues/none", &json!({ "isPaused": true }));

        assert_eq!((new.status, old.status, refused.status, unknown.status), (200, 200, 403, 400));
        assert_eq!(old.json()["queueStatus"]["isPaused"], true);
        assert_eq!((is_paused("metadataExtraction"), is_paused("library")), (json!(true), json!(true)));
        let by = |name: &str| (name.to_owned(), Some(admin.clone()));
        assert_eq!(lab.sandbox.paused_queues(), [by("library"), by("metadataExtraction")]);
        call(&lab.sandbox, "PUT", "/api/jobs/metadataExtraction", &json!({ "command": "resume" }));
        call(&lab.sandbox, "PUT", "/api/queues/library", &json!({ "isPaused": false }));
        assert_eq!(lab.sandbox.paused_queues(), []);
    }
}
