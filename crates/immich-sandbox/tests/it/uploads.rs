//! Uploads, originals and thumbnails.

use std::io::{Read, Write};

use immich_sandbox::Version;
use serde_json::{Value, json};

use crate::{
    form,
    http::{Answer, call, request},
    lab::Lab,
};

fn upload(lab: &Lab, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Answer {
    let (kind, body) = form::form(fields, name, bytes);
    let headers = [("content-type", kind.as_str())];
    request(&lab.sandbox, Some(&lab.sandbox.api_key()), "POST", "/api/assets", &headers, &body).unwrap()
}

const DATES: [(&str, &str); 2] =
    [("fileCreatedAt", "2024-06-01T00:00:00.000Z"), ("fileModifiedAt", "2024-06-02T00:00:00.000Z")];

#[test]
fn the_bytes_come_back_with_their_time() {
    let lab = Lab::start(Version::V3_0_3);

    let answer = upload(&lab, &DATES, "new.jpg", b"some bytes");

    assert_eq!((answer.status, answer.json()["status"].as_str()), (201, Some("created")));
    let path = format!("/api/assets/{}/original", answer.json()["id"].as_str().unwrap());
    let original = call(&lab.sandbox, "GET", &path, &Value::Null);
    assert_eq!(original.body, b"some bytes");
    assert_eq!(original.header("content-type"), Some("image/jpeg"));
    assert_eq!(original.header("last-modified"), Some("Sun, 02 Jun 2024 00:00:00 GMT"));
}

#[test]
fn the_same_bytes_twice_are_one_asset() {
    let lab = Lab::start(Version::V3_0_3);
    let first = upload(&lab, &DATES, "a.jpg", b"same");
    let id = first.json()["id"].clone();
    lab.sandbox.trash(id.as_str().unwrap().parse().unwrap()).unwrap();

    let second = upload(&lab, &DATES, "b.jpg", b"same");

    assert_eq!((second.status, second.json()), (200, json!({ "id": id, "status": "duplicate" })));
}

#[test]
fn a_known_checksum_is_answered_before_the_body() {
    let lab = Lab::start(Version::V3_0_3);
    upload(&lab, &DATES, "a.jpg", b"abc");
    let mut stream = std::net::TcpStream::connect(lab.sandbox.address()).unwrap();
    let head = format!(
        "POST /api/assets HTTP/1.1\r\nhost: x\r\nx-api-key: {}\r\n\
         x-immich-checksum: a9993e364706816aba3e25717850c26c9cd0d89d\r\ncontent-length: 50000000\r\n\r\n",
        lab.sandbox.api_key()
    );
    stream.write_all(head.as_bytes()).unwrap();

    let mut heard = vec![0; 1024];
    let count = stream.read(&mut heard).unwrap();

    let heard = String::from_utf8_lossy(&heard[..count]).into_owned();
    assert!(heard.starts_with("HTTP/1.1 200") && heard.contains("duplicate"), "{heard}");
}

#[test]
fn two_x_demands_the_names_of_the_device() {
    let lab = Lab::start(Version::V2_7_5);

    let without = upload(&lab, &DATES, "a.jpg", b"abc");
    let mut fields = DATES.to_vec();
    fields.extend([("deviceAssetId", "d9"), ("deviceId", "phone")]);
    let with = upload(&lab, &fields, "a.jpg", b"abc");

    assert_eq!((without.status, with.status), (400, 201));
    assert_eq!(
        without.json()["message"],
        json!(["deviceAssetId should not be empty", "deviceId should not be empty"])
    );
    let body = json!({ "deviceAssetIds": ["d9", "zz"], "deviceId": "phone" });
    let exist = call(&lab.sandbox, "POST", "/api/assets/exist", &body);
    assert_eq!(exist.json(), json!({ "existingIds": ["d9"] }));
}

#[test]
fn the_extension_decides_what_is_taken() {
    let lab = Lab::start(Version::V3_0_3);

    let answer = upload(&lab, &DATES, "notes.txt", b"abc");

    assert_eq!(
        (answer.status, answer.json()["message"].as_str()),
        (400, Some("Unsupported file type notes.txt"))
    );
}

#[test]
fn a_live_photo_hides_its_video() {
    let lab = Lab::start(Version::V3_0_3);
    let video = upload(&lab, &DATES, "a.mov", b"film").json()["id"].as_str().unwrap().to_owned();
    let mut fields = DATES.to_vec();
    fields.extend([("livePhotoVideoId", video.as_str()), ("isFavorite", "true")]);

    let still = upload(&lab, &fields, "a.heic", b"still").json()["id"].as_str().unwrap().to_owned();

    let still = crate::http::get(&lab.sandbox, &format!("/api/assets/{still}"));
    let film = crate::http::get(&lab.sandbox, &format!("/api/assets/{video}"));
    assert_eq!((&still["livePhotoVideoId"], &still["isFavorite"]), (&json!(video), &json!(true)));
    assert_eq!((&film["visibility"], &film["type"]), (&json!("hidden"), &json!("VIDEO")));
}

#[test]
fn a_part_of_an_original_can_be_had() {
    let lab = Lab::start(Version::V3_0_3);
    let path = format!("/api/assets/{}/original", lab.rich);
    let key = lab.sandbox.api_key();

    let part = request(&lab.sandbox, Some(&key), "GET", &path, &[("range", "bytes=4-8")], b"").unwrap();

    assert_eq!((part.status, part.body.as_slice()), (206, b"bytes".as_slice()));
    assert_eq!(part.header("content-range"), Some("bytes 4-8/22"));
}

#[test]
fn thumbnails_are_pictures_and_fullsize_is_elsewhere() {
    let lab = Lab::start(Version::V3_0_3);
    let path = |size: &str| format!("/api/assets/{}/thumbnail?size={size}", lab.video);

    let small = call(&lab.sandbox, "GET", &path("thumbnail"), &Value::Null);
    let full = format!("/api/assets/{}/thumbnail?size=fullsize", lab.rich);
    let full = call(&lab.sandbox, "GET", &full, &Value::Null);

    assert_eq!((small.status, small.header("content-type")), (200, Some("image/jpeg")));
    let picture = image::load_from_memory(&small.body).unwrap();
    assert_eq!((picture.width(), picture.height()), (250, 200));
    assert_eq!(full.status, 302);
    assert_eq!(full.header("location"), Some(format!("/api/assets/{}/original", lab.rich).as_str()));
}

#[test]
fn deleting_for_good_removes_a_managed_file_and_keeps_an_external_one() {
    let lab = Lab::start(Version::V3_0_3);
    let managed: immich_sandbox::AssetId =
        upload(&lab, &DATES, "a.jpg", b"abc").json()["id"].as_str().unwrap().parse().unwrap();
    let file = lab.sandbox.disk_path(managed).unwrap();

    let body = json!({ "ids": [managed.to_string(), lab.rich.to_string()], "force": true });
    let answer = call(&lab.sandbox, "DELETE", "/api/assets", &body);

    assert_eq!((answer.status, file.exists()), (204, false));
    assert!(lab.folder.path().join("rich.jpg").exists());
    assert_eq!((lab.sandbox.view(managed), lab.sandbox.view(lab.rich)), (None, None));
}
