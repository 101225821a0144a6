//! Walks over libraries that are shared, hidden, moving, lying and broken.

use std::sync::Mutex;

use immich_api::{ApiError, AssetId, AssetQuery, BodyProblem, LibraryFilter, Visibility, WalkReport};
use serde_json::{Value, json};

use crate::fake::{Asked, Fake, ME, Reply, basics, ok};

pub(crate) fn name(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

pub(crate) fn asset(number: usize) -> Value {
    json!({
        "id": name(number), "ownerId": ME, "type": "IMAGE", "libraryId": null,
        "originalPath": format!("/data/{}/{number}.jpg", number % 3), "originalFileName": format!("{number}.jpg"),
        "updatedAt": "2026-11-20T12:00:00.000Z", "visibility": "timeline", "isTrashed": false,
    })
}

fn with(number: usize, member: &str, value: Value) -> Value {
    let mut asset = asset(number);
    asset[member] = value;
    asset
}

/// A library that answers searches; the hook may change it before each answer.
struct Library {
    version: [u32; 3],
    page: usize,
    assets: Mutex<Vec<Value>>,
    hook: fn(&mut Vec<Value>, usize),
}

impl Library {
    fn of(assets: Vec<Value>) -> Self {
        Self { version: [3, 0, 3], page: 10, assets: Mutex::new(assets), hook: |_, _| {} }
    }

    fn serve(self) -> Fake {
        Fake::start(move |asked, number| {
            basics(asked, self.version).unwrap_or_else(|| self.answer(asked, number))
        })
    }

    fn answer(&self, asked: &Asked, number: usize) -> Reply {
        let question = asked.json();
        let mut assets = self.assets.lock().unwrap();
        let is_search = asked.target == "/api/search/metadata";
        let page = usize::try_from(question["page"].as_u64().unwrap_or(1)).unwrap();
        if is_search && question.get("page").is_some() {
            (self.hook)(&mut assets, page);
        }
        let mut found: Vec<&Value> = assets.iter().filter(|asset| matches(&question, asset)).collect();
        if question["order"] == "asc" {
            found.reverse();
        }
        if !is_search {
            return Reply::Full(
                200,
                vec!["date: Fri, 20 Nov 2026 13:00:00 GMT".to_owned()],
                json!({"total": found.len()}).to_string().into_bytes(),
            );
        }
        let _ = number;
        let items: Vec<&Value> = found.iter().skip((page - 1) * self.page).take(self.page).copied().collect();
        let next = (found.len() > page * self.page).then(|| (page + 1).to_string());
        ok(json!({"assets": {"items": items, "nextPage": next}}))
    }
}

fn matches(question: &Value, asset: &Value) -> bool {
    let visibility = question.get("visibility").is_none_or(|wanted| *wanted == asset["visibility"]);
    let deleted = question["withDeleted"] == true || asset["isTrashed"] != true;
    let updated =
        question["updatedAfter"].as_str().is_none_or(|since| asset["updatedAt"].as_str() >= Some(since));
    visibility && deleted && updated
}

fn walk(server: &Fake, query: &AssetQuery) -> (Vec<String>, WalkReport) {
    let client = server.connect().unwrap();
    let mut walk = client.reader().walk_assets(query);
    let ids = walk.by_ref().flat_map(|page| page.unwrap()).map(|asset| asset.id.to_string()).collect();
    (ids, walk.report())
}

fn names(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(name).collect()
}

#[test]
fn every_asset_comes_once_and_a_library_that_stands_still_is_walked_once() {
    let server = Library::of((1..=95).map(asset).collect()).serve();

    let (ids, report) = walk(&server, &AssetQuery::default());

    assert_eq!(ids, names(1..=95));
    assert_eq!((report.pages, report.yielded, report.repaired, report.complete), (10, 95, 0, true));
    assert_eq!(report.counted, Some(95));
}

#[test]
fn partners_hidden_trashed_and_unreadable_items_are_counted_and_left_out() {
    let partner = "d7bb45b3-abf1-459b-86ac-d3c48926f935";
    let server = Library::of(vec![
        asset(1),
        with(2, "ownerId", json!(partner)),
        with(3, "visibility", json!("hidden")),
        with(4, "visibility", json!("locked")),
        with(5, "visibility", json!("something new")),
        with(6, "visibility", json!("archive")),
        with(7, "originalPath", json!(null)),
        with(8, "id", json!("../../admin")),
        with(9, "libraryId", json!(17)),
    ])
    .serve();

    let (ids, report) = walk(&server, &AssetQuery::default());

    assert_eq!(ids, names([1, 6]));
    assert_eq!((report.dropped_foreign, report.dropped_hidden), (1, 3));
    let unreadable: Vec<Option<String>> =
        report.unreadable.iter().map(|item| item.id.as_ref().map(ToString::to_string)).collect();
    assert_eq!(unreadable, [Some(name(7)), None, Some(name(9))]);
    assert_eq!(report.unreadable_count, 3);
    assert!(report.complete);
}

#[test]
fn trashed_assets_that_come_although_nobody_asked_are_left_out() {
    let mut trashed = with(2, "isTrashed", json!(true));
    trashed["isTrashed"] = json!("true");
    let server = Library::of(vec![asset(1), trashed]).serve();

    let (ids, report) = walk(&server, &AssetQuery::default());

    assert_eq!(ids, names([1]));
    assert_eq!(report.dropped_trashed, 1);
}

#[test]
fn on_servers_that_hide_the_archive_it_is_asked_for_by_name() {
    for (version, visibilities) in [([2, 7, 5], vec!["timeline", "archive"]), ([3, 0, 3], vec![])] {
        let archived = with(2, "visibility", json!("archive"));
        let server = Library { version, ..Library::of(vec![asset(1), archived]) }.serve();

        let (ids, report) = walk(&server, &AssetQuery::default());

        assert_eq!(ids, names([1, 2]));
        assert!(report.complete);
        let asked: Vec<Value> = server
            .asked()
            .iter()
            .filter(|asked| asked.is("POST", "/api/search/metadata"))
            .map(Asked::json)
            .filter(|question| question["withPeople"] == true)
            .filter_map(|question| question.get("visibility").cloned())
            .collect();
        assert_eq!(asked, visibilities, "{version:?}");
    }
}

#[test]
fn before_1_133_one_search_brings_the_archive_too_and_nothing_is_counted() {
    let mut archived = with(2, "isArchived", json!(true));
    archived.as_object_mut().unwrap().remove("visibility");
    let server = Library { version: [1, 120, 0], ..Library::of(vec![asset(1), archived]) }.serve();
    let client = server.connect().unwrap();

    let assets: Vec<_> =
        client.reader().walk_assets(&AssetQuery::default()).flat_map(Result::unwrap).collect();

    assert_eq!(assets[1].visibility, Visibility::Archive);
    let question = server.asked().pop().unwrap().json();
    assert_eq!((&question["withArchived"], &question["isVisible"]), (&json!(true), &json!(true)));
    assert_eq!(server.count("POST", "/api/search/statistics"), 0);
    assert_eq!(client.reader().statistics().unwrap(), None);
}

#[test]
fn what_a_page_shift_hides_is_found_by_a_further_round() {
    let library = Library {
        hook: |assets, page| {
            // Eight go to the trash once, after the second page was served: eight others move up unseen.
            if page == 3 && assets.iter().all(|asset| asset["isTrashed"] == false) {
                for asset in &mut assets[..8] {
                    asset["isTrashed"] = json!(true);
                    asset["updatedAt"] = json!("2026-11-20T13:00:01.000Z");
                }
            }
        },
        ..Library::of((1..=95).map(asset).collect())
    };

    let (mut ids, report) = walk(&library.serve(), &AssetQuery::default());

    ids.sort();
    assert_eq!(ids, names(1..=95));
    assert_eq!(report.repaired, 8);
    assert!(report.complete);
}

#[test]
fn a_deletion_made_up_for_by_a_new_asset_is_noticed_too() {
    let library = Library {
        hook: |assets, page| {
            if page == 3 && assets[0]["id"] == name(1) {
                assets.remove(0);
                assets.push(with(200, "updatedAt", json!("2026-11-20T13:00:01.000Z")));
            }
        },
        ..Library::of((1..=95).map(asset).collect())
    };

    let (ids, report) = walk(&library.serve(), &AssetQuery::default());

    assert!(ids.contains(&name(21)), "the one that moved up unseen");
    assert!(ids.contains(&name(200)));
    assert!(report.complete && report.repaired == 1);
}

#[test]
fn a_library_that_never_stands_still_ends_incomplete() {
    let library = Library {
        hook: |assets, _| {
            let number = 1000 + assets.len();
            assets.push(with(number, "updatedAt", json!("2026-11-20T13:00:01.000Z")));
        },
        ..Library::of((1..=95).map(asset).collect())
    };

    let (ids, report) = walk(&library.serve(), &AssetQuery::default());

    assert!(ids.len() >= 95);
    assert!(!report.complete);
}

#[test]
fn half_of_all_answers_failing_does_not_change_the_result() {
    let library = Library::of((1..=95).map(asset).collect());
    let server = Fake::start(move |asked, number| match (number % 2, number % 3) {
        (0, 0) => Reply::Full(503, vec!["retry-after: 1".to_owned()], Vec::new()),
        (0, 1) => Reply::Full(502, Vec::new(), b"<html>Bad Gateway</html>".to_vec()),
        (0, _) => Reply::Raw(Vec::new()),
        _ => basics(asked, [3, 0, 3]).unwrap_or_else(|| library.answer(asked, number)),
    });

    let (ids, report) = walk(&server, &AssetQuery::default());

    assert_eq!(ids, names(1..=95));
    assert!(report.complete);
}

#[test]
fn pages_that_lead_in_a_circle_end_with_an_error() {
    let circles: [(&str, Value); 4] =
        [("same", json!("1")), ("back", json!(0)), ("no page", json!("x")), ("forward", json!("+"))];
    for (circle, next) in circles {
        let server = Fake::immich(move |asked, _| {
            if asked.target == "/api/search/statistics" {
                return Reply::Json(403, json!({"message": "Missing required permission: asset.statistics"}));
            }
            let page = asked.json()["page"].as_u64().unwrap();
            let next = if next == "+" { json!((page + 1).to_string()) } else { next.clone() };
            ok(json!({"assets": {"items": [asset(1)], "nextPage": next}}))
        });
        let client = server.connect().unwrap();

        let pages: Vec<_> = client.reader().walk_assets(&AssetQuery::default()).collect();

        let error = pages.last().unwrap().as_ref().unwrap_err();
        let endless = matches!(error, ApiError::Unexpected { problem: BodyProblem::EndlessPages, .. });
        assert!(endless, "{circle}: {error:?}");
        assert!(server.asked().len() < 20);
    }
}

#[test]
fn a_filter_that_the_server_ignores_is_applied_here() {
    let library = "b071e830-0a92-4e4a-b8f7-0575ae93d1e4";
    let assets = vec![
        asset(1),
        with(2, "updatedAt", json!("2026-11-19T00:00:00Z")),
        with(3, "libraryId", json!(library)),
        asset(4),
    ];
    let server = Fake::immich(move |asked, _| match asked.target.as_str() {
        "/api/search/statistics" => ok(json!({"total": 4})),
        _ => ok(json!({"assets": {"items": assets, "nextPage": null}})),
    });
    let since =
        AssetQuery { updated_after: Some("2026-11-20T00:00:00Z".parse().unwrap()), ..AssetQuery::default() };
    let managed = AssetQuery { library: LibraryFilter::Managed, ..AssetQuery::default() };
    let only = AssetQuery { library: LibraryFilter::Only(library.parse().unwrap()), ..AssetQuery::default() };
    let below = AssetQuery { original_path: Some("/data/1".to_owned()), ..AssetQuery::default() };

    assert_eq!(walk(&server, &since).0, names([1, 3, 4]));
    assert_eq!(walk(&server, &managed).0, names([1, 2, 4]));
    assert_eq!(walk(&server, &only).0, names([3]));
    let (ids, report) = walk(&server, &below);
    assert_eq!(ids, names([1, 4]));
    assert_eq!(report.dropped_unasked, 2);
}

#[test]
fn single_assets_are_asked_for_by_id_and_unknown_ones_are_named() {
    let server = Fake::immich(|asked, _| {
        match (1..=3).find(|number| asked.target == format!("/api/assets/{}", name(*number))) {
            Some(3) => ok(json!({"id": "broken"})),
            Some(number) => ok(asset(number)),
            None => Reply::Json(400, json!({"message": "Not found or no asset.read access"})),
        }
    });
    let ids = [2, 1, 9, 3, 1].map(|number| AssetId::parse(&name(number)).unwrap());

    let (found, report) = walk(&server, &AssetQuery { ids: Some(ids.to_vec()), ..AssetQuery::default() });

    assert_eq!(found, names([1, 2]));
    assert_eq!(report.missing, [AssetId::parse(&name(9)).unwrap()]);
    assert_eq!(report.unreadable_count, 1);
    assert!(report.complete);
    assert_eq!(server.count("POST", "/api/search/metadata"), 0);
}

#[test]
fn an_error_ends_the_walk_and_leaves_it_incomplete() {
    let server = Fake::immich(|asked, _| match asked.target.as_str() {
        "/api/search/statistics" => ok(json!({"total": 4})),
        _ => Reply::Json(200, json!({"assets": []})),
    });
    let client = server.connect().unwrap();
    let mut walk = client.reader().walk_assets(&AssetQuery::default());

    assert!(walk.next().unwrap().is_err());
    assert!(walk.next().is_none());
    assert!(!walk.report().complete);
}
