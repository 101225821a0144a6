//! Uploads to the sandbox, which reads a form as the server does.

use std::io::Read;

use immich_api::{AssetId, Checked, Client, NewAsset, Note, UploadStatus, Uploaded, Visibility};
use immich_sandbox::{Fault, Sandbox, Scenario, Version};
use serde_json::json;

use crate::sandboxed::{BOTH, connect};
use crate::wire::{Wire, file};

fn send(client: &Client, asset: &NewAsset<'_>, bytes: &[u8]) -> Uploaded {
    client.writer().upload(asset, &mut || Ok(Box::new(bytes))).unwrap()
}

/// A client that tries often, in no time.
fn connect_patiently(sandbox: &Sandbox) -> Client {
    let options = crate::fake::options(&sandbox.url());
    let key = immich_api::ApiKey::new(sandbox.api_key()).unwrap();
    Client::connect(immich_api::ClientOptions { key, retries: 30, ..options }).unwrap()
}

fn name_of(client: &Client, id: &AssetId) -> String {
    client.reader().asset(id).unwrap().original_file_name
}

#[test]
fn a_file_arrives_with_all_that_was_said_of_it() {
    for version in BOTH {
        let sandbox = Sandbox::start(Scenario::new(version)).unwrap();
        let client = connect(&sandbox);
        let notes = [Note { key: "immich-sync".to_owned(), value: json!({ "source": "ä/b", "n": [1] }) }];
        let mut asset = file("IMG 1.jpg", 5);
        asset.is_favourite = true;
        asset.visibility = Some(Visibility::Archive);
        asset.notes = &notes;
        asset.sidecar = Some(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>");
        asset.checksum =
            Some(*b"\xaa\xf4\xc6\x1d\xdc\xc5\xe8\xa2\xda\xbe\xde\x0f\x3b\x48\x2c\xd9\xae\xa9\x43\x4d");

        let first = send(&client, &asset, b"hello");
        let again = send(&client, &asset, b"hello");

        assert_eq!((first.status, first.is_trashed), (UploadStatus::Created, None), "{version}");
        assert_eq!(again.id, first.id);
        assert_eq!(again.status, UploadStatus::Duplicate { maybe_ours: false });
        let stored = client.reader().asset(&first.id).unwrap();
        assert_eq!((stored.is_favorite, stored.original_file_name.as_str()), (Some(true), "IMG 1.jpg"));
        assert_eq!(stored.visibility, Visibility::Archive);
        assert_eq!(stored.checksum.unwrap().bytes(), asset.checksum);
        assert_eq!(client.reader().notes(&first.id).unwrap(), notes);
        let path = sandbox.disk_path(first.id.to_string().parse().unwrap()).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"hello");
        assert!(path.with_added_extension("xmp").exists());
        assert!(client.stats().bytes_sent > 5);
    }
}

#[test]
fn a_live_photo_is_linked_and_its_video_hidden() {
    let sandbox = Sandbox::start(Scenario::new(Version::V3_0_3)).unwrap();
    let client = connect(&sandbox);
    let mut video = file("a.mov", 4);
    video.visibility = Some(Visibility::Hidden);
    let video = send(&client, &video, b"film").id;
    let mut still = file("a.heic", 5);
    still.live_photo_video = Some(&video);

    let still = send(&client, &still, b"still").id;

    assert_eq!(client.reader().asset(&still).unwrap().live_photo_video_id, Some(video.clone()));
    assert_eq!(client.reader().asset(&video).unwrap().visibility, Visibility::Hidden);
}

#[test]
fn names_of_all_kinds_arrive_as_they_are() {
    let long = format!("{}.jpg", "ä".repeat(125));
    for version in BOTH {
        let sandbox = Sandbox::start(Scenario::new(version)).unwrap();
        let client = connect(&sandbox);
        let names = [
            "a \"quoted\" one.jpg",
            "it's; a=b, 100%22.jpg",
            "Фото 😀🏳️‍🌈.jpg",
            "e\u{301}te\u{301}.jpg",
            "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{202b}x\u{202c}.jpg",
            " leading and trailing .jpg",
            long.as_str(),
        ];

        for (number, name) in names.into_iter().enumerate() {
            let uploaded = send(&client, &file(name, 1), &[u8::try_from(number).unwrap()]);
            assert_eq!(name_of(&client, &uploaded.id), name);
        }
        let odd = send(&client, &file("a\r\nb\u{7}/c\\d.jpg", 2), b"xy");
        let name = name_of(&client, &odd.id);
        assert!(name.ends_with("d.jpg") && !name.contains(['\r', '\n', '\u{7}']), "{name:?}");
    }
}

#[test]
fn an_empty_file_arrives_empty() {
    let sandbox = Sandbox::start(Scenario::new(Version::V3_0_3)).unwrap();
    let client = connect(&sandbox);

    let uploaded = send(&client, &file("empty.jpg", 0), b"");

    let path = sandbox.disk_path(uploaded.id.to_string().parse().unwrap()).unwrap();
    assert_eq!(std::fs::metadata(path).unwrap().len(), 0);
}

