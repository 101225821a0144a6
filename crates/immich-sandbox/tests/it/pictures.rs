//! Thumbnails, previews and originals: what is made from what, and what has none.

use std::sync::Arc;

use image::{DynamicImage, Rgb, RgbImage};
use immich_sandbox::{AssetId, Fault, PictureMaker, Sandbox, Scenario, Version};
use sample_pictures::{Kind, Picture};
use serde_json::{Value, json};

use crate::http::{Answer, call, get, request, search};

fn thumbnail(sandbox: &Sandbox, id: AssetId, size: &str) -> Answer {
    call(sandbox, "GET", &format!("/api/assets/{id}/thumbnail?size={size}"), &Value::Null)
}

fn original(sandbox: &Sandbox, id: AssetId, range: &str) -> Answer {
    let headers = if range.is_empty() { vec![] } else { vec![("range", range)] };
    let path = format!("/api/assets/{id}/original");
    request(sandbox, Some(&sandbox.api_key()), "GET", &path, &headers, b"").unwrap()
}

/// Red on the left half, blue on the right one.
fn halves(width: u32, height: u32) -> Vec<u8> {
    let side = |x, _| if x < width / 2 { Rgb([230, 10, 10]) } else { Rgb([10, 10, 230]) };
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, side));
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn size_of(answer: &Answer) -> (u32, u32) {
    let picture = image::load_from_memory(&answer.body).unwrap();
    (picture.width(), picture.height())
}

#[test]
fn small_pictures_are_made_from_the_original_in_the_sizes_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("disk.png"), halves(600, 300)).unwrap();
    for version in Version::ALL {
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt", folder.path());
        let on_disk = scenario.asset_file(&library, "disk.png").id();
        let planted = scenario.asset(&library, "planted.png").picture(halves(3000, 2000)).id();
        let sandbox = Sandbox::start(scenario).unwrap();

        let small = thumbnail(&sandbox, on_disk, "thumbnail");

        assert_eq!((size_of(&small), small.header("content-type")), ((500, 250), Some("image/jpeg")));
        let picture = image::load_from_memory(&small.body).unwrap().to_rgb8();
        assert!(picture.get_pixel(20, 20).0[0] > 200 && picture.get_pixel(480, 20).0[2] > 200);
        assert_eq!(size_of(&thumbnail(&sandbox, on_disk, "preview")), (600, 300), "never enlarged");
        assert_eq!(size_of(&thumbnail(&sandbox, planted, "preview")), (2160, 1440));
        assert_eq!(thumbnail(&sandbox, on_disk, "thumbnail").body, small.body, "the same again");
        assert_eq!(get(&sandbox, &format!("/api/assets/{planted}"))["width"], json!(3000));
    }
}

#[test]
fn a_small_picture_is_upright() {
    // Stored lying on its side: 6 turns it by a quarter.
    let sideways = Picture::new(Kind::Jpeg).size(400, 300).orientation(6).build();
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.external_library("/mnt", "/nowhere");
    let id = scenario.asset(&library, "a.jpg").picture(sideways).id();
    let sandbox = Sandbox::start(scenario).unwrap();

    assert_eq!(size_of(&thumbnail(&sandbox, id, "thumbnail")), (250, 333));
    let asset = get(&sandbox, &format!("/api/assets/{id}"));
    assert_eq!((&asset["width"], &asset["height"]), (&json!(300), &json!(400)));
}

#[test]
fn what_cannot_be_decoded_has_no_small_picture_and_no_thumbhash_by_its_kind() {
    for version in Version::ALL {
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt", "/nowhere");
        let raw = scenario.asset(&library, "a.cr3").id();
        let broken = scenario.asset(&library, "b.jpg").picture(b"truncated".to_vec()).id();
        let told = scenario.asset(&library, "c.heic").thumbnail(halves(8, 8)).id();
        let sandbox = Sandbox::start(scenario).unwrap();

        for id in [raw, broken] {
            assert_eq!(thumbnail(&sandbox, id, "thumbnail").status, 404, "{version}");
        }
        let answer = thumbnail(&sandbox, told, "thumbnail");
        assert_eq!((answer.body, answer.status), (halves(8, 8), 200));
        assert_eq!(get(&sandbox, &format!("/api/assets/{raw}"))["thumbhash"], Value::Null);
        assert!(get(&sandbox, &format!("/api/assets/{told}"))["thumbhash"].is_string());
    }
}

