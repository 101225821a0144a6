//! What is in an album, by version, and from a server that ignores the question.

use std::collections::BTreeSet;

use immich_api::{ApiError, AssetId};
use serde_json::{Value, json};

use crate::fake::{Asked, Fake, Reply, basics, ok};
use crate::walk::{asset, name};

const ALBUM: &str = "d311902b-975f-4ecb-b163-4479cc3ea1c5";

/// A server of that version with one album that says it has two assets.
fn serving(version: [u32; 3], answer: fn(&Asked) -> Reply) -> Fake {
    Fake::start(move |asked, _| match asked.target.as_str() {
        "/api/albums" => ok(json!([{"id": ALBUM, "albumName": "Summer", "assetCount": 2}])),
        _ => basics(asked, version).unwrap_or_else(|| answer(asked)),
    })
}

fn members(server: &Fake) -> Result<BTreeSet<AssetId>, ApiError> {
    let client = server.connect().unwrap();
    let albums = client.reader().albums().unwrap();
    client.reader().album_assets(&albums[0])
}

fn page(items: &[Value]) -> Reply {
    ok(json!({"assets": {"items": items, "nextPage": null}}))
}

fn ids(numbers: [usize; 2]) -> BTreeSet<AssetId> {
    numbers.iter().map(|number| AssetId::parse(&name(*number)).unwrap()).collect()
}

#[test]
fn archived_members_are_found_where_a_search_leaves_them_out() {
    let server = serving([2, 7, 5], |asked| {
        assert_eq!(asked.json()["albumIds"], json!([ALBUM]));
        if asked.json()["visibility"] == "archive" { page(&[asset(2)]) } else { page(&[asset(1)]) }
    });

    assert_eq!(members(&server).unwrap(), ids([1, 2]));
}

#[test]
fn an_old_server_lists_the_members_itself() {
    let server = serving([1, 120, 0], |asked| {
        assert_eq!(asked.target, format!("/api/albums/{ALBUM}"));
        ok(json!({"id": ALBUM, "assets": [asset(1), asset(2)]}))
    });

    assert_eq!(members(&server).unwrap(), ids([1, 2]));
}

#[test]
fn a_server_that_ignores_the_album_is_not_believed() {
    let server = serving([3, 0, 3], |_| page(&[asset(1), asset(2), asset(3)]));

    let error = members(&server).unwrap_err();

    assert!(matches!(error, ApiError::Unexpected { .. }) && !error.is_transient(), "{error:?}");
}