#[test]
fn an_old_server_gets_the_form_of_its_time() {
    let server = Wire::of([1, 118, 2], |_, mut arriving| {
        let body = String::from_utf8(arriving.body().unwrap()).unwrap();
        let has = |name: &str| body.contains(&format!("name=\"{name}\""));
        let is_right = has("deviceAssetId") && has("deviceId") && has("isArchived");
        let is_wrong = has("visibility") || has("metadata") || has("filename") || has("duration");
        if is_right && !is_wrong { arriving.created() } else { arriving.answer(400, "", &body) }
    });
    let notes = [Note { key: "k".to_owned(), value: json!({}) }];
    let mut asset = file("a.jpg", 3);
    asset.visibility = Some(Visibility::Archive);
    asset.notes = &notes;

    let client = server.connect(|_| {});

    assert_eq!(send(&client, &asset, b"abc").status, UploadStatus::Created);
    let head = &server.uploads()[0];
    assert!(head.is("POST", "/api/assets") && head.header("transfer-encoding").is_none());
}

#[test]
fn a_checksum_travels_in_the_head_and_the_length_is_exact() {
    let server = Wire::start(|_, mut arriving| {
        let body = arriving.body().unwrap();
        let boundary = arriving.head.header("content-type").unwrap().split_once("boundary=").unwrap().1;
        if body.ends_with(format!("\r\nabc\r\n--{boundary}--\r\n").as_bytes()) {
            arriving.created();
        }
    });
    let client = server.connect(|_| {});
    let mut asset = file("a.jpg", 3);
    asset.checksum = Some([0xa9; 20]);

    let uploaded = send(&client, &asset, b"abc");

    assert_eq!(uploaded.status, UploadStatus::Created);
    assert_eq!(server.uploads()[0].header("x-immich-checksum"), Some("a9".repeat(20).as_str()));
}

#[test]
fn the_server_says_which_bytes_it_has() {
    for version in BOTH {
        let sandbox = Sandbox::start(Scenario::new(version)).unwrap();
        let client = connect(&sandbox);
        let (one, two) =
            (send(&client, &file("a.jpg", 1), b"1").id, send(&client, &file("b.jpg", 1), b"2").id);
        sandbox.trash(two.to_string().parse().unwrap()).unwrap();
        let sum = |id: &AssetId| client.reader().asset(id).unwrap().checksum.unwrap().bytes().unwrap();
        let mut sums = vec![[7; 20]; 12_000];
        (sums[3], sums[11_999]) = (sum(&one), sum(&two));
        let before = sandbox.writes().len();

        let checked = client.reader().upload_check(&sums).unwrap();

        assert_eq!(checked.len(), 12_000);
        assert_eq!(checked[3], Checked::Duplicate { asset: one, is_trashed: false });
        assert_eq!(checked[11_999], Checked::Duplicate { asset: two, is_trashed: true });
        assert_eq!(checked.iter().filter(|one| **one == Checked::Accept).count(), 11_998);
        assert_eq!(sandbox.writes().len(), before, "a check is no write");
    }
}

#[test]
fn the_server_says_what_it_takes() {
    let sandbox = Sandbox::start(Scenario::new(Version::V3_0_3)).unwrap();

    let types = connect(&sandbox).reader().media_types().unwrap();

    assert!(types.image.contains(&".jpg".to_owned()) && types.video.contains(&".mp4".to_owned()));
    assert_eq!(types.sidecar, [".xmp"]);
}

#[test]
fn whatever_breaks_all_files_are_up_and_none_twice() {
    let sandbox = Sandbox::start(Scenario::new(Version::V3_0_3)).unwrap();
    for (number, fault) in [
        Fault::status(500),
        Fault::html_502(),
        Fault::status(429).retry_after(1),
        Fault::status(503).before_the_body(),
        Fault::cut_before_answer(),
        Fault::cut_within_request(5000),
        Fault::cut_within_request(150_000),
        Fault::cut_within_answer(),
        Fault::lost_answer(),
    ]
    .into_iter()
    .enumerate()
    {
        sandbox.inject(fault.on("POST", "/assets").with_probability(0.05, number as u64));
    }
    let client = connect_patiently(&sandbox);
    let content = |number: usize| number.to_le_bytes().repeat(25_000);

    std::thread::scope(|scope| {
        for worker in 0..4 {
            let client = &client;
            scope.spawn(move || {
                for number in (worker..200).step_by(4) {
                    let bytes = content(number);
                    let name = format!("{number}.jpg");
                    send(client, &file(&name, bytes.len() as u64), &bytes);
                }
            });
        }
    });

    let names: std::collections::BTreeSet<_> =
        sandbox.views().into_iter().map(|view| view.checksum).collect();
    assert_eq!((names.len(), sandbox.views().len()), (200, 200));
    assert!(client.stats().retries > 40, "{:?}", client.stats());
}

#[test]
fn a_source_is_read_in_pieces_and_never_whole() {
    struct Counted(u64, usize);
    impl Read for Counted {
        fn read(&mut self, piece: &mut [u8]) -> std::io::Result<usize> {
            self.1 = self.1.max(piece.len());
            assert!(piece.len() <= 256 * 1024, "{}", piece.len());
            let length = piece.len().min(usize::try_from(self.0).unwrap_or(usize::MAX));
            piece[..length].fill(0);
            self.0 -= length as u64;
            Ok(length)
        }
    }
    let server = Wire::start(|_, mut arriving| {
        let length = arriving.length() as u64;
        assert_eq!(arriving.skip(length), length);
        arriving.created();
    });
    let client = server.connect(|_| {});
    let size = 3_000_000_000;

    let uploaded = client.writer().upload(&file("a.mp4", size), &mut || Ok(Box::new(Counted(size, 0))));

    assert_eq!(uploaded.unwrap().status, UploadStatus::Created);
    assert!(client.stats().bytes_sent > size);
}
