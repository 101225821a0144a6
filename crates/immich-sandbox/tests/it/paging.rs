//! Pages of a search: complete on a quiet server, with holes on a busy one, as in life.

use std::collections::HashSet;

use immich_sandbox::{AssetId, Sandbox, Scenario, Version};
use serde_json::{Value, json};

use crate::http::{post, search};

fn server(count: usize, same_instant: bool) -> (Sandbox, Vec<AssetId>) {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.external_library("/mnt/photos", "/nowhere");
    let ids = scenario.many(&library, count, |_, asset| {
        if same_instant {
            asset.taken("2024-01-01T00:00:00Z", None);
        }
    });
    (Sandbox::start(scenario).unwrap(), ids)
}

fn walk(sandbox: &Sandbox, size: usize) -> Vec<String> {
    let mut all = Vec::new();
    let mut page = json!(1);
    loop {
        let number: usize = page.as_str().map_or(1, |text| text.parse().unwrap());
        let body = post(sandbox, "/api/search/metadata", &json!({ "size": size, "page": number }));
        let items = body["assets"]["items"].as_array().unwrap().clone();
        all.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        page = body["assets"]["nextPage"].clone();
        if page == Value::Null {
            return all;
        }
    }
}

#[test]
fn a_walk_over_a_quiet_server_sees_each_once() {
    let (sandbox, ids) = server(95, true);

    let seen = walk(&sandbox, 10);

    assert_eq!(seen.len(), 95);
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), ids.len());
}

#[test]
fn the_last_page_says_so_even_when_it_is_full() {
    let (sandbox, _) = server(20, false);

    let pages: Vec<Value> = (1..=2)
        .map(|page| post(&sandbox, "/api/search/metadata", &json!({ "size": 10, "page": page })))
        .map(|body| body["assets"]["nextPage"].clone())
        .collect();

    assert_eq!(pages, [json!("2"), Value::Null]);
}

#[test]
fn the_order_within_an_instant_depends_on_the_page_size() {
    let (sandbox, _) = server(40, true);

    let (ten, again, twenty) = (walk(&sandbox, 10), walk(&sandbox, 10), walk(&sandbox, 20));

    assert_eq!(ten, again);
    assert_ne!(ten, twenty);
}

#[test]
fn the_newest_come_first_unless_asked_otherwise() {
    let (sandbox, ids) = server(5, false);

    let (down, up) = (search(&sandbox, &json!({})), search(&sandbox, &json!({ "order": "asc" })));

    assert_eq!(up, ids.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(down, up.into_iter().rev().collect::<Vec<_>>());
}

#[test]
fn trashing_between_pages_hides_others_from_a_walk() {
    let (sandbox, ids) = server(100, false);
    sandbox.trash_after_page(3, 8);

    let seen: HashSet<String> = walk(&sandbox, 10).into_iter().collect();

    let missed = ids.iter().filter(|id| !seen.contains(&id.to_string())).count();
    let trashed = sandbox.views().iter().filter(|view| view.is_trashed).count();
    assert_eq!((trashed, missed), (8, 8));
    let missed_alive = ids
        .iter()
        .filter(|id| !seen.contains(&id.to_string()) && !sandbox.view(**id).unwrap().is_trashed)
        .count();
    assert_eq!(missed_alive, 8);
}

#[test]
fn the_size_has_bounds() {
    let (sandbox, _) = server(300, false);

    assert_eq!(search(&sandbox, &json!({})).len(), 250);
    assert_eq!(search(&sandbox, &json!({ "size": 1 })).len(), 1);
    for size in [0, 1001] {
        let answer = crate::http::call(&sandbox, "POST", "/api/search/metadata", &json!({ "size": size }));
        assert_eq!(answer.status, 400, "{size}");
    }
}
