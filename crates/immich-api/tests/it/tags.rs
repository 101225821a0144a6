//! Tags and who has them, by version, and from a server that ignores the question.

use std::collections::BTreeSet;

use immich_api::{ApiError, AssetId, BodyProblem, TagId};
use serde_json::{Value, json};

use crate::albums::{is_probe, page};
use crate::fake::{Asked, Fake, Reply, basics, ok};
use crate::walk::{asset, name};

const TAG: &str = "c497f729-9b84-4452-8eb9-d5a186e1e4b5";
const FRIEND: &str = "d7bb45b3-abf1-459b-86ac-d3c48926f935";

fn serving(version: [u32; 3], answer: fn(&Asked) -> Reply) -> Fake {
    Fake::start(move |asked, _| {
        basics(asked, version).unwrap_or_else(|| if is_probe(asked) { page(&[]) } else { answer(asked) })
    })
}

fn tagged(server: &Fake) -> Result<Option<BTreeSet<AssetId>>, ApiError> {
    server.connect().unwrap().reader().tagged_assets(&TagId::parse(TAG).unwrap())
}

fn ids(numbers: &[usize]) -> BTreeSet<AssetId> {
    numbers.iter().map(|number| AssetId::parse(&name(*number)).unwrap()).collect()
}

#[test]
fn own_tagged_assets_are_found_over_all_pages_and_partners_are_left_out() {
    let server = serving([3, 0, 3], |asked| {
        assert_eq!(asked.json()["tagIds"], json!([TAG]));
        let mut foreign = asset(3);
        foreign["ownerId"] = json!(FRIEND);
        match asked.json()["page"].as_u64() {
            Some(1) => ok(json!({"assets": {"items": [asset(1), foreign], "nextPage": "2"}})),
            _ => page(&[asset(2)]),
        }
    });

    assert_eq!(tagged(&server).unwrap(), Some(ids(&[1, 2])));
}

#[test]
fn archived_assets_are_asked_for_by_themselves_where_a_search_leaves_them_out() {
    let server = serving([2, 7, 5], |asked| match asked.json()["visibility"].as_str() {
        Some("archive") => page(&[asset(2)]),
        Some("timeline") => page(&[asset(1)]),
        _ => page(&[]),
    });

    assert_eq!(tagged(&server).unwrap(), Some(ids(&[1, 2])));
}

#[test]
fn a_server_too_old_to_say_is_not_a_server_without_tagged_assets() {
    let old = serving([1, 125, 7], |_| Reply::Json(500, json!({})));
    let new = serving([1, 126, 0], |_| page(&[]));

    assert_eq!(tagged(&old).unwrap(), None);
    assert_eq!(old.count("POST", "/api/search/metadata"), 0);
    assert_eq!(tagged(&new).unwrap(), Some(BTreeSet::new()));
}

#[test]
fn a_server_that_ignores_the_tag_is_not_believed() {
    let server = Fake::immich(|_, _| page(&[asset(1)]));

    let error = tagged(&server).unwrap_err();

    assert!(matches!(error, ApiError::Unexpected { problem: BodyProblem::IgnoredFilter, .. }), "{error:?}");
}

#[test]
fn tags_are_listed_whole_or_not_at_all() {
    let good = json!({"id": TAG, "value": "Places/Paris", "parentId": name(1)});
    let broken = json!([good, {"id": "../x", "value": "Places"}]);
    let whole = Fake::immich(move |_, _| ok(json!([good])));
    let cut = Fake::immich(move |_, _| ok(broken.clone()));

    let tags = whole.connect().unwrap().reader().tags().unwrap();
    let error = cut.connect().unwrap().reader().tags().unwrap_err();

    assert_eq!((tags[0].value.as_str(), tags.len()), ("Places/Paris", 1));
    assert_eq!(tags[0].parent, TagId::parse(&name(1)).ok());
    assert!(matches!(error, ApiError::Unexpected { .. }));
}

#[test]
fn a_single_asset_says_its_tags_and_its_stack() {
    let detail = |tags: Value| {
        let mut asset = asset(1);
        asset["tags"] = tags;
        asset["stack"] = json!({"id": name(8), "primaryAssetId": name(9), "assetCount": 3});
        let server = Fake::immich(move |_, _| ok(asset.clone()));
        server.connect().unwrap().reader().asset(&AssetId::parse(&name(1)).unwrap()).unwrap()
    };

    let good = detail(json!([{"id": TAG, "value": "Places"}]));
    let broken = detail(json!([{"id": TAG, "value": "Places"}, {"id": TAG}]));

    assert_eq!(good.tags.unwrap()[0].value, "Places");
    let stack = good.stack.unwrap();
    assert_eq!((stack.primary.to_string(), stack.asset_count), (name(9), Some(3)));
    assert_eq!((broken.tags, broken.original_path.as_str()), (None, "/data/1/1.jpg"));
}
