//! Thumbnails and previews over real HTTP, and what is no picture.

use immich_api::{ApiError, AssetId, BodyProblem, Picture, Thumbnail};
use immich_sandbox::{Fault, Sandbox, Scenario, Version};

use crate::fake::{Fake, Reply};
use crate::sandboxed::{BOTH, connect, id};
use crate::walk::name;

const PIXEL: &[u8] = b"\xff\xd8\xff\xe0 not really a picture, but planted as one";

fn answer(kind: &str, body: &[u8]) -> Reply {
    Reply::Full(200, vec![format!("content-type: {kind}")], body.to_vec())
}

fn fetch(reply: impl Fn() -> Reply + Send + Sync + 'static) -> (Result<Picture, ApiError>, usize) {
    let server = Fake::immich(move |_, _| reply());
    let client = server.connect().unwrap();
    let before = server.asked().len();
    let picture = client.reader().thumbnail(&AssetId::parse(&name(1)).unwrap(), Thumbnail::Small);
    (picture, server.asked().len() - before)
}

#[test]
fn each_size_comes_as_the_server_made_it() {
    for version in BOTH {
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt", "/nowhere");
        let (a, b) = (scenario.asset(&library, "a.jpg").id(), scenario.asset(&library, "b.mov").id());
        let planted = scenario.asset(&library, "c.heic").thumbnail(PIXEL).id();
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox);
        let get = |asset, size| client.reader().thumbnail(&id(asset), size).unwrap();

        let (small, video) = (get(a, Thumbnail::Small), get(b, Thumbnail::Preview));

        assert_eq!(small.media_type, "image/jpeg");
        assert!(small.bytes.starts_with(&[0xff, 0xd8]) && small != video);
        assert_eq!(get(planted, Thumbnail::Small).bytes, PIXEL);
        let asked: Vec<String> =
            sandbox.requests().iter().rev().take(2).map(|asked| asked.query.clone()).collect();
        assert_eq!(asked, ["size=thumbnail", "size=preview"]);
        assert_eq!(sandbox.writes(), []);
    }
}

#[test]
fn an_asset_without_a_thumbnail_and_one_that_is_not_there_are_told_apart() {
    for version in BOTH {
        let mut scenario = Scenario::new(version);
        let library = scenario.external_library("/mnt", "/nowhere");
        let raw = scenario.asset(&library, "a.cr3").id();
        let broken = scenario.asset(&library, "b.jpg").picture(b"truncated".to_vec()).id();
        let friend = scenario.user("Friend");
        let foreign = scenario.asset(&library, "c.jpg").owner(friend).id();
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox);
        let error = |asset: AssetId| client.reader().thumbnail(&asset, Thumbnail::Small).unwrap_err();

        for none in [id(raw), id(broken)] {
            assert!(matches!(error(none.clone()), ApiError::NoThumbnail { id } if id == none), "{version:?}");
        }
        for unknown in [id(foreign), AssetId::parse(&name(1)).unwrap()] {
            assert!(matches!(error(unknown.clone()), ApiError::NoSuchAsset { id } if id == unknown));
        }
    }
}

#[test]
fn a_page_an_empty_answer_and_one_that_breaks_are_asked_again_and_never_a_picture() {
    let (page, tries) = fetch(|| answer("text/html; charset=utf-8", b"<html>log in</html>"));
    let problem = |error: Result<Picture, ApiError>| match error {
        Err(ApiError::Unexpected { problem, .. }) => problem,
        other => panic!("{other:?}"),
    };

    assert_eq!((problem(page), tries), (BodyProblem::NotAPicture, 6));
    let empty = fetch(|| answer("image/webp", b"")).0;
    assert!(empty.as_ref().unwrap_err().to_string().contains("(it is empty); is there"), "{empty:?}");
    assert_eq!(problem(empty), BodyProblem::Empty);
    let cut = || {
        Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-type: image/webp\r\ncontent-length: 99\r\n\r\nhalf".to_vec())
    };
    assert!(matches!(fetch(cut).0, Err(ApiError::Interrupted { .. })));
}

#[test]
fn a_picture_has_a_limit_and_its_type_is_cleaned() {
    let (large, _) = fetch(|| answer("image/webp", &vec![1; 5 * 1024 * 1024]));
    let (strange, _) = fetch(|| answer("IMAGE/\u{202e}x; a=b", b"x"));

    assert!(matches!(large, Err(ApiError::TooLarge { limit, .. }) if limit == 4 * 1024 * 1024));
    assert!(strange.is_err() || strange.unwrap().media_type.is_ascii());
}

#[test]
fn a_picture_that_is_lost_on_the_server_is_asked_for_once_more_and_given_up() {
    let (lost, tries) = fetch(|| Reply::Json(500, serde_json::json!({"message": "Internal server error"})));

    assert!(matches!(lost, Err(ApiError::Status { status: 500, .. })), "{lost:?}");
    assert_eq!(tries, 2);
}

#[test]
fn pictures_come_through_a_bad_line() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.external_library("/mnt", "/nowhere");
    let asset = scenario.asset(&library, "a.jpg").id();
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox);
    let whole = client.reader().thumbnail(&id(asset), Thumbnail::Small).unwrap();
    for fault in [Fault::cut_within_answer(), Fault::lost_answer(), Fault::status(500), Fault::html_502()] {
        sandbox.inject(fault.on("GET", "/assets").times(1));

        assert_eq!(client.reader().thumbnail(&id(asset), Thumbnail::Small).unwrap(), whole);
    }
}