#[test]
fn a_library_of_recipes_needs_neither_disk_nor_memory() {
    let make: PictureMaker = Arc::new(|number| halves(u32::try_from(number).unwrap() + 2, 100));
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.managed_storage("/data", "/nowhere");
    let ids = scenario.many(&library, 50, |number, asset| {
        asset.picture_by(&make, number as u64);
    });
    let sandbox = Sandbox::start(scenario).unwrap();

    assert_eq!(size_of(&thumbnail(&sandbox, ids[40], "thumbnail")), (42, 100));
    assert_eq!(original(&sandbox, ids[40], "").body, halves(42, 100));
    assert_eq!(sandbox.disk_path(ids[40]), None);
}

#[test]
fn a_planted_original_has_the_checksum_of_its_bytes_until_they_are_replaced() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.managed_storage("/data", "/nowhere");
    let id = scenario.asset(&library, "a.png").picture(b"abc".to_vec()).id();
    let sandbox = Sandbox::start(scenario).unwrap();
    assert_eq!(thumbnail(&sandbox, id, "thumbnail").status, 404);
    let thumbhash = || get(&sandbox, &format!("/api/assets/{id}"))["thumbhash"].clone();
    let before = thumbhash();

    sandbox.set_picture(id, &halves(300, 300)).unwrap();

    assert_eq!(sandbox.view(id).unwrap().checksum, "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
    assert_eq!(size_of(&thumbnail(&sandbox, id, "thumbnail")), (250, 250));
    assert_ne!(thumbhash(), before);
    assert_eq!(sandbox.view(id).unwrap().size, Some(halves(300, 300).len() as u64));
}

#[test]
fn parts_of_an_original_are_named_and_what_it_does_not_have_is_refused() {
    for version in Version::ALL {
        let mut scenario = Scenario::new(version);
        let library = scenario.managed_storage("/data", "/nowhere");
        let id = scenario.asset(&library, "a.jpg").picture(b"0123456789".to_vec()).id();
        let sandbox = Sandbox::start(scenario).unwrap();
        let part = |range| {
            let answer = original(&sandbox, id, range);
            let named = answer.header("content-range").unwrap_or_default().to_owned();
            (answer.status, named, String::from_utf8(answer.body).unwrap())
        };

        assert_eq!(part("bytes=4-"), (206, "bytes 4-9/10".to_owned(), "456789".to_owned()));
        assert_eq!(part("bytes=-3"), (206, "bytes 7-9/10".to_owned(), "789".to_owned()));
        assert_eq!(part("bytes=10-"), (416, "bytes */10".to_owned(), String::new()));
        assert_eq!(part("items=1-2"), (200, String::new(), "0123456789".to_owned()));
    }
}

#[test]
fn bytes_may_arrive_turned_over_or_break_off() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.managed_storage("/data", "/nowhere");
    let bytes = vec![7_u8; 5000];
    let id = scenario.asset(&library, "a.jpg").picture(bytes.clone()).id();
    let sandbox = Sandbox::start(scenario).unwrap();
    sandbox.inject(Fault::wrong_bytes().on("GET", "/assets").times(1));

    let wrong = original(&sandbox, id, "");
    sandbox.inject(Fault::cut_within_answer().on("GET", "/assets").times(1));
    let path = format!("/api/assets/{id}/original");
    let broken = request(&sandbox, Some(&sandbox.api_key()), "GET", &path, &[], b"");

    assert_eq!((wrong.status, wrong.body.len(), wrong.body == bytes), (200, 5000, false));
    assert!(broken.is_err());
    assert_eq!(original(&sandbox, id, "").body, bytes);
}

#[test]
fn the_listing_names_the_group_of_duplicates() {
    for version in Version::ALL {
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt", "/nowhere");
        let ids = ["a.jpg", "b.jpg"].map(|name| scenario.asset(&library, name).id());
        let group = scenario.duplicates(&ids);
        let sandbox = Sandbox::start(scenario).unwrap();

        let page = crate::http::post(&sandbox, "/api/search/metadata", &json!({}));

        assert_eq!(page["assets"]["items"][0]["duplicateId"], json!(group.to_string()));
        assert_eq!(search(&sandbox, &json!({})).len(), 2);
    }
}
