//! Which albums there are, and what is in them, by version, and from a server that ignores the question.

use std::collections::BTreeSet;

use immich_api::{AlbumScope, ApiError, AssetId, BodyProblem};
use serde_json::{Value, json};

use crate::fake::{Asked, Fake, ME, Reply, basics, ok};
use crate::walk::{asset, name};

const ALBUM: &str = "d311902b-975f-4ecb-b163-4479cc3ea1c5";
const FRIEND: &str = "d7bb45b3-abf1-459b-86ac-d3c48926f935";

/// Whether a search asks for what cannot exist, to see whether its filter is heeded.
pub(crate) fn is_probe(asked: &Asked) -> bool {
    let nobody = json!([name(0)]);
    asked.is("POST", "/api/search/metadata")
        && ["albumIds", "tagIds"].iter().any(|filter| asked.json()[filter] == nobody)
}

pub(crate) fn page(items: &[Value]) -> Reply {
    ok(json!({"assets": {"items": items, "nextPage": null}}))
}

/// A server of that version with one album that says it has two assets.
fn serving(version: [u32; 3], answer: fn(&Asked) -> Reply) -> Fake {
    Fake::start(move |asked, _| {
        if asked.is("GET", "/api/albums") {
            return ok(json!([{"id": ALBUM, "albumName": "Summer", "assetCount": 2, "ownerId": ME}]));
        }
        basics(asked, version).unwrap_or_else(|| if is_probe(asked) { page(&[]) } else { answer(asked) })
    })
}

fn members(server: &Fake) -> Result<BTreeSet<AssetId>, ApiError> {
    let client = server.connect().unwrap();
    let albums = client.reader().albums(AlbumScope::Own).unwrap();
    assert_eq!(albums.len(), 1);
    client.reader().album_assets(&albums[0])
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
fn a_server_that_sends_more_than_the_album_has_is_not_believed() {
    let server = serving([3, 0, 3], |_| page(&[asset(1), asset(2), asset(3)]));

    let error = members(&server).unwrap_err();

    assert!(matches!(error, ApiError::Unexpected { problem: BodyProblem::IgnoredFilter, .. }), "{error:?}");
    assert!(!error.is_transient());
}

#[test]
fn a_server_that_ignores_the_album_is_found_out_by_an_album_that_does_not_exist() {
    let server = Fake::start(|asked, _| {
        if asked.is("GET", "/api/albums") {
            return ok(json!([{"id": ALBUM, "albumName": "Large", "assetCount": 1000, "ownerId": ME}]));
        }
        basics(asked, [3, 0, 3]).unwrap_or_else(|| page(&[asset(1)]))
    });

    let error = members(&server).unwrap_err();

    assert!(matches!(error, ApiError::Unexpected { problem: BodyProblem::IgnoredFilter, .. }), "{error:?}");
}

#[test]
fn the_filter_is_probed_once_for_all_albums() {
    let server = serving([3, 0, 3], |_| page(&[asset(1)]));
    let client = server.connect().unwrap();
    let albums = client.reader().albums(AlbumScope::Own).unwrap();

    for _ in 0..3 {
        client.reader().album_assets(&albums[0]).unwrap();
    }

    assert_eq!(server.asked().iter().filter(|asked| is_probe(asked)).count(), 1);
    assert_eq!(server.count("POST", "/api/search/metadata"), 4);
}

#[test]
fn a_server_that_looks_for_the_album_that_does_not_exist_heeds_the_filter() {
    let server = Fake::start(|asked, _| {
        if asked.is("GET", "/api/albums") {
            return ok(json!([{"id": ALBUM, "albumName": "Summer", "assetCount": 2, "ownerId": ME}]));
        }
        basics(asked, [3, 0, 3]).unwrap_or_else(|| {
            if is_probe(asked) {
                Reply::Json(400, json!({"message": "Not found or no album.read access"}))
            } else {
                page(&[asset(1), asset(2)])
            }
        })
    });

    assert_eq!(members(&server).unwrap(), ids([1, 2]));
}

/// Albums of both users as that version lists them: own ones, or with `shared=true` the shared ones.
fn with_shared(version: [u32; 3]) -> Fake {
    let album = |number: usize, owner: &str, shared: bool| match version[0] {
        3 => json!({"id": name(number), "albumName": number.to_string(), "shared": shared,
            "albumUsers": [{"role": "editor", "user": {"id": ME}}, {"role": "owner", "user": {"id": owner}}]}),
        _ => json!({"id": name(number), "albumName": number.to_string(), "shared": shared, "ownerId": owner}),
    };
    let (own, given, taken) = (album(1, ME, false), album(2, ME, true), album(3, FRIEND, true));
    Fake::start(move |asked, _| match asked.target.as_str() {
        "/api/albums" if version[0] == 3 => ok(json!([own, given, taken])),
        "/api/albums" => ok(json!([own, given])),
        "/api/albums?shared=true" if version[0] < 3 => ok(json!([given, taken])),
        _ => basics(asked, version).unwrap_or(Reply::Json(404, json!({"message": "Cannot GET"}))),
    })
}

#[test]
fn albums_are_own_ones_or_all_of_them_each_once_in_every_version() {
    for version in [[1, 120, 0], [2, 7, 5], [3, 0, 3]] {
        let server = with_shared(version);
        let client = server.connect().unwrap();
        let names = |scope| {
            let albums = client.reader().albums(scope).unwrap();
            albums.into_iter().map(|album| album.name).collect::<Vec<_>>()
        };

        assert_eq!(names(AlbumScope::Own), ["1", "2"], "{version:?}");
        assert_eq!(names(AlbumScope::OwnAndShared), ["1", "2", "3"], "{version:?}");
    }
}

#[test]
fn an_album_of_nobody_is_not_taken_for_an_own_or_a_foreign_one() {
    let server = Fake::immich(|_, _| ok(json!([{"id": ALBUM, "albumName": "Summer"}])));
    let client = server.connect().unwrap();

    let error = client.reader().albums(AlbumScope::Own).unwrap_err();

    assert!(matches!(error, ApiError::Unexpected { problem: BodyProblem::Shape, .. }), "{error:?}");
    assert_eq!(client.reader().albums(AlbumScope::OwnAndShared).unwrap().len(), 1);
}
